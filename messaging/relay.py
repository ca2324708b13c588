"""From the outbox to the broker: claim, publish, await confirms, delete. At least once; it need not order (rule 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from messaging.broker import BrokerUnavailable, Message, Publisher

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

    def __init__(self, context: str, outbox: Outbox, publisher: Publisher) -> None:
        self.context = context
        self._outbox = outbox
        self._publisher = publisher

    async def run_once(self) -> int:
        """Publish one batch; how many were confirmed. A broker that is away leaves the rows for later."""
        rows = await self._outbox.claim(BATCH)
        if not rows:
            return 0
        try:
            confirmed = await self._publisher.publish([row.message for row in rows])
        except BrokerUnavailable as error:
            log.warning("relay.broker_unavailable", context=self.context, waiting=len(rows), error=str(error))
            confirmed = frozenset()
        sent = [row.position for row in rows if row.message.id in confirmed]
        await self._outbox.delete(sent)
        await self._outbox.unclaim([row.position for row in rows if row.message.id not in confirmed])
        return len(sent)
