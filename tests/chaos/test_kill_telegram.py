"""The real program is killed while people talk to it on Telegram: nothing that was said is lost, answers come once.

Once but for what was in flight: Telegram has no idempotency key, so a kill between send and record repeats an answer.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.page import Demo
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram, until

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(240)]

CHATS, QUESTIONS = (6, 8) if os.environ.get("SSAK3_CHAOS") == "long" else (3, 1)


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with a_telegram() as opened:
        yield opened


def said_by_us(folder: Path, telegram: Telegram) -> Demo:
    folder.joinpath(".env").write_text(
        f"SSAK3_TELEGRAM_TOKEN={TOKEN}\nSSAK3_TELEGRAM_API_BASE={telegram.url}\nSSAK3_LOG_FORMAT=json\n"
    )
    return Demo(folder)


async def until_more_is_sent(telegram: Telegram) -> None:
    sent = len(telegram.calls("sendMessage"))
    await until(lambda: len(telegram.calls("sendMessage")) > sent)


async def test_killed_while_people_talk(tmp_path: Path, telegram: Telegram):
    demo = said_by_us(tmp_path, telegram)
    await demo.start()
    chats = [Chat(telegram, 100 + number) for number in range(CHATS)]
    for chat in chats:
        await chat.says("/start")
    await until(lambda: all(len(chat.heard()) == 1 for chat in chats))

    for _ in range(QUESTIONS):
        await asyncio.gather(*(chat.says("/help") for chat in chats))
        await until_more_is_sent(telegram)
        await demo.kill()
        await demo.start()

    # The lease of whoever was killed runs out before the next speaks.
    patience = asyncio.get_running_loop().time() + 60
    while not all(len(chat.heard()) >= 1 + QUESTIONS for chat in chats):
        assert asyncio.get_running_loop().time() < patience, Counter(len(chat.heard()) for chat in chats)
        await asyncio.sleep(0.1)
    begun = asyncio.get_running_loop().time()
    assert await demo.stop() == 0
    assert asyncio.get_running_loop().time() - begun < 20
    repeated = sum(len(chat.heard()) - 1 - QUESTIONS for chat in chats)
    print(f"{repeated} answers came twice in {QUESTIONS} kills of {CHATS} chats")
    assert repeated <= QUESTIONS * CHATS
    assert "Traceback" not in demo.output, demo.output
    assert TOKEN not in demo.output
    assert TOKEN.partition(":")[2] not in demo.output
