"""The main port: the page and its socket, the JSON API, checkout, payment, health, metrics."""

from collections.abc import Callable
from ipaddress import ip_address

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.exceptions import HTTPException

from bot.api.problems import http_problem, our_fault
from bot.api.router import api_router
from bot.channels.web.router import WebChannel
from bot.channels.web.session import Sessions
from services.payment.adapters.checkout import CheckoutPages, create_checkout_router
from services.payment.adapters.http import create_router, install_problems
from ssak3 import __version__
from ssak3.composition import Ssak3
from ssak3.http.edge import Edge
from storage.payment.repositories import PaymentUnitOfWork

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BREAKER_STATES = ("closed", "half-open", "open")


def create_app(ssak3: Ssak3, *, is_demo: bool, ready: Callable[[], bool]) -> FastAPI:
    """Everything that this process serves. `ready` says whether it takes work now."""
    api_token = ssak3.outside.api_token
    app = FastAPIOffline(
        title="Ssak3",
        version=__version__,
        description="Book, pay, move and cancel cleanings; the same as in the chat.",
        redoc_url=None,
        favicon_url="/static/favicon.svg",
        static_url="/docs/static",
    )
    install_problems(app)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(Exception, our_fault)
    app.add_middleware(Edge)
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
            token=api_token,
        )
    )
    app.include_router(create_router(ssak3.payments, api_token), tags=["payment"])
    app.include_router(create_checkout_router(_checkout_pages(ssak3)))
    _health_routes(app, ssak3, ready)
    return app


def _checkout_pages(ssak3: Ssak3) -> CheckoutPages:
    context = ssak3.databases.contexts["payment"]
    return CheckoutPages(
        ssak3.payments,
        lambda: PaymentUnitOfWork(context),
        ssak3.clock,
        ssak3.ids,
        ssak3.checkout_links,
        f"{ssak3.settings.public_url}/sandbox/window",
    )


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


def _health_routes(app: FastAPI, ssak3: Ssak3, ready: Callable[[], bool]) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def is_ready(response: Response) -> dict[str, str]:
        if not ready():
            response.status_code = 503
            return {"status": "not ready"}
        return {"status": "ready"}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return PlainTextResponse(await measure(ssak3), media_type=METRICS_TYPE)


async def measure(ssak3: Ssak3) -> str:
    """Metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    outbox = Gauge("ssak3_outbox_size", "Events not published yet", ["context"], registry=registry)
    for name in ssak3.relays:
        outbox.labels(name).set(await ssak3.databases.outbox_of(name).size())
    depth = Gauge("ssak3_queue_depth", "Messages in a queue", ["queue"], registry=registry)
    for queue, count in (await ssak3.queues.depths()).items():
        depth.labels(queue).set(count)
    waiting = Gauge("ssak3_notifications_waiting", "Notifications neither sent nor given up", registry=registry)
    waiting.set(await ssak3.notifications.waiting_count())
    state = Gauge(
        "ssak3_breaker_state", "1 for the state that a breaker is in", ["breaker", "state"], registry=registry
    )
    for breaker in (ssak3.provider_breaker, ssak3.payment_breaker):
        for name in BREAKER_STATES:
            state.labels(breaker.name, name).set(float(breaker.state == name))
    return generate_latest(registry).decode()
