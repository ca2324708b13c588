"""What a process serves on its port: page and socket, JSON API, checkout, payment, and always health and metrics."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from bot.api.problems import away, http_problem, our_fault
from services.shared_kernel.transient import Away
from ssak3 import __version__
from ssak3.composition import Ssak3
from ssak3.http.edge import Edge
from ssak3.http.forward import Forward
from ssak3.http.health import add_health_routes
from ssak3.http.watched import Watched


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
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(Away, away)
    app.add_exception_handler(Exception, our_fault)
    app.add_middleware(Edge, is_stopping=lambda: not takes_work())
    is_logged = ssak3.settings.log_format == "json"
    app.add_middleware(Watched, metrics=ssak3.metrics, tracing=ssak3.outside.tracing, is_logged=is_logged)
    if "bot" in ssak3.processes:
        # Loaded only where they are served: that is half of a process's start.
        from ssak3.http.front_door import open_front_door

        open_front_door(app, ssak3, sandbox, is_demo=is_demo)
    if "payment" in ssak3.processes:
        from ssak3.http.payment import serve_payment

        serve_payment(app, ssak3)
    add_health_routes(app, ssak3, takes_work)
    return app
