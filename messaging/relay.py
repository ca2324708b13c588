"""From the outbox to the broker: claim, publish, await confirms, delete. At least once; it need not order (rule 13)."""

from collections.abc import Collection, Sequence
from typing import Protocol

import structlog

from messaging.broker import BrokerUnavailable, Message, Publisher
from messaging.observer import Observer, Unobserved
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing

log = structlog.get_logger(__name__)

BATCH = 500


class Outbox(Protocol):
    """A context's outbox, as the relay sees it: what is in it may be unsent. Each call is a transaction of its own."""

    async def claim(self, limit: int) -> Sequence[Message]:
        """Take rows for a few seconds, so that replicas don't publish the same ones."""
        ...

    async def delete(self, event_ids: Collection[str]) -> None: ...

    async def unclaim(self, event_ids: Collection[str]) -> None: ...


class Handover:
    """What this process has just committed, claimed as it was written: its relay needn't ask the outbox for it.

    What is lost with the process is found there, when the claim has ended.
    """

    def __init__(self) -> None:
        self._waiting: list[Message] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether what is told now will be published soon."""
        return len(self._waiting) < BATCH

    def put(self, messages: Sequence[Message]) -> None:
        self._waiting += messages

    def take(self) -> Sequence[Message]:
        """All of it, in the order of the commits."""
        taken, self._waiting = self._waiting, []
        return taken


class Relay:
    """Empties one context's outbox."""

    def __init__(
        self, context: str, outbox: Outbox, publisher: Publisher, observer: Observer | None = None,
        tracing: Tracing = PASSING_ON,
    ) -> None:  # fmt: skip
        self.context = context
        self._outbox = outbox
        self._publisher = publisher
        self._observer = observer or Unobserved()
        self._tracing = tracing
        self.handover = Handover()
        # Confirmed, and still in the outbox.
        self._done: set[str] = set()

    async def run_once(self) -> int:
        """Publish what was handed over, then what the outbox holds; how many were confirmed.

        A broker that is away leaves the rows for later.
        """
        handed = self.handover.take()
        sent = await self._send(handed)
        # Before the look, which would find those whose claim ended while the broker took its time.
        await self._delete_done()
        if sent == len(handed):
            sent += await self._send(await self._outbox.claim(BATCH))
        await self._delete_done()
        return sent

    async def publish_handed_over(self) -> int:
        """The same, without a look at the outbox, from which what was confirmed is taken out at the next look."""
        return await self._send(self.handover.take())

    async def give_back(self) -> None:
        """What was handed over and isn't published is for others, or for the next start."""
        await self._delete_done()
        await self._outbox.unclaim([message.id for message in self.handover.take()])

    async def _send(self, messages: Sequence[Message]) -> int:
        if not messages:
            return 0
        confirmed = await self._publish(messages)
        left = [message.id for message in messages if message.id not in confirmed]
        self._observer.published(self.context, len(confirmed), len(left))
        self._done |= confirmed
        await self._outbox.unclaim(left)
        return len(confirmed)

    async def _delete_done(self) -> None:
        if done := set(self._done):
            await self._outbox.delete(done)
            self._done -= done

    async def _publish(self, messages: Sequence[Message]) -> frozenset[str]:
        spans = ((f"publish {message.routing_key}", message.headers.get("traceparent")) for message in messages)
        try:
            with self._observer.publishing(self.context), self._tracing.side_by_side(SpanKind.PRODUCER, spans):
                return await self._publisher.publish(messages)
        except BrokerUnavailable as error:
            log.warning("relay.broker_unavailable", context=self.context, waiting=len(messages), error=str(error))
            return frozenset()
