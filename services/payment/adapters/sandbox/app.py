"""The sandbox provider as a web server: Toss's API under /toss/, a pay window, and the levers of the demo."""

import hmac
import json
import os
import socket
import struct
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.payment.adapters.sandbox.books import Document
from services.payment.adapters.sandbox.errors import TossError
from services.payment.adapters.sandbox.ledger import Ledger, Record
from services.payment.adapters.sandbox.till import Mode, Till
from services.payment.adapters.sandbox.window import window_routes
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

SANDBOX_SECRET_KEY = "test_sk_sandbox"
_LONGEST_KEY = 300
_LARGEST_BODY = 64 * 1024
_ALONE = "/sandbox"
_NO_LINGER = struct.pack("ii", 1, 0)


def create_app(
    ledger: Ledger,
    *,
    clock: Clock,
    ids: Ids,
    return_base: str,
    mode: Mode = "normal",
    secret_key: str = SANDBOX_SECRET_KEY,
    slow_seconds: float = 10.0,
) -> web.Application:
    """The whole server, paths relative to where it is mounted.

    `return_base` is the only origin that the pay window sends people back to, e.g. `http://127.0.0.1:8000`.
    """
    till = Till(ledger, clock, ids, slow_seconds)
    till.mode = mode
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_reset_when_down(till), _errors])
    app.add_routes(_control_routes(till))
    app.add_routes(window_routes(till, return_base))
    app.add_subapp("/toss", _toss_app(till, secret_key))
    return app


@dataclass(frozen=True, kw_only=True)
class RunningSandbox:
    """A started server; Toss's API is at `<url>/toss`."""

    url: str
    runner: web.AppRunner

    async def close(self) -> None:
        """Stop taking requests; those under way have a second."""
        await self.runner.cleanup()


async def start(
    app: web.Application, host: str = "127.0.0.1", port: int = 0, sock: socket.socket | None = None
) -> RunningSandbox:
    """Serve on `host:port` (0: a free one), or on a socket that is bound. No access log: addresses hold card keys."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await (web.TCPSite(runner, host, port) if sock is None else web.SockSite(runner, sock)).start()
    return RunningSandbox(url=f"http://{host}:{runner.addresses[0][1]}", runner=runner)


def standing_alone(sandbox: web.Application) -> web.Application:
    """The server of a process of its own: under `/sandbox/`, beside what every process serves."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(_: web.Request) -> web.Response:
        return web.json_response({"status": "ready"})

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(client_max_size=_LARGEST_BODY)
    app.add_subapp(_ALONE, sandbox)
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", metrics)])
    return app


def _control_routes(till: Till) -> list[web.RouteDef]:
    async def get_mode(_: web.Request) -> web.Response:
        return web.json_response({"mode": till.mode})

    async def put_mode(request: web.Request) -> web.Response:
        wanted = (await _body(request)).get("mode")
        for mode in get_args(Mode):
            if mode == wanted:
                till.mode = mode
                return web.json_response({"mode": mode})
        return web.json_response({"code": "INVALID_MODE", "modes": get_args(Mode)}, status=422)

    async def get_ledger(_: web.Request) -> web.Response:
        return web.json_response({"charges": till.books.charges, "refunds": till.books.refunds})

    async def get_book(_: web.Request) -> web.Response:
        return web.json_response([{"kind": kind, "answer": answer} for kind, answer in till.books.answered])

    return [
        web.get("/mode", get_mode),
        web.put("/mode", put_mode),
        web.get("/ledger", get_ledger),
        web.get("/book", get_book),
    ]


def _toss_app(till: Till, secret_key: str) -> web.Application:
    async def issue(request: web.Request) -> web.Response:
        return await _post(till, request, till.teller.register)

    async def charge(request: web.Request) -> web.Response:
        card_key, declining = request.match_info["card_key"], till.mode == "declining"
        return await _post(till, request, lambda body: till.teller.charge(card_key, body, declining=declining))

    async def confirm(request: web.Request) -> web.Response:
        declining = till.mode == "declining"
        return await _post(till, request, lambda body: till.teller.confirm(body, declining=declining))

    async def cancel(request: web.Request) -> web.Response:
        payment_key = request.match_info["payment_key"]
        return await _post(till, request, lambda body: till.teller.cancel(payment_key, body))

    async def find(request: web.Request) -> web.Response:
        await till.linger()
        return web.json_response(till.teller.find(request.match_info["payment_key"]))

    async def find_order(request: web.Request) -> web.Response:
        await till.linger()
        return web.json_response(till.teller.find_order(request.match_info["order_id"]))

    app = web.Application(middlewares=[_drop_when_unknown(till), _errors, _doorkeeper(secret_key)])
    app.add_routes(
        [
            web.post("/v1/billing/authorizations/issue", issue),
            web.post("/v1/billing/{card_key}", charge),
            web.post("/v1/payments/confirm", confirm),
            web.post("/v1/payments/{payment_key}/cancel", cancel),
            web.get("/v1/payments/orders/{order_id}", find_order),
            web.get("/v1/payments/{payment_key}", find),
        ]
    )
    return app


async def _post(till: Till, request: web.Request, decide: Callable[[Document], Record]) -> web.Response:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > _LONGEST_KEY:
        raise TossError("INVALID_IDEMPOTENCY_KEY")
    body = await _body(request)
    status, answer = await till.act(f"{key} {request.path}" if key else "", lambda: decide(body))
    return web.json_response(answer, status=status)


async def _body(request: web.Request) -> Document:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise TossError("INVALID_REQUEST") from None
    if not isinstance(body, dict):
        raise TossError("INVALID_REQUEST")
    return body


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except TossError as error:
        return web.json_response(error.body, status=error.status)


def _doorkeeper(secret_key: str) -> Middleware:
    expected = b"Basic " + b64encode(f"{secret_key}:".encode())

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise TossError("UNAUTHORIZED_KEY")
        test_code = request.headers.get("TossPayments-Test-Code")
        if test_code and secret_key.startswith("test_"):
            raise TossError(test_code)
        return await handler(request)

    return check


def _drop_when_unknown(till: Till) -> Middleware:
    @web.middleware
    async def drop(request: web.Request, handler: Handler) -> web.StreamResponse:
        unknown = till.mode == "unknown" and request.method == "POST"
        response = await handler(request)
        return _reset(request) if unknown else response

    return drop


def _reset_when_down(till: Till) -> Middleware:
    @web.middleware
    async def reset(request: web.Request, handler: Handler) -> web.StreamResponse:
        # Where it stands alone the whole path is seen here, too.
        if till.mode == "down" and request.path.removeprefix(_ALONE).startswith(("/toss/", "/window")):
            return _reset(request)
        return await handler(request)

    return reset


def _reset(request: web.Request) -> web.Response:
    """Cut the connection with a TCP reset: what closes without lingering leaves no goodbye."""
    transport = request.transport
    connection = transport.get_extra_info("socket") if transport is not None else None
    if transport is not None and connection is not None:
        with socket.socket(fileno=os.dup(connection.fileno())) as same:  # uvloop's sockets take no options
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    return web.Response()  # never sent
