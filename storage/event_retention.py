"""Events that are over are forgotten, a piece at a time; what refuses one that comes again stays (ADR 25).

Streams and positions are never purged: the next number of a subject, and the last that a consumer has handled.
"""

from datetime import datetime
from functools import cache

from sqlalchemy import Delete, Integer, Table, bindparam, delete, select

from messaging.keeping import LOG_KEPT, MARKS_KEPT
from services.shared_kernel.ids import first_id_at
from services.shared_kernel.pieces import in_pieces
from storage.engine import Database
from storage.unit_of_work import Context


async def forget_events(context: Context) -> int:
    """Of a context's log and of the marks in its inbox, what is too old; how many rows. May run twice at a time."""
    now, tables = context.clock.now(), context.tables
    gone = await _forget(context.database, tables.event_log, now - LOG_KEPT)
    return gone + await _forget(context.database, tables.inbox, now - MARKS_KEPT)


async def _forget(database: Database, table: Table, before: datetime) -> int:
    async def forget(most: int) -> int:
        async with database.statement() as connection:
            wanted = {"before": first_id_at(before), "limit": most}
            return (await connection.execute(_oldest(table), wanted)).rowcount

    return await in_pieces(forget)


@cache
def _oldest(table: Table) -> Delete:
    """By their ids, which begin with their time and have an index already."""
    event_id = table.c.event_id
    oldest = (
        select(event_id)
        .where(event_id < bindparam("before"))
        .order_by(event_id)
        .limit(bindparam("limit", type_=Integer))
    )
    return delete(table).where(event_id.in_(oldest))
