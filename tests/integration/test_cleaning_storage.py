"""Jobs in a database: who is first is decided there, and what was written is what is read."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from messaging.envelope import decode
from services.cleaning.events import OfferAccepted
from services.cleaning.refusals import TakenByAnother
from services.cleaning.values import JobStatus
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import NotFound, StaleVersion
from storage.cleaning.tables import messaging, metadata
from storage.engine import Database
from tests.support.cleaning import FRIDAY_2PM, Cleaning, confirmed, visit
from tests.support.fresh import Fresh
from tests.support.stored_cleaning import cleaning_in

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def database(fresh: Fresh) -> AsyncIterator[Database]:
    database = Database(fresh("cleaning"))
    yield database
    await database.close()


@pytest.fixture
def cleaning(database: Database) -> Cleaning:
    return cleaning_in(database)


async def log(database: Database) -> list[Received]:
    async with database.read() as connection:
        table = messaging.event_log
        return [decode(row.body) for row in await connection.execute(select(table).order_by(table.c.position))]


def names(received: list[Received]) -> list[str]:
    return [type(one.event).__name__ for one in received]


async def pool_of(cleaning: Cleaning, count: int) -> tuple[str, list[str]]:
    """A job that all of these have been offered."""
    cleaner_ids = [f"cleaner-{number:02}" for number in range(count)]
    await cleaning.join(*cleaner_ids)
    job = await cleaning.confirm()
    for _ in cleaner_ids:
        await cleaning.pass_time(minutes=10)
    assert len((await cleaning.use.job(job_id=job.id)).pending()) == count
    return job.id, cleaner_ids


async def test_the_migration_makes_the_tables_that_the_code_expects(database):
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert [found for found in differences if "alembic_version" not in str(found)] == []


async def test_of_twenty_who_accept_at_once_exactly_one_wins(cleaning, database):
    job_id, cleaner_ids = await pool_of(cleaning, 20)
    answers = await asyncio.gather(
        *(cleaning.use.accept(job_id=job_id, cleaner_id=one, visit_revision=1) for one in cleaner_ids),
        return_exceptions=True,
    )
    assert Counter(type(answer).__name__ for answer in answers) == {"Job": 1, "TakenByAnother": 19}
    job = await cleaning.use.job(job_id=job_id)
    refused = [answer for answer in answers if isinstance(answer, TakenByAnother)]
    assert all(answer.job.cleaner_id == job.cleaner_id for answer in refused)
    told = Counter(names(await log(database)))
    assert (told["OfferAccepted"], told["OfferRevoked"]) == (1, 19)


async def test_two_units_of_work_that_read_the_same_job_cannot_both_write(cleaning):
    await cleaning.join("a")
    old = await cleaning.confirm()
    new, events = old.call_off(reason="changed_mind")
    async with cleaning.open_work() as work:
        await work.jobs.save(old, new, events)
    with pytest.raises(StaleVersion):
        async with cleaning.open_work() as work:
            await work.jobs.save(old, new, events)


async def test_the_database_allows_one_offer_at_a_time(cleaning):
    await cleaning.join("a", "b")
    old = await cleaning.confirm()
    deadline = FRIDAY_2PM - timedelta(hours=2)
    new, events = old.ask(["b"], deadline=deadline, look_at=deadline, ids=cleaning.ids)
    with pytest.raises(IntegrityError):
        async with cleaning.open_work() as work:
            await work.jobs.save(old, new, events)
    assert await cleaning.use.job(job_id=old.id) == old


async def test_what_is_written_is_what_is_read(cleaning):
    await cleaning.join("a", "b", areas=("mapo", "songpa"), days=(5, 6))
    job = await cleaning.confirm()
    job = await cleaning.use.accept(job_id=job.id, cleaner_id="a", visit_revision=1)
    assert await cleaning.use.job(job_id=job.id) == job
    job = await cleaning.move(job, FRIDAY_2PM + timedelta(days=1))
    assert [offer.moved_from for offer in job.offers] == [None, FRIDAY_2PM]
    job = await cleaning.use.accept(job_id=job.id, cleaner_id="a", visit_revision=2)
    cleaning.clock.set(job.visit.starts_at)
    for step in (cleaning.use.en_route, cleaning.use.start, cleaning.use.finish):
        job = await step(job_id=job.id, cleaner_id="a")
        assert await cleaning.use.job(job_id=job.id) == job
        assert await cleaning.use.job_of_reservation(reservation_id="r1") == job
    cleaner = await cleaning.use.cleaner(cleaner_id="a")
    assert cleaner is not None
    assert (cleaner.areas, cleaner.days, cleaner.version) == (("mapo", "songpa"), (5, 6), 1)


async def test_events_are_numbered_without_a_gap_and_know_their_cause(cleaning, database):
    await cleaning.join("a", "b")
    cause = cleaning.ids.new()
    async with cleaning.open_work() as work:
        event = confirmed("r1", "customer", visit())
        received = Received(
            id=cause, source="/ssak3/reservation", subject="r1", sequence=2, time=cleaning.clock.now(),
            causation_id=None, traceparent=None, event=event,
        )  # fmt: skip
        work.because_of(received)
        await cleaning.reactions[type(event)](work, received)
    job = await cleaning.use.job_of_reservation(reservation_id="r1")
    job = await cleaning.use.decline(job_id=job.id, cleaner_id="a", visit_revision=1)
    job = await cleaning.use.accept(job_id=job.id, cleaner_id="b", visit_revision=1)
    await cleaning.use.withdraw(job_id=job.id, cleaner_id="b")
    of_job = [one for one in await log(database) if one.subject == job.id]
    assert [one.sequence for one in of_job] == list(range(1, len(of_job) + 1))
    assert names(of_job) == ["JobOffered", "OfferDeclined", "JobOffered", "OfferAccepted", "JobWithdrawn"]
    assert [one.causation_id for one in of_job[:2]] == [cause, None]
    assert of_job[2].causation_id == of_job[1].id


async def test_choosing_reads_who_is_busy_who_had_few_jobs_and_who_came_last_time(cleaning):
    await cleaning.join("a", "b")
    first = await cleaning.confirm("r1")
    first = await cleaning.use.accept(job_id=first.id, cleaner_id="a", visit_revision=1)
    same_time = await cleaning.confirm("r2", "second", starts_at=FRIDAY_2PM + timedelta(hours=2))
    later = await cleaning.confirm("r3", "third", starts_at=FRIDAY_2PM + timedelta(hours=3))
    assert [job.pending()[0].cleaner_id for job in (same_time, later)] == ["b", "b"]
    async with cleaning.open_work() as work:
        assert await work.jobs.busy(same_time) == {"a"}
        assert await work.jobs.busy(later) == set()
        assert await work.jobs.clash("a", same_time) == first
        assert await work.jobs.counts_since(FRIDAY_2PM) == {"a": 1}
        assert await work.jobs.counts_since(FRIDAY_2PM + timedelta(hours=1)) == {}
    cleaning.clock.set(FRIDAY_2PM)
    for step in (cleaning.use.en_route, cleaning.use.start, cleaning.use.finish):
        await step(job_id=first.id, cleaner_id="a")
    again = await cleaning.confirm("r4", starts_at=FRIDAY_2PM + timedelta(days=3))
    assert again.pending()[0].cleaner_id == "a"


async def test_lists_of_a_cleaner(cleaning):
    await cleaning.join("a")
    late = await cleaning.confirm("r1", starts_at=FRIDAY_2PM.replace(hour=18))
    early = await cleaning.confirm("r2", starts_at=FRIDAY_2PM.replace(hour=8))
    assert [job.id for job in await cleaning.use.open_offers(cleaner_id="a")] == [late.id, early.id]
    async with cleaning.open_work() as work:
        assert set(await work.jobs.in_hand("a")) == {late.id, early.id}
        assert await work.jobs.in_hand("b") == []
    for job in (late, early):
        await cleaning.use.accept(job_id=job.id, cleaner_id="a", visit_revision=1)
    async with cleaning.open_work() as work:
        assert set(await work.jobs.in_hand("a")) == {late.id, early.id}
    friday = FRIDAY_2PM.date()
    mine = await cleaning.use.jobs_of(cleaner_id="a", first=friday, last=friday)
    assert [job.id for job in mine] == [early.id, late.id]
    thursday = friday - timedelta(days=1)
    assert await cleaning.use.jobs_of(cleaner_id="a", first=thursday, last=thursday) == []
    assert await cleaning.use.open_offers(cleaner_id="a") == []


async def test_two_tickers_at_once_are_harmless(cleaning, database):
    await cleaning.join("a", "b")
    job = await cleaning.confirm()
    cleaning.clock.advance(minutes=10)
    await asyncio.gather(*(cleaning.ticks.run_due() for _ in range(4)))
    assert Counter(names(await log(database))) == {
        "CleanerRegistered": 2, "JobOffered": 2, "OfferExpired": 1,
    }  # fmt: skip
    await cleaning.until(FRIDAY_2PM - timedelta(hours=2))
    assert (await cleaning.use.job(job_id=job.id)).status is JobStatus.UNFILLED
    assert await cleaning.ticks.run_due() == 0


async def test_a_changed_cleaner_is_found_where_they_come_now(cleaning):
    await cleaning.join("a", areas=("mapo", "songpa"))
    await cleaning.join("a", areas=("gangnam", "songpa"))
    async with cleaning.open_work() as work:
        assert await work.cleaners.in_area("mapo") == []
        assert [one.id for one in await work.cleaners.in_area("gangnam")] == ["a"]
        stale = replace(await work.cleaners.get("a"), version=1)
        with pytest.raises(StaleVersion):
            await work.cleaners.save(stale, stale, [])
        with pytest.raises(NotFound):
            await work.cleaners.get("nobody")


async def test_the_database_knows_the_winner_by_name(cleaning, database):
    job_id, cleaner_ids = await pool_of(cleaning, 2)
    await cleaning.use.accept(job_id=job_id, cleaner_id=cleaner_ids[1], visit_revision=1)
    (accepted,) = (one.event for one in await log(database) if isinstance(one.event, OfferAccepted))
    assert (accepted.cleaner_id, accepted.cleaner_name, accepted.payout_krw) == (
        cleaner_ids[1],
        f"OO클린 {cleaner_ids[1]}",
        68_000,
    )
