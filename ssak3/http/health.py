"""Whether a process lives and takes work, for whoever restarts it and for whoever sends it requests."""

from collections.abc import Callable

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse

from ssak3.composition import Ssak3
from ssak3.http.metrics import METRICS_TYPE, measure


def add_health_routes(app: FastAPI, ssak3: Ssak3, takes_work: Callable[[], bool]) -> None:
    """`/health/live`, `/health/ready`, `/metrics`."""

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready(response: Response) -> dict[str, str]:
        why_not = await _why_not(ssak3, takes_work)
        if why_not:
            response.status_code = 503
            return {"status": "not ready", "why": why_not}
        return {"status": "ready"}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return PlainTextResponse(await measure(ssak3), media_type=METRICS_TYPE)


async def _why_not(ssak3: Ssak3, takes_work: Callable[[], bool]) -> str:
    """Empty when it takes work. The bot takes bookings without the broker: only who consumes needs it."""
    if not takes_work():
        return "starting or stopping"
    if ssak3.consumers and not ssak3.broker.is_connected:
        return "no connection to the broker"
    try:
        await ssak3.databases.look()
    except Exception:  # whatever the driver raises
        return "no connection to the database"
    return ""
