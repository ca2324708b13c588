"""What the bot forgets by itself: at its bound, not before, and nothing that is still of use."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot import retention
from bot.links import BadCode, Links
from bot.people import INVITE_LIFE, BadInvite, People
from bot.retention import CODES_KEPT, DRAFTS_KEPT, SAID_KEPT, Retention
from storage.bot import tables
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.broadcasts import approved, drafted, people
from tests.support.fresh import Fresh
from tests.support.notification import at_home
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio
A_MOMENT = timedelta(seconds=1)


class Bot:
    """Its people, their codes, and what it forgets."""

    def __init__(self, url: str) -> None:
        self.clock = FakeClock()
        ids, self.database = FakeIds(self.clock), Database(url)
        self.context = Context(tables=tables.messaging, database=self.database, clock=self.clock, ids=ids)
        codes = iter(f"CODE{number}" for number in range(100))
        self.people = People(self.work, self.clock, ids, lambda: next(codes))
        self.links = Links(self.work, self.clock, lambda: next(codes))
        self.retention = Retention(self.work, self.clock)

    def work(self) -> BotUnitOfWork:
        return BotUnitOfWork(self.context)

    async def kept(self) -> dict[str, int]:
        found = (tables.invite, tables.link_code, tables.draft, tables.received)
        async with self.database.read() as connection:
            counts = [(await connection.execute(select(func.count()).select_from(one))).scalar_one() for one in found]
        return dict(zip(("invites", "codes", "drafts", "said"), counts, strict=True))

    async def passes(self, duration: timedelta) -> int:
        self.clock.advance(seconds=duration.total_seconds())
        return await self.retention.forget()


@pytest_asyncio.fixture
async def bot(fresh: Fresh) -> AsyncIterator[Bot]:
    opened = Bot(fresh("bot"))
    yield opened
    await opened.database.close()


async def test_codes_are_forgotten_a_month_after_they_are_over_used_or_not(bot: Bot):
    """Until then the chat that used one may open its link again; afterwards it is as any wrong code."""
    unused, used = await bot.people.invite("cleaner"), await bot.people.invite("operator")
    person = await bot.people.join(code=used, channel="telegram", address="1")
    await bot.links.use_code(await bot.links.new_code(person.id), "telegram", "2")
    await bot.links.new_code(person.id)
    assert await bot.passes(timedelta(0)) == 0
    assert await bot.passes(CODES_KEPT) == 0, "those of links are over a quarter of an hour later"
    assert await bot.passes(timedelta(hours=1)) == 2
    assert await bot.passes(INVITE_LIFE - timedelta(hours=1)) == 0
    assert (await bot.people.join(code=used, channel="telegram", address="1")).id == person.id
    assert await bot.passes(A_MOMENT) == 2
    assert await bot.kept() == {"invites": 0, "codes": 0, "drafts": 0, "said": 0}
    for code in (unused, used):
        with pytest.raises(BadInvite):
            await bot.people.join(code=code, channel="telegram", address="1")
    with pytest.raises(BadCode):
        await bot.links.use_code("CODE2", "telegram", "2")


async def test_a_draft_that_nobody_goes_on_with_is_forgotten_with_the_address_in_it(bot: Bot):
    async with bot.work() as work:
        for person_id in ("old", "goes on"):
            await work.drafts.save(person_id, {"booking": {"address": "마포구 OO로 12"}}, bot.clock.now())
    assert await bot.passes(DRAFTS_KEPT) == 0
    async with bot.work() as work:
        await work.drafts.save("goes on", {"booking": None}, bot.clock.now())
    assert await bot.passes(A_MOMENT) == 1
    async with bot.work() as work:
        assert await work.drafts.load("old") is None
        assert await work.drafts.load("goes on") == {"booking": None}


async def test_what_was_said_is_forgotten_once_it_is_answered(bot: Bot, monkeypatch: pytest.MonkeyPatch):
    """Part by part; what waits for its answer waits on, and a double within the bound is known."""
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 2)

    async def say(client_id: str) -> bool:
        async with bot.work() as work:
            return await work.received.add("minji", client_id, client_id, "안녕하세요", "", bot.clock.now(), None)

    for number in range(6):
        assert await say(f"c-{number}")
    async with bot.work() as work:
        for _ in range(5):
            message = await work.received.next_of("minji")
            assert message is not None
            assert await work.received.answered(message.position, bot.clock.now())
    assert await bot.passes(SAID_KEPT) == 0
    assert not await say("c-0")
    assert await bot.passes(A_MOMENT) == 5
    async with bot.work() as work:
        message = await work.received.next_of("minji")
        assert message is not None
        assert message.client_id == "c-5"


async def test_a_broadcast_that_was_never_approved_is_forgotten_and_no_other(fresh: Fresh):
    async with at_home(fresh) as home:
        await people(home, 2)
        sent, draft = await approved(home), await drafted(home)
        home.clock.advance(days=30)
        assert await home.broadcast_tick.forget_drafts() == 0
        home.clock.advance(seconds=1)
        assert await home.broadcast_tick.forget_drafts() == 1
        assert await home.broadcast_tick.forget_drafts() == 0
        async with home.work() as work:
            assert set(await work.broadcasts.find_all([sent.id, draft.broadcast_id])) == {sent.id}
