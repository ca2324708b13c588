"""Whether a process lives and takes work, for whoever restarts it and for whoever sends it requests."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse

from ssak3.composition import Ssak3
from ssak3.http.metrics import METRICS_TYPE, measure

# Whoever asks waits no longer than this for a database that is silent.
LOOK_SECONDS = 2.0


class _Databases:
    """One look at a time: those that come meanwhile wait for it, and don't fill the pool beside one that hangs."""

    def __init__(self, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._look = look
        self._looking: asyncio.Task[None] | None = None

    async def are_there(self) -> bool:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        done, _ = await asyncio.wait({self._looking}, timeout=LOOK_SECONDS)
        return bool(done) and not self._looking.cancelled() and self._looking.exception() is None


def add_health_routes(app: FastAPI, ssak3: Ssak3, takes_work: Callable[[], bool]) -> None:
    """`/health/live`, `/health/ready`, `/metrics`."""

    databases = _Databases(ssak3.databases.look)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready(response: Response) -> dict[str, str]:
        why_not = await _why_not(ssak3, databases, takes_work)
        if why_not:
            response.status_code = 503
            return {"status": "not ready", "why": why_not}
        return {"status": "ready"}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return PlainTextResponse(await measure(ssak3), media_type=METRICS_TYPE)


async def _why_not(ssak3: Ssak3, databases: _Databases, takes_work: Callable[[], bool]) -> str:
    """Empty when it takes work. The bot takes bookings without the broker: only who consumes needs it."""
    if not takes_work():
        return "starting or stopping"
    if ssak3.consumers and not ssak3.broker.is_connected:
        return "no connection to the broker"
    return "" if await databases.are_there() else "no connection to the database"
