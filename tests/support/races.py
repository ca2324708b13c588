"""Two transactions at the same time, with the interleaving that hurts."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

# How far the other gets while the first is held up: as far as it can, or to the lock that makes it wait.
HEAD_START_SECONDS = 0.3


class Other:
    """The one who comes while another is at it."""

    def __init__(self, doing: Coroutine[Any, Any, Any]) -> None:
        self._doing = doing
        self._task: asyncio.Task[Any] | None = None

    async def run_ahead(self) -> None:
        self._task = asyncio.create_task(self._doing)
        await asyncio.wait([self._task], timeout=HEAD_START_SECONDS)

    async def result(self) -> Any:
        """What came of it in the end; raises what it raised."""
        assert self._task is not None
        async with asyncio.timeout(10):
            return await self._task


@asynccontextmanager
async def while_open(unit_of_work: Any, other: Coroutine[Any, Any, Any]) -> AsyncIterator[tuple[Any, Other]]:
    """The block works in a transaction; between that and its commit, the other goes as far as it can."""
    comes = Other(other)
    async with unit_of_work as work:
        yield work, comes
        await comes.run_ahead()
