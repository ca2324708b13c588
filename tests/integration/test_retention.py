"""What is forgotten by itself: at its bound, not before, and nothing that is still of use."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot import retention
from bot.links import BadCode, Links
from bot.people import INVITE_LIFE, BadInvite, People
from bot.retention import CODES_KEPT, DRAFTS_KEPT, SAID_KEPT, Retention
from services.notification.queueing import Cause, queue
from services.notification.retention import NEWS_KEPT
from services.notification.retention import Retention as NewsRetention
from services.notification.values import Notice, Reminder, ReminderKind
from storage.bot import tables
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications
from storage.unit_of_work import Context
from tests.support.broadcasts import approved, drafted, people, states
from tests.support.fresh import Fresh
from tests.support.notices import TEMPLATES
from tests.support.notification import Home, at_home
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
    newcomer = await bot.people.welcome_customer(channel="telegram", address="2")
    await bot.links.use_code(await bot.links.new_code(person.id), "telegram", "2", agreed_by=newcomer.id)
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


async def test_news_are_forgotten_after_400_days_and_what_may_still_go_out_is_not(fresh: Fresh):
    async with at_home(fresh) as home:
        [person] = await people(home, 1)
        news = NewsRetention(home.work, home.clock)
        told = await queued(home, person, "old")
        await home.sender.run_once()
        home.is_paused = True
        waits = await queued(home, person, "waits")
        home.clock.advance(seconds=NEWS_KEPT.total_seconds())
        assert await news.forget() == 0
        home.clock.advance(seconds=1)
        young = await queued(home, person, "young")
        assert await in_ledger(home) == {told, waits, young}
        assert [await news.forget(), await news.forget()] == [1, 0]
        assert await in_ledger(home) == {waits, young}


async def test_a_broadcast_goes_with_all_whom_it_was_told_to_once_it_is_over_for_400_days(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.shared_kernel.pieces.AT_ONCE", 2)
    async with at_home(fresh) as home:
        await people(home, 4)
        news = NewsRetention(home.work, home.clock)
        old = await approved(home)
        await home.send_all()
        await home.broadcast_tick.run_due()
        await home.send_all()
        home.clock.advance(days=1)
        other = await approved(home)
        home.clock.advance(seconds=(NEWS_KEPT - timedelta(days=1)).total_seconds())
        assert await news.forget() == 0
        home.clock.advance(seconds=1)
        assert [await news.forget(), await news.forget()] == [5 + 1 + 1, 0], "with what an operator was told of it"
        assert len(await states(home, other.id)) == 5
        async with home.work() as work:
            assert set(await work.broadcasts.find_all([old.id, other.id])) == {other.id}
        assert len(await in_ledger(home)) == 5


async def test_of_a_broadcast_larger_than_one_go_the_rest_goes_the_next_time(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.shared_kernel.pieces.AT_ONCE", 2)
    monkeypatch.setattr("services.shared_kernel.pieces.MOST_PIECES", 1)
    async with at_home(fresh) as home:
        await people(home, 2)
        await approved(home)
        await home.send_all()
        await home.broadcast_tick.run_due()
        home.clock.advance(seconds=NEWS_KEPT.total_seconds() + 1)
        news = NewsRetention(home.work, home.clock)
        assert [await news.forget() for _ in range(3)] == [2, 2, 0]


async def test_reminders_that_are_over_are_forgotten_after_400_days(fresh: Fresh):
    async with at_home(fresh) as home:
        news, now = NewsRetention(home.work, home.clock), home.clock.now()
        planned = [
            Reminder(reservation_id=name, visit_revision=1, kind=ReminderKind.EVENING, due_at=now)
            for name in ("over", "planned")
        ]
        async with home.work() as work:
            await work.reminders.plan(planned)
            assert await work.reminders.take(planned[0], told=True)
        home.clock.advance(seconds=NEWS_KEPT.total_seconds())
        assert await news.forget() == 0
        home.clock.advance(seconds=1)
        assert [await news.forget(), await news.forget()] == [1, 0]
        async with home.work() as work:
            assert [each.reservation_id for each in await work.reminders.due(home.clock.now(), 10)] == ["planned"]


async def queued(home: Home, person_id: str, cause: str) -> str:
    """A notice for somebody; its cause."""
    notice = Notice(
        recipient_id=person_id, template="person_consent_reminder", values={"consent_date": home.clock.now()}
    )
    async with home.work() as work:
        await queue(work, [notice], Cause(id=cause), templates=TEMPLATES, ids=home.ids, now=home.clock.now())
    return cause


async def in_ledger(home: Home) -> set[str]:
    """Who is told what there, by cause and recipient where there are many."""
    async with home.context.database.read() as connection:
        rows = (await connection.execute(select(notifications))).all()
        hops = (await connection.execute(select(deliveries.c.notification_id))).scalars().all()
    assert {row.id for row in rows} == set(hops)
    return {row.cause if not row.cause.startswith("broadcast") else row.id for row in rows}
