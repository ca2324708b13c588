"""Notices over Telegram by the ledger: its rate, replicas with one token, kills, and falling back to the page."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import pytest
from sqlalchemy import text

from bot.channels.telegram.push import TelegramPush
from services.notification.adapters.bot_client import BotAddresses, BotClient, MessageLogSender
from services.notification.sender import Sender
from services.shared_kernel.clock import Clock
from services.shared_kernel.lease import Lease
from ssak3.sending import SENDER
from ssak3.system import SystemClock
from storage.leases import SqlLeases
from storage.notification.tables import lease
from tests.support import telegram_faults as faults
from tests.support.fake_bot import FakeBot, fake_bot, forgotten
from tests.support.fresh import Fresh
from tests.support.let_go import let_go, most_in_a_second
from tests.support.notification import Home, Story, at_home
from tests.support.telegram import TOKEN, Telegram, a_telegram

__all__ = ["let_go"]

pytestmark = pytest.mark.asyncio

RATE = 25.0


@dataclass(kw_only=True)
class Replica:
    """A notification process."""

    lease: Lease
    sender: Sender
    push: TelegramPush

    async def run_until_idle(self) -> None:
        while await self.sender.run_once():
            pass

    async def kill(self) -> None:
        """What it was about to do isn't done any more."""
        for task in (under_way := self.sender._sending):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


@dataclass(kw_only=True)
class Office:
    """A notification context, a bot, and Telegram."""

    home: Home
    telegram: Telegram
    bot: FakeBot
    session: aiohttp.ClientSession
    stack: AsyncExitStack

    def replica(self, name: str, *, rate: float = RATE, clock: Clock | None = None) -> Replica:
        home, bot = self.home, BotClient(self.session, self.bot.url, self.bot.TOKEN)
        ours = Lease(SqlLeases(home.context.database, lease, home.clock, name), SENDER)
        push = TelegramPush(
            token=TOKEN, api_base=self.telegram.url, rate=rate, addresses=BotAddresses(bot), clock=clock or home.clock,
            monotonic=time.monotonic, may_send=ours.is_safe, on_pause=forgotten,
        )  # fmt: skip
        self.stack.push_async_callback(push.close)
        page = MessageLogSender("web", bot)
        sender = home.another_sender(name, {"web": page, push.name: push}, page=page, clock=clock, leads=ours.hold)
        return Replica(lease=ours, sender=sender, push=push)

    async def people(self, count: int, *, only_telegram: bool = False) -> list[Story]:
        """With the page, unless told otherwise, and, preferred, Telegram; each with one thing to be told."""
        stories = [Story(self.home.clock, self.home.ids) for _ in range(count)]
        for number, story in enumerate(stories):
            self.bot.addresses[story.customer] = str(5000 + number)
            channels = ("telegram",) if only_telegram else ("web", "telegram")
            linked = [story.linked(story.customer, "customer", channel) for channel in channels]
            await self.home.hear(*linked, story.requested())
        return stories

    async def waiting(self) -> int:
        return await self.home.use_cases.waiting_count()

    async def deliveries(self) -> list[tuple[str, str, str, str, int]]:
        """(recipient, channel, status, reason, hop)"""
        async with self.home.context.database.read() as connection:
            rows = await connection.execute(
                text(
                    "SELECT recipient_id, channel, status, reason, hop FROM notification_delivery d "
                    "JOIN notification_notification n ON n.id = d.notification_id ORDER BY d.position, hop"
                )
            )
            return [tuple(row) for row in rows]


@asynccontextmanager
async def an_office(fresh: Fresh) -> AsyncIterator[Office]:
    async with (
        at_home(fresh) as home, a_telegram() as telegram, fake_bot() as bot,
        aiohttp.ClientSession() as session, AsyncExitStack() as stack,
    ):  # fmt: skip
        yield Office(home=home, telegram=telegram, bot=bot, session=session, stack=stack)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


# Channels


async def test_who_links_telegram_is_told_there_first_and_reads_it_on_the_page_too(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        await office.replica("one").run_until_idle()
        assert len(office.telegram.texts(5000)) == 1
        assert "결제하면 예약이 확정돼요" in office.telegram.texts(5000)[0]
        assert office.bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        assert await office.deliveries() == [(story.customer, "telegram", "SENT", "", 1)]


@pytest.mark.parametrize(
    ("fault", "reason"), [(faults.forbidden(), "blocked"), (faults.bad_request("chat not found"), "chat_not_found")]
)
async def test_blocked_it_falls_back_to_the_page(fresh_sqlite: Fresh, fault: faults.Fault, reason: str):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        office.telegram.fail("sendMessage", fault)
        await office.replica("one").run_until_idle()
        assert office.bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        assert await office.deliveries() == [
            (story.customer, "telegram", "FELL_BACK", reason, 1),
            (story.customer, "web", "SENT", "", 2),
        ]


async def test_not_linked_after_all_it_goes_to_the_page(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        office.bot.addresses.clear()
        await office.replica("one").run_until_idle()
        assert office.bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        assert await office.deliveries() == [
            (story.customer, "telegram", "FELL_BACK", "not_linked", 1),
            (story.customer, "web", "SENT", "", 2),
        ]


async def test_with_a_token_that_is_refused_it_is_on_the_page_before_long(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        office.telegram.refuse(5000, faults.unauthorized())
        one = office.replica("one")
        for _ in range(5):
            await one.run_until_idle()
            office.home.clock.advance(seconds=60)
        assert len(office.telegram.asked) == 5
        assert office.bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        assert [row[1:4] for row in await office.deliveries()] == [
            ("telegram", "FELL_BACK", "token_refused"),
            ("web", "SENT", ""),
        ]


async def test_with_telegram_slow_the_page_is_told_at_once(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        await office.people(3)
        for chat in (5000, 5001, 5002):
            office.telegram.refuse(chat, faults.slow(2.0))
        one = office.replica("one")
        assert await one.sender.run_once() == 6, "taken, and under way"
        other = Story(office.home.clock, office.home.ids)
        await office.home.hear(other.linked(other.customer, "customer"), other.requested())
        await one.sender.run_once()
        assert office.bot.titles(other.customer) == ["결제하면 예약이 확정돼요"]
        assert len(one.sender._sending) == 3
        await one.sender.finish()
        assert await office.waiting() == 0


async def test_moved_it_goes_to_the_new_address_by_the_same_hop(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        office.telegram.refuse(5000, faults.migrated(-100777))
        await office.replica("one").run_until_idle()
        assert len(office.telegram.texts(-100777)) == 1
        assert await office.deliveries() == [(story.customer, "telegram", "SENT", "", 1)]


async def test_in_doubt_it_goes_once_more_by_another_way(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        office.telegram.fail("sendMessage", faults.lost_answer())
        await office.replica("one").run_until_idle()
        assert len(office.telegram.texts(5000)) == 1
        assert office.bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        assert await office.deliveries() == [
            (story.customer, "telegram", "FELL_BACK", "unknown", 1),
            (story.customer, "web", "SENT", "", 2),
        ]


async def test_told_to_wait_often_costs_no_tries(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        office.telegram.fail("sendMessage", *[faults.too_many(30) for _ in range(15)])
        one = office.replica("one")
        for _ in range(16):
            await one.run_until_idle()
            office.home.clock.advance(seconds=30)
        assert await office.deliveries() == [(story.customer, "telegram", "SENT", "", 1)]


async def test_two_about_different_things_go_a_second_apart(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        (story,) = await office.people(1)
        other = Story(office.home.clock, office.home.ids)
        other.customer = story.customer
        await office.home.hear(other.requested())
        one = office.replica("one")
        await one.run_until_idle()
        assert len(office.telegram.texts(5000)) == 1
        office.home.clock.advance(seconds=1)
        await one.run_until_idle()
        assert len(office.telegram.texts(5000)) == 2


# The rate


async def test_two_hundred_go_at_the_tokens_rate(fresh_sqlite: Fresh, let_go: list[float]):
    """The clock here is the real one, for so is the rate."""
    async with an_office(fresh_sqlite) as office:
        await office.people(200)
        sender = office.replica("one", clock=SystemClock()).sender
        while await office.waiting():
            if not await sender.run_once():
                await asyncio.sleep(0.01)
        assert Counter(sent.chat_id for sent in office.telegram.sent) == {5000 + n: 1 for n in range(200)}
        assert most_in_a_second(let_go) <= RATE
        rate = 199 / (let_go[-1] - let_go[0])
        print(f"{rate:.1f} a second of {RATE}")
        # How near it comes is the machine's matter, too; that it isn't one after the other is ours.
        assert rate >= 0.4 * RATE


async def test_from_one_replica_to_the_next_the_rate_is_one(fresh_sqlite: Fresh, let_go: list[float]):
    async with an_office(fresh_sqlite) as office:
        await office.people(60)
        one, other = office.replica("one"), office.replica("other")
        await one.sender.run_once()
        # As a process stops: what is under way is finished.
        await one.sender.finish()
        await one.push.rest()
        await one.lease.give_up()
        await other.run_until_idle()
        office.home.clock.advance(seconds=5)
        await other.run_until_idle()
        assert Counter(sent.chat_id for sent in office.telegram.sent) == {5000 + n: 1 for n in range(60)}
        assert most_in_a_second(let_go) <= RATE


# Replicas


async def test_of_two_replicas_one_sends_and_each_push_goes_out_once(fresh: Fresh):
    async with an_office(fresh) as office:
        stories = await office.people(40)
        one, other = office.replica("one", rate=100), office.replica("other", rate=100)
        for _ in range(3):
            await asyncio.gather(one.run_until_idle(), other.run_until_idle())
        assert Counter(sent.chat_id for sent in office.telegram.sent) == {5000 + n: 1 for n in range(40)}
        assert sorted([one.lease.is_ours, other.lease.is_ours]) == [False, True]
        leads, waits = (one, other) if one.lease.is_ours else (other, one)
        # What it is to be told meanwhile isn't sent by the one that waits, over any channel.
        await office.home.hear(stories[0].confirmed(), stories[0].linked(stories[0].customer, "customer"))
        assert await waits.sender.run_once() == 0
        assert await office.waiting() == 1
        await leads.lease.give_up()
        await waits.run_until_idle()
        assert await office.waiting() == 0


async def test_who_loses_the_lease_while_it_sends_leaves_the_rest_to_the_next(fresh_sqlite: Fresh):
    """And records what it has sent: nothing is in doubt."""
    async with an_office(fresh_sqlite) as office:
        await office.people(40)
        one, other = office.replica("one", rate=40), office.replica("other", rate=100)
        await one.sender.run_once()
        await one.lease.give_up()
        while await office.waiting():  # a busy machine doesn't find an address in time, and asks again a second later
            await other.run_until_idle()
            await one.run_until_idle()
            office.home.clock.advance(seconds=5)
        assert Counter(sent.chat_id for sent in office.telegram.sent) == {5000 + n: 1 for n in range(40)}
        assert {row[1:4] for row in await office.deliveries()} == {("telegram", "SENT", "")}


async def test_when_the_one_that_sends_is_gone_another_follows(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        one, other = office.replica("one"), office.replica("other")
        await one.sender.run_once()
        await office.people(2)
        assert await other.sender.run_once() == 0
        office.home.clock.advance(seconds=10)
        await other.run_until_idle()
        assert len(office.telegram.sent) == 2


# Faults, all at once


async def test_through_a_storm_nobody_is_left_out_and_nobody_gets_it_twice_but_who_was_in_doubt(fresh_sqlite: Fresh):
    storm = [
        faults.too_many(3), None, faults.bad_gateway(), None, faults.reset(), None, faults.lost_answer(), None,
        faults.forbidden(), faults.unauthorized(), None, faults.bad_request("chat not found"),
    ]  # fmt: skip
    async with an_office(fresh_sqlite) as office:
        stories = await office.people(60)
        office.telegram.refuse(5007, faults.migrated(-100777))
        office.telegram.fail("sendMessage", *storm * 4)
        one = office.replica("one", rate=100)
        for _ in range(30):
            await one.run_until_idle()
            office.home.clock.advance(seconds=4)
        assert await office.waiting() == 0
        in_doubt = {recipient for recipient, _, _, reason, _ in await office.deliveries() if reason == "unknown"}
        assert in_doubt
        for number, story in enumerate(stories):
            chat = -100777 if number == 7 else 5000 + number
            pushed, shown = len(office.telegram.texts(chat)), len(office.bot.titles(story.customer))
            # What went out over Telegram is on the page as well, unless nobody knew that it had gone out.
            assert shown == 1, "on the page once"
            assert pushed <= 1
            assert len([row for row in await office.deliveries() if row[0] == story.customer and row[2] == "SENT"]) == 1


# Kills


async def killed_after(office: Office, replica: Replica, count: int) -> None:
    """Gone when so many have left: between a send and its record, or anywhere else."""
    gone = asyncio.Event()
    office.telegram.on_sent = lambda: gone.set() if len(office.telegram.sent) >= count else None
    running = asyncio.create_task(replica.run_until_idle())
    await gone.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await replica.kill()


@pytest.mark.parametrize("count", [1, 7, 30, 40])
async def test_killed_in_the_middle_nobody_gets_it_twice_but_who_was_in_doubt(fresh_sqlite: Fresh, count: int):
    async with an_office(fresh_sqlite) as office:
        stories = await office.people(40, only_telegram=True)
        await killed_after(office, office.replica("one", rate=40), count)
        await the_rest(office)
        await nobody_twice_but_in_doubt(office, stories)


async def test_kill_nine(fresh_sqlite: Fresh):
    """A process of its own, ended by the system while it sends."""
    async with an_office(fresh_sqlite) as office:
        stories = await office.people(60, only_telegram=True)
        gone = asyncio.Event()
        office.telegram.on_sent = lambda: gone.set() if len(office.telegram.sent) >= 25 else None
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.telegram_process", office.home.context.database.url,
            office.telegram.url, office.bot.url, "25",
        )  # fmt: skip
        try:
            await asyncio.wait_for(gone.wait(), 60)
        finally:
            process.kill()
            await process.wait()
        office.home.clock.set(datetime.now(UTC))
        assert 25 <= len(office.telegram.sent) < 60
        await the_rest(office)
        in_doubt = await nobody_twice_but_in_doubt(office, stories)
        assert len(in_doubt) <= 45, "what was sent is recorded soon, not only when the batch ends"


async def the_rest(office: Office) -> None:
    """What another process sends when the first one's leases are over."""
    follows = office.replica("two", rate=100)
    for _ in range(5):
        office.home.clock.advance(seconds=31)
        await follows.run_until_idle()
    assert await office.waiting() == 0


async def nobody_twice_but_in_doubt(office: Office, stories: list[Story]) -> set[str]:
    """Nor left out; those who were in doubt."""
    told = Counter(sent.chat_id for sent in office.telegram.sent)
    assert set(told) == {5000 + n for n in range(len(stories))}
    assert max(told.values()) <= 2
    in_doubt = {recipient for recipient, _, _, reason, _ in await office.deliveries() if reason == "unknown"}
    assert {story.customer for n, story in enumerate(stories) if told[5000 + n] > 1} <= in_doubt
    return in_doubt
