"""Two bots and two notification processes with one token, over PostgreSQL and RabbitMQ: one of each speaks.

Both are killed while people talk. Whoever follows goes on: nothing is lost, and what came twice was in doubt.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from bot.channels.telegram.render import bubbles
from storage.bot.message_log import card_from_json
from tests.chaos.apart.fleet import Fleet, Slot, launching
from tests.chaos.apart.inside import CLOCK, MARKS
from tests.chaos.apart.rig import quick_catalogue
from tests.chaos.apart.wire import wired
from tests.support.servers.fixtures import TestDatabase, Vhost
from tests.support.story import ADDRESS
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]

CHATS, RATE = 8, 4
PATIENCE_SECONDS = 60.0
HELD = "<b>결제하면 예약이 확정돼요</b>"
# As long as the longest lease: the poller's, the sender's, and that of what it was sending.
LEASES = timedelta(seconds=31)


@dataclass(kw_only=True)
class Replicas:
    """All processes, and what they wrote."""

    fleet: Fleet
    database: asyncpg.Pool
    telegram: Telegram
    folder: Path

    async def holder(self, context: str, lease: str) -> Slot:
        """Whose lease it is."""
        name = await self.database.fetchval(f"SELECT holder FROM {context}_lease WHERE name = $1", lease)
        lives = [json.loads(line) for line in (self.folder / "marks").read_text().splitlines()]
        [pid] = [life["pid"] for life in lives if life["mark"] == "life" and life["name"] == name]
        [slot] = [slot for slot in self.fleet.slots if slot.pid == pid]
        return slot

    async def kill(self, slot: Slot) -> None:
        """For good."""
        slot.is_wanted = False
        self.fleet.kill(slot)
        await slot.ended.wait()

    def let_pass(self, time: timedelta) -> None:
        """On everybody's clock."""
        fresh = self.folder / "clock.new"
        fresh.write_text(str(time.total_seconds()))
        fresh.replace(self.folder / "clock")

    def pushes(self) -> list[Any]:
        return [call for call in self.telegram.calls("sendMessage") if call.fields["text"].startswith(HELD)]

    async def said_to(self, chat: Chat) -> list[str]:
        """All answers in the person's log, as Telegram shows them."""
        rows = await self.database.fetch(
            "SELECT card FROM bot_message m JOIN bot_link l ON l.person_id = m.person_id "
            "WHERE l.address = $1 AND m.sender = 'bot' ORDER BY m.seq",
            str(chat.id),
        )
        cards = [card_from_json(json.loads(row["card"])) for row in rows]
        return [bubble.text for card in cards if not card.notice for bubble in bubbles(card)]

    async def in_doubt(self) -> set[int]:
        """Chats with a push of which nobody knows whether it went out."""
        rows = await self.database.fetch(
            "SELECT l.address FROM notification_delivery d JOIN notification_notification n ON n.id = d.notification_id "
            "JOIN bot_link l ON l.person_id = n.recipient_id WHERE d.reason = 'unknown'"
        )
        return {int(row["address"]) for row in rows}


@asynccontextmanager
async def running(folder: Path, database_url: str, amqp_url: str, telegram: Telegram) -> AsyncIterator[Replicas]:
    async with AsyncExitStack() as stack:
        launcher = await stack.enter_async_context(launching())
        (folder / "catalogue.toml").write_text(quick_catalogue())
        (folder / "clock").write_text("0")
        (folder / "marks").touch()
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "SSAK3_DATABASE_URL": database_url,
            "SSAK3_AMQP_URLS": amqp_url, "SSAK3_API_TOKEN": "a-token-of-the-tests", "SSAK3_LOG_FORMAT": "json",
            "SSAK3_DATA_DIR": str(folder / "data"), "SSAK3_CATALOG": str(folder / "catalogue.toml"),
            "SSAK3_PAYMENT_URL": "http://127.0.0.1:9", "SSAK3_TELEGRAM_TOKEN": TOKEN,
            "SSAK3_TELEGRAM_API_BASE": telegram.url, "SSAK3_TELEGRAM_RATE": str(RATE),
            CLOCK: str(folder / "clock"), MARKS: str(folder / "marks"),
        }  # fmt: skip
        fleet = Fleet(launcher, folder, environment)
        stack.push_async_callback(fleet.close)
        status, printed = await fleet.run("migrate")
        assert status == 0, printed
        front = await stack.enter_async_context(wired(lambda: fleet.ports("bot")))
        environment |= {"SSAK3_BOT_URL": f"http://127.0.0.1:{front.port}"}
        environment |= {"SSAK3_PUBLIC_URL": environment["SSAK3_BOT_URL"]}
        for name in ("bot", "bot", "notification", "notification"):
            fleet.add(name)
        await fleet.ready()
        pool = await asyncpg.create_pool(database_url.replace("+asyncpg", ""), min_size=0, max_size=2)
        stack.push_async_callback(pool.close)
        yield Replicas(fleet=fleet, database=pool, telegram=telegram, folder=folder)


@pytest_asyncio.fixture
async def replicas(tmp_path: Path, postgresql: TestDatabase, rabbitmq: Vhost) -> AsyncIterator[Replicas]:
    async with a_telegram() as telegram, running(tmp_path, postgresql.url, rabbitmq.url, telegram) as opened:
        yield opened


async def until(is_so: Callable[[], bool], telling: Callable[[], object]) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not is_so():
        assert asyncio.get_running_loop().time() < deadline, telling()
        await asyncio.sleep(0.02)


async def test_one_of_each_speaks_and_another_follows(replicas: Replicas):
    telegram = replicas.telegram
    chats = [Chat(telegram, 100 + number) for number in range(CHATS)]
    for number, words in enumerate(("/start", "모레 2시 마포 24평 집청소", ADDRESS), 1):
        await asyncio.gather(*(chat.says(words) for chat in chats))
        await until(
            lambda number=number: all(len(chat.heard()) >= number for chat in chats),  # type: ignore[misc]
            lambda: [chat.transcript() for chat in chats],
        )
    assert len(telegram.calls("deleteWebhook")) == 1, "one of them fetches"
    assert not [call for call in telegram.requests if call.status == 409]

    poller = await replicas.holder("bot", f"telegram {TOKEN.partition(':')[0]}")
    await asyncio.gather(*(chat.says("없어요") for chat in chats))
    await until(lambda: len(replicas.pushes()) >= 2, lambda: [chat.transcript() for chat in chats])
    sender = await replicas.holder("notification", "sender")
    assert (poller.name, sender.name) == ("bot", "notification")
    await replicas.kill(sender)
    await replicas.kill(poller)
    await asyncio.gather(*(chat.says("내 예약") for chat in chats))
    at_the_kill = len(replicas.pushes())
    assert at_the_kill < CHATS, "there is something left to do"
    # What was sent counts at Telegram for a second, which is less than any lease lasts.
    await asyncio.sleep(1.0)
    replicas.let_pass(LEASES)

    await until(
        lambda: (
            len({push.chat_id for push in replicas.pushes()}) == CHATS
            and all("예약 1건" in " ".join(chat.heard()) for chat in chats)
        ),
        lambda: [chat.transcript() for chat in chats],
    )
    assert len(telegram.calls("deleteWebhook")) == 2
    twice = {chat for chat, count in Counter(push.chat_id for push in replicas.pushes()).items() if count > 1}
    assert twice <= await replicas.in_doubt()
    times = [push.at for push in replicas.pushes()]
    assert all(later - earlier >= 0.9 for earlier, later in zip(times, times[RATE:], strict=False)), times
    for chat in chats:
        answers = [text for text in chat.heard() if not text.startswith(HELD)]
        wanted = await replicas.said_to(chat)
        assert without_repeats(answers) == without_repeats(wanted), chat.transcript()
        assert len(answers) - len(wanted) <= 1, "at most the one that was under way"


def without_repeats(texts: list[str]) -> list[str]:
    """One for each that stands beside its like."""
    return [text for number, text in enumerate(texts) if number == 0 or text != texts[number - 1]]
