"""What every broker gives: confirmed publishing, and deliveries that are settled one way or another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class BrokerUnavailable(Exception):
    """Nothing was confirmed; the outbox keeps it and the relay tries again."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """Bytes under way. `id` is the event's id."""

    id: str
    routing_key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message as one consumer gets it. `attempt` counts from 1; `handle` is the broker's own mark."""

    message: Message
    attempt: int
    redelivered: bool
    handle: int | str


class Publisher(Protocol):
    """The sending end."""

    async def publish(self, messages: Sequence[Message]) -> frozenset[str]:
        """The ids that the broker has confirmed to keep. Raises BrokerUnavailable when it can't be asked."""
        ...


class Subscription(Protocol):
    """The receiving end of one consumer's queue."""

    async def receive(
        self, limit: int, wait_seconds: float, may_wait: Collection[str] = ()
    ) -> Sequence[Delivery]:  # fmt: skip
        """Up to `limit` deliveries; waits for a first one, at most so long. Empty when none came.

        Those with a routing key that may wait are perhaps kept for a moment, until others come.
        """
        ...

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """They are done with."""
        ...

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        """Not handled: give them back, to come again marked as redelivered."""
        ...

    async def retry(self, delivery: Delivery, delay_seconds: int, cause: str) -> None:
        """Bring it again after the delay, with `attempt` one higher."""
        ...

    async def dead(self, delivery: Delivery, cause: str) -> None:
        """Set it aside for an operator, with its cause."""
        ...

    async def put_back(self, messages: Sequence[Message]) -> None:
        """Into this queue alone, as first attempts: they were taken out of it before their turn.

        Raises BrokerUnavailable when it isn't certain that all are kept; then some may come twice.
        """
        ...


class Broker(Publisher, Protocol):
    """Both ends."""

    @property
    def is_connected(self) -> bool:
        """Whether it can be reached now."""
        ...

    @property
    def is_blocked(self) -> bool:
        """Whether it can be reached but takes nothing, for want of memory or disk."""
        ...

    def subscribe(self, consumer: str) -> Subscription:
        """The consumer's end of its own queue."""
        ...

    async def start(self) -> None:
        """Begin to look for it; returns at once, it may come later."""
        ...

    async def stop_receiving(self) -> None:
        """No more deliveries: whoever waits for one is answered with none. What was received can still be settled."""
        ...

    async def close(self) -> None:
        """Let it go; deliveries that aren't settled come again."""
        ...
