"""APScheduler ticks; what is due lives in tables, so a tick that is late, doubled or lost does no harm (rule 14)."""

from collections.abc import Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ssak3.background import Tick

log = structlog.get_logger(__name__)


def make_scheduler(ticks: Sequence[Tick]) -> AsyncIOScheduler:
    """A scheduler that calls each tick in turn, never twice at the same time. `start()` it in a running loop."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for tick in ticks:
        scheduler.add_job(
            _guarded, "interval", args=[tick], seconds=tick.every_seconds, id=tick.name, max_instances=1,
            coalesce=True, misfire_grace_time=None,
        )  # fmt: skip
    return scheduler


async def _guarded(tick: Tick) -> None:
    # APScheduler would only note a failure; ours says which tick it was, and the next one tries again.
    try:
        await tick.run()
    except Exception:
        log.exception("tick.failed", tick=tick.name)
