"""Broadcasts over Telegram's emulator, in real time: the rate, own news beside it, a pause, faults and a kill."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest

from bot.channels.telegram.push import TelegramPush
from services.notification.adapters.bot_client import BotAddresses, BotClient, MessageLogSender
from services.notification.broadcasts.use_cases import SHELL
from services.notification.sender import Sender
from ssak3.sending import window_of
from tests.support import telegram_faults as faults
from tests.support.broadcasts import approved, people, progress_of, states
from tests.support.fake_bot import FakeBot, fake_bot, forgotten
from tests.support.fresh import Fresh
from tests.support.let_go import let_go, most_in_a_second
from tests.support.notification import Home, Story, at_home
from tests.support.telegram import TOKEN, Telegram, a_telegram, until
from tests.support.time import RunningClock

__all__ = ["let_go"]

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]
RATE = 100.0
PEOPLE = 300


@dataclass(kw_only=True)
class Office:
    """A notification context with a token, a bot, and Telegram."""

    home: Home
    telegram: Telegram
    bot: FakeBot
    session: aiohttp.ClientSession
    stack: AsyncExitStack

    def sender(self, name: str = "one") -> Sender:
        bot = BotClient(self.session, self.bot.url, self.bot.TOKEN)
        push = TelegramPush(
            token=TOKEN, api_base=self.telegram.url, rate=RATE, addresses=BotAddresses(bot),
            clock=self.home.clock, monotonic=time.monotonic, may_send=lambda: True,
            on_pause=forgotten,
        )  # fmt: skip
        self.stack.push_async_callback(push.close)
        page = MessageLogSender("web", bot)
        return self.home.another_sender(name, {"web": page, push.name: push}, page=page, window=window_of(RATE))

    async def people(self, count: int, *channels: str) -> list[str]:
        """On Telegram, each in a chat of their own."""
        new = await people(self.home, count, channels=channels or ("telegram",), language="en")
        self.bot.addresses |= {person: str(5000 + len(self.bot.addresses) + n) for n, person in enumerate(new)}
        return new


@asynccontextmanager
async def an_office(fresh: Fresh) -> AsyncIterator[Office]:
    async with (
        at_home(fresh, clock=RunningClock()) as home, a_telegram() as telegram, fake_bot() as bot,
        aiohttp.ClientSession() as session, AsyncExitStack() as stack,
    ):  # fmt: skip
        await home.send_all()
        yield Office(home=home, telegram=telegram, bot=bot, session=session, stack=stack)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


async def until_idle(sender: Sender) -> None:
    while await sender.run_once():
        pass


async def test_everybody_once_at_the_tokens_rate_and_own_news_soon(fresh: Fresh, let_go: list[float]):
    async with an_office(fresh) as office:
        everybody, sender = await office.people(PEOPLE), office.sender()
        broadcast = await approved(office.home)

        async def own_news(number: int) -> float:
            await asyncio.sleep(number * 0.25)
            story, chat = Story(office.home.clock, office.home.ids), 9000 + number
            office.bot.addresses[story.customer] = str(chat)
            began = time.monotonic()
            await office.home.hear(story.linked(story.customer, "customer", "telegram"), story.requested())
            await until(lambda: office.telegram.texts(chat))
            return time.monotonic() - began

        told = asyncio.gather(*map(own_news, range(10)))
        while not told.done() or (await progress_of(office.home, broadcast.id)).waiting:
            await until_idle(sender)
            await asyncio.sleep(0.01)
        took = await told
        sent = [one for one in office.telegram.sent if one.chat_id < 9000]
        assert Counter(one.chat_id for one in sent) == Counter({int(office.bot.addresses[one]): 1 for one in everybody})
        meanwhile = [one for one in office.telegram.sent if sent[0].at <= one.at <= sent[-1].at]
        rate = (len(meanwhile) - 1) / (sent[-1].at - sent[0].at)
        print(f"{rate:.1f}/s of {RATE:.0f}, own news after {max(took):.2f} s at most")
        assert most_in_a_second(let_go) <= RATE
        assert (await progress_of(office.home, broadcast.id)).sent == PEOPLE + 1


async def test_a_pause_is_effective_within_a_second(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        await office.people(PEOPLE)
        sender = office.sender()
        broadcast = await approved(office.home)
        sending = asyncio.create_task(until_idle(sender))
        await until(lambda: len(office.telegram.sent) >= RATE)
        paused_at = time.monotonic()
        await office.home.broadcasts.pause(broadcast.id, by=SHELL)
        await sending
        late = [one.at - paused_at for one in office.telegram.sent if one.at > paused_at]
        print(f"paused after {max(late, default=0):.2f} s, {len(late)} more")
        assert len(late) <= window_of(RATE) + 1, "what was taken already"
        progress = await progress_of(office.home, broadcast.id)
        assert progress.sent == len(office.telegram.sent) + 1
        assert progress.waiting == PEOPLE - len(office.telegram.sent)
        await office.home.broadcasts.resume(broadcast.id, by=SHELL)
        await until_idle(sender)
        assert set(Counter(one.chat_id for one in office.telegram.sent).values()) == {1}
        assert len(office.telegram.sent) == PEOPLE


async def test_with_faults_and_kills_nobody_gets_it_twice(fresh_sqlite: Fresh):
    async with an_office(fresh_sqlite) as office:
        everybody, home = await office.people(PEOPLE, "telegram", "web"), office.home
        storm = [faults.bad_gateway(), faults.reset(), faults.lost_answer(), faults.forbidden()]
        office.telegram.fail("sendMessage", *(storm[n // 10 % 4] if n % 10 == 0 else None for n in range(PEOPLE)))
        broadcast = await approved(home)
        senders = 0
        while (await progress_of(home, broadcast.id)).waiting:
            senders += 1
            sender = office.sender(f"sender-{senders}")
            sending = asyncio.create_task(until_idle(sender))
            await asyncio.wait([sending], timeout=0.8 if senders < 4 else None)
            # Killed: what was under way is neither finished nor written down.
            for task in (sending, *sender._sending):
                task.cancel()
            await asyncio.gather(sending, *sender._sending, return_exceptions=True)
            home.clock.advance(seconds=700)
        found = await states(home, broadcast.id)
        on_telegram = Counter(one.chat_id for one in office.telegram.sent)
        assert set(on_telegram.values()) == {1}
        assert sorted(found) == sorted([*everybody, home.story.customer])
        pages = Counter(
            row["person_id"] for row in office.bot.log.values() if row["card"]["text"].startswith("내일 눈이")
        )
        assert set(pages.values()) == {1}
        by_status = Counter(found.values())
        print(f"{dict(by_status)} with {senders} senders")
        assert by_status.keys() == {"SENT", "UNKNOWN"}
        in_flight = (senders - 1) * window_of(RATE)
        assert by_status["UNKNOWN"] <= in_flight + PEOPLE // 10
        for person, status in found.items():
            if status == "SENT" and person in office.bot.addresses:
                assert on_telegram[int(office.bot.addresses[person])] + pages[person] >= 1
