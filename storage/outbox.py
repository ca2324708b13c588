"""A context's outbox, as the relay sees it."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    String,
    Table,
    any_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from messaging.broker import Message
from services.shared_kernel.clock import Clock
from storage.engine import Database
from storage.messaging_tables import MessagingTables

# Longer than a publish mostly takes (a broker that is slower may get an event twice); after a kill, this is how long
# the rows in flight wait for another relay.
CLAIM = timedelta(seconds=5)


class SqlOutbox:
    """Claims are leases: a relay that dies loses them, at worst an event is published twice."""

    def __init__(self, database: Database, tables: MessagingTables, clock: Clock) -> None:
        self._database = database
        self._is_sqlite = database.is_sqlite
        self._outbox = tables.outbox
        self._clock = clock

    async def claim(self, limit: int) -> Sequence[Message]:
        now = self._clock.now()
        if self._is_sqlite:
            async with self._database.read() as connection:
                # Looking needs no lock; to write, everybody would wait.
                if (await connection.execute(_free(self._outbox), {"now": now, "limit": 1})).first() is None:
                    return []
        async with self._database.statement() as connection:
            wanted = {"now": now, "limit": limit, "until": now + CLAIM}
            rows = (await connection.execute(_take(self._outbox, self._is_sqlite), wanted)).all()
        return [
            message_of(row.event_id, row.routing_key, row.body, row.traceparent)
            for row in sorted(rows, key=lambda row: row.position)
        ]

    async def delete(self, event_ids: Collection[str]) -> None:
        await self._settle(event_ids, _delete)

    async def unclaim(self, event_ids: Collection[str]) -> None:
        await self._settle(event_ids, _unclaim)

    async def _settle(self, event_ids: Collection[str], how: Callable[[Table, bool], Executable]) -> None:
        if event_ids:
            async with self._database.statement() as connection:
                await connection.execute(how(self._outbox, self._is_sqlite), {"event_ids": list(event_ids)})


def message_of(event_id: str, routing_key: str, body: bytes, traceparent: str | None) -> Message:
    """A row of the outbox as it goes out."""
    headers = {"traceparent": traceparent} if traceparent else {}
    return Message(id=event_id, routing_key=routing_key, body=body, headers=headers)


@cache
def _free(outbox: Table) -> Select[tuple[int]]:
    is_free = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < bindparam("now"))
    limit = bindparam("limit", type_=Integer)
    return select(outbox.c.position).where(is_free).order_by(outbox.c.position).limit(limit)


@cache
def _take(outbox: Table, is_sqlite: bool) -> ReturningUpdate[Any]:
    # A CTE is carried out once; a subquery may be once more for every row that it is compared with.
    chosen = _free(outbox).with_for_update(skip_locked=True).cte("chosen")
    wanted = (outbox.c.position, outbox.c.event_id, outbox.c.routing_key, outbox.c.body, outbox.c.traceparent)
    taking = update(outbox).where(outbox.c.position.in_(select(chosen.c.position)))
    return taking.values(claimed_until=bindparam("until")).returning(*wanted, *_unflushed(is_sqlite))


@cache
def _delete(outbox: Table, is_sqlite: bool) -> ReturningDelete[Any]:
    return delete(outbox).where(_these(outbox, is_sqlite)).returning(*_unflushed(is_sqlite))


@cache
def _unclaim(outbox: Table, is_sqlite: bool) -> ReturningUpdate[Any]:
    freeing = update(outbox).where(_these(outbox, is_sqlite)).values(claimed_until=None)
    return freeing.returning(*_unflushed(is_sqlite))


def _these(outbox: Table, is_sqlite: bool) -> ColumnElement[bool]:
    if is_sqlite:
        return outbox.c.event_id.in_(bindparam("event_ids", expanding=True))
    return outbox.c.event_id == any_(bindparam("event_ids", type_=ARRAY(String)))


def _unflushed(is_sqlite: bool) -> Sequence[ColumnElement[Any]]:
    """Said by a row that is returned, for this transaction alone: don't wait for the disk.

    What a power cut undoes is done again: at worst an event goes out twice, as after a kill.
    https://www.postgresql.org/docs/15/wal-async-commit.html
    """
    return () if is_sqlite else (func.set_config("synchronous_commit", "off", True),)
