"""The exchange, the queues and how they hang together: the same on RabbitMQ 3.10 and 4; declaring again is harmless."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel

from messaging.catalogue import FOLLOWS, bindings, dead_queue_name, queue_name, wait_queue_name
from messaging.contract import EXCHANGE
from messaging.retry import DELAYS_SECONDS

# A delivery that comes back so often ends its process each time: what merely fails goes by the wait queues.
# 20 is also what RabbitMQ 4 takes when nothing is said.
DELIVERY_LIMIT = 20

# Looking at dead letters gives them back, which must never count as a failure of theirs: RabbitMQ 4 would drop them.
LOOKS_LIMIT = 1_000_000_000

DECLARE_SECONDS = 10.0

Arguments = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Topology:
    """`second_ms` is how long a second of delay lasts in a wait queue."""

    delays_seconds: Sequence[int] = DELAYS_SECONDS
    second_ms: int = 1000

    def wait_queue(self, consumer: str, delay_seconds: int) -> str:
        """The queue of the shortest delay that is long enough."""
        known = [delay for delay in sorted(self.delays_seconds) if delay >= delay_seconds]
        return wait_queue_name(consumer, known[0] if known else max(self.delays_seconds))

    def queues(self, consumer: str) -> Mapping[str, Arguments]:
        """A consumer's queues with what they are declared with."""
        home, dead = queue_name(consumer), dead_queue_name(consumer)
        return {
            dead: {"x-queue-type": "quorum", "x-delivery-limit": LOOKS_LIMIT},
            home: {"x-delivery-limit": DELIVERY_LIMIT, **_leads_to(dead)},
            **{
                wait_queue_name(consumer, delay): {"x-message-ttl": delay * self.second_ms, **_leads_to(home)}
                for delay in self.delays_seconds
            },
        }

    def names(self) -> list[str]:
        """Every queue of every consumer."""
        return [name for consumer in FOLLOWS for name in self.queues(consumer)]

    async def declare(self, channel: AbstractChannel, consumers: Iterable[str]) -> None:
        """Raises aio-pika's ChannelPreconditionFailed where a queue of that name is of another make."""
        exchange = await channel.declare_exchange(EXCHANGE, "topic", durable=True, timeout=DECLARE_SECONDS)
        for consumer in consumers:
            for name, arguments in self.queues(consumer).items():
                queue = await channel.declare_queue(
                    name, durable=True, arguments=dict(arguments), timeout=DECLARE_SECONDS
                )
                if name == queue_name(consumer):
                    for pattern in bindings(consumer):
                        await queue.bind(exchange, pattern, timeout=DECLARE_SECONDS)


def _leads_to(queue: str) -> Arguments:
    # At least once: a letter leaves its queue only when the next one has confirmed it. This wants reject-publish,
    # which without a maximum length never rejects.
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
