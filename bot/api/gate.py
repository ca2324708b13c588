"""What every call passes: the token, the size of its body, its idempotency key; and what becomes of errors."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Annotated, Any

import structlog
from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message
from structlog.contextvars import bind_contextvars

from bot.api.bodies import ID_PATTERN
from bot.api.door import Door, TooMany
from bot.api.problems import database_away, from_http, invalid, invalid_field, problem
from bot.idempotency import Begun, Finished, Idempotency, Running
from bot.records import KeyUse
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import Refusal, StaleVersion
from services.shared_kernel.transient import Away

log = structlog.get_logger(__name__)

LARGEST_BODY = 32 * 1024
LONGEST_KEY = 200
# All who know the token are one caller to us; a new token doesn't make their keys new.
CALLER = "api"

ID = re.compile(ID_PATTERN)
_PAYS = re.compile(r"/api/reservations(/[^/]+/payment)?")

KEY_HEADER = Header(
    alias="Idempotency-Key",
    max_length=LONGEST_KEY,
    description="The same call again, within 24 h, gives the same answer and acts once.",
    examples=["0197a3c2-5b7e-7c41-9d02-3f6a1e8b4c55"],
)


async def _idempotency_key(key: Annotated[str | None, KEY_HEADER] = None) -> None:
    """For the documentation: the gate itself reads the key, before the call begins."""


# Of every POST.
KEYED = [Depends(_idempotency_key)]

Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Gate:
    """Wraps the API's routes; see `route_class`."""

    def __init__(
        self, token: str, idempotency: Idempotency, ids: Ids, refused: Callable[[Refusal], Awaitable[Response]]
    ) -> None:
        self._token = token.encode()
        self._idempotency = idempotency
        self._ids = ids
        self._refused = refused
        self._door = Door()

    def route_class(self) -> type[APIRoute]:
        """For `APIRouter(route_class=…)`."""
        gate = self

        class GuardedRoute(APIRoute):
            def get_route_handler(self) -> Handle:
                handle = super().get_route_handler()

                async def guarded(request: Request) -> Response:
                    return await gate.pass_through(request, handle)

                return guarded

        return GuardedRoute

    async def pass_through(self, request: Request, handle: Handle) -> Response:
        """The call's answer. The token comes first: whoever has none learns nothing."""
        if not self._is_known(request.headers.get("authorization", "")):
            answer = problem(401, "unauthorized", "Who are you?", "Send `Authorization: Bearer <SSAK3_API_TOKEN>`.")
            answer.headers["WWW-Authenticate"] = 'Bearer realm="ssak3"'
            return answer
        if not all(ID.fullmatch(value) for value in request.path_params.values()):
            return not_there()
        about = {name: request.path_params.get(name) for name in ("reservation_id", "job_id")}
        bind_contextvars(**about)
        try:
            body = await _read(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return problem(413, "too-large", "The body is too large", f"At most {LARGEST_BODY} bytes.")
        request = _again(request, body)
        if request.method != "POST":
            return await self._run(request, handle, self._first())
        key = request.headers.get("idempotency-key")
        if key is not None and (not (0 < len(key) <= LONGEST_KEY) or not key.isprintable()):
            return invalid_field("Idempotency-Key", f"is a text of 1 to {LONGEST_KEY} characters", "0197a3c2-5b7e")
        if not _PAYS.fullmatch(request.url.path):
            return await self._perhaps_keyed(request, handle, key, body)
        try:
            async with self._door.place():
                return await self._perhaps_keyed(request, handle, key, body)
        except TooMany:
            return problem(503, "too-many", "Too many calls at once", "Nothing was begun. Ask again.", retry_after=5)

    async def _perhaps_keyed(self, request: Request, handle: Handle, key: str | None, body: bytes) -> Response:
        if key is None:
            return await self._run(request, handle, self._first())
        return await self._keyed(request, handle, KeyUse(caller=CALLER, route=request.url.path, key=key), body)

    def _first(self) -> Begun:
        return Begun(fresh_id=self._ids.new(), resumed=False)

    def _is_known(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token)

    async def _keyed(self, request: Request, handle: Handle, use: KeyUse, body: bytes) -> Response:
        begun = await self._idempotency.begin(use, body)
        match begun:
            case Finished():
                return _replay(begun)
            case Running():
                detail = "The first call with this Idempotency-Key hasn't been answered yet."
                return problem(409, "running", "It is being done", detail, retry_after=begun.retry_after_seconds)
            case Begun():
                return await self._remember(use, await self._run(request, handle, begun))
        return invalid_field("Idempotency-Key", "was used with another body; a new request needs a new key")

    async def _remember(self, use: KeyUse, answer: Response) -> Response:
        if answer.status_code >= 500:
            await self._idempotency.let_go(use)
        elif answer.status_code in (400, 422):
            await self._idempotency.forget(use)
        else:
            ours = _kept(answer)
            first = await self._idempotency.finish(use, status=answer.status_code, answer=ours)
            return answer if first.answer == ours else _replay(first)
        return answer

    async def _run(self, request: Request, handle: Handle, call: Begun) -> Response:
        request.state.call = call
        try:
            return await handle(request)
        except RequestValidationError as error:
            return invalid(error.errors())
        except HTTPException as error:
            return from_http(error)
        except StaleVersion:
            return problem(503, "busy", "Somebody else was quicker", "Ask again.", retry_after=1)
        except Away:
            return database_away()
        except Refusal as refusal:
            return await self._refused(refusal)
        except Exception:
            log.exception("api.failed", method=request.method, route=request.scope["route"].path)
            detail = "It is noted. The same call with the same Idempotency-Key goes on where it stopped."
            return problem(500, "failed", "Something failed here", detail)


def not_there() -> Response:
    """404."""
    return problem(404, "not-found", "It isn't there", "Nothing of that id.")


async def _read(request: Request) -> bytes | None:
    """The body, or None as soon as it is too large."""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST_BODY:
            return None
    return bytes(parts)


def _again(request: Request, body: bytes) -> Request:
    """The same request, its body to be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)


def _kept(answer: Response) -> bytes:
    headers = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
    return json.dumps({"headers": headers, "body": bytes(answer.body).decode()}).encode()


def _replay(finished: Finished) -> Response:
    kept: Mapping[str, Any] = json.loads(finished.answer)
    return Response(kept["body"], status_code=finished.status, headers=dict(kept["headers"]))
