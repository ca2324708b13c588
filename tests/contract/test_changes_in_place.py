"""What storage promises of entries that change in place: readers see each change, in its place, and nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from bot.records import Link, Message
from services.shared_kernel.card import Button, Card
from storage.bot import message_log, tables
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

ME, OTHER, KEY = "me", "other", "broadcast:1"


def card(text: str) -> Card:
    return Card(text=text, buttons=(Button(label="잠깐 멈춤", action="bc_pause"),))


@dataclass(kw_only=True)
class Log:
    context: Context
    clock: FakeClock

    def work(self) -> BotUnitOfWork:
        return BotUnitOfWork(self.context)

    async def say(self, text: str, *, person: str = ME, key: str | None = None) -> None:
        async with self.work() as work:
            await work.log.append(person, "bot", card(text), self.clock.now(), key=key)

    async def change(self, text: str, *, person: str = ME, is_final: bool = False) -> bool:
        async with self.work() as work:
            return await work.log.change(person, KEY, card(text), is_final=is_final)

    async def after(self, seq: int) -> list[Message]:
        async with self.work() as work:
            return list(await work.log.after(ME, seq, 100))

    async def texts(self) -> list[str]:
        """As a phone shows them: each in its place."""
        return [each.card.text for each in sorted(await self.after(0), key=lambda each: each.place or each.seq)]


@pytest_asyncio.fixture
async def log(fresh: Fresh) -> AsyncIterator[Log]:
    clock = FakeClock()
    database = Database(fresh("bot"))
    yield Log(context=Context(tables=tables.messaging, database=database, clock=clock, ids=FakeIds(clock)), clock=clock)
    await database.close()


async def test_a_change_comes_after_what_was_read_and_keeps_its_place(log: Log):
    await log.say("0/61", key=KEY)
    await log.say("그 뒤")
    first, second = await log.after(0)
    assert (first.is_open, first.place, second.is_open) == (True, None, False)
    log.clock.advance(minutes=1)
    assert await log.change("40/61")
    [changed] = await log.after(second.seq)
    assert (changed.card, changed.place, changed.is_open, changed.at) == (card("40/61"), first.seq, True, first.at)
    assert await log.change("61/61", is_final=True)
    [final] = await log.after(changed.seq)
    assert (final.card.text, final.place, final.is_open) == ("61/61", first.seq, False)
    assert await log.texts() == ["61/61", "그 뒤"]
    assert not await log.change("62/61")


async def test_the_last_of_all_gets_a_new_number_too(log: Log):
    """SQLite gives the number of a row that is gone to the next one."""
    await log.say("0", key=KEY)
    seen = [(await log.after(0))[0].seq]
    for number in range(1, 4):
        await log.change(str(number))
        [changed] = await log.after(seen[-1])
        seen.append(changed.seq)
    assert seen == sorted(set(seen))
    await log.say("그다음")
    assert [each.card.text for each in await log.after(seen[-1])] == ["그다음"]


async def test_what_says_so_already_stays(log: Log):
    await log.say("40/61", key=KEY)
    [before] = await log.after(0)
    assert not await log.change("40/61")
    assert await log.after(0) == [before]
    assert await log.change("40/61", is_final=True)
    assert [each.is_open for each in await log.after(0)] == [False]


async def test_an_entry_is_its_persons_and_the_newest_of_its_key(log: Log):
    await log.say("mine", key=KEY)
    await log.say("theirs", person=OTHER, key=KEY)
    await log.say("mine again", key=KEY)
    async with log.work() as work:
        assert [(each.person_id, each.card.text) for each in await work.log.open_ones()] == [
            (ME, "mine again"), (OTHER, "theirs"),
        ]  # fmt: skip
    assert await log.change("changed")
    assert await log.texts() == ["mine", "changed"]


async def test_to_find_what_is_open_reads_nothing_else(log: Log):
    """It is looked for every second, and the log grows for ever."""
    is_sqlite = log.context.database.is_sqlite
    dialect: Any = sqlite.dialect() if is_sqlite else postgresql.dialect()
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    plain = message_log._ALL_OPEN.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    async with log.context.database.read() as connection:
        if not is_sqlite:  # which would rather read all of a table as small as this
            await connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join(str(row) for row in await connection.execute(text(f"{explain} {plain}")))
    assert "bot_message_open" in plan, plan


async def test_of_several_who_change_it_at_once_none_doubles_it(log: Log):
    await log.say("0/61", key=KEY)
    await asyncio.gather(*(log.change(f"{number}/61") for number in range(8)), log.change("61/61", is_final=True))
    [only] = await log.after(0)
    assert not only.is_open
    assert only.card.text == "61/61"
    async with log.work() as work:
        assert await work.log.open_ones() == []


async def test_a_chat_remembers_which_message_it_is(log: Log):
    link = Link(
        channel="telegram", address="1", person_id=ME, linked_at=log.clock.now(), blocked_at=None, sent_seq=0
    )  # fmt: skip
    async with log.work() as work:
        await work.links.show(link, 7, 1001)
        await work.links.show(link, 7, 1002)
        await work.links.show(link, 8, 1003)
    async with log.work() as work:
        assert [await work.links.shown(link, place) for place in (7, 8, 9)] == [1002, 1003, None]
        await work.links.forget(link, 7)
        assert [await work.links.shown(link, place) for place in (7, 8)] == [None, 1003]
