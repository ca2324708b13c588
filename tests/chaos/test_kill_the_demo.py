"""The real demo, killed again and again while people book, pay, cancel, clean and chat; looked at from outside only.

`SSAK3_CHAOS=long` kills it many times, with a new seed each time; `SSAK3_CHAOS_SEED` repeats one.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.calls import Caller, Client
from tests.chaos.chats import Chat, cleaner, customer
from tests.chaos.outside import (
    check_audit,
    check_chat,
    check_deliveries,
    check_money,
    check_my_pages,
    check_promises,
    soon,
    until_rest,
)
from tests.support.page import Demo

IS_LONG = os.environ.get("SSAK3_CHAOS") == "long"
SEED = int(os.environ.get("SSAK3_CHAOS_SEED") or (time.time_ns() % 100_000 if IS_LONG else 4))
KILLS, CLIENTS, CHATS = (40, 120, 8) if IS_LONG else (3, 10, 2)
MODES = ("normal", "unknown", "down", "declining", "slow") if IS_LONG else ("unknown", "down", "normal")
WAIT_SECONDS = 900 if IS_LONG else 240


def show(*words: object) -> None:
    """Progress, for those who look (`pytest -s`)."""
    print(*words, flush=True)


def people(demo: Demo) -> list[Chat]:
    """Two cleaners, and customers at other hours than the API's."""
    wishes = [f"{day}일 뒤 {hour}시 송파 12평 집청소" for day in (10, 11, 12, 13) for hour in (10, 14)]
    guests = [
        Chat(demo, "customer", f"guest{number}", customer(wishes[number], f"송파구 OO로 {number}, 101동 1호"))
        for number in range(CHATS)
    ]
    return [Chat(demo, "cleaner", "first", cleaner), Chat(demo, "cleaner", "second", cleaner), *guests]


async def chatter(chats: Sequence[Chat], chance: random.Random) -> None:
    """People who ask the same thing over and over, a few at a time."""
    for _ in range(30):
        await asyncio.sleep(chance.uniform(0.3, 1.0) * (8 if IS_LONG else 1))
        asking = chance.choice(chats)
        is_ready = any(asking.titles()) if asking.role == "cleaner" else not asking.is_new
        if asking.is_idle and is_ready:
            asking.say("일정" if asking.role == "cleaner" else "내 예약")


async def kill_often(demo: Demo, chance: random.Random) -> None:
    """Each time in another mood of the provider; one kill in four hits a start."""
    for number in range(KILLS):
        mode = MODES[number % len(MODES)]
        await demo.put("/sandbox/mode", mode=mode)
        await asyncio.sleep(chance.uniform(0.5, 4.0))
        await demo.kill()
        show(f"kill {number + 1} of {KILLS}, provider {mode}")
        if IS_LONG and chance.random() < 0.25:
            with suppress(TimeoutError):
                await asyncio.wait_for(demo.start(), chance.uniform(0.2, 3.0))
            await demo.kill()
            show("  and while it started")
        await demo.start()
    await demo.put("/sandbox/mode", mode="normal")


async def booked_by_chat(chats: Sequence[Chat]) -> None:
    """Every guest has paid in the end."""
    for chat in chats:
        assert chat.is_idle, chat.name
        assert chat.role != "customer" or chat.has("예약이 확정됐어요"), (chat.name, chat.log)


@pytest.mark.asyncio
@pytest.mark.timeout(7200 if IS_LONG else 400)
async def test_nothing_promised_is_lost(tmp_path: Path):
    """However often and whenever it is killed: nothing lost, nothing doubled, nothing stuck."""
    chance, demo = random.Random(SEED), Demo(tmp_path)
    show(f"\nSSAK3_CHAOS_SEED={SEED}")
    await demo.start()
    chats = people(demo)
    phones = [asyncio.create_task(chat.live()) for chat in chats]
    async with aiohttp.ClientSession() as http:
        caller = Caller(demo, http)
        clients = [Client(caller, number, SEED, spread_seconds=KILLS * 3) for number in range(CLIENTS)]
        lives = [asyncio.create_task(client.live()) for client in clients]
        talk = asyncio.create_task(chatter(chats, chance))
        try:
            await kill_often(demo, chance)
            show("killed enough; waiting for everybody to come to an end")
            async with asyncio.timeout(WAIT_SECONDS):
                await asyncio.gather(talk, *lives)
            await soon(lambda: booked_by_chat(chats))
            await check_all(demo, caller, clients, chats)
        finally:
            for task in (*phones, *lives, talk):
                task.cancel()
            await asyncio.gather(*phones, *lives, talk, return_exceptions=True)
            with suppress(AssertionError):
                status = await demo.stop()
    assert status == 0, demo.output
    # What a kill cuts off is no fault; what is answered with a stack trace is.
    assert "Traceback" not in demo.output, demo.output
    audit = await asyncio.create_subprocess_exec(sys.executable, "-m", "ssak3", "audit", "--data", str(demo.data))
    assert await audit.wait() == 0


async def check_all(demo: Demo, caller: Caller, clients: Sequence[Client], chats: Sequence[Chat]) -> None:
    """At rest, and looked at from every side."""
    await until_rest(demo)
    ids = [client.reservation_id for client in clients] + await of_guests(caller, chats)
    await soon(lambda: _money(demo, caller, ids))
    await until_rest(demo)
    await check_promises(caller, clients)
    await check_my_pages(caller, clients)
    for chat in chats:
        await check_chat(chat)
    assert any(chat.has("일을 맡으셨어요") for chat in chats), "no cleaner had anything to do"
    show(f"{check_deliveries(demo)} notices, each once; {len(caller.promises)} answers, all kept")
    await check_audit(demo)


async def _money(demo: Demo, caller: Caller, ids: Sequence[str]) -> None:
    show(dict(await check_money(demo, caller, ids)))


async def of_guests(caller: Caller, chats: Sequence[Chat]) -> list[str]:
    """The one reservation of each guest, by my page."""
    found = []
    for chat in chats:
        if chat.role == "customer":
            [one] = (await caller.get(f"/api/mypage/{chat.person_id}"))["reservations"]
            found.append(one["id"])
    return found
