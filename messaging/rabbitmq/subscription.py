"""The receiving end of one consumer's queue: consumes, and consumes again after whatever ended it."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import cast

import structlog
from aio_pika.abc import AbstractChannel
from aiormq import Channel
from aiormq.abc import DeliveredMessage

from messaging.broker import BrokerUnavailable, Delivery, Message
from messaging.catalogue import dead_queue_name, queue_name
from messaging.rabbitmq.arrivals import Arrivals
from messaging.rabbitmq.connection import CHANNEL_SECONDS, Supervisor
from messaging.rabbitmq.letters import (
    ATTEMPT,
    CAUSE,
    CONSUMER,
    DEAD_AT,
    LONGEST_CAUSE,
    ROUTING_KEY,
    attempt_of,
    headers_of,
    message_of,
)
from messaging.rabbitmq.moderation import Moderation
from messaging.rabbitmq.publishing import ConfirmingPublisher, Outgoing
from messaging.rabbitmq.topology import Topology
from services.shared_kernel.clock import Clock

log = structlog.get_logger(__name__)

# A batch is handled while the next ones arrive: so many batches, and not fewer deliveries than that.
PREFETCHED_BATCHES, LEAST_PREFETCH = 3, 300
WATCH_SECONDS = 15.0
PAUSE_SECONDS = 0.2
MOVE_SECONDS = 1.0
# A delivery's handle is the number of the channel that brought it, and its tag there.
TAG_BITS = 48


class RabbitSubscription:
    """One consumer's queue. What a channel brought can be settled on that channel only; lost, it comes again."""

    def __init__(
        self, consumer: str, supervisor: Supervisor, publisher: ConfirmingPublisher, topology: Topology, clock: Clock
    ) -> None:
        self._consumer = consumer
        self._supervisor = supervisor
        self._publisher = publisher
        self._topology = topology
        self._clock = clock
        self._channel: Channel | None = None
        self._epoch = 0
        self._arrived = Arrivals()
        # In the order of their tags, as they came.
        self._unsettled: dict[int, None] = {}
        # Taken, and nobody has said yet what is to become of them.
        self._in_hand: set[int] = set()
        self._moderation = Moderation()
        self._is_resting = False
        self._gone = asyncio.Event()
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None
        self._moving: set[asyncio.Task[None]] = set()
        self._tag = ""
        self._prefetch = LEAST_PREFETCH
        self._is_stopped = False

    async def close(self) -> None:
        """Takes no more, and gives back what isn't settled."""
        self._is_closing = True
        self._gone.set()
        tasks = [*self._moving, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Receive nothing any more; what has arrived and nobody took goes back at once, to replicas."""
        self._is_stopped = True
        self._arrived.news.set()
        with contextlib.suppress(Exception):  # lost with the channel: they come again
            if self._channel is not None and self._tag:
                await self._channel.basic_cancel(self._tag, timeout=CHANNEL_SECONDS)
        await self.release([self._delivery(each) for each in self._arrived.take(len(self._arrived))])

    async def receive(
        self, limit: int, wait_seconds: float, may_wait: Collection[str] = ()
    ) -> Sequence[Delivery]:  # fmt: skip
        if self._is_stopped:
            return []
        self._arrived.may_wait = may_wait
        if self._task is None and not self._is_closing:
            # Not before somebody asks: what a process takes that can't handle it yet comes nearer to its limit.
            self._prefetch = max(LEAST_PREFETCH, PREFETCHED_BATCHES * limit)
            self._task = asyncio.create_task(self._keep_consuming())
        if wait_seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    while not (self._is_worth_taking(limit) or self._is_stopped):
                        self._arrived.news.clear()
                        await self._arrived.news.wait()
        if self._is_stopped:
            return []
        taken = self._arrived.take(limit)
        if taken and not self._in_hand:
            self._moderation.begin(_now(), len(taken))
        self._in_hand.update(each.delivery_tag for each in taken if each.delivery_tag is not None)
        return [self._delivery(each) for each in taken]

    def _is_worth_taking(self, limit: int) -> bool:
        """What presses, at once. While another batch is under way, or one has just been, only a full one."""
        is_free = not (self._in_hand or self._is_resting)
        return len(self._arrived) >= limit or (is_free and self._arrived.press)

    def _delivery(self, delivered: DeliveredMessage) -> Delivery:
        headers = headers_of(delivered)
        attempt = attempt_of(headers)
        return Delivery(
            message=message_of(delivered, headers),
            attempt=attempt,
            redelivered=attempt > 1 or bool(delivered.redelivered),
            handle=self._epoch << TAG_BITS | (delivered.delivery_tag or 0),
        )

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        tags = self._take_out(deliveries)
        first_left = next(iter(self._unsettled), None)
        # Everything below the first that is left is settled, so that one word says it of all.
        together = [tag for tag in tags if first_left is None or tag < first_left]
        with contextlib.suppress(Exception):  # lost with the channel: they come again
            if together and self._channel is not None:
                await self._channel.basic_ack(together[-1], multiple=True, wait=False)
            for tag in tags[len(together) :]:
                if self._channel is not None:
                    await self._channel.basic_ack(tag, wait=False)

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        with contextlib.suppress(Exception):  # lost with the channel: they come again
            for tag in self._take_out(deliveries):
                if self._channel is not None:
                    await self._channel.basic_nack(tag, requeue=True, wait=False)

    async def retry(self, delivery: Delivery, delay_seconds: int, cause: str) -> None:
        queue = self._topology.wait_queue(self._consumer, delay_seconds)
        await self._move(delivery, queue, {ATTEMPT: delivery.attempt + 1, CAUSE: cause[:LONGEST_CAUSE]})

    async def dead(self, delivery: Delivery, cause: str) -> None:
        about: dict[str, str | int] = {
            ATTEMPT: delivery.attempt,
            CAUSE: cause[:LONGEST_CAUSE],
            CONSUMER: self._consumer,
            DEAD_AT: self._clock.now().isoformat(),
        }
        await self._move(delivery, dead_queue_name(self._consumer), about)

    async def put_back(self, messages: Sequence[Message]) -> None:
        copies = [_copy(message, queue_name(self._consumer)) for message in messages]
        if len(await self._publisher.send(copies)) < len(copies):
            raise BrokerUnavailable("not all of it was confirmed")

    async def _move(self, delivery: Delivery, queue: str, about: dict[str, str | int]) -> None:
        """A confirmed copy, then the original is done with: killed in between, there are two, which an inbox bears."""
        if not self._is_unsettled(delivery):
            return
        self._put_down([_epoch_and_tag(delivery)[1]])
        copy = _copy(delivery.message, queue, about)
        if await self._is_kept(copy):
            await self.ack([delivery])
            return
        task = asyncio.create_task(self._move_later(delivery, copy))
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def _move_later(self, delivery: Delivery, copy: Outgoing) -> None:
        # Given back instead, it would come at once, fail at once, and be dead within the second.
        while self._is_unsettled(delivery):
            await asyncio.sleep(MOVE_SECONDS)
            if await self._is_kept(copy):
                await self.ack([delivery])

    async def _is_kept(self, copy: Outgoing) -> bool:
        try:
            return copy.id in await self._publisher.send([copy])
        except BrokerUnavailable:
            return False

    def _is_unsettled(self, delivery: Delivery) -> bool:
        epoch, tag = _epoch_and_tag(delivery)
        return epoch == self._epoch and tag in self._unsettled

    def _put_down(self, tags: Sequence[int]) -> None:
        if not self._in_hand:
            return
        self._in_hand.difference_update(tags)
        if not self._in_hand:
            self._is_resting = True
            asyncio.get_running_loop().call_later(self._moderation.end(_now()), self._rested)

    def _rested(self) -> None:
        self._is_resting = False
        self._arrived.news.set()

    def _take_out(self, deliveries: Sequence[Delivery]) -> list[int]:
        """The tags of those that are of this channel and unsettled, in order."""
        tags = []
        for delivery in deliveries:
            if self._is_unsettled(delivery):
                _, tag = _epoch_and_tag(delivery)
                del self._unsettled[tag]
                tags.append(tag)
        self._put_down(tags)
        return sorted(tags)

    async def _keep_consuming(self) -> None:
        while not (self._is_closing or self._is_stopped):
            await self._supervisor.connected()
            try:
                await self._consume()
                log.warning("rabbitmq.consumer_lost", consumer=self._consumer)
            except Exception as error:  # whatever it is, the next try may go well
                log.warning("rabbitmq.not_consuming", consumer=self._consumer, error=repr(error))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _consume(self) -> None:
        """Until the channel, or our place at the queue, is gone. Raises what kept it from consuming."""
        channel = await self._supervisor.channel(confirms=False)
        self._gone = gone = asyncio.Event()
        channel.close_callbacks.add(lambda *_: gone.set())
        try:
            await self._topology.declare(channel, [self._consumer])
            inner = cast(Channel, await channel.get_underlay_channel())
            inner.on_consumer_cancel_callbacks.add(lambda _: gone.set())
            self._begin(inner)
            await inner.basic_qos(prefetch_count=self._prefetch, timeout=CHANNEL_SECONDS)
            consuming = await inner.basic_consume(
                queue_name(self._consumer), self._on_delivery, timeout=CHANNEL_SECONDS
            )
            self._tag = str(consuming.consumer_tag)
            if self._is_stopped:
                return
            log.info("rabbitmq.consuming", consumer=self._consumer)
            while not (gone.is_set() or self._is_closing):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WATCH_SECONDS):
                        await gone.wait()
                if not gone.is_set() and await self._is_forgotten(inner):
                    return
        finally:
            self._forget()
            await _close(channel)

    def _begin(self, channel: Channel) -> None:
        self._epoch += 1
        self._channel = channel

    def _forget(self) -> None:
        self._channel = None
        self._arrived.forget()
        self._unsettled.clear()
        self._in_hand.clear()

    async def _on_delivery(self, delivered: DeliveredMessage) -> None:
        if delivered.channel is not self._channel or delivered.delivery_tag is None:
            return
        self._unsettled[delivered.delivery_tag] = None
        self._arrived.add(delivered)

    async def _is_forgotten(self, channel: Channel) -> bool:
        """A broker that lost its state may keep our channel and know nothing of us."""
        if self._is_stopped:
            return False
        declared = await channel.queue_declare(queue_name(self._consumer), passive=True, timeout=CHANNEL_SECONDS)
        return not declared.consumer_count


def _copy(message: Message, queue: str, about: Mapping[str, str | int] = MappingProxyType({})) -> Outgoing:
    """Straight to one queue."""
    headers = {**message.headers, **about, ROUTING_KEY: message.routing_key}
    return Outgoing(id=message.id, exchange="", routing_key=queue, body=message.body, headers=headers)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _epoch_and_tag(delivery: Delivery) -> tuple[int, int]:
    return divmod(int(delivery.handle), 1 << TAG_BITS)


async def _close(channel: AbstractChannel) -> None:
    # What wasn't settled on it goes back to the queue.
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CHANNEL_SECONDS):
            await channel.close()
