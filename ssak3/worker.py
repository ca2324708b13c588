"""What runs in the background: do what there is, wait, again; a failure never ends it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from services.shared_kernel.backoff import doubled

log = structlog.get_logger(__name__)

LONGEST_BACKOFF_SECONDS = 30.0


@dataclass(kw_only=True)
class Worker:
    """`run_once` says how much it did; when that is nothing, it rests until woken or `every_seconds` have passed.

    In between it always pauses for `pause_seconds`, so that what comes meanwhile is done together.
    """

    name: str
    run_once: Callable[[], Awaitable[int]]
    every_seconds: float = 1.0
    pause_seconds: float = 0.0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """There may be something to do."""
        self.news.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until told to stop; what it is doing then is finished first."""
        ending = asyncio.create_task(self._wake_when(stopping))
        try:
            await self._work(stopping)
        finally:
            ending.cancel()

    async def _wake_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self.wake()

    async def _work(self, stopping: asyncio.Event) -> None:
        failures = 0
        while not stopping.is_set():
            self.news.clear()
            try:
                done = await self.run_once()
                failures = 0
            except Exception:
                failures += 1
                done = 0
                log.exception("worker.failed", worker=self.name, failures=failures)
            await asyncio.sleep(self.pause_seconds)
            if not done:
                await self._rest(doubled(self.every_seconds, failures, longest=LONGEST_BACKOFF_SECONDS))

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.news.wait()
