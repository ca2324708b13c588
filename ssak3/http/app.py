"""What a process serves on its port: page and socket, JSON API, checkout, payment, and always health and metrics."""

from collections.abc import Callable
from ipaddress import ip_address

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from bot.api.internal import internal_router
from bot.api.problems import http_problem, our_fault
from bot.api.router import api_router
from bot.channels.web.router import WebChannel
from bot.channels.web.session import Sessions
from services.payment.adapters.checkout import CheckoutPages, create_checkout_router
from services.payment.adapters.http import create_router, install_problems
from services.shared_kernel.event import LoggedEvent
from ssak3 import __version__
from ssak3.composition import Ssak3
from ssak3.http.edge import Edge
from ssak3.http.forward import Forward
from ssak3.http.health import add_health_routes
from ssak3.http.watched import Watched
from storage.history import SqlHistory
from storage.payment.repositories import PaymentUnitOfWork


def create_app(
    ssak3: Ssak3, *, sandbox: Forward | None = None, is_demo: bool, takes_work: Callable[[], bool]
) -> FastAPI:
    """Everything that this OS process serves. `takes_work` is False while it starts and stops."""
    app = FastAPIOffline(
        title="Ssak3",
        version=__version__,
        description="Book, pay, move and cancel cleanings; the same as in the chat.",
        redoc_url=None,
        favicon_url="/static/favicon.svg",
        static_url="/docs/static",
        # FastAPI's own spans would name paths, and so the checkout's tokens; and a socket would be one long span.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    install_problems(app)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(Exception, our_fault)
    app.add_middleware(Edge, is_stopping=lambda: not takes_work())
    is_logged = ssak3.settings.log_format == "json"
    app.add_middleware(Watched, metrics=ssak3.metrics, tracing=ssak3.outside.tracing, is_logged=is_logged)
    if "bot" in ssak3.processes:
        _front_door(app, ssak3, is_demo=is_demo)
        _pages_of_others(app, ssak3, sandbox)
    if "payment" in ssak3.processes:
        _payment(app, ssak3)
    add_health_routes(app, ssak3, takes_work)
    return app


def _front_door(app: FastAPI, ssak3: Ssak3, *, is_demo: bool) -> None:
    api_token = ssak3.outside.api_token
    web = WebChannel(
        ssak3.people, ssak3.dialogue, ssak3.answering, ssak3.log_reader, ssak3.hub, Sessions(api_token),
        ssak3.clock, allows_demo=lambda request: is_demo and is_local(request),
        is_https=ssak3.settings.public_url.startswith("https:"),
    )  # fmt: skip
    app.include_router(web.router())
    web.mount(app)
    app.include_router(
        api_router(
            reservations=ssak3.reservations,
            cleaning=ssak3.cleaning,
            my_page=ssak3.my_page,
            people=ssak3.people,
            unit_of_work=ssak3.bot_work,
            catalogue=ssak3.catalogue,
            clock=ssak3.clock,
            ids=ssak3.ids,
            idempotency=ssak3.idempotency,
            details=ssak3.details,
            token=api_token,
        )
    )
    app.include_router(internal_router(log=ssak3.log_writer, unit_of_work=ssak3.bot_work, token=api_token))


def _pages_of_others(app: FastAPI, ssak3: Ssak3, sandbox: Forward | None) -> None:
    """What a customer's browser needs of processes that run elsewhere: the checkout, and the sandbox's pay window."""
    session, settings = ssak3.outside.session, ssak3.settings
    if "payment" not in ssak3.processes:
        payment = Forward(session, settings.payment_url)

        @app.api_route("/checkout/{path:path}", methods=["GET", "POST"], include_in_schema=False)
        async def checkout(path: str, request: Request) -> Response:
            return await payment.pass_on(request, f"checkout/{path}")

    if sandbox is None and settings.has_sandbox_address:
        elsewhere = Forward(session, settings.toss_api_base.removesuffix("/toss"))

        @app.api_route("/sandbox/window", methods=["GET", "POST"], include_in_schema=False)
        async def window(request: Request) -> Response:
            return await elsewhere.pass_on(request, "window")


def _payment(app: FastAPI, ssak3: Ssak3) -> None:
    context = ssak3.databases.contexts["payment"]
    logs = SqlHistory({"payment": context})

    async def history(payment_id: str) -> list[LoggedEvent]:
        return list(await logs.of({"payment": payment_id}))

    app.include_router(
        create_router(ssak3.payments, ssak3.outside.api_token, lambda: ssak3.provider_breaker.state, history),
        tags=["payment"],
    )
    pages = CheckoutPages(
        ssak3.payments,
        lambda: PaymentUnitOfWork(context),
        ssak3.clock,
        ssak3.ids,
        ssak3.checkout_links,
        f"{ssak3.settings.public_url}/sandbox/window",
    )
    app.include_router(create_checkout_router(pages))


# What passed a proxy may come from anywhere, even when the proxy runs here.
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def is_local(request: Request) -> bool:
    """Whether it comes from this machine, and was meant for it: a page elsewhere can't pass for ours by DNS."""
    if any(name in request.headers for name in FORWARDED):
        return False
    host = (request.headers.get("host") or "").rsplit(":", 1)[0].strip("[]")
    return _is_loopback(request.client.host if request.client else "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
