"""One consumer: deliveries in, effects in the inbox's transaction, then ack. Each effect happens once, in order.

Marker, effect and outgoing events are one commit. What has arrived is handled as a batch in one transaction;
when a handler fails, the batch is undone and handled one by one, so that one bad event harms no other.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

import structlog

from messaging.broker import Delivery, Subscription
from messaging.envelope import Malformed, decode
from messaging.retry import cause_of, delay_after
from services.shared_kernel.event import Event, Received
from services.shared_kernel.refusal import again_if_stale

log = structlog.get_logger(__name__)

BATCH = 100


class Admission(Enum):
    """What the inbox says of an event that arrives."""

    HANDLE = "handle"
    SEEN = "seen"
    PARKED = "parked"


class Inbox(Protocol):
    """What a consumer has seen, in the transaction of its effects (rule 13)."""

    async def expect(self, batch: Sequence[Received]) -> None:
        """These are coming: read at once what will be asked about them."""
        ...

    async def admit(self, received: Received, body: bytes) -> Admission:
        """Mark it seen and say whether to handle it now; an early one is parked with its body."""
        ...

    async def released_by(self, received: Received) -> Sequence[bytes]:
        """Take out the parked events that waited for this one, in order."""
        ...


class InboxWork(Protocol):
    """A unit of work with an inbox. Events saved in it name `caused_by` as their cause."""

    @property
    def inbox(self) -> Inbox: ...

    def because_of(self, received: Received) -> None:
        """From here on, events are caused by this one."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...


W = TypeVar("W", bound=InboxWork)
Reaction = Callable[[W, Received], Awaitable[None]]


class Consumer(Generic[W]):
    """Handles one consumer's queue with its reactions. A type without a reaction is recorded and left at that."""

    def __init__(
        self,
        name: str,
        subscription: Subscription,
        unit_of_work: Callable[[], W],
        reactions: Mapping[type[Event], Reaction[W]],
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self._subscription = subscription
        self._unit_of_work = unit_of_work
        self._reactions = reactions
        self._is_paused = is_paused

    async def run_once(self, wait_seconds: float = 0.0) -> int:
        """Handle what has arrived, at most one batch; how many deliveries were settled."""
        if self._is_paused():
            return 0
        deliveries = await self._subscription.receive(BATCH, wait_seconds)
        left = sorted(deliveries, key=lambda delivery: delivery.redelivered)
        fresh = [delivery for delivery in left if not delivery.redelivered]
        try:
            if fresh and await self._handle_together(fresh):
                left = left[len(fresh) :]
            while left:
                await self._handle_alone(left[0])
                left = left[1:]
        except Exception:  # not even settling them was possible
            await self._subscription.release(left)
            raise
        return len(deliveries)

    async def _handle_together(self, deliveries: Sequence[Delivery]) -> bool:
        try:
            pairs = sorted(
                ((decode(delivery.message.body), delivery.message.body) for delivery in deliveries),
                # By time first: what caused something mostly comes before it, so that little has to be parked.
                key=lambda pair: (pair[0].time, pair[0].source, pair[0].subject, pair[0].sequence),
            )
            await self._handle_all(pairs)
        except Exception as error:  # whatever it is, one by one finds out whose it is
            log.info("consumer.batch_split", consumer=self.name, size=len(deliveries), error=type(error).__name__)
            return False
        await self._subscription.ack(deliveries)
        return True

    async def _handle_alone(self, delivery: Delivery) -> None:
        try:
            received = decode(delivery.message.body)
            await self._handle_all([(received, delivery.message.body)])
        except Exception as error:  # a consumer outlives any event
            await self._fail(delivery, error)
            return
        await self._subscription.ack([delivery])

    async def _fail(self, delivery: Delivery, error: Exception) -> None:
        delay = delay_after(delivery.attempt, error)
        cause = cause_of(error)
        if isinstance(error, Malformed) or delay is None:
            log.error("consumer.dead", consumer=self.name, event_id=delivery.message.id, cause=cause)
            await self._subscription.dead(delivery, cause)
            return
        log.warning("consumer.retry", consumer=self.name, event_id=delivery.message.id, delay=delay, cause=cause)
        await self._subscription.retry(delivery, delay, cause)

    async def _handle_all(self, pairs: Sequence[tuple[Received, bytes]]) -> None:
        """In one transaction. When somebody else was quicker with what it needs, it is decided anew."""

        async def handle() -> None:
            async with self._unit_of_work() as work:
                await work.inbox.expect([received for received, _ in pairs])
                for received, body in pairs:
                    await self._handle(work, received, body)

        await again_if_stale(handle)

    async def _handle(self, work: W, received: Received, body: bytes) -> None:
        waiting = [(received, body)]
        while waiting:
            current, current_body = waiting.pop(0)
            if await work.inbox.admit(current, current_body) is not Admission.HANDLE:
                continue
            reaction = self._reactions.get(type(current.event))
            if reaction is not None:
                work.because_of(current)
                await reaction(work, current)
            released = [(decode(body), body) for body in await work.inbox.released_by(current)]
            if released:
                await work.inbox.expect([each for each, _ in released])
            waiting += released
