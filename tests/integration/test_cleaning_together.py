"""A batch of paid reservations: each gets the job that it would get alone, and what they share is read once."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
import pytest_asyncio
from sqlalchemy import event as hooks

from services.cleaning.model import Job
from services.cleaning.values import JobStatus
from services.reservation.events import ReservationConfirmed
from services.shared_kernel.event import Event, Received
from storage.cleaning.repositories import CleaningUnitOfWork
from storage.engine import Database
from tests.support.cleaning import FRIDAY_2PM, POLICY, Cleaning, cancelled, confirmed, rescheduled, visit
from tests.support.fresh import Fresh
from tests.support.stored_cleaning import cleaning_in

pytestmark = pytest.mark.asyncio

AREAS = ("mapo", "mapo", "seocho", "mapo")


@pytest_asyncio.fixture
async def database(fresh: Fresh) -> AsyncIterator[Database]:
    database = Database(fresh("cleaning"))
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


async def test_each_is_offered_as_if_it_came_alone(cleaning, fresh: Fresh):
    await staff(cleaning)
    await hear_together(cleaning, some())
    other = Database(fresh("cleaning"))
    alone = cleaning_in(other)
    await staff(alone)
    for one in some():
        await alone.hear(one)
    assert [shape(job) for job in await jobs(cleaning)] == [shape(job) for job in await jobs(alone)]
    assert [job.offers[0].cleaner_id for job in await jobs(cleaning)] == ["a", "a", "c", "a"]
    await other.close()


async def test_what_they_share_is_read_once_and_what_is_new_written_once(cleaning, database):
    await staff(cleaning)
    said = Counter[str]()

    def hear(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        for what in ("INSERT INTO cleaning_job", "INSERT INTO cleaning_offer", "FROM cleaning_cleaner"):
            said[what] += what in statement

    hooks.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    await hear_together(cleaning, some())
    jobs_written = len(AREAS) if database.is_sqlite else 1
    assert said == {
        "INSERT INTO cleaning_job": jobs_written,
        "INSERT INTO cleaning_offer": 1,
        "FROM cleaning_cleaner": 1,
    }


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
