"""The same world with every process apart: RabbitMQ between them, PostgreSQL beneath, HTTP where one asks another.

Each is a composition of its own, as `ssak3 run NAME` builds it, stepped by the test on the fake clock. They share one
pair of connections to RabbitMQ and one pool of PostgreSQL's, with the statements that it has compiled and prepared,
because seven take longer than most stories; `tests/distributed` gives each its own.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import asyncpg

from messaging.catalogue import FOLLOWS
from messaging.rabbitmq.broker import RabbitBroker
from messaging.relay import Relay
from ssak3.background import hand_over, ticks_of
from ssak3.composition import Ssak3
from ssak3.http.app import create_app
from ssak3.outside import Outside
from ssak3.processes import PROCESSES
from ssak3.settings import Settings
from storage.engine import Database
from tests.support.serving import serving
from tests.support.time import FakeClock
from tests.support.world import World, around

# Whose part a name means, where several processes have one.
OWNERS = ("bot", "payment", "notification", "scheduler", "reservation", "cleaning", "mypage")
ARRIVES_WITHIN_SECONDS = 20.0


class Anywhere:
    """Every part by its name: the owner's."""

    def __init__(self, processes: Mapping[str, Ssak3]) -> None:
        self._processes = processes
        self.switches = processes["notification"].switches
        self.databases = processes["scheduler"].databases
        self.consumers = {name: one for ssak3 in processes.values() for name, one in ssak3.consumers.items()}

    def __getattr__(self, name: str) -> Any:
        for owner in OWNERS:
            if hasattr(self._processes[owner], name):
                return getattr(self._processes[owner], name)
        raise AttributeError(name)


class Apart:
    """One composition a process."""

    def __init__(self, processes: Mapping[str, Ssak3], look: asyncpg.Connection) -> None:
        self._processes = processes
        self._look = look
        for ssak3 in processes.values():
            hand_over(ssak3)
        payment, notification = processes["payment"], processes["notification"]
        self.ssak3 = cast(Ssak3, Anywhere(processes))
        self.loops = (payment.attempts, payment.refunds, payment.availability, notification.sender)
        self.ticks = ticks_of(processes["scheduler"])

    async def relays(self) -> Sequence[Relay]:
        contexts = PROCESSES["scheduler"].relays
        outboxes = ", ".join(f"EXISTS (SELECT 1 FROM {name}_outbox)" for name in contexts)
        filled = await self._look.fetchrow(f"SELECT {outboxes}")
        return [
            ssak3.relays[name]
            for name, is_filled in zip(contexts, filled, strict=True)
            if is_filled
            for ssak3 in self._processes.values()
            if name in ssak3.relays
        ]

    async def consume(self, asleep: Collection[str]) -> int:
        """Waits until what was published has come: the broker is another process."""
        loop, every = asyncio.get_running_loop(), self.ssak3.consumers
        deadline, total = loop.time() + ARRIVES_WITHIN_SECONDS, 0
        while waiting := [name for name in await self._behind() if name not in asleep and not self._is_paused(name)]:
            done = sum([await every[name].run_once(0.05) for name in waiting])
            if not done and loop.time() > deadline:
                raise AssertionError(f"published, and never handled by {', '.join(waiting)}")
            total += done
        return total

    def _is_paused(self, name: str) -> bool:
        return name == "notification" and self.ssak3.switches.notifications_paused

    async def _behind(self) -> list[str]:
        """Consumers for whom something was published that they have neither handled nor parked."""
        rows = await self._look.fetchrow("SELECT " + ", ".join(_is_behind(name) for name in FOLLOWS))
        return [name for name, is_behind in zip(FOLLOWS, rows, strict=True) if is_behind]

    def brokers(self) -> Sequence[Any]:
        return [self.ssak3.broker]


def _is_behind(consumer: str) -> str:
    logs = " UNION ALL ".join(
        f"SELECT event_id FROM {context}_event_log WHERE event_id NOT IN (SELECT event_id FROM {context}_outbox)"
        for context in FOLLOWS[consumer]
    )
    return (
        f"EXISTS (SELECT 1 FROM ({logs}) AS published WHERE event_id NOT IN (SELECT event_id FROM {consumer}_inbox) "
        f"AND event_id NOT IN (SELECT event_id FROM {consumer}_parked))"
    )


@asynccontextmanager
async def a_world_apart(
    folder: Path, database_url: str, amqp_url: str, clock: FakeClock | None = None, **outside: Any
) -> AsyncIterator[World]:
    """Over a database with everybody's tables and a virtual host, as they were left."""
    clock = clock or FakeClock()
    async with AsyncExitStack() as stack:
        given, sandbox_url = await stack.enter_async_context(around(folder, clock, **outside))
        processes = await _processes(stack, folder, given, database_url, amqp_url)
        await processes["scheduler"].databases.migrate()
        look = await asyncpg.connect(database_url.replace("+asyncpg", ""))
        stack.push_async_callback(look.close)
        world = World(Apart(processes, look), clock, sandbox_url, given.session)
        for ssak3 in processes.values():
            ssak3.observers.listeners.append(world.observe)
        yield world


@cache
def _shared_database(url: str) -> Database:
    """Closed by each story, it connects again in the next; what it has compiled stays."""
    return Database(url)


class _Shared:
    """A broker that one of its users doesn't close for the others."""

    def __init__(self, broker: RabbitBroker) -> None:
        self._broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    async def close(self) -> None:
        """Whoever made it does."""


async def _processes(
    stack: AsyncExitStack, folder: Path, given: Outside, database_url: str, amqp_url: str
) -> dict[str, Ssak3]:
    urls: dict[str, Any] = {"payment_url": "", "bot_url": ""}
    broker = RabbitBroker([amqp_url], clock=given.clock, chance=given.chance)
    await broker.start()
    await broker.connected()
    stack.push_async_callback(broker.close)
    stack.enter_context(patch("ssak3.composition.RabbitBroker", return_value=_Shared(broker)))
    stack.enter_context(patch("ssak3.databases.Database", _shared_database))
    processes: dict[str, Ssak3] = {}
    # Who is asked comes before who asks.
    for name in ("payment", "bot", "reservation", "cleaning", "notification", "mypage", "scheduler"):
        settings = Settings(
            data_dir=folder / name, database_url=database_url, amqp_urls=amqp_url,
            public_url="http://127.0.0.1:8000", _env_file=None, **urls,
        )  # fmt: skip
        processes[name] = ssak3 = Ssak3(settings, given, (name,))
        stack.push_async_callback(ssak3.close)
        if name in ("payment", "bot"):
            app = create_app(ssak3, is_demo=False, takes_work=lambda: True)
            urls[f"{name}_url"] = await stack.enter_async_context(serving(app))
    return processes
