"""Refunds and compensations, in rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, Table, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payment.ports import Due
from services.payment.refunds import Compensation, Refund
from services.payment.values import IN_FLIGHT, CompensationStatus, RefundStatus
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.tracing import current_traceparent
from storage.payment.tables import compensation as compensations
from storage.payment.tables import refund as refunds
from storage.rows import add_new, change

_FINISHED = (RefundStatus.DONE, RefundStatus.MANUAL)

_REFUND = select(refunds).where(refunds.c.id == bindparam("wanted"))
_REFUNDS = (
    select(refunds).where(refunds.c.payment_id == bindparam("payment")).order_by(refunds.c.requested_at, refunds.c.id)
)
_OTHER = refunds.alias()
_BUSY = select(_OTHER.c.id).where(_OTHER.c.payment_id == refunds.c.payment_id, _OTHER.c.status.in_(IN_FLIGHT)).exists()
_DUE = (
    select(refunds.c.id, refunds.c.traceparent)
    .where(refunds.c.next_try_at <= bindparam("now"), or_(refunds.c.status.in_(IN_FLIGHT), ~_BUSY))
    .order_by(refunds.c.next_try_at, refunds.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_MAYBE_LATE = (
    select(refunds.c.id, refunds.c.traceparent)
    .where(
        refunds.c.status.not_in(_FINISHED),
        refunds.c.delayed_told.is_(False),
        refunds.c.requested_at <= bindparam("before"),
    )
    .order_by(refunds.c.requested_at)
    .limit(bindparam("limit", type_=Integer))
)


class SqlRefunds:
    """Rows in, aggregates out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, refund_id: str) -> Refund:
        found = await self.find(refund_id)
        if found is None:
            raise NotFound(refund_id)
        return found

    async def find(self, refund_id: str) -> Refund | None:
        row = (await self._connection.execute(_REFUND, {"wanted": refund_id})).first()
        return None if row is None else _refund(row)

    async def of_payment(self, payment_id: str) -> Sequence[Refund]:
        return [_refund(row) for row in await self._connection.execute(_REFUNDS, {"payment": payment_id})]

    async def save(self, old: Refund | None, new: Refund) -> None:
        begun = {"traceparent": current_traceparent()} if old is None else {}
        await _save(self._connection, refunds, old, new, begun)

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        return await self._due(_DUE, now=now, limit=limit)

    async def maybe_late(self, requested_before: datetime, limit: int) -> Sequence[Due]:
        return await self._due(_MAYBE_LATE, before=requested_before, limit=limit)

    async def _due(self, statement: Select[tuple[str, str | None]], **asked: datetime | int) -> Sequence[Due]:
        rows = await self._connection.execute(statement, asked)
        return [Due(id=row.id, traceparent=row.traceparent) for row in rows]


_COMPENSATION = select(compensations).where(compensations.c.id == bindparam("wanted"))
_COMPENSATIONS = (
    select(compensations)
    .where(compensations.c.payment_id == bindparam("payment"))
    .order_by(compensations.c.owed_since, compensations.c.id)
)
_OWED = (
    select(compensations)
    .where(compensations.c.status == CompensationStatus.OWED)
    .order_by(compensations.c.owed_since, compensations.c.id)
    .limit(bindparam("limit", type_=Integer))
)


class SqlCompensations:
    """Rows in, aggregates out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, compensation_id: str) -> Compensation:
        found = await self.find(compensation_id)
        if found is None:
            raise NotFound(compensation_id)
        return found

    async def find(self, compensation_id: str) -> Compensation | None:
        row = (await self._connection.execute(_COMPENSATION, {"wanted": compensation_id})).first()
        return None if row is None else _compensation(row)

    async def of_payment(self, payment_id: str) -> Sequence[Compensation]:
        rows = await self._connection.execute(_COMPENSATIONS, {"payment": payment_id})
        return [_compensation(row) for row in rows]

    async def owed(self, limit: int) -> Sequence[Compensation]:
        return [_compensation(row) for row in await self._connection.execute(_OWED, {"limit": limit})]

    async def save(self, old: Compensation | None, new: Compensation) -> None:
        await _save(self._connection, compensations, old, new, {})


async def _save(
    connection: AsyncConnection, table: Table, old: Refund | Compensation | None, new: Refund | Compensation,
    more: Mapping[str, str | None],
) -> None:  # fmt: skip
    """Guarded by the version; a unique index that says no means that somebody else was there first."""
    values = {name: getattr(new, name) for name in new.__dataclass_fields__}
    if old is None:
        await add_new(connection, table, values | dict(more), new.id)
    else:
        await change(connection, table, values, id=old.id, version=old.version)


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in ("agency_id", "traceparent")}


def _refund(row: Row[Any]) -> Refund:
    return Refund(**{**_values(row), "status": RefundStatus(row.status)})


def _compensation(row: Row[Any]) -> Compensation:
    return Compensation(**{**_values(row), "status": CompensationStatus(row.status)})
