"""One consumer: deliveries in, effects in the inbox's transaction, then ack. Each effect happens once, in order.

Marker, effect and outgoing events are one commit. What has arrived is handled as a batch in one transaction;
when a handler fails, the batch is undone and handled one by one, so that one bad event harms no other.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from enum import Enum
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

import structlog

from messaging.broker import Delivery, Message, Subscription
from messaging.catalogue import EVENTS, event_type, routing_key
from messaging.envelope import Malformed, decode
from messaging.observer import Observer, Outcome, Unobserved
from messaging.retry import cause_of, delay_after
from services.shared_kernel.event import Event, Received
from services.shared_kernel.refusal import StaleVersion, again_if_stale
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing

log = structlog.get_logger(__name__)

BATCH = 100

# What a reaction is at, for whoever writes the log: looked up when there is a line, because there seldom is one.
handled_now: ContextVar[Received | None] = ContextVar("handled_now", default=None)


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

    async def released_by(self, received: Received, apart: Collection[str]) -> Sequence[bytes]:
        """Take out the parked events that waited for this one, in order, but for those that are kept apart."""
        ...

    async def keep_apart(self, event_ids: Collection[str], received: Received) -> None:
        """These parked ones wait for this event alone from now on: if it comes again, it releases them."""
        ...

    async def unpark(self, event_ids: Collection[str], received: Received) -> None:
        """Take these out, which wait elsewhere; whichever of them has been parked anew since stays."""
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


class FollowerFailed(Exception):
    """Not the event at hand failed, but one that was parked until it came."""

    def __init__(self, received: Received, body: bytes) -> None:
        super().__init__(received.id)
        self.received = received
        self.body = body


W = TypeVar("W", bound=InboxWork)
Reaction = Callable[[W, Received], Awaitable[None]]
Arrived = tuple[Received, bytes]
Settled = tuple[Received, Outcome]


class Consumer(Generic[W]):
    """Handles one consumer's queue with its reactions. A type without a reaction is recorded and left at that.

    What `may_wait` isn't handled by itself, if others come within a moment.
    """

    def __init__(
        self,
        name: str,
        subscription: Subscription,
        unit_of_work: Callable[[], W],
        reactions: Mapping[type[Event], Reaction[W]],
        is_paused: Callable[[], bool] = lambda: False,
        observer: Observer | None = None,
        tracing: Tracing = PASSING_ON,
        batch: int = BATCH,
        may_wait: Collection[type[Event]] = (),
    ) -> None:
        self.name = name
        self._subscription = subscription
        self._unit_of_work = unit_of_work
        self._reactions = reactions
        self._is_paused = is_paused
        self._observer = observer or Unobserved()
        self._tracing = tracing
        self._batch = batch
        # Of what has no reaction nothing comes but that it was seen.
        self._may_wait = frozenset(
            routing_key(name) for name, kind in EVENTS.items() if kind not in reactions or kind in may_wait
        )

    async def run_once(self, wait_seconds: float = 0.0) -> int:
        """Handle what has arrived, at most one batch; how many deliveries were settled."""
        if self._is_paused():
            return 0
        deliveries = await self._subscription.receive(self._batch, wait_seconds, self._may_wait)
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
            settled = await self._handle_all(pairs)
        except Exception as error:  # whatever it is, one by one finds out whose it is
            log.info("consumer.batch_split", consumer=self.name, size=len(deliveries), error=type(error).__name__)
            return False
        self._observer.settled(self.name, settled)
        await self._subscription.ack(deliveries)
        return True

    async def _handle_alone(self, delivery: Delivery) -> None:
        try:
            received = decode(delivery.message.body)
        except Malformed as error:
            await self._fail(delivery, error)
            return
        try:
            settled = await self._handle_with_followers(received, delivery.message.body)
        except Exception as error:  # a consumer outlives any event
            await self._fail(delivery, error, received)
            return
        self._observer.settled(self.name, settled)
        await self._subscription.ack([delivery])

    async def _handle_with_followers(self, received: Received, body: bytes) -> Sequence[Settled]:
        """A parked one that fails goes back to the queue, to be tried again, or be dead, by itself.

        Killed before it is there, the event at hand comes again, and finds it still parked.
        """
        apart: dict[str, FollowerFailed] = {}
        while True:
            followers: list[Arrived] = []
            try:
                settled = await self._handle_all([(received, body)], apart, followers)
                break
            except FollowerFailed as failed:
                apart[failed.received.id] = failed
            except Exception:  # when all was written: whose it is comes out when each comes by itself
                if not followers:
                    raise
                apart |= {each.id: FollowerFailed(each, its_body) for each, its_body in followers}
        if apart:
            log.warning("consumer.followers_put_back", consumer=self.name, event_ids=list(apart))
            await self._subscription.put_back([_message(each.received, each.body) for each in apart.values()])
            async with self._unit_of_work() as work:
                await work.inbox.unpark(apart, received)
        return settled

    async def _fail(self, delivery: Delivery, error: Exception, received: Received | None = None) -> None:
        key, cause, delay = delivery.message.routing_key, cause_of(error), delay_after(delivery.attempt, error)
        outcome = Outcome.DEAD if delay is None else Outcome.RETRIED
        about = {
            "event_id": delivery.message.id,
            "event_type": event_type(key),
            "reservation_id": getattr(received.event, "reservation_id", None) if received else None,
            "cause": cause,
        }
        with self._tracing.begin(f"{outcome} {key}", received.traceparent if received else None, consumer=self.name):
            if delay is None:
                log.error("consumer.dead", consumer=self.name, **about)
                await self._subscription.dead(delivery, cause)
            else:
                log.warning("consumer.retry", consumer=self.name, delay=delay, **about)
                await self._subscription.retry(delivery, delay, cause)
        self._observer.failed(self.name, event_type(key), outcome)

    async def _handle_all(
        self, pairs: Sequence[Arrived], apart: Collection[str] = (), followers: list[Arrived] | None = None
    ) -> Sequence[Settled]:
        """In one transaction. When somebody else was quicker with what it needs, it is decided anew.

        `followers` gets what was parked and was handled after one of these.
        """

        async def handle() -> Sequence[Settled]:
            async with self._unit_of_work() as work:
                await work.inbox.expect([received for received, _ in pairs])
                if apart:
                    await work.inbox.keep_apart(apart, pairs[0][0])
                return [each for pair in pairs for each in await self._handle(work, *pair, apart, followers)]

        with self._observer.handling(self.name, len(pairs)):
            return await again_if_stale(handle)

    async def _handle(
        self, work: W, received: Received, body: bytes, apart: Collection[str], handled_after: list[Arrived] | None
    ) -> Sequence[Settled]:  # fmt: skip
        """It, and what waited for it: what became of each, once this is committed."""
        settled, waiting = [], [(received, body)]
        while waiting:
            current, current_body = waiting.pop(0)
            admission = await work.inbox.admit(current, current_body)
            if admission is Admission.HANDLE:
                try:
                    settled.append((current, await self._react(work, current)))
                except StaleVersion:
                    raise
                except Exception as error:
                    if current is received:
                        raise
                    raise FollowerFailed(current, current_body) from error
            else:
                settled.append((current, _NOT_HANDLED[admission]))
            if admission is Admission.PARKED:
                continue
            released = await work.inbox.released_by(current, apart)
            if released:
                followers = [(decode(each), each) for each in released]
                await work.inbox.expect([each for each, _ in followers])
                waiting += followers
                if handled_after is not None:
                    handled_after += followers
        return settled

    async def _react(self, work: W, received: Received) -> Outcome:
        """Within the event's trace; what is logged meanwhile is about it."""
        reaction = self._reactions.get(type(received.event))
        if reaction is None:
            return Outcome.NOTED
        token = handled_now.set(received)
        name = f"handle {routing_key(received.event.TYPE)}"
        try:
            with self._tracing.begin(name, received.traceparent, kind=SpanKind.CONSUMER, consumer=self.name):
                work.because_of(received)
                await reaction(work, received)
        finally:
            handled_now.reset(token)
        return Outcome.HANDLED


def _message(received: Received, body: bytes) -> Message:
    headers = {"traceparent": received.traceparent} if received.traceparent else {}
    return Message(id=received.id, routing_key=routing_key(received.event.TYPE), body=body, headers=headers)


_NOT_HANDLED = {Admission.SEEN: Outcome.REPEATED, Admission.PARKED: Outcome.PARKED}
