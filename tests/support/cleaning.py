"""A cleaning context to try things on: in memory, or on any unit of work it is given."""

import copy
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any, TypeVar

from services.cleaning.cleaner import Cleaner
from services.cleaning.lifecycle import HELD
from services.cleaning.model import Job
from services.cleaning.policies import parse_policies
from services.cleaning.reactions import CleaningReactions
from services.cleaning.ticks import CleaningTicks
from services.cleaning.use_cases import CleaningUseCases
from services.cleaning.values import JobStatus, Visit
from services.reservation import events as reservation
from services.shared_kernel.clock import KST, kst_date
from services.shared_kernel.event import Event, Received
from services.shared_kernel.refusal import NotFound, StaleVersion
from tests.support.time import FakeClock, FakeIds

POLICY = parse_policies((resources.files("services.cleaning") / "policies.toml").read_text(), offer_minutes=10)
# Friday of the model conversations.
FRIDAY_2PM = datetime(2026, 11, 27, 14, 0, tzinfo=KST)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)

T = TypeVar("T")


def visit(starts_at: datetime = FRIDAY_2PM, hours: int = 3, revision: int = 1, area: str = "mapo") -> Visit:
    return Visit(
        service="home",
        size_pyeong=24,
        add_ons=(),
        area=area,
        details_id="details",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        revision=revision,
    )


def now(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited for something")


class Store:
    """What is committed: cleaners, jobs, and every event with its number."""

    def __init__(self) -> None:
        self.cleaners: dict[str, Cleaner] = {}
        self.jobs: dict[str, Job] = {}
        self.log: list[tuple[int, Event]] = []


class MemoryWork:
    """A unit of work over a Store: all or nothing."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cleaners = MemoryCleaners(self)
        self.jobs = MemoryJobs(self)

    async def __aenter__(self) -> "MemoryWork":
        self._before = copy.copy(self.store.cleaners), copy.copy(self.store.jobs), copy.copy(self.store.log)
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is not None:
            self.store.cleaners, self.store.jobs, self.store.log = self._before

    def record(self, events: Sequence[Event]) -> None:
        for event in events:
            numbers = [number for number, known in self.store.log if known.subject == event.subject]
            self.store.log.append((max(numbers, default=0) + 1, event))


class MemoryCleaners:
    def __init__(self, work: MemoryWork) -> None:
        self._work = work

    async def get(self, cleaner_id: str) -> Cleaner:
        if cleaner_id not in self._work.store.cleaners:
            raise NotFound(cleaner_id)
        return self._work.store.cleaners[cleaner_id]

    async def find(self, cleaner_id: str) -> Cleaner | None:
        return self._work.store.cleaners.get(cleaner_id)

    async def save(self, old: Cleaner | None, new: Cleaner, events: Sequence[Event]) -> None:
        self._work.store.cleaners[new.id] = new
        self._work.record(events)

    async def in_area(self, area: str) -> Sequence[Cleaner]:
        return [cleaner for cleaner in self._work.store.cleaners.values() if area in cleaner.areas]


class MemoryJobs:
    def __init__(self, work: MemoryWork) -> None:
        self._work = work

    def _where(self, is_wanted: Callable[[Job], bool]) -> list[Job]:
        found = [job for job in self._work.store.jobs.values() if is_wanted(job)]
        return sorted(found, key=lambda job: (job.visit.starts_at, job.id))

    async def get(self, job_id: str) -> Job:
        if job_id not in self._work.store.jobs:
            raise NotFound(job_id)
        return self._work.store.jobs[job_id]

    async def of_reservation(self, reservation_id: str) -> Job | None:
        return next(iter(self._where(lambda job: job.reservation_id == reservation_id)), None)

    async def save(self, old: Job | None, new: Job, events: Sequence[Event]) -> None:
        if old is not None and self._work.store.jobs[old.id].version != old.version:
            raise StaleVersion(old.id)
        assert old is None or new.version > old.version
        self._work.store.jobs[new.id] = new
        self._work.record(events)

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        return [job.id for job in self._where(lambda job: job.due_at is not None and job.due_at <= now)][:limit]

    async def open_offers(self, cleaner_id: str) -> Sequence[Job]:
        return self._where(lambda job: any(offer.cleaner_id == cleaner_id for offer in job.pending()))

    async def of_cleaner(self, cleaner_id: str, first: date, last: date) -> Sequence[Job]:
        return self._where(
            lambda job: (
                job.cleaner_id == cleaner_id and job.status in HELD and first <= kst_date(job.visit.starts_at) <= last
            )
        )

    async def in_hand(self, cleaner_id: str) -> Sequence[str]:
        to_do = (JobStatus.ASSIGNED, JobStatus.EN_ROUTE, JobStatus.STARTED)
        asked = await self.open_offers(cleaner_id)
        return [job.id for job in self._where(lambda job: job.cleaner_id == cleaner_id and job.status in to_do)] + [
            job.id for job in asked
        ]

    def _at_the_time_of(self, wanted: Job) -> list[Job]:
        return self._where(
            lambda job: (
                job.id != wanted.id
                and job.status in (JobStatus.ASSIGNED, JobStatus.EN_ROUTE, JobStatus.STARTED)
                and job.visit.starts_at < wanted.visit.ends_at
                and job.visit.ends_at > wanted.visit.starts_at
            )
        )

    async def clash(self, cleaner_id: str, job: Job) -> Job | None:
        return next((other for other in self._at_the_time_of(job) if other.cleaner_id == cleaner_id), None)

    async def busy(self, job: Job) -> set[str]:
        return {other.cleaner_id for other in self._at_the_time_of(job) if other.cleaner_id}

    async def counts_since(self, moment: datetime) -> dict[str, int]:
        held = self._where(lambda job: job.status in HELD and job.visit.starts_at >= moment)
        return Counter(job.cleaner_id for job in held if job.cleaner_id)

    async def previous_cleaner(self, customer_id: str) -> str | None:
        finished = self._where(lambda job: job.customer_id == customer_id and job.status is JobStatus.FINISHED)
        return finished[-1].cleaner_id if finished else None


class Cleaning:
    """Use cases, ticks and reactions on one clock. Without `open_work`, in memory: see `store`."""

    def __init__(self, open_work: Callable[[], Any] | None = None, clock: FakeClock | None = None) -> None:
        self.store = Store()
        self.open_work = open_work or (lambda: MemoryWork(self.store))
        self.clock = clock or FakeClock()
        self.ids = FakeIds(self.clock)
        self.use = CleaningUseCases(self.open_work, self.clock, self.ids, POLICY)
        self.ticks = CleaningTicks(self.open_work, self.clock, self.ids, POLICY)
        self.reactions = CleaningReactions(self.clock, self.ids, POLICY).table()

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.store.log]

    def told(self) -> list[str]:
        """The names of all events so far."""
        return [type(event).__name__ for event in self.events]

    async def hear(self, event: Event) -> None:
        """React to an event as the consumer does."""
        received = Received(
            id=self.ids.new(), source="/ssak3/reservation", subject=event.subject, sequence=1, time=self.clock.now(),
            causation_id=None, traceparent=None, event=event,
        )  # fmt: skip
        async with self.open_work() as work:
            await self.reactions[type(event)](work, received)

    async def join(self, *cleaner_ids: str, areas: Sequence[str] = ("mapo",), days: Sequence[int] = EVERY_DAY) -> None:
        for cleaner_id in cleaner_ids:
            await self.use.register_cleaner(cleaner_id=cleaner_id, name=f"OO클린 {cleaner_id}", areas=areas, days=days)

    async def confirm(self, reservation_id: str = "r1", customer_id: str = "customer", **changes: Any) -> Job:
        """A reservation was paid: its job."""
        await self.hear(confirmed(reservation_id, customer_id, visit(**changes)))
        job = await self.use.job_of_reservation(reservation_id=reservation_id)
        assert job is not None
        return job

    async def move(self, job: Job, starts_at: datetime, revision: int | None = None) -> Job:
        """The customer moved it."""
        new = visit(starts_at, revision=revision or job.visit.revision + 1, area=job.visit.area)
        await self.hear(rescheduled(job, new))
        return await self.use.job(job_id=job.id)

    async def cancel(self, job: Job) -> Job:
        """The customer cancelled it."""
        await self.hear(cancelled(job))
        return await self.use.job(job_id=job.id)

    async def pass_time(self, **duration: float) -> None:
        """Let the clock go on, and the scheduler do what is due."""
        self.clock.advance(**duration)
        await self.ticks.run_due()

    async def until(self, moment: datetime) -> None:
        self.clock.set(moment)
        await self.ticks.run_due()


def _visit_told(wanted: Visit) -> dict[str, Any]:
    return {
        "service": wanted.service,
        "size_pyeong": wanted.size_pyeong,
        "add_ons": wanted.add_ons,
        "area": wanted.area,
        "details_id": wanted.details_id,
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        "visit_revision": wanted.revision,
        "price_krw": 80_000,
        "policy_version": "2026-1",
    }


def confirmed(reservation_id: str, customer_id: str, wanted: Visit) -> reservation.ReservationConfirmed:
    return reservation.ReservationConfirmed(
        reservation_id=reservation_id, customer_id=customer_id, version=2, payment_id="payment", attempt_id="attempt",
        paid_krw=80_000, paid_at=wanted.starts_at - timedelta(days=3), method="card", **_visit_told(wanted),
    )  # fmt: skip


def rescheduled(job: Job, new: Visit) -> reservation.ReservationRescheduled:
    return reservation.ReservationRescheduled(
        reservation_id=job.reservation_id, customer_id=job.customer_id, version=3, by="customer",
        old_starts_at=job.visit.starts_at, old_ends_at=job.visit.ends_at, **_visit_told(new),
    )  # fmt: skip


def cancelled(job: Job) -> reservation.ReservationCancelled:
    return reservation.ReservationCancelled(
        reservation_id=job.reservation_id, customer_id=job.customer_id, version=3, by="customer", reason="changed_mind",
        tier_percent=0, paid_krw=80_000, fee_krw=0, refund_krw=80_000, compensation_krw=0, policy_version="2026-1",
        starts_at=job.visit.starts_at, cancelled_at=job.visit.starts_at - timedelta(days=1),
    )  # fmt: skip


def take(cleaning: Cleaning, job: Job, cleaner_id: str, revision: int = 1, late_ok: bool = False) -> Job:
    return now(cleaning.use.accept(job_id=job.id, cleaner_id=cleaner_id, visit_revision=revision, late_ok=late_ok))


def leave(cleaning: Cleaning, job: Job, cleaner_id: str, revision: int = 1) -> Job:
    return now(cleaning.use.decline(job_id=job.id, cleaner_id=cleaner_id, visit_revision=revision))


def assigned(cleaning: Cleaning, *cleaner_ids: str) -> Job:
    """A job that the first of these has."""
    now(cleaning.join(*cleaner_ids or ("a", "b")))
    return take(cleaning, now(cleaning.confirm()), (cleaner_ids or ("a",))[0])


def at_work(cleaning: Cleaning) -> Job:
    job = assigned(cleaning)
    cleaning.clock.set(FRIDAY_2PM)
    now(cleaning.use.en_route(job_id=job.id, cleaner_id="a"))
    return now(cleaning.use.start(job_id=job.id, cleaner_id="a"))


def open_to_all(cleaning: Cleaning, *cleaner_ids: str) -> Job:
    """A job whose pool is open: everybody let ten minutes pass."""
    now(cleaning.join(*cleaner_ids))
    job = now(cleaning.confirm())
    for _ in cleaner_ids:
        now(cleaning.pass_time(minutes=10))
    return now(cleaning.use.job(job_id=job.id))
