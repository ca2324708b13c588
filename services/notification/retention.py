"""What is forgotten of who was told what, and when. The tick may run twice, or in two places: what is gone is gone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from services.notification.broadcasts.store import BroadcastWork
from services.shared_kernel.clock import Clock
from services.shared_kernel.pieces import in_pieces

# As long as the event logs: until then the audit compares the two. What people read stays in their chat.
NEWS_KEPT = timedelta(days=400)


class Retention:
    """Called by the scheduler. Broadcasts that nobody approved are forgotten where they are ticked."""

    def __init__(self, unit_of_work: Callable[[], BroadcastWork], clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def forget(self) -> int:
        """Broadcasts with all that was told by them, other news, and reminders that are over; how many."""
        before = self._clock.now() - NEWS_KEPT
        async with self._unit_of_work() as work:
            over = await work.broadcasts.over_before(before)
            gone = await work.reminders.purge(before)
        for broadcast_id in over:
            gone += await self._forget_broadcast(broadcast_id)
        return gone + await in_pieces(partial(self._forget_news, before))

    async def _forget_broadcast(self, broadcast_id: str) -> int:
        gone = await in_pieces(partial(self._forget_recipients, broadcast_id))
        async with self._unit_of_work() as work:
            # The last of all, so that nobody is left in the ledger whom it can't name.
            return gone + await work.broadcasts.purge(broadcast_id)

    async def _forget_recipients(self, broadcast_id: str, most: int) -> int:
        async with self._unit_of_work() as work:
            return await work.broadcasts.purge_recipients(broadcast_id, most)

    async def _forget_news(self, before: datetime, most: int) -> int:
        async with self._unit_of_work() as work:
            return await work.ledger.purge(before, most)
