"""Two bots and two notification processes with one token, over PostgreSQL and RabbitMQ: one of each speaks.

Both are killed while people talk. Whoever follows goes on: nothing is lost, and what came twice was in doubt.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.telegram.render import bubbles
from storage.bot.message_log import card_from_json
from tests.chaos.apart.fleet import Slot
from tests.chaos.apart.speakers import Speakers, speakers
from tests.support.servers.fixtures import TestDatabase, Vhost
from tests.support.story import ADDRESS
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]

CHATS, RATE = 8, 4
NAMES = ("bot", "bot", "notification", "notification")
PATIENCE_SECONDS = 60.0
HELD = "<b>결제하면 예약이 확정돼요</b>"
# As long as the longest lease: the poller's, the sender's, and that of what it was sending.
LEASES = timedelta(seconds=31)


@dataclass(kw_only=True)
class Replicas:
    """Two of each, and what Telegram and the database know."""

    speakers: Speakers
    telegram: Telegram

    async def kill(self, slot: Slot) -> None:
        """For good."""
        slot.is_wanted = False
        self.speakers.fleet.kill(slot)
        await slot.ended.wait()

    def pushes(self) -> list[Any]:
        return [call for call in self.telegram.calls("sendMessage") if call.fields["text"].startswith(HELD)]

    async def said_to(self, chat: Chat) -> list[str]:
        """All answers in the person's log, as Telegram shows them."""
        rows = await self.speakers.database.fetch(
            "SELECT card FROM bot_message m JOIN bot_link l ON l.person_id = m.person_id "
            "WHERE l.address = $1 AND m.sender = 'bot' ORDER BY m.seq",
            str(chat.id),
        )
        cards = [card_from_json(json.loads(row["card"])) for row in rows]
        return [bubble.text for card in cards if not card.notice for bubble in bubbles(card)]

    async def in_doubt(self) -> set[int]:
        """Chats with a push of which nobody knows whether it went out."""
        rows = await self.speakers.database.fetch(
            "SELECT l.address FROM notification_delivery d JOIN notification_notification n ON n.id = d.notification_id "
            "JOIN bot_link l ON l.person_id = n.recipient_id WHERE d.reason = 'unknown'"
        )
        return {int(row["address"]) for row in rows}


@pytest_asyncio.fixture
async def replicas(tmp_path: Path, postgresql: TestDatabase, rabbitmq: Vhost) -> AsyncIterator[Replicas]:
    async with (
        a_telegram() as telegram,
        speakers(tmp_path, postgresql.url, rabbitmq.url, telegram, rate=RATE, names=NAMES) as opened,
    ):
        yield Replicas(speakers=opened, telegram=telegram)


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

    poller = await replicas.speakers.holder("bot", f"telegram {TOKEN.partition(':')[0]}")
    await asyncio.gather(*(chat.says("없어요") for chat in chats))
    await until(lambda: len(replicas.pushes()) >= 2, lambda: [chat.transcript() for chat in chats])
    sender = await replicas.speakers.holder("notification", "sender")
    assert (poller.name, sender.name) == ("bot", "notification")
    await replicas.kill(sender)
    await replicas.kill(poller)
    await asyncio.gather(*(chat.says("내 예약") for chat in chats))
    at_the_kill = len(replicas.pushes())
    assert at_the_kill < CHATS, "there is something left to do"
    # What was sent counts at Telegram for a second, which is less than any lease lasts.
    await asyncio.sleep(1.0)
    replicas.speakers.let_pass(LEASES)

    await until(
        lambda: (
            len({push.chat_id for push in replicas.pushes()}) == CHATS
            and all("내 예약</b>" in " ".join(chat.heard()) for chat in chats)
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
