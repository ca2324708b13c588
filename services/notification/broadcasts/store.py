"""What broadcasts need of the storage, besides what notification has."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.notification.broadcasts.audience import Candidate
from services.notification.broadcasts.values import Broadcast, Progress, Recipient, Segment
from services.notification.model import Delivery, Notification
from services.notification.ports import NotificationWork


class Broadcasts(Protocol):
    """Broadcasts, and their part of the ledger."""

    async def find(self, broadcast_id: str) -> Broadcast | None: ...

    async def find_all(self, broadcast_ids: Collection[str]) -> Mapping[str, Broadcast]: ...

    async def save(self, old: Broadcast | None, new: Broadcast) -> None:
        """Write it. StaleVersion when it isn't `old` any more."""
        ...

    async def forget_drafts(self, before: datetime) -> int:
        """Those that were begun before, and that nobody has approved; how many."""
        ...

    async def latest(self, limit: int) -> Sequence[Broadcast]:
        """The newest first."""
        ...

    async def to_start(self, now: datetime) -> Sequence[Broadcast]:
        """Scheduled ones whose time has come."""
        ...

    async def to_end(self) -> Sequence[Broadcast]:
        """Running, paused or just cancelled ones of which nothing is in flight or to be sent."""
        ...

    async def candidates(self, segment: Segment, now: datetime) -> Sequence[Candidate]:
        """Everybody of a segment; operators never are."""
        ...

    async def add_all(self, told: Sequence[tuple[Notification, Delivery]]) -> None:
        """The ledger's entries of one broadcast, thousands at once; nobody may be in it twice."""
        ...

    async def call_off(self, broadcast_id: str, reason: str) -> int:
        """Suppress all that waits; how many that were."""
        ...

    async def call_off_visits(self, broadcast: Broadcast, now: datetime, reason: str) -> int:
        """Suppress what waits for whoever has no visit on its segment's day any more; how many that were."""
        ...

    async def with_visit(self, broadcast: Broadcast, people: Collection[str], now: datetime) -> Collection[str]:
        """Those of these people who have a visit on its segment's day still."""
        ...

    async def to_call_off(self) -> Sequence[str]:
        """Cancelled ones of which something waits after all: it was in flight and came back."""
        ...

    async def progress(self, broadcast_ids: Collection[str]) -> Mapping[str, Progress]: ...

    async def recipients(self, broadcast_id: str, after: str, limit: int) -> Sequence[Recipient]:
        """By their ids, those after this one."""
        ...

    async def over_before(self, before: datetime) -> Sequence[str]:
        """Those that ended before then."""
        ...

    async def purge_recipients(self, broadcast_id: str, limit: int) -> int:
        """Of one that is over: so many notifications with their deliveries; how many there were."""
        ...

    async def purge(self, broadcast_id: str) -> int:
        """One that is over, once nobody is left in the ledger whom it was told to: 1, else 0."""
        ...


class BroadcastWork(NotificationWork, Protocol):
    """A unit of work of this context."""

    @property
    def broadcasts(self) -> Broadcasts: ...
