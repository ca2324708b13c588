"""RabbitMQ behind the port that the embedded broker has too."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import cast

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError
from aiormq import Channel

from messaging.broker import Broker, BrokerUnavailable, Message
from messaging.catalogue import FOLLOWS, listeners
from messaging.contract import EXCHANGE
from messaging.rabbitmq.connection import CHANNEL_SECONDS, Chance, Supervisor
from messaging.rabbitmq.publishing import ConfirmingPublisher, Outgoing
from messaging.rabbitmq.subscription import RabbitSubscription
from messaging.rabbitmq.topology import Topology
from services.shared_kernel.clock import Clock


class RabbitBroker(Broker):
    """Made at once, `start`ed in a running loop, and there when a node is; until then publishing is unavailable.

    Publishing and consuming have a connection each, so that a broker that blocks publishers still delivers.
    """

    def __init__(
        self, urls: Sequence[str], *, clock: Clock, chance: Chance, topology: Topology | None = None
    ) -> None:  # fmt: skip
        self.topology = topology or Topology()
        self._clock = clock
        self._sending = Supervisor("publisher", urls, chance, self._prepare)
        self._receiving = Supervisor("consumer", urls, chance)
        self.publisher = ConfirmingPublisher(self._sending, self._declare)
        self._subscriptions: dict[str, RabbitSubscription] = {}

    @property
    def is_connected(self) -> bool:
        return self._sending.is_connected and self._receiving.is_connected

    @property
    def is_blocked(self) -> bool:
        """The broker takes nothing in until it has memory and disk space again."""
        return self._sending.is_blocked

    @property
    def trouble(self) -> str:
        """What keeps us from each node; empty when nothing does."""
        return self._sending.trouble or self._receiving.trouble

    async def start(self) -> None:
        """Connects in the background."""
        self._sending.start()
        self._receiving.start()

    async def connected(self) -> None:
        """Returns once there is a broker."""
        await self._sending.connected()
        await self._receiving.connected()

    async def stop_receiving(self) -> None:
        await asyncio.gather(*(subscription.stop() for subscription in self._subscriptions.values()))

    async def close(self) -> None:
        """Takes no more, gives back what isn't settled, and goes."""
        await asyncio.gather(*(subscription.close() for subscription in self._subscriptions.values()))
        await self.publisher.close()
        await asyncio.gather(self._sending.close(), self._receiving.close())

    async def publish(self, messages: Sequence[Message]) -> frozenset[str]:
        return await self.publisher.send(
            [
                Outgoing(
                    id=message.id,
                    exchange=EXCHANGE,
                    routing_key=message.routing_key,
                    body=message.body,
                    headers=message.headers,
                    is_mandatory=_has_listeners(message.routing_key),
                )
                for message in messages
            ]
        )

    def subscribe(self, consumer: str) -> RabbitSubscription:
        subscription = self._subscriptions.get(consumer)
        if subscription is None:
            subscription = RabbitSubscription(consumer, self._receiving, self.publisher, self.topology, self._clock)
            self._subscriptions[consumer] = subscription
        return subscription

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[Channel]:
        """For whoever looks into the queues. Raises BrokerUnavailable, also when it is lost on the way."""
        opened = await self._sending.channel(confirms=False)
        try:
            yield cast(Channel, await opened.get_underlay_channel())
        except (AMQPError, ChannelInvalidStateError, OSError, TimeoutError) as error:
            raise BrokerUnavailable(f"lost while looking into the queues: {error!r}") from error
        finally:
            with contextlib.suppress(Exception):
                await opened.close()

    async def depths(self) -> dict[str, int]:
        """How many messages each queue holds, wait and dead queues too. Raises BrokerUnavailable."""
        async with self.channel() as channel:
            return {name: await depth(channel, name) for name in self.topology.names()}

    async def _prepare(self, connection: AbstractConnection) -> None:
        # Before the first event: what is published to queues that aren't there yet is lost.
        async with connection.channel(publisher_confirms=False) as channel:
            await self._declare(channel)

    async def _declare(self, channel: AbstractChannel) -> None:
        await self.topology.declare(channel, FOLLOWS)


async def depth(channel: Channel, queue: str) -> int:
    """How many messages are in a queue and with nobody."""
    declared = await channel.queue_declare(queue, passive=True, timeout=CHANNEL_SECONDS)
    return declared.message_count or 0


@cache
def _has_listeners(routing_key: str) -> bool:
    return bool(listeners(f"ssak3.{routing_key}"))
