"""The embedded broker: queues as rows of a table, so that a kill loses nothing, with the same contract as RabbitMQ."""

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from messaging.broker import Broker, Delivery, Message
from messaging.catalogue import FOLLOWS, dead_queue_name, listeners, queue_name, wait_queue_name
from messaging.dead import DeadGroup, DeadLetter
from services.shared_kernel.clock import Clock


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One message in one queue."""

    position: int
    message: Message
    attempt: int


class QueueStore(Protocol):
    """Where the rows live. Every call is one transaction; times are the moments from which a row may be taken."""

    async def append(self, rows: Sequence[tuple[str, Message]]) -> None: ...
    async def ready(self, queue: str, now: float, limit: int, skip: Sequence[int]) -> Sequence[QueueRow]: ...
    async def delete(self, positions: Sequence[int]) -> None: ...
    async def put_off(self, position: int, until: float, attempt: int, wait_queue: str, cause: str) -> None: ...
    async def set_aside(self, position: int, dead_queue: str, cause: str, at: float) -> None: ...
    async def next_due(self, queue: str) -> float | None: ...
    async def depths(self) -> dict[str, int]: ...
    async def dead_groups(self) -> Sequence[DeadGroup]: ...
    async def dead_letters(self, consumer: str, cause: str) -> Sequence[DeadLetter]: ...
    async def revive(self, consumer: str, cause: str) -> int: ...
    async def discard(self, consumer: str, cause: str) -> int: ...


class InProcessBroker(Broker):
    """Publishes into a row for each bound queue; deliveries in flight are known to this process only."""

    def __init__(self, store: QueueStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._subscriptions = {name: InProcessSubscription(name, store, clock) for name in FOLLOWS}

    @property
    def is_connected(self) -> bool:
        return True

    @property
    def is_blocked(self) -> bool:
        return False

    async def publish(self, messages: Sequence[Message]) -> frozenset[str]:
        rows = [
            (queue_name(consumer), message)
            for message in messages
            for consumer in listeners(f"ssak3.{message.routing_key}")
        ]
        await self.store.append(rows)
        for queue in {queue for queue, _ in rows}:
            self._subscriptions[queue.removeprefix("ssak3.")].wake()
        return frozenset(message.id for message in messages)

    def subscribe(self, consumer: str) -> "InProcessSubscription":
        return self._subscriptions[consumer]

    async def depths(self) -> dict[str, int]:
        """How many messages each queue holds, wait and dead queues too."""
        return await self.store.depths()

    async def start(self) -> None:
        """It is always there."""

    async def stop_receiving(self) -> None:
        for subscription in self._subscriptions.values():
            subscription.stop()

    async def close(self) -> None:
        """Its rows stay."""


class InProcessSubscription:
    """One consumer's queue."""

    def __init__(self, consumer: str, store: QueueStore, clock: Clock) -> None:
        self._consumer = consumer
        self._queue = queue_name(consumer)
        self._store = store
        self._clock = clock
        self._in_flight: set[int] = set()
        self._given_back: set[int] = set()
        self._arrived = asyncio.Event()
        self._is_stopped = False

    def wake(self) -> None:
        """Something new is in the queue."""
        self._arrived.set()

    def stop(self) -> None:
        """Receive nothing any more."""
        self._is_stopped = True
        self.wake()

    async def receive(
        self, limit: int, wait_seconds: float, may_wait: Collection[str] = ()
    ) -> Sequence[Delivery]:  # fmt: skip
        if self._is_stopped:
            return []
        self._arrived.clear()
        rows = await self._take(limit)
        if not rows and wait_seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(await self._patience(wait_seconds)):
                    await self._arrived.wait()
            rows = await self._take(limit)
        return [
            Delivery(
                message=row.message,
                attempt=row.attempt,
                redelivered=row.attempt > 1 or row.position in self._given_back,
                handle=row.position,
            )
            for row in rows
        ]

    async def _take(self, limit: int) -> Sequence[QueueRow]:
        rows = await self._store.ready(self._queue, self._clock.now().timestamp(), limit, tuple(self._in_flight))
        self._in_flight.update(row.position for row in rows)
        return rows

    async def _patience(self, wait_seconds: float) -> float:
        due = await self._store.next_due(self._queue)
        if due is None:
            return wait_seconds
        return min(wait_seconds, max(0.0, due - self._clock.now().timestamp()))

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        positions = [int(delivery.handle) for delivery in deliveries]
        await self._store.delete(positions)
        self._forget(positions)

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        positions = [int(delivery.handle) for delivery in deliveries]
        self._forget(positions)
        self._given_back.update(positions)

    async def retry(self, delivery: Delivery, delay_seconds: int, cause: str) -> None:
        until = (self._clock.now() + timedelta(seconds=delay_seconds)).timestamp()
        wait_queue = wait_queue_name(self._consumer, delay_seconds)
        await self._store.put_off(int(delivery.handle), until, delivery.attempt + 1, wait_queue, cause)
        self._forget([int(delivery.handle)])

    async def dead(self, delivery: Delivery, cause: str) -> None:
        now = self._clock.now().timestamp()
        await self._store.set_aside(int(delivery.handle), dead_queue_name(self._consumer), cause, now)
        self._forget([int(delivery.handle)])

    async def put_back(self, messages: Sequence[Message]) -> None:
        await self._store.append([(self._queue, message) for message in messages])
        self.wake()

    def _forget(self, positions: Sequence[int]) -> None:
        self._in_flight.difference_update(positions)
        self._given_back.difference_update(positions)


class InProcessDeadLetters:
    """The embedded broker's dead letters."""

    def __init__(self, broker: InProcessBroker) -> None:
        self._broker = broker
        self._store = broker.store

    async def groups(self) -> Sequence[DeadGroup]:
        return await self._store.dead_groups()

    async def letters(self, consumer: str, cause: str) -> Sequence[DeadLetter]:
        return await self._store.dead_letters(consumer, cause)

    async def replay(self, consumer: str, cause: str) -> int:
        revived = await self._store.revive(consumer, cause)
        self._broker.subscribe(consumer).wake()
        return revived

    async def discard(self, consumer: str, cause: str) -> int:
        return await self._store.discard(consumer, cause)
