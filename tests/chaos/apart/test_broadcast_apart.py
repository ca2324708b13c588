"""Ten thousand recipients, a faulty Telegram, and a sender that is killed again and again: counted at Telegram.

Part of `make chaos` alone (`tests/chaos/conftest.py`); what each run counted is a row of docs/RELIABILITY.md. The short form is
`tests/integration/test_broadcasts_telegram.py`.
"""

import asyncio
import os
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ssak3.sending import SENDER, window_of
from tests.chaos.apart.bed import servers
from tests.chaos.apart.play import show
from tests.chaos.apart.report import Row, write
from tests.chaos.apart.speakers import Speakers, speakers
from tests.support import telegram_faults as faults
from tests.support.telegram import Telegram, a_telegram

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(1800)]

SEED = int(os.environ.get("SSAK3_CHAOS_SEED") or time.time_ns() % 100_000)
PEOPLE, RATE, KILLS = 10_000, 100.0, 8
NAMES = ("bot", "notification", "notification", "scheduler")
WORDS = "내일 눈이 많이 와요."
FIRST_CHAT = 100_000
PATIENCE_SECONDS = 900.0
# Of so many requests one goes wrong.
ONE_IN = 40
# What may have gone out or not, each time.
UNCLEAR = {
    "502": faults.bad_gateway(),
    "connection reset": faults.reset(),
    "answer lost": faults.lost_answer(),
    "answer after 5 s": faults.slow(5.0),
}
CLEAR = {"429 for 1 s": faults.too_many(1), "403": faults.forbidden(), "400": faults.refused()}
ON_TELEGRAM = f"""
INSERT INTO bot_person (id, version, role, language, name, quiet_at_night, created_at)
SELECT 'p-' || n, 1, 'customer', 'ko', '', false, now() FROM generate_series(1, {PEOPLE}) AS n;
INSERT INTO bot_link (channel, address, person_id, linked_at, sent_seq)
SELECT 'telegram', ({FIRST_CHAT} + n)::text, 'p-' || n, now(), 0 FROM generate_series(1, {PEOPLE}) AS n;
INSERT INTO notification_contact (person_id, role, language, channels, quiet_at_night, name)
SELECT 'p-' || n, 'customer', 'ko', '["telegram"]', false, '' FROM generate_series(1, {PEOPLE}) AS n;
"""


@dataclass
class Found:
    """In words, one for each; and how many were in doubt."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    never: int = 0
    statuses: Counter[str] = field(default_factory=Counter)


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[tuple[Speakers, dict[str, str]]]:
    """With the versions of what it runs on."""
    async with servers(1) as ([rabbit], postgres), a_telegram() as telegram:
        url = postgres.create_database("ssak3")
        used = {"RabbitMQ": rabbit.ctl("version"), "PostgreSQL": postgres.sql("show server_version")}
        async with speakers(tmp_path, url, rabbit.url, telegram, rate=RATE, names=NAMES) as opened:
            await opened.database.execute(ON_TELEGRAM)
            yield opened, used


async def shell(apart: Speakers, *words: str) -> str:
    """What `ssak3 broadcast` says."""
    status, said = await apart.fleet.run("broadcast", *words)
    assert status == 0, said
    return said


def told(telegram: Telegram) -> Counter[int]:
    """How often each chat got the words, by Telegram's journal."""
    return Counter(call.chat_id for call in telegram.sent if call.text.startswith(WORDS))


def make_trouble(telegram: Telegram, chance: random.Random) -> Counter[str]:
    """For the requests to come; how often each."""
    troubles, did = UNCLEAR | CLEAR, Counter[str]()
    coming: list[faults.Fault | None] = []
    for number in range(PEOPLE // ONE_IN):
        name = list(troubles)[number % len(troubles)]
        did[name] += 1
        at = chance.randrange(ONE_IN)
        coming += [troubles[name] if one == at else None for one in range(ONE_IN)]
    telegram.fail("sendMessage", *coming)
    return did


async def kill_the_sender(apart: Speakers, chance: random.Random) -> None:
    """At a random moment of its sending. Whoever was killed before may still stand as the holder."""
    before = told(apart.telegram).total()
    while told(apart.telegram).total() <= before:  # noqa: ASYNC110 - other processes send
        await asyncio.sleep(0.1)
    await asyncio.sleep(chance.uniform(0.5, 12.0))
    apart.fleet.kill(await apart.holder("notification", SENDER))


async def until_over(apart: Speakers) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await apart.database.fetchval("SELECT status FROM notification_broadcast") != "FINISHED":  # noqa: ASYNC110
            await asyncio.sleep(0.5)


async def count(apart: Speakers) -> Found:
    """Telegram's journal against the ledger (rule 11)."""
    found, got = Found(), told(apart.telegram)
    rows = await apart.database.fetch(
        "SELECT link.address, delivery.status, delivery.reason FROM notification_delivery AS delivery "
        "JOIN notification_notification AS one ON one.id = delivery.notification_id "
        "JOIN bot_link AS link ON link.person_id = one.recipient_id WHERE delivery.broadcast_id IS NOT NULL"
    )
    found.doubled += [f"{chat} got it {times} times" for chat, times in got.items() if times > 1]
    found.lost += [] if len(rows) == PEOPLE else [f"{len(rows)} deliveries for {PEOPLE} people"]
    for row in rows:
        times, status = got.pop(int(row["address"]), 0), str(row["status"])
        found.statuses[status] += 1
        found.never += times == 0 and status == "UNKNOWN"
        if status not in ("SENT", "FAILED", "UNKNOWN"):
            found.stuck.append(f"{row['address']} is {status}")
        elif status == "SENT" and times == 0:
            found.lost.append(f"{row['address']} is {status}, and got it {times} times")
        elif status == "FAILED" and times > 0:
            found.doubled.append(f"{row['address']} is FAILED ({row['reason']}), and got it")
    found.doubled += [f"{chat} isn't in the ledger, and got it" for chat in got]
    ended = [(slot, status) for slot in apart.fleet.slots for status in slot.statuses if status > 0]
    found.stuck += [f"{slot} ended with {status}" for slot, status in ended]
    return found


async def audited(apart: Speakers) -> str:
    """What `ssak3 audit` finds once all has been quiet for a minute and a half; empty: nothing."""
    apart.let_pass(timedelta(seconds=90))
    status, printed = await apart.fleet.run("audit")
    return printed if status else ""


async def test_ten_thousand(stage: tuple[Speakers, dict[str, str]]):
    apart, used = stage
    chance = random.Random(SEED)
    show(f"SSAK3_CHAOS_SEED={SEED}")
    drafted = await shell(apart, "draft", "--role", "customer", "--text", WORDS)
    seen = re.search(r"([\d,]+) selected.*approve (\S+) --digest (\S+)", drafted, re.DOTALL)
    assert seen is not None, drafted
    assert seen[1] == f"{PEOPLE:,}"
    did, begun = make_trouble(apart.telegram, chance), time.monotonic()
    await shell(apart, "approve", seen[2], "--digest", seen[3])
    for kill in range(KILLS):
        await kill_the_sender(apart, chance)
        show(f"  kill {kill + 1} of {KILLS}, {told(apart.telegram).total():,} have it")
    await until_over(apart)
    took = time.monotonic() - begun
    found, unclear = await count(apart), sum(did[name] for name in UNCLEAR)
    assert set(apart.telegram.asked) <= set(range(FIRST_CHAT + 1, FIRST_CHAT + PEOPLE + 1))
    statuses: Any = dict(found.statuses)
    show(f"  {told(apart.telegram).total():,} got it, {found.never} in doubt didn't, {statuses}, {took:.0f} s")
    complaints = await audited(apart)
    row = Row(
        scenario=f"broadcast to {PEOPLE:,} on Telegram, its sender killed",
        faults=", ".join(f"{what} ×{n}" for what, n in {"kill -9 of the sender": KILLS, **did}.items()),
        statuses={}, lost=len(found.lost), doubled=len(found.doubled), stuck=len(found.stuck),
        told_twice=0, told_never=found.never, unknown_sends=found.statuses["UNKNOWN"], repeats=0,
        back_after_seconds=None, asked_again={}, seconds=took,
    )  # fmt: skip
    show("  " + " | ".join(row.cells()))
    write(row, used)
    assert [*found.lost, *found.doubled, *found.stuck] == []
    assert found.statuses["UNKNOWN"] <= unclear + KILLS * window_of(RATE), "only what was in flight"
    assert complaints == ""
