"""One scenario from its first guest to the last count."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.shared_kernel.clock import KST
from tests.chaos.apart.counting import Count, count_all
from tests.chaos.apart.guests import Crowd, Guest
from tests.chaos.apart.report import Row
from tests.chaos.apart.rest import Looker
from tests.chaos.apart.rig import REPLICAS, Rig
from tests.chaos.apart.wire import Wire
from tests.chaos.calls import Caller
from tests.support.servers.postgresql import PostgresServer
from tests.support.servers.rabbitmq import RabbitServer

GONE_SECONDS = 1800.0
# Of the processes' time, every second: what is unclear is asked about half a minute later.
HURRY = timedelta(seconds=8)
SAMPLE = 0.25


@dataclass
class Stage:
    """What a fault is done with; `did` is what it did, to be told. `amqp` and `database` are the lines of a scenario
    that goes by wire.
    """

    rig: Rig
    looker: Looker
    rabbit: list[RabbitServer]
    postgres: PostgresServer
    amqp: Wire
    database: Wire
    chance: random.Random
    caller: Caller
    crowd: Crowd
    did: Counter[str] = field(default_factory=Counter)
    overlooked: list[str] = field(default_factory=list)

    def done(self, what: str, times: int = 1) -> None:
        """Note it, for the table and for those who look (`pytest -s`)."""
        self.did[what] += times
        show(f"  {what} ({self.crowd.booked} of {len(self.crowd.guests)} have booked)")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`faults` happen while the guests come; `after` when all are gone and everything rests.

    `by_wire`: all lines of the processes to broker and database go by ours. `in_a_hurry`: time passes faster once
    the faults are over, and only a part of the answers is asked for again.
    """

    name: str
    faults: Callable[[Stage], Awaitable[None]]
    guests: int
    cleaned: int = 3
    poisonous: int = 0
    unpaid: bool = False
    by_wire: bool = False
    nodes: int = 1
    replicas: Mapping[str, int] = field(default_factory=lambda: REPLICAS)
    in_a_hurry: bool = False
    desks: int = 8
    pause_seconds: float = 0.0
    after: Callable[[Stage], Awaitable[None]] | None = None


def show(*words: object) -> None:
    """Progress, for those who look (`pytest -s`)."""
    print(f"{datetime.now(KST):%H:%M:%S}", *words, flush=True)


async def play(stage: Stage, scenario: Scenario) -> tuple[Row, Count]:
    """The row to write, and what was counted. Raises what ended a guest's life."""
    rig, begun = stage.rig, time.monotonic()
    show(f"{scenario.name}: {scenario.guests} guests")
    marks = len(rig.read_marks())
    stage.crowd.come(desks=scenario.desks, pause_seconds=scenario.pause_seconds)
    try:
        await scenario.faults(stage)
        async with _hurrying(rig, scenario.in_a_hurry):
            back_after = await _back_after(stage) if stage.did else None
            async with asyncio.timeout(GONE_SECONDS):
                await stage.crowd.until_gone()
            show("  everybody has gone; waiting for rest")
            waiting = await stage.looker.until_rest(stage.overlooked)
            if scenario.after is not None:
                await scenario.after(stage)
                waiting |= await stage.looker.until_rest()
    finally:
        await stage.crowd.close()
    asked_again = SAMPLE if scenario.in_a_hurry else 1.0
    show("  counting")
    count = await count_all(rig, stage.caller, stage.crowd.guests, asked_again=asked_again)
    count.stuck += [f"{rows} in {what}" for what, rows in waiting.items()]
    count.stuck += [f"{slot} ended with {status}" for slot in rig.fleet.slots for status in slot.statuses if status > 0]
    found = await rig.audit()
    if found:
        count.lost.append(f"the audit found something:\n{found}")
    repeats = sum(mark["mark"] == "repeat" for mark in rig.read_marks()[marks:])
    row = Row(
        scenario=scenario.name,
        faults=", ".join(f"{what} ×{n}" if n > 1 else what for what, n in stage.did.items()) or "none",
        statuses=count.statuses,
        lost=len(count.lost),
        doubled=len(count.doubled),
        stuck=len(count.stuck),
        told_twice=count.told_twice,
        told_never=count.told_never,
        unknown_sends=count.unknown_sends,
        repeats=repeats,
        back_after_seconds=back_after,
        asked_again=stage.caller.failures,
        seconds=time.monotonic() - begun,
    )
    show("  " + " | ".join(row.cells()))
    for fault in count.faults[:20]:
        show("  ✘", fault)
    return row, count


async def _back_after(stage: Stage) -> float:
    """Seconds until a new booking is made, paid, and on my page."""
    begun = time.monotonic()
    crowd = stage.rig.crowd(stage.caller, 1, seed=0)
    [probe] = crowd.guests
    probe.plan = "stays"
    await probe.book()
    await probe.live()
    while not await _is_shown(stage.caller, probe):  # noqa: ASYNC110 - other processes do it
        await asyncio.sleep(0.1)
    stage.crowd.guests.append(probe)
    return time.monotonic() - begun


async def _is_shown(caller: Caller, guest: Guest) -> bool:
    shown = (await caller.get(f"/api/mypage/{guest.customer_id}"))["reservations"]
    return [one["status"] for one in shown] == ["CONFIRMED"]


@asynccontextmanager
async def _hurrying(rig: Rig, is_hurrying: bool) -> AsyncIterator[None]:
    """Meanwhile, the processes' time passes faster."""

    async def hurry() -> None:
        while is_hurrying:
            await asyncio.sleep(1.0)
            rig.put_forward(HURRY)

    task = asyncio.create_task(hurry())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
