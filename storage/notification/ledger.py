"""Notifications and their deliveries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, Select, Update, bindparam, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.lifecycle import UNFINISHED
from services.notification.model import Delivery, Info
from services.notification.ports import Entry
from services.notification.values import DeliveryStatus, Values
from services.shared_kernel.refusal import NotFound
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications
from storage.postgresql import arrays, given
from storage.rows import insert_or_leave

_DELIVERY = tuple(field.name for field in fields(Delivery))
_NOTIFICATION = tuple(field.name for field in fields(Info) if field.name != "values")
_MOST_PARAMETERS = 500
_LONGEST_REASON = 64


class SqlLedger:
    """Rows in, notifications and deliveries out."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite
        self._added: list[dict[str, Any]] = []

    async def add(self, notification: Info, delivery: Delivery) -> bool:
        row = {name: getattr(notification, name) for name in _NOTIFICATION}
        row |= {"kind": "INFO", "values": _values_to_json(notification.values)}
        position = (await self._connection.execute(_ADD, row)).scalar_one_or_none()
        if position is None:
            return False
        self._insert(delivery, notification.lane, position)
        return True

    async def add_hop(self, delivery: Delivery) -> None:
        await self.flush()
        place = (
            await self._connection.execute(
                select(deliveries.c.lane, deliveries.c.position)
                .where(deliveries.c.notification_id == delivery.notification_id)
                .limit(1)
            )
        ).one()
        self._insert(delivery, place.lane, place.position)

    def _insert(self, delivery: Delivery, lane: str, position: int) -> None:
        self._added.append({"lane": lane, "position": position, **_delivery_to_row(delivery)})

    async def flush(self) -> None:
        """Write the deliveries that were added, all at once."""
        if self._added:
            await self._connection.execute(insert(deliveries), self._added)
            self._added = []

    async def save(self, old: Delivery, new: Delivery) -> bool:
        await self.flush()
        result = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == old.id, deliveries.c.version == old.version)
            .values(**_delivery_to_row(new))
        )
        return result.rowcount == 1

    async def save_all(self, changes: Sequence[tuple[Delivery, Delivery]]) -> frozenset[str]:
        if not changes:
            return frozenset()
        await self.flush()
        if not self._is_sqlite:
            rows = [{**_delivery_to_row(new), "old_version": old.version} for old, new in changes]
            saved = await self._connection.execute(_SAVE_ALL, arrays((*_DELIVERY, "old_version"), rows))
            return frozenset(saved.scalars())
        together = await self._connection.begin_nested()
        result = await self._connection.execute(
            _SAVE, [{"old_id": old.id, "old_version": old.version, **_named(new)} for old, new in changes]
        )
        if result.rowcount == len(changes):
            await together.commit()
            return frozenset(old.id for old, _ in changes)
        # Somebody was quicker with one of them: find out which.
        await together.rollback()
        return frozenset([old.id for old, new in changes if await self.save(old, new)])

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        earlier = deliveries.alias("earlier")
        blocked = exists().where(
            earlier.c.lane == deliveries.c.lane,
            earlier.c.position < deliveries.c.position,
            earlier.c.status.in_(UNFINISHED),
        )
        return await self._deliveries(
            select(deliveries)
            .where(
                deliveries.c.status.in_((DeliveryStatus.QUEUED, DeliveryStatus.DEFERRED)),
                deliveries.c.not_before <= now,
                ~blocked,
            )
            .order_by(deliveries.c.position)
            .limit(limit)
            # Another sender is at those: this one takes others.
            .with_for_update(skip_locked=True)
        )

    async def abandoned(self, now: datetime, limit: int) -> Sequence[Delivery]:
        return await self._deliveries(
            select(deliveries)
            .where(deliveries.c.status == DeliveryStatus.SENDING, deliveries.c.lease_until <= now)
            .order_by(deliveries.c.position)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def hops(self, notification_id: str) -> Sequence[Delivery]:
        return await self._deliveries(
            select(deliveries).where(deliveries.c.notification_id == notification_id).order_by(deliveries.c.hop)
        )

    async def _deliveries(self, statement: Select[Any]) -> Sequence[Delivery]:
        await self.flush()
        return [_delivery(row) for row in await self._connection.execute(statement)]

    async def notifications(self, ids: Collection[str]) -> Mapping[str, Info]:
        rows = await self._connection.execute(select(notifications).where(notifications.c.id.in_(ids)))
        return {row.id: _notification(row) for row in rows}

    async def get(self, delivery_id: str) -> Entry:
        found = await self._deliveries(select(deliveries).where(deliveries.c.id == delivery_id))
        if not found:
            raise NotFound(delivery_id)
        about = await self.notifications([found[0].notification_id])
        return Entry(notification=about[found[0].notification_id], delivery=found[0])

    async def of_reservation(self, reservation_id: str) -> Sequence[Entry]:
        rows = await self._connection.execute(
            select(notifications).where(notifications.c.reservation_id == reservation_id)
        )
        about = {row.id: _notification(row) for row in rows}
        found = await self._deliveries(
            select(deliveries)
            .join(notifications, notifications.c.id == deliveries.c.notification_id)
            .where(notifications.c.reservation_id == reservation_id)
            .order_by(deliveries.c.position, deliveries.c.hop)
        )
        return [Entry(notification=about[delivery.notification_id], delivery=delivery) for delivery in found]

    async def waiting_count(self) -> int:
        await self.flush()
        statement = select(func.count()).select_from(deliveries).where(deliveries.c.status.in_(UNFINISHED))
        return int((await self._connection.execute(statement)).scalar_one())

    async def told(self, causes: Collection[str]) -> Sequence[tuple[str, str, str]]:
        table, wanted, found = notifications, list(causes), []
        for start in range(0, len(wanted), _MOST_PARAMETERS):
            rows = await self._connection.execute(
                select(table.c.cause, table.c.recipient_id, table.c.template).where(
                    table.c.cause.in_(wanted[start : start + _MOST_PARAMETERS])
                )
            )
            found += [(row.cause, row.recipient_id, row.template) for row in rows]
        return found


_ADD = insert_or_leave(notifications, *_NOTIFICATION, "kind", "values", returning="position")
_SAVE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("old_id"), deliveries.c.version == bindparam("old_version"))
    .values({name: bindparam(f"new_{name}") for name in _DELIVERY})
)


def _save_all() -> Update:
    rows = given(*(deliveries.c[name] for name in _DELIVERY), Column("old_version", Integer))
    return (
        update(deliveries)
        .where(deliveries.c.id == rows.c.id, deliveries.c.version == rows.c.old_version)
        .values({name: rows.c[name] for name in _DELIVERY})
        .returning(deliveries.c.id)
    )


_SAVE_ALL = _save_all()


def _named(delivery: Delivery) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in _delivery_to_row(delivery).items()}


def _delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in _DELIVERY}
    return row | {"reason": delivery.reason[:_LONGEST_REASON]}


def _delivery(row: Row[Any]) -> Delivery:
    values = {name: getattr(row, name) for name in _DELIVERY}
    return Delivery(**(values | {"status": DeliveryStatus(row.status)}))


def _notification(row: Row[Any]) -> Info:
    values = {name: getattr(row, name) for name in _NOTIFICATION}
    return Info(**values, values=_values_from_json(row._mapping["values"]))


def _values_to_json(values: Values) -> dict[str, Any]:
    return {name: {"at": value.isoformat()} if isinstance(value, datetime) else value for name, value in values.items()}


def _values_from_json(raw: dict[str, Any]) -> Values:
    return {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for name, value in raw.items()
    }
