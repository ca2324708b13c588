"""What the cleaning context needs from outside."""

from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime
from typing import Protocol

from services.cleaning.cleaner import Cleaner
from services.cleaning.dispatch import Roster
from services.cleaning.events import CleanerRegistered
from services.cleaning.model import Events, Job
from services.cleaning.policies import DispatchPolicy
from services.shared_kernel.unit_of_work import UnitOfWork


class Cleaners(Protocol):
    """The cleaners there are."""

    async def get(self, cleaner_id: str) -> Cleaner:
        """NotFound if there is none. Held until the end: nobody else changes this cleaner's plans meanwhile."""
        ...

    async def find(self, cleaner_id: str) -> Cleaner | None: ...

    async def save(self, old: Cleaner | None, new: Cleaner, events: Sequence[CleanerRegistered]) -> None:
        """StaleVersion if `old` isn't what is stored any more."""
        ...

    async def in_area(self, area: str) -> Sequence[Cleaner]: ...


class Jobs(Protocol):
    """The jobs there are. What `get` and `of_reservation` return is held until the end: answers come one by one."""

    async def get(self, job_id: str) -> Job:
        """NotFound if there is none."""
        ...

    async def of_reservation(self, reservation_id: str) -> Job | None: ...

    async def save(self, old: Job | None, new: Job, events: Events) -> None:
        """Write it, its offers and its events. StaleVersion if `old` isn't what is stored any more."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Those that time does something to now, the longest due first."""
        ...

    async def open_offers(self, cleaner_id: str) -> Sequence[Job]:
        """Those that wait for this cleaner's answer, by deadline."""
        ...

    async def of_cleaner(self, cleaner_id: str, first: date, last: date) -> Sequence[Job]:
        """Those that are this cleaner's on these (Korean) days, inclusive, by start."""
        ...

    async def in_hand(self, cleaner_id: str) -> Sequence[str]:
        """Those that this cleaner has and hasn't finished, or is asked about."""
        ...

    async def clash(self, cleaner_id: str, job: Job) -> Job | None:
        """Another job that this cleaner has at the time of `job`."""
        ...

    async def busy(self, job: Job) -> Set[str]:
        """The cleaners who have another job at the time of `job`."""
        ...

    async def counts_since(self, moment: datetime) -> Mapping[str, int]:
        """How many visits from then on each cleaner has or had."""
        ...

    async def previous_cleaner(self, customer_id: str) -> str | None:
        """Who cleaned for this customer last."""
        ...


class CleaningWork(UnitOfWork, Protocol):
    """A unit of work of this context."""

    @property
    def cleaners(self) -> Cleaners: ...

    @property
    def jobs(self) -> Jobs: ...


async def roster_for(work: CleaningWork, job: Job, policy: DispatchPolicy, at: datetime) -> Roster:
    """Who could come to this job, as things stand."""
    cleaners = await work.cleaners.in_area(job.visit.area)
    if not cleaners:
        return Roster(cleaners=(), busy=frozenset(), recent={}, previous_cleaner_id=None)
    return Roster(
        cleaners=cleaners,
        busy=await work.jobs.busy(job),
        recent=await work.jobs.counts_since(policy.recent_since(at)),
        previous_cleaner_id=await work.jobs.previous_cleaner(job.customer_id),
    )
