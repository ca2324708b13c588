"""The real program is killed in the middle of a broadcast: nobody gets it twice, and who was in flight is named.

Counted at the emulator of Telegram's Bot API, against the ledger and the report of `ssak3 broadcast`.
"""

import asyncio
import os
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ssak3.sending import window_of
from ssak3.system import DemoClock
from tests.support.page import ROOT, Demo
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram, until
from tests.support.telegram_faults import too_many

LONG = os.environ.get("SSAK3_CHAOS") == "long"
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300 if LONG else 100)]
CHATS, KILLS, RATE = (200, 5, 20.0) if LONG else (30, 1, 20.0)
# Longer than whoever was killed may go on with what it took.
LEASE = timedelta(seconds=31)
WORDS = "내일 눈이 많이 와요."
LEDGER = """
SELECT link.address, delivery.status FROM notification_delivery AS delivery
JOIN notification_notification AS one ON one.id = delivery.notification_id
JOIN bot_link AS link ON link.person_id = one.recipient_id WHERE delivery.broadcast_id IS NOT NULL
"""


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


def look(demo: Demo, query: str) -> list[Any]:
    """What the program's database says."""
    with closing(sqlite3.connect(demo.data / "ssak3.db")) as database:
        return database.execute(query).fetchall()


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
        await until(lambda least=least: got(telegram, chats).total() >= least)  # type: ignore[misc]
        await demo.kill()
        DemoClock(demo.data).put_forward(LEASE)
        await demo.start()
    await until(lambda: look(demo, "SELECT status FROM notification_broadcast") == [("FINISHED",)])
    report = await shell(tmp_path, demo, "report", seen[2])
    assert await demo.stop() == 0
    told, statuses = got(telegram, chats), {int(chat): status for chat, status in look(demo, LEDGER)}
    in_doubt = {chat for chat, status in statuses.items() if status == "UNKNOWN"}
    print(f"{told.total()} of {CHATS} got it, {len(in_doubt)} in doubt, {KILLS} kills")
    assert set(told.values()) == {1}, "nobody twice"
    assert {chat for chat, status in statuses.items() if status == "SENT"} == statuses.keys() - in_doubt
    assert statuses.keys() - in_doubt <= told.keys() <= statuses.keys() == {chat.id for chat in chats}
    assert 0 < len(in_doubt) <= KILLS * window_of(RATE), "only what was in flight"
    assert len(re.findall("^UNKNOWN ", report, re.MULTILINE)) == len(in_doubt), "named in the report"
    assert "Traceback" not in demo.output, demo.output
    assert WORDS not in demo.output


async def _drafted(folder: Path, demo: Demo) -> str:
    """Once notification has heard of everybody."""
    while True:
        said = await shell(folder, demo, "draft", "--role", "customer", "--text", WORDS)
        if f"{CHATS} selected" in said:
            return said
        await asyncio.sleep(0.2)
