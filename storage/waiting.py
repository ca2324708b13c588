"""How much waits in a context's outbox and among its parked events, and since when."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, func, select

from services.shared_kernel.ids import born_at
from storage.unit_of_work import Context


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """`since` is the oldest one's time; None when there is none."""

    size: int
    since: datetime | None


async def unsent(context: Context) -> Waiting:
    """Events that the broker hasn't confirmed yet, or within the last second."""
    outbox = context.tables.outbox
    async with context.database.read() as connection:
        size = (await connection.execute(_size(outbox))).scalar_one()
        event_id = (await connection.execute(_first(outbox))).scalar_one_or_none()
    return Waiting(size=int(size), since=born_at(event_id) if event_id else None)


async def parked(context: Context) -> Waiting:
    """Events that came before one that they follow (rule 13)."""
    async with context.database.read() as connection:
        row = (await connection.execute(_parked(context.tables.parked))).one()
    return Waiting(size=int(row[0]), since=row[1])


@cache
def _size(outbox: Table) -> Select[Any]:
    return select(func.count()).select_from(outbox)


@cache
def _first(outbox: Table) -> Select[Any]:
    return select(outbox.c.event_id).order_by(outbox.c.position).limit(1)


@cache
def _parked(table: Table) -> Select[Any]:
    return select(func.count(), func.min(table.c.parked_at))
