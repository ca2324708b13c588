"""A batch of paid reservations: each gets the job that it would get alone, and what they share is read once."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
import pytest_asyncio

from services.cleaning.model import Job
from services.cleaning.refusals import NotFree
from services.cleaning.values import JobStatus
from services.reservation.events import ReservationConfirmed
from services.shared_kernel.event import Event, Received
from storage.cleaning.repositories import CleaningUnitOfWork
from storage.engine import Database
from tests.support.cleaning import FRIDAY_2PM, POLICY, Cleaning, cancelled, confirmed, rescheduled, visit
from tests.support.fresh import Fresh
from tests.support.statements import statements
from tests.support.stored_cleaning import cleaning_in

pytestmark = pytest.mark.asyncio

AREAS = ("mapo", "mapo", "seocho", "mapo")

# What tells statements apart.
BUSY, COUNTS, PREVIOUS = "cleaning_job.starts_at < ", "count(*)", "ORDER BY cleaning_job.starts_at DESC"
KINDS = ("INSERT INTO cleaning_job", "INSERT INTO cleaning_offer", "FROM cleaning_cleaner", BUSY, COUNTS, PREVIOUS)


@pytest_asyncio.fixture
async def database(fresh: Fresh) -> AsyncIterator[Database]:
    database = Database(fresh("cleaning"))
    yield database
    await database.close()


@pytest_asyncio.fixture
async def other(fresh: Fresh) -> AsyncIterator[Database]:
    """Another of the same kind."""
    database = Database(fresh("cleaning"))
    yield database
    await database.close()


@pytest_asyncio.fixture
async def postgresql(fresh_postgresql: Fresh) -> AsyncIterator[Database]:
    database = Database(fresh_postgresql("cleaning"))
    yield database
    await database.close()


@pytest.fixture
def cleaning(database: Database) -> Cleaning:
    return cleaning_in(database)


async def hear_together(cleaning: Cleaning, events: Sequence[Event]) -> None:
    batch = [_received(cleaning, event) for event in events]
    async with cleaning.open_work() as work:
        await cast(CleaningUnitOfWork, work).expect(batch)
        for received in batch:
            await cleaning.reactions[type(received.event)](work, received)


async def hear_one_by_one(cleaning: Cleaning, events: Sequence[Event]) -> None:
    for one in events:
        await cleaning.hear(one)


@contextmanager
def counted(database: Database) -> Iterator[Counter[str]]:
    """How many statements of each kind are carried out meanwhile: known afterwards."""
    said = Counter[str]()
    with statements(database) as carried_out:
        yield said
    said.update(what for statement in carried_out for what in KINDS if what in statement)


def some() -> list[Event]:
    return [
        confirmed(f"r{number}", f"c{number}", visit(FRIDAY_2PM + timedelta(days=number), area=area))
        for number, area in enumerate(AREAS)
    ]


async def jobs(cleaning: Cleaning) -> list[Job]:
    found = [await cleaning.use.job_of_reservation(reservation_id=f"r{number}") for number in range(len(AREAS))]
    return [job for job in found if job is not None]


def shape(job: Job) -> tuple[Any, ...]:
    return job.reservation_id, job.status, job.visit, job.look_at, [offer.cleaner_id for offer in job.offers]


async def staff(cleaning: Cleaning) -> None:
    await cleaning.join("a", "b", areas=["mapo"])
    await cleaning.join("c", areas=["seocho"])


async def test_each_is_offered_as_if_it_came_alone(cleaning, other):
    await staff(cleaning)
    await hear_together(cleaning, some())
    alone = cleaning_in(other)
    await staff(alone)
    await hear_one_by_one(alone, some())
    assert [shape(job) for job in await jobs(cleaning)] == [shape(job) for job in await jobs(alone)]
    assert [job.offers[0].cleaner_id for job in await jobs(cleaning)] == ["a", "a", "c", "a"]


async def test_what_they_share_is_read_once_and_what_is_new_written_once(cleaning, database):
    await staff(cleaning)
    with counted(database) as said:
        await hear_together(cleaning, some())
    singly = len(AREAS) if database.is_sqlite else 1
    assert said == {
        "INSERT INTO cleaning_job": singly,
        "INSERT INTO cleaning_offer": 1,
        "FROM cleaning_cleaner": 1,
        **dict.fromkeys((BUSY, PREVIOUS), singly),
        COUNTS: 1,
    }


async def test_choosing_sees_what_the_same_batch_did_to_somebodys_job(cleaning, other):
    """Each as if it came alone: a is busy until their job is called off, came to c0 last time, and had a job more."""
    found = []
    for each, hear in ((cleaning, hear_together), (cleaning_in(other), hear_one_by_one)):
        await staff(each)
        done = await each.confirm("done", "c0", starts_at=FRIDAY_2PM - timedelta(days=1))
        await each.use.accept(job_id=done.id, cleaner_id="a", visit_revision=1)
        each.clock.set(done.visit.starts_at)
        for step in (each.use.en_route, each.use.start, each.use.finish):
            await step(job_id=done.id, cleaner_id="a")
        theirs = await each.confirm("theirs", "c0", starts_at=FRIDAY_2PM)
        await each.use.accept(job_id=theirs.id, cleaner_id="a", visit_revision=1)
        nobodys = await each.confirm("nobodys", "c9", starts_at=FRIDAY_2PM + timedelta(days=5))
        overlapping = visit(FRIDAY_2PM + timedelta(hours=1))
        batch = [
            confirmed("r0", "c0", overlapping), cancelled(nobodys), confirmed("r1", "c1", visit(FRIDAY_2PM)),
            cancelled(theirs), confirmed("r2", "c0", overlapping), confirmed("r3", "c3", visit(FRIDAY_2PM)),
        ]  # fmt: skip
        await hear(each, batch)
        found.append([shape(job) for job in await jobs(each)])
    together, alone = found
    assert together == alone
    assert [cleaner_ids for *_, cleaner_ids in together] == [["b"], ["b"], ["a"], ["b"]]


async def test_what_was_read_is_read_again_when_somebodys_job_has_changed_and_for_all_that_come(postgresql):
    cleaning = cleaning_in(postgresql)
    await staff(cleaning)
    theirs = await cleaning.confirm("theirs", "c", starts_at=FRIDAY_2PM)
    nobodys = await cleaning.confirm("nobodys", "c", starts_at=FRIDAY_2PM)
    await cleaning.use.accept(job_id=theirs.id, cleaner_id="a", visit_revision=1)
    first, *others = some()
    with counted(postgresql) as said:
        await hear_together(cleaning, [first, cancelled(nobodys), cancelled(theirs), *others])
    assert [said[what] for what in (BUSY, COUNTS, PREVIOUS)] == [2, 2, 2]


async def test_a_job_itself_keeps_nobody_busy(cleaning):
    await staff(cleaning)
    job = await cleaning.confirm("r0", starts_at=FRIDAY_2PM)
    job = await cleaning.use.accept(job_id=job.id, cleaner_id="a", visit_revision=1)
    event = rescheduled(job, visit(FRIDAY_2PM, revision=2))
    async with cleaning.open_work() as work:
        await cast(CleaningUnitOfWork, work).expect([_received(cleaning, event)])
        assert await work.jobs.busy(job) == set()
        assert await work.jobs.busy(like(some()[0])) == {"a"}


async def test_who_took_another_job_since_it_was_read_is_asked_and_cannot_take_both(postgresql):
    cleaning = cleaning_in(postgresql)
    await staff(cleaning)
    known = await cleaning.confirm("known", starts_at=FRIDAY_2PM)
    first, second = (confirmed(f"r{number}", f"c{number}", visit(FRIDAY_2PM)) for number in range(2))
    async with cleaning.open_work() as work:
        await cast(CleaningUnitOfWork, work).expect([_received(cleaning, first), _received(cleaning, second)])
        await cleaning.reactions[type(first)](work, _received(cleaning, first))
        await cleaning.use.accept(job_id=known.id, cleaner_id="a", visit_revision=1)
        await cleaning.reactions[type(second)](work, _received(cleaning, second))
    made = await jobs(cleaning)
    for job in made:
        assert [offer.cleaner_id for offer in job.pending()] == ["a"]
        with pytest.raises(NotFree):
            await cleaning.use.accept(job_id=job.id, cleaner_id="a", visit_revision=1)
    left = await cleaning.use.decline(job_id=made[0].id, cleaner_id="a", visit_revision=1)
    assert [offer.cleaner_id for offer in left.pending()] == ["b"]


async def test_moved_and_cancelled_in_the_batch_that_made_it(cleaning):
    await staff(cleaning)
    first, second, *_ = some()
    await cleaning.hear(first)
    [known] = await jobs(cleaning)
    later = visit(FRIDAY_2PM + timedelta(days=8), revision=2)
    await hear_together(cleaning, [rescheduled(known, later), second, cancelled(known)])
    moved, made = await jobs(cleaning)
    assert (moved.status, moved.visit) == (JobStatus.CALLED_OFF, later)
    assert made.status is JobStatus.OFFERING


async def test_moved_by_an_event_that_waited_for_the_one_that_made_it(cleaning):
    """Within one transaction the second is expected when the first was handled."""
    await staff(cleaning)
    first = some()[0]
    later = visit(FRIDAY_2PM + timedelta(days=8), revision=2)
    async with cleaning.open_work() as work:
        for event in (first, rescheduled(like(first), later)):
            await cast(CleaningUnitOfWork, work).expect([_received(cleaning, event)])
            await cleaning.reactions[type(event)](work, _received(cleaning, event))
    [job] = await jobs(cleaning)
    assert job.visit == later


async def test_a_job_that_is_new_is_there_for_whatever_is_looked_for(cleaning):
    await staff(cleaning)
    async with cleaning.open_work() as work:
        await cleaning.reactions[type(some()[0])](work, _received(cleaning, some()[0]))
        [job] = await work.jobs.open_offers("a")
        assert await work.jobs.get(job.id) == job
        assert await work.jobs.in_hand("a") == [job.id]


def like(event: Event) -> Job:
    """Any job of that reservation: `rescheduled` takes from it what was told of it."""
    assert isinstance(event, ReservationConfirmed)
    return Job.open(
        id="like", reservation_id=event.reservation_id, customer_id=event.customer_id, visit=visit(FRIDAY_2PM),
        price_krw=event.price_krw, policy=POLICY, at=FRIDAY_2PM,
    )  # fmt: skip


def _received(cleaning: Cleaning, event: Event) -> Received:
    return Received(
        id=cleaning.ids.new(), source="/ssak3/reservation", subject=event.subject, sequence=1,
        time=cleaning.clock.now(), causation_id=None, traceparent=None, event=event,
    )  # fmt: skip
