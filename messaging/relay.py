"""From the outbox to the broker: claim, publish, await confirms, delete. At least once; it need not order (rule 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from messaging.broker import BrokerUnavailable, Message, Publisher
from messaging.observer import Observer, Unobserved
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing

log = structlog.get_logger(__name__)

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A row that exists is unsent."""

    position: int
    message: Message


class Outbox(Protocol):
    """A context's outbox, as the relay sees it. Each call is a transaction of its own."""

    async def claim(self, limit: int) -> Sequence[OutboxRow]:
        """Take rows for a few seconds, so that replicas don't publish the same ones."""
        ...

    async def delete(self, positions: Sequence[int]) -> None: ...

    async def unclaim(self, positions: Sequence[int]) -> None: ...


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

    async def run_once(self) -> int:
        """Publish one batch; how many were confirmed. A broker that is away leaves the rows for later."""
        rows = await self._outbox.claim(BATCH)
        if not rows:
            return 0
        confirmed = await self._publish([row.message for row in rows])
        sent = [row.position for row in rows if row.message.id in confirmed]
        self._observer.published(self.context, len(sent), len(rows) - len(sent))
        await self._outbox.delete(sent)
        await self._outbox.unclaim([row.position for row in rows if row.message.id not in confirmed])
        return len(sent)

    async def _publish(self, messages: Sequence[Message]) -> frozenset[str]:
        spans = ((f"publish {message.routing_key}", message.headers.get("traceparent")) for message in messages)
        try:
            with self._observer.publishing(self.context), self._tracing.side_by_side(SpanKind.PRODUCER, spans):
                return await self._publisher.publish(messages)
        except BrokerUnavailable as error:
            log.warning("relay.broker_unavailable", context=self.context, waiting=len(messages), error=str(error))
            return frozenset()
