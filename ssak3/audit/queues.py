"""What is on its way in RabbitMQ: there, waiting messages can be counted, and only dead ones looked at."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from messaging.broker import BrokerUnavailable
from messaging.catalogue import FOLLOWS, dead_queue_name, queue_name
from messaging.dead import DeadLetters
from messaging.rabbitmq.broker import RabbitBroker
from messaging.rabbitmq.dead import RabbitDeadLetters
from services.shared_kernel.clock import Clock
from ssak3.settings import Settings
from ssak3.system import chance

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class QueuedMessage:
    """As the embedded broker's rows are: `home` is the consumer's queue, `queue` where it is now."""

    home: str
    queue: str
    message_id: str
    routing_key: str
    cause: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Queues:
    """`waiting`: how many messages wait for a consumer, in its queue or to be tried again. None: nobody knows, for the
    reason in `trouble`.
    """

    dead: Sequence[QueuedMessage] = ()
    waiting: Mapping[str, int] | None = None
    trouble: str = ""


async def look_into_rabbitmq(settings: Settings, clock: Clock) -> Queues:
    """Nothing is known of what it holds when it can't be reached."""
    broker = RabbitBroker(settings.amqp_nodes, clock=clock, chance=chance)
    await broker.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await broker.connected()
            return Queues(dead=await _dead(RabbitDeadLetters(broker)), waiting=_waiting(await broker.depths()))
    except (TimeoutError, BrokerUnavailable):
        return Queues(trouble=broker.trouble)
    finally:
        await broker.close()


async def _dead(letters: DeadLetters) -> list[QueuedMessage]:
    return [
        QueuedMessage(
            home=queue_name(group.consumer),
            queue=dead_queue_name(group.consumer),
            message_id=letter.id,
            routing_key=letter.type.removeprefix("ssak3."),
            cause=group.cause,
            subject=letter.subject,
        )
        for group in await letters.groups()
        for letter in await letters.letters(group.consumer, group.cause)
    ]


def _waiting(depths: Mapping[str, int]) -> dict[str, int]:
    return {
        consumer: sum(
            count
            for queue, count in depths.items()
            if queue == queue_name(consumer)
            or (queue.startswith(f"{queue_name(consumer)}.") and queue != dead_queue_name(consumer))
        )
        for consumer in FOLLOWS
    }
