"""How many calls that pay are under way at a time; the others wait in line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# With a hundred at once each waits for a connection at every one of its twenty statements, until payments aren't
# answered within their three seconds, and cost more than they bring. So many keep two cores busy, and a provider that
# takes all of the three seconds still lets ten a second through.
PLACES = 32
# Who would wait longer is told to come again.
PATIENCE_SECONDS = 10.0


class TooMany(Exception):
    """The line is too long."""


class Door:
    """First come, first served."""

    def __init__(self, places: int = PLACES, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._places = asyncio.Semaphore(places)
        self._patience_seconds = patience_seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One of the places. TooMany when none got free in time."""
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise TooMany from None
        try:
            yield
        finally:
            self._places.release()
