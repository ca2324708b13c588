"""Each broker in a rig: it can be killed and opened again, and time passes for its delays."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from messaging.broker import Broker, BrokerUnavailable, Delivery, Message
from messaging.dead import DeadLetters
from messaging.in_process import InProcessBroker, InProcessDeadLetters
from messaging.rabbitmq.broker import RabbitBroker
from messaging.rabbitmq.dead import RabbitDeadLetters
from messaging.rabbitmq.topology import Topology
from storage.broker.queue_store import SqlQueueStore
from storage.engine import Database
from storage.migrate import migrate
from tests.support.time import FakeClock

# A second of delay takes so long in RabbitMQ's wait queues.
SECOND_MS = 100


class Rig(Protocol):
    """What the contract suite has of a broker."""

    @property
    def broker(self) -> Broker: ...

    @property
    def dead(self) -> DeadLetters: ...

    @property
    def clock(self) -> FakeClock: ...

    async def restart(self) -> None:
        """All that was in memory is gone."""
        ...

    async def pass_seconds(self, seconds: float) -> None:
        """Of a delay."""
        ...

    async def receive(self, consumer: str, count: int, limit: int = 100) -> Sequence[Delivery]:
        """So many deliveries, in calls of at most `limit`; or those that came."""
        ...

    async def receives_nothing(self, consumer: str) -> bool: ...


class InProcessRig:
    def __init__(self, url: str) -> None:
        self._url = url
        self.clock = FakeClock()
        self._open()

    def _open(self) -> None:
        self.database = Database(self._url)
        self.broker = InProcessBroker(SqlQueueStore(self.database), self.clock)
        self.dead = InProcessDeadLetters(self.broker)

    async def restart(self) -> None:
        await self.database.close()
        self._open()

    async def pass_seconds(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    async def receive(self, consumer: str, count: int, limit: int = 100) -> Sequence[Delivery]:
        return await received(self.broker, consumer, count, limit, patience=0.0)

    async def receives_nothing(self, consumer: str) -> bool:
        return not await self.broker.subscribe(consumer).receive(100, 0)


class RabbitRig:
    def __init__(self, url: str) -> None:
        self._url = url
        self.clock = FakeClock()
        self._open()

    def _open(self) -> None:
        self.broker = rabbit_broker([self._url], self.clock)
        self.dead = RabbitDeadLetters(self.broker)

    async def start(self) -> None:
        await self.broker.start()
        await asyncio.wait_for(self.broker.connected(), 20)

    async def restart(self) -> None:
        await self.broker.close()
        self._open()
        await self.start()

    async def pass_seconds(self, seconds: float) -> None:
        await asyncio.sleep(seconds * SECOND_MS / 1000)

    async def receive(self, consumer: str, count: int, limit: int = 100) -> Sequence[Delivery]:
        return await received(self.broker, consumer, count, limit, patience=10.0)

    async def receives_nothing(self, consumer: str) -> bool:
        return not await self.broker.subscribe(consumer).receive(100, 0.1)


def rabbit_broker(urls: Sequence[str], clock: FakeClock | None = None) -> RabbitBroker:
    """Chance is real; there are two delays, and they are short."""
    topology = Topology(delays_seconds=(1, 5), second_ms=SECOND_MS)
    return RabbitBroker(urls, clock=clock or FakeClock(), chance=random.random, topology=topology)


async def received(
    broker: Broker, consumer: str, count: int, limit: int = 100, patience: float = 10.0
) -> list[Delivery]:  # fmt: skip
    """So many deliveries, or those that came before patience ended."""
    subscription = broker.subscribe(consumer)
    deliveries: list[Delivery] = []
    while len(deliveries) < count:
        more = await subscription.receive(min(limit, count - len(deliveries)), patience)
        if not more:
            break
        deliveries += more
    return deliveries


async def drained(broker: Broker, consumer: str, patience: float = 1.0) -> list[str]:
    """The ids of all that is in the queue, acknowledged."""
    subscription = broker.subscribe(consumer)
    ids: list[str] = []
    while deliveries := await subscription.receive(100, patience):
        ids += [delivery.message.id for delivery in deliveries]
        await subscription.ack(deliveries)
    return ids


async def published(broker: Broker, message: Message, patience: float = 20.0) -> None:
    """As the relay does it: again and again until it is confirmed."""
    async with asyncio.timeout(patience):
        while True:
            with contextlib.suppress(BrokerUnavailable):
                if message.id in await broker.publish([message]):
                    return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def in_process_rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = InProcessRig(f"sqlite+aiosqlite:///{tmp_path}/broker.db")
    await migrate({"broker": rig.database})
    try:
        yield rig
    finally:
        await rig.database.close()


@asynccontextmanager
async def rabbit_rig(url: str) -> AsyncIterator[Rig]:
    rig = RabbitRig(url)
    await rig.start()
    try:
        yield rig
    finally:
        await rig.broker.close()


class AwayOrThere:
    """A publisher's broker that may be away, and come back."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away
        self.published: list[str] = []

    async def publish(self, messages: Sequence[Message]) -> frozenset[str]:
        if self.is_away:
            raise BrokerUnavailable("away")
        self.published += [message.id for message in messages]
        return frozenset(message.id for message in messages)
