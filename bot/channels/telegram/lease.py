"""One process at a time speaks for a token: who has the lease polls, reads the inbox and sends answers."""

from datetime import datetime, timedelta
from typing import Protocol

from services.shared_kernel.clock import Clock

# Longer than a poll and a request after it may take. A killed holder is followed after as much.
LIFE = timedelta(seconds=20)
RENEW_AFTER = timedelta(seconds=4)
# How often a process that doesn't have it asks.
ASK_EVERY = timedelta(seconds=2)


class Leases(Protocol):
    """Rows that one holder has at a time."""

    async def take(self, name: str, life: timedelta) -> bool: ...

    async def give_up(self, name: str) -> None: ...


class Lease:
    """Asked before everything that must not be done twice; most times it answers without a look at the database."""

    def __init__(self, leases: Leases, clock: Clock, bot_id: int) -> None:
        self._leases = leases
        self._clock = clock
        self._name = f"telegram {bot_id}"
        self._ours = False
        self._look_again: datetime | None = None

    async def hold(self) -> bool:
        """Whether it is ours, for long enough to do one thing."""
        now = self._clock.now()
        if self._look_again is None or now >= self._look_again:
            self._ours = False
            self._ours = await self._leases.take(self._name, LIFE)
            self._look_again = now + (RENEW_AFTER if self._ours else ASK_EVERY)
        return self._ours

    async def give_up(self) -> None:
        """Another process may go on at once."""
        if self._ours:
            self._ours, self._look_again = False, None
            await self._leases.give_up(self._name)
