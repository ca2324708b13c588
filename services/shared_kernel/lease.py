"""Which of several processes does what only one may do at a time: whoever holds the lease of that name.

For the schedulers it only saves work; rule 14 keeps it safe. For a token's poller and its sender it keeps them one.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

LIFE = timedelta(seconds=10)
RENEW_SECONDS = 3.0
# Before its end something may still be done that takes no longer.
MARGIN_SECONDS = 1.0


class Leases(Protocol):
    """Rows that one holder has at a time."""

    async def take(self, name: str, life: timedelta) -> bool: ...

    async def give_up(self, name: str) -> None: ...


class Lease:
    """Asked before everything that must not be done twice; most times it answers without a look at the database.

    A holder that was killed is followed when `life` is over. Ours is asked for again after `renew_seconds`, another's
    after `ask_seconds`. `now`: seconds that go on.
    """

    def __init__(
        self, leases: Leases, name: str, *, life: timedelta = LIFE, renew_seconds: float = RENEW_SECONDS,
        ask_seconds: float = 0.0, now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._leases = leases
        self._name = name
        self._life = life
        self._renew_seconds = renew_seconds
        self._ask_seconds = ask_seconds
        self._now = now
        self.is_ours = False
        self._asked_at: float | None = None
        self._has_waited = False

    async def ask(self) -> bool:
        """Take or keep it; whether it is ours now. A database that is away: it isn't."""
        asked_at = self._now()
        try:
            is_ours = await self._leases.take(self._name, self._life)
        except Exception:
            self.is_ours, self._asked_at = False, None
            raise
        if not is_ours and not self._has_waited:
            log.info("lease.waits", lease=self._name)
        elif is_ours and self._has_waited:
            log.info("lease.taken", lease=self._name)
        self.is_ours, self._has_waited, self._asked_at = is_ours, not is_ours, asked_at
        return is_ours

    async def hold(self) -> bool:
        """The same, asking when it is time to."""
        wait = self._renew_seconds if self.is_ours else self._ask_seconds
        if self._asked_at is not None and self._now() < self._asked_at + wait:
            return self.is_ours
        return await self.ask()

    def is_safe(self) -> bool:
        """Whether it is still ours for sure, though we may have been held up since we asked; for a second at least."""
        if not self.is_ours or self._asked_at is None:
            return False
        return self._now() < self._asked_at + self._life.total_seconds() - MARGIN_SECONDS

    async def give_up(self) -> None:
        """Another may follow at once."""
        if self.is_ours:
            self.is_ours, self._asked_at = False, None
            await self._leases.give_up(self._name)
