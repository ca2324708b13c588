"""What cleaners do: each opens a unit of work, loads, decides, saves."""

from collections.abc import Callable, Sequence
from datetime import date

from services.cleaning.cleaner import Cleaner
from services.cleaning.dispatch import seek
from services.cleaning.model import Events, Job
from services.cleaning.policies import DispatchPolicy
from services.cleaning.ports import CleaningWork, roster_for
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

OpenWork = Callable[[], CleaningWork]


class CleaningUseCases:
    """The commands of the cleaning context. A tap that was done already answers what is there.

    `visit_revision` is that of the button; another one by now is refused with StaleVisit. NotFound: no such job.
    """

    def __init__(self, unit_of_work: OpenWork, clock: Clock, ids: Ids, policy: DispatchPolicy) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._policy = policy

    async def register_cleaner(
        self, *, cleaner_id: str, name: str, areas: Sequence[str], days: Sequence[int], active: bool = True
    ) -> Cleaner:
        """Join, or change. Days are ISO weekdays; not active: no offers for now. Refusal: BadRegistration."""
        async with self._unit_of_work() as work:
            old = await work.cleaners.find(cleaner_id)
            new, events = Cleaner.register(old, id=cleaner_id, name=name, areas=areas, days=days, active=active)
            if new is not old:
                await work.cleaners.save(old, new, events)
        return new

    async def accept(self, *, job_id: str, cleaner_id: str, visit_revision: int, late_ok: bool = False) -> Job:
        """Take the job: the first to accept wins; `late_ok`, though the deadline is over.

        Refusals: NotYourOffer, TakenByAnother, StaleVisit, OfferOver, OfferLate, NotFree, NotFound.
        """
        async with self._unit_of_work() as work:
            cleaner = await work.cleaners.get(cleaner_id)
            old = await work.jobs.get(job_id)
            new, events = old.accept(
                cleaner=cleaner,
                visit_revision=visit_revision,
                late_ok=late_ok,
                clash=await work.jobs.clash(cleaner_id, old),
                offer_id=self._ids.new(),
                at=self._clock.now(),
            )
            if new is not old:
                await work.jobs.save(old, new, events)
        return new

    async def decline(self, *, job_id: str, cleaner_id: str, visit_revision: int) -> Job:
        """Leave the job; the next is asked at once. Refusals: NotYourOffer, TakenByAnother, StaleVisit, OfferOver."""
        async with self._unit_of_work() as work:
            old = await work.jobs.get(job_id)
            new, events = old.decline(cleaner_id=cleaner_id, visit_revision=visit_revision)
            return await self._save_and_seek(work, old, new, events)

    async def withdraw(self, *, job_id: str, cleaner_id: str, visit_revision: int | None = None) -> Job:
        """Give the job back; others are asked at once. Refusals: NotYours, StaleVisit, WrongOrder, NotAllowed."""
        async with self._unit_of_work() as work:
            old = await work.jobs.get(job_id)
            new, events = old.withdraw(
                cleaner_id=cleaner_id, visit_revision=visit_revision, policy=self._policy, at=self._clock.now()
            )
            return await self._save_and_seek(work, old, new, events)

    async def _save_and_seek(self, work: CleaningWork, old: Job, new: Job, events: Events) -> Job:
        if new is old:
            return old
        now = self._clock.now()
        new, asked = seek(new, await roster_for(work, new, self._policy, now), self._policy, self._ids, now)
        await work.jobs.save(old, new, [*events, *asked])
        return new

    async def en_route(self, *, job_id: str, cleaner_id: str, visit_revision: int | None = None) -> Job:
        """On the way. Refusals: NotYours, StaleVisit, WrongOrder, NotAllowed."""
        async with self._unit_of_work() as work:
            old = await work.jobs.get(job_id)
            new, events = old.en_route(cleaner_id=cleaner_id, visit_revision=visit_revision, at=self._clock.now())
            return await _save(work, old, new, events)

    async def start(self, *, job_id: str, cleaner_id: str, visit_revision: int | None = None) -> Job:
        """Start cleaning. Refusals: TooEarly, NotYours, StaleVisit, WrongOrder, NotAllowed."""
        async with self._unit_of_work() as work:
            old = await work.jobs.get(job_id)
            new, events = old.start(
                cleaner_id=cleaner_id, visit_revision=visit_revision, policy=self._policy, at=self._clock.now()
            )
            return await _save(work, old, new, events)

    async def finish(self, *, job_id: str, cleaner_id: str, visit_revision: int | None = None) -> Job:
        """Done (F2). Refusals: NotYours, StaleVisit, WrongOrder, NotAllowed."""
        async with self._unit_of_work() as work:
            old = await work.jobs.get(job_id)
            new, events = old.finish(cleaner_id=cleaner_id, visit_revision=visit_revision, at=self._clock.now())
            return await _save(work, old, new, events)

    async def cleaner(self, *, cleaner_id: str) -> Cleaner | None:
        """Who registered under that person id, if anyone."""
        async with self._unit_of_work() as work:
            return await work.cleaners.find(cleaner_id)

    async def job(self, *, job_id: str) -> Job:
        """The job; NotFound if there is none."""
        async with self._unit_of_work() as work:
            return await work.jobs.get(job_id)

    async def job_of_reservation(self, *, reservation_id: str) -> Job | None:
        """The job of a reservation; none until it is paid."""
        async with self._unit_of_work() as work:
            return await work.jobs.of_reservation(reservation_id)

    async def open_offers(self, *, cleaner_id: str) -> Sequence[Job]:
        """What waits for this cleaner's answer, the most urgent first; see `Job.offer_to`."""
        async with self._unit_of_work() as work:
            return await work.jobs.open_offers(cleaner_id)

    async def jobs_of(self, *, cleaner_id: str, first: date, last: date) -> Sequence[Job]:
        """This cleaner's jobs on these (Korean) days, inclusive, by start."""
        async with self._unit_of_work() as work:
            return await work.jobs.of_cleaner(cleaner_id, first, last)


async def _save(work: CleaningWork, old: Job, new: Job, events: Events) -> Job:
    if new is not old:
        await work.jobs.save(old, new, events)
    return new
