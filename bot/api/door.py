"""How many calls that change something are under way at a time; the others wait in line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# As many as there are connections to a database: any more would only wait for one at each of their twenty statements,
# until payments aren't answered in time and cost more than they bring.
PLACES = 12
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
