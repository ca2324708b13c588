"""A context's outbox, as the relay sees it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from messaging.broker import Message
from messaging.relay import OutboxRow
from services.shared_kernel.clock import Clock
from storage.engine import Database
from storage.messaging_tables import MessagingTables

# Longer than a publish may take; after a kill, this is how long the rows in flight wait for another relay.
CLAIM = timedelta(seconds=5)


class SqlOutbox:
    """Claims are leases: a relay that dies loses them, at worst an event is published twice."""

    def __init__(self, database: Database, tables: MessagingTables, clock: Clock) -> None:
        self._database = database
        self._outbox = tables.outbox
        self._clock = clock

    async def claim(self, limit: int) -> Sequence[OutboxRow]:
        outbox, now = self._outbox, self._clock.now()
        free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now)
        chosen = select(outbox.c.position).where(free).order_by(outbox.c.position).limit(limit)
        if self._database.is_sqlite:
            async with self._database.read() as connection:
                # Looking needs no lock; to write, everybody would wait.
                if (await connection.execute(chosen.limit(1))).first() is None:
                    return []
        # A CTE is carried out once; a subquery may be once more for every row that it is compared with.
        taken = chosen.with_for_update(skip_locked=True).cte("chosen")
        statement = (
            update(outbox)
            .where(outbox.c.position.in_(select(taken.c.position)))
            .values(claimed_until=now + CLAIM)
            .returning(outbox.c.position, outbox.c.event_id, outbox.c.routing_key, outbox.c.body, outbox.c.traceparent)
        )
        async with self._database.statement() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            OutboxRow(
                position=row.position,
                message=Message(
                    id=row.event_id,
                    routing_key=row.routing_key,
                    body=row.body,
                    headers={"traceparent": row.traceparent} if row.traceparent else {},
                ),
            )
            for row in sorted(rows, key=lambda row: row.position)
        ]

    async def delete(self, positions: Sequence[int]) -> None:
        if positions:
            async with self._database.statement() as connection:
                await connection.execute(delete(self._outbox).where(self._outbox.c.position.in_(positions)))

    async def unclaim(self, positions: Sequence[int]) -> None:
        if positions:
            async with self._database.statement() as connection:
                await connection.execute(
                    update(self._outbox).where(self._outbox.c.position.in_(positions)).values(claimed_until=None)
                )
