"""Customers whom programs name at the same moment: one transaction, and each gets their own answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.people import People, newcomer
from bot.records import PersonRecord
from bot.welcoming import Welcoming
from messaging.json_text import from_json
from services.shared_kernel.refusal import NotFound, StaleVersion
from services.shared_kernel.tracing import Tracing, current_traceparent
from services.shared_kernel.transient import Away
from ssak3.system import bits
from storage.bot.repositories import BotUnitOfWork
from storage.bot.tables import messaging
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.races import while_open
from tests.support.statements import statements
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"
CLOCK = FakeClock()


class Bot:
    """One process of it."""

    def __init__(self, url: str, ids: FakeIds) -> None:
        self.database = Database(url)
        self.context = Context(tables=messaging, database=self.database, clock=CLOCK, ids=ids)
        self.people = People(self.work, CLOCK, ids, ids.new)
        self.welcoming = Welcoming(self.work, CLOCK)

    def work(self) -> BotUnitOfWork:
        return BotUnitOfWork(self.context)

    async def welcome(self, *person_ids: str) -> list[PersonRecord | BaseException]:
        return await asyncio.gather(*(self.welcoming.welcome(one) for one in person_ids), return_exceptions=True)

    async def told(self) -> list[tuple[str, str | None]]:
        """Whose linking the outbox tells of, in its order, and of which trace that is."""
        outbox = messaging.outbox
        async with self.database.read() as connection:
            rows = (await connection.execute(select(outbox).order_by(outbox.c.position))).all()
        return [(from_json(row.body)["data"]["person_id"], row.traceparent) for row in rows]


@pytest_asyncio.fixture
async def bot(fresh: Fresh) -> AsyncIterator[Bot]:
    made = Bot(fresh("bot"), FakeIds(CLOCK))
    yield made
    await made.database.close()


@pytest_asyncio.fixture
async def replicas(fresh_postgresql: Fresh) -> AsyncIterator[tuple[Bot, Bot]]:
    url, ids = fresh_postgresql("bot"), FakeIds(CLOCK)
    made = Bot(url, ids), Bot(url, ids)
    yield made
    for one in made:
        await one.database.close()


def ids_of(found: list[PersonRecord | BaseException]) -> list[str]:
    return [one.id for one in found if isinstance(one, PersonRecord)]


async def test_many_newcomers_take_as_many_statements_as_one_and_are_told_of_in_their_order(bot):
    ids = [f"c{number:02}" for number in reversed(range(25))]
    with statements(bot.database) as of_one:
        await bot.welcome("c")
    with statements(bot.database) as carried_out:
        found = await bot.welcome(*ids)
    assert ids_of(found) == ids
    assert sum("INSERT INTO bot_person" in each for each in carried_out) == (25 if bot.database.is_sqlite else 1)
    assert sum("FROM bot_person" in each for each in carried_out) == 1
    assert bot.database.is_sqlite or len(carried_out) == len(of_one)
    assert [who for who, _ in await bot.told()] == ["c", *ids]
    assert list(found) == [await bot.people.get(one) for one in ids]
    assert {(one.role, one.language, one.version) for one in found} == {("customer", "ko", 1)}


async def test_who_is_known_is_read_in_one_statement_and_nobody_is_told(bot):
    ids = [f"c{number}" for number in range(25)]
    first = await bot.welcome(*ids)
    with statements(bot.database) as carried_out:
        assert await bot.welcome(*ids) == first
    assert len(carried_out) == 1
    assert len(await bot.told()) == 25


async def test_each_gets_their_own_answer(bot):
    cleaner = await bot.people.join(code=await bot.people.invite("cleaner"), channel="web")
    [known] = await bot.welcome("known")
    first, refused, again, last = await bot.welcome("a", cleaner.id, "known", "b")
    assert (first.id, again, last.id) == ("a", known, "b")
    assert isinstance(refused, NotFound)
    assert [who for who, _ in await bot.told()] == [cleaner.id, "known", "a", "b"]


async def test_the_same_id_at_once_is_one_person(bot):
    found = await bot.welcome("a", "b", "a", "a")
    assert ids_of(found) == ["a", "b", "a", "a"]
    assert [who for who, _ in await bot.told()] == ["a", "b"]


async def test_each_is_told_of_in_the_trace_of_who_asked(bot):
    tracing = Tracing(bits)

    async def ask(person_id: str) -> tuple[str, str | None]:
        with tracing.begin("call"):
            await bot.welcoming.welcome(person_id)
            return person_id, current_traceparent()

    asked = await asyncio.gather(*(ask(one) for one in "abc"))
    assert await bot.told() == asked
    assert len({traceparent for _, traceparent in asked} - {None}) == 3


async def test_one_whom_a_replica_welcomes_just_now_is_one_person_and_the_others_are_there_too(replicas):
    one, other = replicas
    async with while_open(one.work(), other.welcome("c", "b", "a")) as (work, comes):
        person, linked = newcomer("b", "customer", "ko", "api", CLOCK.now())
        await work.persons.save(None, person, [linked])
        await work.persons.write()
    assert ids_of(await comes.result()) == ["c", "b", "a"]
    assert sorted(who for who, _ in await one.told()) == ["a", "b", "c"]


async def test_replicas_that_welcome_the_same_people_in_another_order_make_each_once(replicas):
    one, other = replicas
    ids = [f"c{number}" for number in range(30)]
    await asyncio.gather(one.welcome("a"), other.welcome("b"))  # each has a connection
    found = await asyncio.gather(one.welcome(*ids), other.welcome(*reversed(ids)))
    assert [ids_of(each) for each in found] == [ids, ids[::-1]]
    assert sorted(who for who, _ in await one.told()) == sorted([*ids, "a", "b"])


async def test_an_id_that_cannot_be_kept_harms_no_other(replicas):
    first, bad, last = await replicas[0].welcome("a", "\0", "b")
    assert (first.id, last.id) == ("a", "b")
    assert isinstance(bad, Exception)


async def test_a_database_that_is_away_is_away_for_all():
    bot = Bot(NOWHERE, FakeIds(CLOCK))
    assert [type(one) for one in await bot.welcome("a", "b", "c")] == [Away] * 3
    await bot.database.close()


async def test_a_new_one_is_there_for_whoever_looks_for_people(bot):
    new, linked = newcomer("a", "customer", "ko", "api", CLOCK.now())
    async with bot.work() as work:
        await work.persons.save(None, new, [linked])
        assert await work.persons.find("a") == new
        await work.persons.save(new, changed := replace(new, version=2, language="en"), [])
        assert await work.persons.find_all(["a", "b"]) == {"a": changed}


async def test_an_id_that_is_taken_shows_in_the_end_and_nothing_is_written(bot):
    await bot.welcome("b")

    async def add_both() -> None:
        async with bot.work() as work:
            for one in "ab":
                person, linked = newcomer(one, "customer", "ko", "api", CLOCK.now())
                await work.persons.save(None, person, [linked])

    with pytest.raises(StaleVersion):
        await add_both()
    assert await bot.people.find("a") is None
    assert [who for who, _ in await bot.told()] == ["b"]
