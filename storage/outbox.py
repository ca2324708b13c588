"""A context's outbox, as the relay sees it."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy import Delete, Integer, Select, Table, Update, bindparam, delete, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

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
        now = self._clock.now()
        if self._database.is_sqlite:
            async with self._database.read() as connection:
                # Looking needs no lock; to write, everybody would wait.
                if (await connection.execute(_free(self._outbox), {"now": now, "limit": 1})).first() is None:
                    return []
        async with self._database.statement() as connection:
            taken = await connection.execute(_take(self._outbox), {"now": now, "limit": limit, "until": now + CLAIM})
            rows = taken.all()
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
                await connection.execute(_delete(self._outbox), {"positions": positions})

    async def unclaim(self, positions: Sequence[int]) -> None:
        if positions:
            async with self._database.statement() as connection:
                await connection.execute(_unclaim(self._outbox), {"positions": positions})


@cache
def _free(outbox: Table) -> Select[tuple[int]]:
    is_free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < bindparam("now"))
    limit = bindparam("limit", type_=Integer)
    return select(outbox.c.position).where(is_free).order_by(outbox.c.position).limit(limit)


@cache
def _take(outbox: Table) -> ReturningUpdate[tuple[int, str, str, bytes, str | None]]:
    # A CTE is carried out once; a subquery may be once more for every row that it is compared with.
    chosen = _free(outbox).with_for_update(skip_locked=True).cte("chosen")
    return (
        update(outbox)
        .where(outbox.c.position.in_(select(chosen.c.position)))
        .values(claimed_until=bindparam("until"))
        .returning(outbox.c.position, outbox.c.event_id, outbox.c.routing_key, outbox.c.body, outbox.c.traceparent)
    )


@cache
def _delete(outbox: Table) -> Delete:
    return delete(outbox).where(outbox.c.position.in_(bindparam("positions", expanding=True)))


@cache
def _unclaim(outbox: Table) -> Update:
    these = outbox.c.position.in_(bindparam("positions", expanding=True))
    return update(outbox).where(these).values(claimed_until=None)
