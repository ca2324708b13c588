"""What time does with broadcasts. The tick may run twice, or in two places: each row is taken by a guarded update."""

from collections.abc import Callable
from datetime import timedelta

from services.notification.broadcasts.model import CANCELLED, cause_of, ended, started
from services.notification.broadcasts.store import BroadcastWork
from services.notification.broadcasts.values import Broadcast, BroadcastStatus, Progress
from services.notification.events import BroadcastFinished
from services.notification.queueing import Cause, queue
from services.notification.templates import Templates
from services.notification.truth import CALLED_OFF
from services.notification.values import Notice
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import StaleVersion

# Since it was begun. One that was approved is in the books, and stays.
DRAFTS_KEPT = timedelta(days=30)


class BroadcastTick:
    """Called by the scheduler."""

    def __init__(self, unit_of_work: Callable[[], BroadcastWork], clock: Clock, ids: Ids, templates: Templates) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._templates = templates

    async def run_due(self) -> int:
        """Start those whose time has come, end those of which nothing is left; how many that were."""
        try:
            async with self._unit_of_work() as work:
                return await self._start(work) + await self._call_off(work) + await self._end(work)
        except StaleVersion:  # somebody pauses one just now: the next tick sees it
            return 0

    async def forget_drafts(self) -> int:
        """Those that nobody has approved; how many. Whoever approves one just now finds it gone, or keeps it."""
        async with self._unit_of_work() as work:
            return await work.broadcasts.forget_drafts(self._clock.now() - DRAFTS_KEPT)

    async def _start(self, work: BroadcastWork) -> int:
        now = self._clock.now()
        due = await work.broadcasts.to_start(now)
        for old in due:
            await work.broadcasts.save(old, started(old, now))
            if old.segment.visit_on is not None:
                await work.broadcasts.call_off_visits(old, now, CALLED_OFF)
        return len(due)

    async def _call_off(self, work: BroadcastWork) -> int:
        """What was in flight when it was cancelled, and came back."""
        return sum([await work.broadcasts.call_off(one, CANCELLED) for one in await work.broadcasts.to_call_off()])

    async def _end(self, work: BroadcastWork) -> int:
        over = await work.broadcasts.to_end()
        progress = await work.broadcasts.progress([one.id for one in over])
        for old in over:
            new, counts = ended(old, self._clock.now()), progress[old.id]
            await work.broadcasts.save(old, new)
            await work.record([_finished(new, counts)])
            if new.status is BroadcastStatus.FINISHED:
                await self._tell(work, new, counts)
        return len(over)

    async def _tell(self, work: BroadcastWork, broadcast: Broadcast, counts: Progress) -> None:
        """Whoever approved it; all operators when that was from the shell, or they are no operator any more."""
        by, operators = broadcast.approved_by, await work.contacts.operators()
        told = [by] if by in operators else operators
        values = {
            "recipients": counts.total,
            "reached": counts.sent,
            "failed": counts.failed,
            "unknown": counts.unknown,
            "suppressed": counts.suppressed,
        }
        notices = [Notice(recipient_id=one, template="operator_broadcast_finished", values=values) for one in told]
        cause = Cause(id=f"{cause_of(broadcast.id)}:finished")
        await queue(work, notices, cause, templates=self._templates, ids=self._ids, now=self._clock.now())


def _finished(broadcast: Broadcast, counts: Progress) -> BroadcastFinished:
    return BroadcastFinished(
        broadcast_id=broadcast.id,
        sent=counts.sent,
        failed=counts.failed,
        suppressed=counts.suppressed,
        unknown=counts.unknown,
    )
