"""APScheduler ticks; what is due lives in tables, so a tick that is late, doubled or lost does no harm (rule 14)."""

from collections.abc import Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ssak3.background import Tick
from ssak3.leader import RENEW_SECONDS, Leader

log = structlog.get_logger(__name__)


def make_scheduler(ticks: Sequence[Tick], leader: Leader) -> AsyncIOScheduler:
    """A scheduler that calls each tick in turn, never twice at the same time, while `leader` leads.

    `start()` it in a running loop.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")

    async def stand() -> None:
        try:
            await leader.stand()
        except Exception:
            log.exception("tick.failed", tick="lead")

    async def run(tick: Tick) -> None:
        if not leader.is_leader:
            return
        # APScheduler would only note a failure; ours says which tick it was, and the next one tries again.
        try:
            await tick.run()
        except Exception:
            log.exception("tick.failed", tick=tick.name)

    for tick in ticks:
        scheduler.add_job(
            run, "interval", args=[tick], seconds=tick.every_seconds, id=tick.name, max_instances=1, coalesce=True,
            misfire_grace_time=None,
        )  # fmt: skip
    scheduler.add_job(stand, "interval", seconds=RENEW_SECONDS, id="lead", max_instances=1, coalesce=True)
    return scheduler
