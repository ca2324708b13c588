"""The real program is killed in the middle of a broadcast: nobody gets it twice, and who was in flight is named.

Counted at the emulator of Telegram's Bot API, against the report of `ssak3 broadcast`.
"""

import asyncio
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from ssak3.sending import window_of
from ssak3.system import DemoClock
from tests.support.page import ROOT, Demo
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram, too_many, until

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(50)]

LONG = os.environ.get("SSAK3_CHAOS") == "long"
CHATS, KILLS, RATE = (120, 5, 25.0) if LONG else (40, 1, 20.0)
# Longer than whoever was killed may go on with what it took.
LEASE = timedelta(seconds=31)
WORDS = "내일 눈이 많이 와요."


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with a_telegram() as opened:
        yield opened


async def shell(folder: Path, demo: Demo, *words: str) -> str:
    """What `ssak3 broadcast` says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ssak3", "broadcast", *words, "--data", str(demo.data), cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


def got(telegram: Telegram, chats: list[Chat]) -> Counter[int]:
    """How often each chat got the words."""
    return Counter(chat.id for chat in chats for text in chat.heard() if text.startswith(WORDS))


async def test_killed_in_the_middle(tmp_path: Path, telegram: Telegram):
    tmp_path.joinpath(".env").write_text(
        f"SSAK3_TELEGRAM_TOKEN={TOKEN}\nSSAK3_TELEGRAM_API_BASE={telegram.url}\nSSAK3_TELEGRAM_RATE={RATE}\n"
    )
    demo = Demo(tmp_path)
    await demo.start()
    chats = [Chat(telegram, 1000 + number) for number in range(CHATS)]
    for chat in chats:
        await chat.says("/start")
    await until(lambda: all(chat.heard() for chat in chats))
    telegram.fail("sendMessage", too_many(1))
    seen = re.search(r"(\d+) selected.*approve (\S+) --digest (\S+)", await _drafted(tmp_path, demo), re.DOTALL)
    assert seen is not None
    assert int(seen[1]) == CHATS
    await shell(tmp_path, demo, "approve", seen[2], "--digest", seen[3])
    for kill in range(1, KILLS + 1):
        least = CHATS * kill // (KILLS + 2)
        await until(lambda least=least: got(telegram, chats).total() >= least)
        await demo.kill()
        DemoClock(demo.data).put_forward(LEASE)
        await demo.start()
    report = ""
    while "FINISHED" not in report:
        await asyncio.sleep(0.5)
        report = await shell(tmp_path, demo, "report", seen[2])
    told = got(telegram, chats)
    unknown = len(re.findall("^UNKNOWN ", report, re.MULTILINE))
    print(f"{told.total()} of {CHATS} got it, {unknown} in doubt, {KILLS} kills")
    assert set(told.values()) == {1}, "nobody twice"
    assert CHATS - unknown <= told.total() <= CHATS
    assert unknown <= KILLS * window_of(RATE)
    assert await demo.stop() == 0
    assert "Traceback" not in demo.output, demo.output
    assert WORDS not in demo.output


async def _drafted(folder: Path, demo: Demo) -> str:
    """Once notification has heard of everybody."""
    while True:
        said = await shell(folder, demo, "draft", "--role", "customer", "--text", WORDS)
        if f"{CHATS} selected" in said:
            return said
        await asyncio.sleep(0.2)
