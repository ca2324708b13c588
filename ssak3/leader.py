"""Which of several schedulers does the work: whoever holds the lease. It only saves work; rule 14 keeps it safe."""

from datetime import timedelta
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

LEASE = "scheduler"
LEASE_LIFE = timedelta(seconds=10)
RENEW_SECONDS = 3.0


class Leases(Protocol):
    """Rows that one holder has at a time."""

    async def take(self, name: str, life: timedelta) -> bool: ...

    async def give_up(self, name: str) -> None: ...


class Leader:
    """Asks for the lease every few seconds; a leader that was killed is followed when its lease ends."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self.is_leader = False
        self._has_waited = False

    async def stand(self) -> bool:
        """Take or keep the lease; whether it is ours now. A database that is away: it isn't."""
        try:
            leads = await self._leases.take(LEASE, LEASE_LIFE)
        except Exception:
            self.is_leader = False
            raise
        if not leads and not self._has_waited:
            log.info("scheduler.waits")
        elif leads and self._has_waited:
            log.info("scheduler.leads")
        self.is_leader, self._has_waited = leads, not leads
        return leads

    async def resign(self) -> None:
        """Another may follow at once."""
        if self.is_leader:
            self.is_leader = False
            await self._leases.give_up(LEASE)
