"""What people and programs come to: page and socket, JSON API, and the pages of processes that run elsewhere."""

from ipaddress import ip_address

from fastapi import FastAPI, Request, Response

from bot.api.internal import internal_router
from bot.api.router import api_router
from bot.channels.web.reports import Reports
from bot.channels.web.router import WebChannel
from bot.channels.web.session import Sessions
from services.payment.adapters.http import install_problems
from ssak3.composition import Ssak3
from ssak3.http.forward import Forward


def open_front_door(app: FastAPI, ssak3: Ssak3, sandbox: Forward | None, *, is_demo: bool) -> None:
    """All routes of the bot. `sandbox` is there when it runs in this process."""
    install_problems(app)
    _own(app, ssak3, is_demo=is_demo)
    _pages_of_others(app, ssak3, sandbox)


def _own(app: FastAPI, ssak3: Ssak3, *, is_demo: bool) -> None:
    api_token = ssak3.outside.api_token
    web = WebChannel(
        ssak3.people, ssak3.dialogue, ssak3.answering, ssak3.log_reader, ssak3.hub, Sessions(api_token),
        ssak3.clock, allows_demo=lambda request: is_demo and is_local(request),
        is_https=ssak3.settings.public_url.startswith("https:"),
    )  # fmt: skip
    app.include_router(web.router())
    app.include_router(Reports(ssak3.broadcasts, ssak3.people, Sessions(api_token)).router())
    web.mount(app)
    app.include_router(
        api_router(
            reservations=ssak3.reservations,
            cleaning=ssak3.cleaning,
            my_page=ssak3.my_page,
            people=ssak3.people,
            welcoming=ssak3.welcoming,
            catalogue=ssak3.catalogue,
            clock=ssak3.clock,
            ids=ssak3.ids,
            idempotency=ssak3.idempotency,
            details=ssak3.details,
            token=api_token,
        )
    )
    app.include_router(
        internal_router(
            log=ssak3.log_writer,
            notices=ssak3.notices,
            links=ssak3.links,
            unit_of_work=ssak3.bot_work,
            tracing=ssak3.outside.tracing,
            token=api_token,
        )
    )
    if ssak3.telegram is not None and (webhook := ssak3.telegram.router()) is not None:
        app.include_router(webhook)


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
