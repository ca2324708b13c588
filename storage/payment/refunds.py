"""Refunds and compensations, in rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, or_, select
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
        row = (await self._connection.execute(select(refunds).where(refunds.c.id == refund_id))).first()
        return None if row is None else _refund(row)

    async def of_payment(self, payment_id: str) -> Sequence[Refund]:
        statement = (
            select(refunds).where(refunds.c.payment_id == payment_id).order_by(refunds.c.requested_at, refunds.c.id)
        )
        return [_refund(row) for row in await self._connection.execute(statement)]

    async def save(self, old: Refund | None, new: Refund) -> None:
        begun = {"traceparent": current_traceparent()} if old is None else {}
        await _save(self._connection, refunds, old, new, begun)

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        other = refunds.alias()
        busy = (
            select(other.c.id).where(other.c.payment_id == refunds.c.payment_id, other.c.status.in_(IN_FLIGHT)).exists()
        )
        statement = (
            select(refunds.c.id, refunds.c.traceparent)
            .where(refunds.c.next_try_at <= now, or_(refunds.c.status.in_(IN_FLIGHT), ~busy))
            .order_by(refunds.c.next_try_at, refunds.c.id)
            .limit(limit)
        )
        return await self._due(statement)

    async def maybe_late(self, requested_before: datetime, limit: int) -> Sequence[Due]:
        statement = (
            select(refunds.c.id, refunds.c.traceparent)
            .where(
                refunds.c.status.not_in(_FINISHED),
                refunds.c.delayed_told.is_(False),
                refunds.c.requested_at <= requested_before,
            )
            .order_by(refunds.c.requested_at)
            .limit(limit)
        )
        return await self._due(statement)

    async def _due(self, statement: Select[tuple[str, str | None]]) -> Sequence[Due]:
        rows = await self._connection.execute(statement)
        return [Due(id=row.id, traceparent=row.traceparent) for row in rows]


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
        statement = select(compensations).where(compensations.c.id == compensation_id)
        row = (await self._connection.execute(statement)).first()
        return None if row is None else _compensation(row)

    async def of_payment(self, payment_id: str) -> Sequence[Compensation]:
        statement = (
            select(compensations)
            .where(compensations.c.payment_id == payment_id)
            .order_by(compensations.c.owed_since, compensations.c.id)
        )
        return [_compensation(row) for row in await self._connection.execute(statement)]

    async def owed(self, limit: int) -> Sequence[Compensation]:
        statement = (
            select(compensations)
            .where(compensations.c.status == CompensationStatus.OWED)
            .order_by(compensations.c.owed_since, compensations.c.id)
            .limit(limit)
        )
        return [_compensation(row) for row in await self._connection.execute(statement)]

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
