"""Which of several processes does what only one may do at a time: whoever holds the lease of that name.

For the schedulers it only saves work; rule 14 keeps it safe. For the senders of a token it keeps the rate one.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

LEASE_LIFE = timedelta(seconds=10)
RENEW_SECONDS = 3.0

SCHEDULER = "scheduler"
SENDER = "sender"


class Leases(Protocol):
    """Rows that one holder has at a time."""

    async def take(self, name: str, life: timedelta) -> bool: ...

    async def give_up(self, name: str) -> None: ...


class Leader:
    """Asks for the lease every few seconds; a leader that was killed is followed when its lease ends."""

    def __init__(
        self, leases: Leases, name: str, *, life: timedelta = LEASE_LIFE, renew_seconds: float = RENEW_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._leases = leases
        self._name = name
        self._life = life
        self._renew_seconds = renew_seconds
        self._monotonic = monotonic
        self.is_leader = False
        self._asked_at = 0.0
        self._has_waited = False

    async def stand(self) -> bool:
        """Take or keep the lease; whether it is ours now. A database that is away: it isn't."""
        asked_at = self._monotonic()
        try:
            leads = await self._leases.take(self._name, self._life)
        except Exception:
            self.is_leader = False
            raise
        if not leads and not self._has_waited:
            log.info(f"{self._name}.waits")
        elif leads and self._has_waited:
            log.info(f"{self._name}.leads")
        self.is_leader, self._has_waited, self._asked_at = leads, not leads, asked_at
        return leads

    def holds(self) -> bool:
        """Whether it is still ours for sure, though we may have been held up since we asked; for a second at least."""
        return self.is_leader and self._monotonic() < self._asked_at + self._life.total_seconds() - 1.0

    async def keep(self) -> bool:
        """The same, asking again when it is time to."""
        if self.is_leader and self._monotonic() < self._asked_at + self._renew_seconds:
            return True
        return await self.stand()

    async def resign(self) -> None:
        """Another may follow at once."""
        if self.is_leader:
            self.is_leader = False
            await self._leases.give_up(self._name)
