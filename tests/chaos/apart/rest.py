"""Whether everything has come to rest, and what has not."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from messaging.broker import BrokerUnavailable
from messaging.catalogue import FOLLOWS
from messaging.rabbitmq.broker import RabbitBroker
from tests.chaos.apart.rig import Rig
from tests.support.time import FakeClock

WRITERS = ("reservation", "payment", "cleaning", "notification", "bot")
# The longest pause between two tries of the same event is ten minutes.
REST_SECONDS = 900.0
LOOK_SECONDS = 0.5
QUIET_LOOKS = 3

# What there is to do still, as (what, rows).
WAITING = (
    *((f"{name}_outbox", f"SELECT count(*) FROM {name}_outbox") for name in WRITERS),
    *((f"{name}_parked", f"SELECT count(*) FROM {name}_parked") for name in FOLLOWS),
    ("deliveries", "SELECT count(*) FROM notification_delivery WHERE status IN ('QUEUED', 'SENDING', 'DEFERRED')"),
    ("attempts", "SELECT count(*) FROM payment_attempt WHERE status IN ('REQUESTED', 'UNKNOWN')"),
    ("refunds", "SELECT count(*) FROM payment_refund WHERE status IN ('REQUESTED', 'SENT', 'UNKNOWN')"),
    ("payments under way", "SELECT count(*) FROM reservation_reservation WHERE paying_since IS NOT NULL"),
    ("unpaid", "SELECT count(*) FROM reservation_reservation WHERE status = 'AWAITING_PAYMENT'"),
    ("unanswered", "SELECT count(*) FROM bot_received WHERE answered_at IS NULL"),
)
LOOK = " UNION ALL ".join(f"SELECT '{what}' AS what, ({rows}) AS rows" for what, rows in WAITING)


class Looker:
    """Sees what waits, in tables and queues. `but` are names to overlook, by how they end or begin."""

    def __init__(self, rig: Rig, broker: RabbitBroker) -> None:
        self._rig = rig
        self.broker = broker

    async def waiting(self, but: Collection[str] = ()) -> dict[str, int]:
        """By table, or by queue; empty at rest."""
        rows = await self._rig.database.fetch(LOOK)
        found = {row["what"]: row["rows"] for row in rows if row["rows"]}
        found |= {queue: depth for queue, depth in (await self.broker.depths()).items() if depth}
        # Whoever has tapped and wasn't heard yet taps again.
        if unheard := sum(not chat.is_idle for chat in self._rig.chats):
            found["phones"] = unheard
        return {what: count for what, count in found.items() if not any(name in what for name in but)}

    async def until_rest(self, but: Collection[str] = ()) -> dict[str, int]:
        """Empty once nothing waits any more, for a few looks in a row; else what still does after a long time."""
        loop = asyncio.get_running_loop()
        deadline, calm, waiting = loop.time() + REST_SECONDS, 0, {"?": 1}
        while calm < QUIET_LOOKS and loop.time() < deadline:
            try:
                waiting = await self.waiting(but)
            except (BrokerUnavailable, OSError) as error:
                waiting = {repr(error): 1}
            calm = 0 if waiting else calm + 1
            await asyncio.sleep(LOOK_SECONDS)
        return waiting


@asynccontextmanager
async def looking(rig: Rig) -> AsyncIterator[Looker]:
    broker = RabbitBroker(rig.amqp_urls, clock=FakeClock(), chance=lambda: 0.5)
    await broker.start()
    await broker.connected()
    try:
        yield Looker(rig, broker)
    finally:
        await broker.close()
