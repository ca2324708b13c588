"""RabbitMQ's dead letters. To look at them is to take them out and give them back, in their order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiormq import Channel
from aiormq.abc import DeliveredMessage

from messaging.broker import Message
from messaging.catalogue import FOLLOWS, dead_queue_name, queue_name
from messaging.dead import DeadGroup, DeadLetter, grouped
from messaging.rabbitmq.broker import RabbitBroker, depth
from messaging.rabbitmq.connection import CHANNEL_SECONDS
from messaging.rabbitmq.letters import (
    CAUSE,
    DEAD_AT,
    ROUTING_KEY,
    attempt_of,
    headers_of,
    message_of,
    text_of,
    time_of,
)
from messaging.rabbitmq.publishing import WINDOW, Outgoing

LOOK_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A letter that is out of its queue for the moment."""

    letter: DeadLetter
    message: Message
    tag: int


class RabbitDeadLetters:
    """While one operator looks, the letters are out of sight for another."""

    def __init__(self, broker: RabbitBroker) -> None:
        self._broker = broker

    async def groups(self) -> Sequence[DeadGroup]:
        letters: list[DeadLetter] = []
        for consumer in FOLLOWS:
            async with self._looking_at(consumer) as look:
                letters += [each.letter for each in look.taken]
        return grouped(letters)

    async def letters(self, consumer: str, cause: str) -> Sequence[DeadLetter]:
        async with self._looking_at(consumer) as look:
            return [each.letter for each in look.of(cause)]

    async def replay(self, consumer: str, cause: str) -> int:
        async with self._looking_at(consumer) as look:
            wanted = look.of(cause)
            replayed = 0
            for start in range(0, len(wanted), WINDOW):
                part = wanted[start : start + WINDOW]
                kept = await self._broker.publisher.send([_fresh(consumer, each) for each in part])
                replayed += await look.remove([each for each in part if each.message.id in kept])
            return replayed

    async def discard(self, consumer: str, cause: str) -> int:
        async with self._looking_at(consumer) as look:
            return await look.remove(look.of(cause))

    @asynccontextmanager
    async def _looking_at(self, consumer: str) -> AsyncIterator["_Look"]:
        """All that are in the queue now; those that aren't removed in the block go back."""
        queue = dead_queue_name(consumer)
        async with self._broker.channel() as channel:
            look = _Look(channel, [_read(consumer, each) for each in await _all_of(channel, queue)])
            yield look
        if look.left:
            await self._until_back(queue, look.left)

    async def _until_back(self, queue: str, count: int) -> None:
        """The broker puts back what a closed channel held a moment later; whoever looks next is to find it."""
        async with self._broker.channel() as channel:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    while await depth(channel, queue) < count:  # noqa: ASYNC110  # the broker tells nobody
                        await asyncio.sleep(LOOK_AGAIN_SECONDS)


class _Look:
    """What was taken out for a look."""

    def __init__(self, channel: Channel, taken: Sequence[_Taken]) -> None:
        self._channel = channel
        self.taken = taken
        self.left = len(taken)

    def of(self, cause: str) -> Sequence[_Taken]:
        return [each for each in self.taken if each.letter.cause == cause]

    async def remove(self, taken: Sequence[_Taken]) -> int:
        for each in taken:
            await self._channel.basic_ack(each.tag)
            self.left -= 1
        return len(taken)


async def _all_of(channel: Channel, queue: str) -> Sequence[DeliveredMessage]:
    count = await depth(channel, queue)
    arrived: list[DeliveredMessage] = []
    are_all = asyncio.Event()

    async def on_delivery(delivered: DeliveredMessage) -> None:
        arrived.append(delivered)
        if len(arrived) >= count:
            are_all.set()

    if count:
        consuming = await channel.basic_consume(queue, on_delivery, timeout=CHANNEL_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await are_all.wait()
        await channel.basic_cancel(str(consuming.consumer_tag), timeout=CHANNEL_SECONDS)
    return arrived


def _read(consumer: str, delivered: DeliveredMessage) -> _Taken:
    headers = headers_of(delivered)
    message = message_of(delivered, headers)
    cause, at = text_of(headers, CAUSE) or "unknown", time_of(headers.get(DEAD_AT))
    if at is None:
        # RabbitMQ itself has set it aside: it ended its consumer each time, so that nobody could write a cause.
        death = _death(headers, consumer)
        cause, at = str(death.get("reason", cause)), time_of(death.get("time")) or datetime.fromtimestamp(0, UTC)
        keys = death.get("routing-keys")
        if text_of(headers, ROUTING_KEY) is None and isinstance(keys, list) and keys:
            message = Message(id=message.id, routing_key=str(keys[0]), body=message.body, headers=message.headers)
    letter = DeadLetter(
        id=message.id,
        type=f"ssak3.{message.routing_key}",
        consumer=consumer,
        cause=cause,
        attempt=attempt_of(headers),
        at=at,
        body=message.body,
    )
    return _Taken(letter=letter, message=message, tag=delivered.delivery_tag or 0)


def _death(headers: Mapping[str, Any], consumer: str) -> Mapping[str, Any]:
    """What RabbitMQ noted when the message left the consumer's queue."""
    deaths = headers.get("x-death")
    for death in deaths if isinstance(deaths, list) else ():
        if isinstance(death, dict) and death.get("queue") == queue_name(consumer):
            return death
    return {}


def _fresh(consumer: str, taken: _Taken) -> Outgoing:
    """To the one consumer, and nobody else, as if it had never been tried."""
    message = taken.message
    return Outgoing(
        id=message.id,
        exchange="",
        routing_key=queue_name(consumer),
        body=message.body,
        headers={**message.headers, ROUTING_KEY: message.routing_key},
    )
