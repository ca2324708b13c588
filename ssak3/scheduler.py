"""APScheduler ticks; what is due lives in tables, so a tick that is late, doubled or lost does no harm (rule 14)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from services.shared_kernel.lease import RENEW_SECONDS, Lease
from ssak3.background import Tick

log = structlog.get_logger(__name__)

# The lease's name.
SCHEDULER = "scheduler"


@asynccontextmanager
async def scheduling(ticks: Sequence[Tick], lease: Lease) -> AsyncIterator[None]:
    """Each tick is called in turn, one of a kind at a time, while `lease` is ours; at the end, none is broken off."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    under_way: set[asyncio.Future[None]] = set()

    async def guarded(name: str, work: Callable[[], Awaitable[object]]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        under_way.add(done)
        # APScheduler would only note a failure; ours says which tick it was, and the next one tries again.
        try:
            await work()
        except Exception:
            log.exception("tick.failed", tick=name)
        finally:
            under_way.discard(done)
            done.set_result(None)

    async def run(tick: Tick) -> None:
        if lease.is_ours:
            await guarded(tick.name, tick.run)

    for tick in ticks:
        scheduler.add_job(
            run, "interval", args=[tick], seconds=tick.every_seconds, id=tick.name, max_instances=1, coalesce=True,
            misfire_grace_time=None,
        )  # fmt: skip
    scheduler.add_job(
        guarded, "interval", args=["lead", lease.ask], seconds=RENEW_SECONDS, id="lead", max_instances=1,
        coalesce=True, misfire_grace_time=None,
    )  # fmt: skip
    await guarded("lead", lease.ask)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if under_way:
            await asyncio.wait(under_way)
        scheduler.shutdown(wait=False)
        await lease.give_up()
