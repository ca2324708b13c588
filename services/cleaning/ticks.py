"""What time does to jobs. The tick may run twice, or in two places: each row is taken by a guarded save."""

from collections.abc import Callable

from services.cleaning.dispatch import let_time_pass
from services.cleaning.policies import DispatchPolicy
from services.cleaning.ports import CleaningWork, roster_for
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import StaleVersion

LIMIT = 100


class CleaningTicks:
    """Called by the scheduler."""

    def __init__(
        self, unit_of_work: Callable[[], CleaningWork], clock: Clock, ids: Ids, policy: DispatchPolicy
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._policy = policy

    async def run_due(self) -> int:
        """Close late offers, ask the next, open the pool, give up, and tell of no-shows; how many jobs changed."""
        async with self._unit_of_work() as work:
            due = await work.jobs.due(self._clock.now(), LIMIT)
        done = 0
        for job_id in due:
            try:
                done += await self._let_time_pass(job_id)
            except StaleVersion:
                continue
        return done

    async def _let_time_pass(self, job_id: str) -> bool:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            old = await work.jobs.get(job_id)
            roster = await roster_for(work, old, self._policy, now)
            new, events = let_time_pass(old, roster, self._policy, self._ids, now)
            if new is not old:
                await work.jobs.save(old, new, events)
        return new is not old
