"""Notifications and deliveries as rows of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.broadcasts.model import cause_of
from services.notification.broadcasts.values import Kind
from services.notification.model import Ad, Delivery, Info, Notification
from services.notification.values import DeliveryStatus, Values
from storage.notification.tables import notification as notifications
from storage.postgresql import arrays
from storage.rows import insert_all_or_leave, insert_or_leave

DELIVERY = tuple(field.name for field in fields(Delivery))
_NOTIFICATION = (*(field.name for field in fields(Info) if field.name != "values"), "kind", "values")
_PLAIN = tuple(name for name in _NOTIFICATION if name not in ("kind", "values"))
_LONGEST_REASON = 64
_CAUSE = cause_of("")

_ADD_ONE = insert_or_leave(notifications, *_NOTIFICATION, returning="position")
# In this order: it is the order of their positions.
_ADD_ALL = insert_all_or_leave(notifications, *_NOTIFICATION, returning=("id", "position"))


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    """Its columns, but for its lane and its position there."""
    row = {name: getattr(delivery, name) for name in DELIVERY}
    return row | {"reason": delivery.reason[:_LONGEST_REASON]}


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery that a row of the table holds."""
    values = {name: getattr(row, name) for name in DELIVERY}
    return Delivery(**(values | {"status": DeliveryStatus(row.status)}))


def notification_of(row: Row[Any]) -> Notification:
    """The notification that a row of the table holds."""
    about = {name: getattr(row, name) for name in _PLAIN} | {"values": _values_from_json(row._mapping["values"])}
    if row.kind == Kind.AD:
        return Ad(**about, broadcast_id=row.cause.removeprefix(_CAUSE))
    return Info(**about)


def notification_to_row(notification: Notification) -> dict[str, Any]:
    """Its columns, but for its position."""
    row = {name: getattr(notification, name) for name in _PLAIN}
    kind = Kind.AD if isinstance(notification, Ad) else Kind.INFO
    return row | {"kind": kind, "values": _values_to_json(notification.values)}


async def add_notifications(connection: AsyncConnection, new: Sequence[Notification]) -> Mapping[str, int]:
    """In this order, unless they are there: the positions of those that weren't."""
    rows = [notification_to_row(one) for one in new]
    if connection.dialect.name == "sqlite":
        placed = [(row["id"], (await connection.execute(_ADD_ONE, row)).scalar_one_or_none()) for row in rows]
        return {id: position for id, position in placed if position is not None}
    return {row.id: row.position for row in await connection.execute(_ADD_ALL, arrays(_NOTIFICATION, rows))}


def _values_to_json(values: Values) -> dict[str, Any]:
    return {name: {"at": value.isoformat()} if isinstance(value, datetime) else value for name, value in values.items()}


def _values_from_json(raw: dict[str, Any]) -> Values:
    return {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for name, value in raw.items()
    }
