"""Notifications and their deliveries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, Select, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.broadcasts.model import cause_of
from services.notification.broadcasts.values import BroadcastStatus, Kind
from services.notification.lifecycle import UNFINISHED
from services.notification.model import Ad, Delivery, Info, Notification
from services.notification.ports import Entry
from services.notification.values import DeliveryStatus, Values
from services.shared_kernel.refusal import NotFound
from storage.notification.purge import purge_news
from storage.notification.tables import broadcast as broadcasts
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications
from storage.postgresql import arrays, given
from storage.rows import insert_or_leave

_DELIVERY = tuple(field.name for field in fields(Delivery))
_NOTIFICATION = tuple(field.name for field in fields(Info) if field.name != "values")
_MOST_PARAMETERS = 500
_LONGEST_REASON = 64
_CAUSE = cause_of("")

# Made once: a statement that is put together anew costs three times as much at each call.
_ADD = insert_or_leave(notifications, *_NOTIFICATION, "kind", "values", returning="position")
_ADD_DELIVERIES = insert(deliveries)
_PLACE = (
    select(deliveries.c.lane, deliveries.c.position)
    .where(deliveries.c.notification_id == bindparam("notification"))
    .limit(1)
)
_SAVE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("old_id"), deliveries.c.version == bindparam("old_version"))
    .values({name: bindparam(f"new_{name}") for name in _DELIVERY})
)
_NEW = given(*(deliveries.c[name] for name in _DELIVERY), Column("old_version", Integer))
_SAVE_ALL = (
    update(deliveries)
    .where(deliveries.c.id == _NEW.c.id, deliveries.c.version == _NEW.c.old_version)
    .values({name: _NEW.c[name] for name in _DELIVERY})
    .returning(deliveries.c.id)
)
_EARLIER = deliveries.alias("earlier")
# One by one, so that each is found by its lane: as a NOT EXISTS, PostgreSQL reads all of them for each that is due.
_EARLIER_UNFINISHED = (
    select(_EARLIER.c.position)
    .where(
        _EARLIER.c.lane == deliveries.c.lane,
        _EARLIER.c.position < deliveries.c.position,
        _EARLIER.c.status.in_(UNFINISHED),
    )
    .limit(1)
    .scalar_subquery()
)
_DUE = (
    select(deliveries)
    .where(
        deliveries.c.broadcast_id.is_(None),
        deliveries.c.status.in_((DeliveryStatus.QUEUED, DeliveryStatus.DEFERRED)),
        deliveries.c.not_before <= bindparam("now"),
        _EARLIER_UNFINISHED.is_(None),
    )
    .order_by(deliveries.c.position)
    .limit(bindparam("limit", type_=Integer))
    # Another sender is at those: this one takes others.
    .with_for_update(skip_locked=True)
)
_RUNNING = (
    select(broadcasts.c.id).where(broadcasts.c.status == BroadcastStatus.RUNNING).order_by(broadcasts.c.started_at)
)
# Each is the only one in its lane. In the order of the index, so that no more are read than are taken.
_DUE_OF_BROADCAST = (
    select(deliveries)
    .where(
        deliveries.c.broadcast_id == bindparam("broadcast"),
        deliveries.c.status == bindparam("waits"),
        deliveries.c.not_before <= bindparam("now"),
    )
    .order_by(deliveries.c.not_before, deliveries.c.position)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_ABANDONED = (
    select(deliveries)
    .where(deliveries.c.lease_until <= bindparam("now"), deliveries.c.status == DeliveryStatus.SENDING)
    .order_by(deliveries.c.position)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_HOPS = select(deliveries).where(deliveries.c.notification_id == bindparam("notification")).order_by(deliveries.c.hop)
_BY_ID = select(deliveries).where(deliveries.c.id == bindparam("wanted"))
_BY_IDS = select(notifications).where(notifications.c.id.in_(bindparam("ids", expanding=True)))
_OF_RESERVATION = select(notifications).where(notifications.c.reservation_id == bindparam("reservation"))
_DELIVERIES_OF_RESERVATION = (
    select(deliveries)
    .join(notifications, notifications.c.id == deliveries.c.notification_id)
    .where(notifications.c.reservation_id == bindparam("reservation"))
    .order_by(deliveries.c.position, deliveries.c.hop)
)
# Only what failed is read, by the index of those that aren't a broadcast's.
_MISSED = (
    select(deliveries)
    .join(notifications, notifications.c.id == deliveries.c.notification_id)
    .where(
        deliveries.c.broadcast_id.is_(None),
        deliveries.c.status == DeliveryStatus.FAILED,
        deliveries.c.reason == "blocked",
        deliveries.c.channel == bindparam("of_channel"),
        notifications.c.recipient_id == bindparam("recipient"),
    )
    .order_by(deliveries.c.position.desc())
    .limit(bindparam("limit", type_=Integer))
)
_WAITING = (
    select(func.count())
    .select_from(deliveries)
    .where(deliveries.c.broadcast_id.is_(None), deliveries.c.status.in_(UNFINISHED))
)
_WAITING_OF_BROADCASTS = (
    select(func.count())
    .select_from(deliveries)
    .join(broadcasts, broadcasts.c.id == deliveries.c.broadcast_id)
    .where(broadcasts.c.status == BroadcastStatus.RUNNING, deliveries.c.status.in_(UNFINISHED))
)
_TOLD = select(notifications.c.cause, notifications.c.recipient_id, notifications.c.template).where(
    notifications.c.cause.in_(bindparam("causes", expanding=True))
)


class SqlLedger:
    """Rows in, notifications and deliveries out."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite
        self._added: list[dict[str, Any]] = []

    async def add(self, notification: Info, delivery: Delivery) -> bool:
        position = (await self._connection.execute(_ADD, notification_to_row(notification))).scalar_one_or_none()
        if position is None:
            return False
        self._insert(delivery, notification.lane, position)
        return True

    async def add_hop(self, delivery: Delivery) -> None:
        await self.flush()
        place = (await self._connection.execute(_PLACE, {"notification": delivery.notification_id})).one()
        self._insert(delivery, place.lane, place.position)

    def _insert(self, delivery: Delivery, lane: str, position: int) -> None:
        self._added.append({"lane": lane, "position": position, **delivery_to_row(delivery)})

    async def flush(self) -> None:
        """Write the deliveries that were added, all at once."""
        if self._added:
            await self._connection.execute(_ADD_DELIVERIES, self._added)
            self._added = []

    async def save(self, old: Delivery, new: Delivery) -> bool:
        await self.flush()
        result = await self._connection.execute(_SAVE, _change(old, new))
        return result.rowcount == 1

    async def save_all(self, changes: Sequence[tuple[Delivery, Delivery]]) -> frozenset[str]:
        if not changes:
            return frozenset()
        await self.flush()
        if not self._is_sqlite:
            rows = [{**delivery_to_row(new), "old_version": old.version} for old, new in changes]
            saved = await self._connection.execute(_SAVE_ALL, arrays((*_DELIVERY, "old_version"), rows))
            return frozenset(saved.scalars())
        together = await self._connection.begin_nested()
        result = await self._connection.execute(_SAVE, [_change(old, new) for old, new in changes])
        if result.rowcount == len(changes):
            await together.commit()
            return frozenset(old.id for old, _ in changes)
        # Somebody was quicker with one of them: find out which.
        await together.rollback()
        return frozenset([old.id for old, new in changes if await self.save(old, new)])

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        return await self._deliveries(_DUE, now=now, limit=limit)

    async def due_of_broadcasts(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Of the one that began first, then of the next; those put off last."""
        found: list[Delivery] = []
        running = (await self._connection.execute(_RUNNING)).scalars().all()
        for waits in (DeliveryStatus.QUEUED, DeliveryStatus.DEFERRED):
            for broadcast in running:
                room = limit - len(found)
                if room > 0:
                    asked = {"broadcast": broadcast, "waits": waits, "now": now, "limit": room}
                    found += await self._deliveries(_DUE_OF_BROADCAST, **asked)
        return found

    async def abandoned(self, now: datetime, limit: int) -> Sequence[Delivery]:
        return await self._deliveries(_ABANDONED, now=now, limit=limit)

    async def hops(self, notification_id: str) -> Sequence[Delivery]:
        return await self._deliveries(_HOPS, notification=notification_id)

    async def _deliveries(self, statement: Select[Any], **asked: Any) -> Sequence[Delivery]:
        await self.flush()
        return [_delivery(row) for row in await self._connection.execute(statement, asked)]

    async def notifications(self, ids: Collection[str]) -> Mapping[str, Notification]:
        rows = await self._connection.execute(_BY_IDS, {"ids": list(ids)})
        return {row.id: _notification(row) for row in rows}

    async def get(self, delivery_id: str) -> Entry:
        found = await self._deliveries(_BY_ID, wanted=delivery_id)
        if not found:
            raise NotFound(delivery_id)
        about = await self.notifications([found[0].notification_id])
        return Entry(notification=about[found[0].notification_id], delivery=found[0])

    async def of_reservation(self, reservation_id: str) -> Sequence[Entry]:
        rows = await self._connection.execute(_OF_RESERVATION, {"reservation": reservation_id})
        about = {row.id: _notification(row) for row in rows}
        found = await self._deliveries(_DELIVERIES_OF_RESERVATION, reservation=reservation_id)
        return [Entry(notification=about[delivery.notification_id], delivery=delivery) for delivery in found]

    async def waiting_count(self) -> int:
        await self.flush()
        return int((await self._connection.execute(_WAITING)).scalar_one())

    async def waiting_of_broadcasts(self) -> int:
        return int((await self._connection.execute(_WAITING_OF_BROADCASTS)).scalar_one())

    async def missed(self, person_id: str, channel: str, limit: int) -> Sequence[Delivery]:
        found = await self._deliveries(_MISSED, recipient=person_id, of_channel=channel, limit=limit)
        return list(reversed(found))

    async def told(self, causes: Collection[str]) -> Sequence[tuple[str, str, str]]:
        wanted, found = list(causes), []
        for start in range(0, len(wanted), _MOST_PARAMETERS):
            rows = await self._connection.execute(_TOLD, {"causes": wanted[start : start + _MOST_PARAMETERS]})
            found += [(row.cause, row.recipient_id, row.template) for row in rows]
        return found

    async def purge(self, before: datetime, limit: int) -> int:
        return await purge_news(self._connection, before, limit)


def _change(old: Delivery, new: Delivery) -> dict[str, Any]:
    named = {f"new_{name}": value for name, value in delivery_to_row(new).items()}
    return {"old_id": old.id, "old_version": old.version, **named}


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in _DELIVERY}
    return row | {"reason": delivery.reason[:_LONGEST_REASON]}


def _delivery(row: Row[Any]) -> Delivery:
    values = {name: getattr(row, name) for name in _DELIVERY}
    return Delivery(**(values | {"status": DeliveryStatus(row.status)}))


def _notification(row: Row[Any]) -> Notification:
    about = {name: getattr(row, name) for name in _NOTIFICATION} | {"values": _values_from_json(row._mapping["values"])}
    if row.kind == Kind.AD:
        return Ad(**about, broadcast_id=row.cause.removeprefix(_CAUSE))
    return Info(**about)


def notification_to_row(notification: Notification) -> dict[str, Any]:
    """Its columns, but for its position."""
    row = {name: getattr(notification, name) for name in _NOTIFICATION}
    kind = Kind.AD if isinstance(notification, Ad) else Kind.INFO
    return row | {"kind": kind, "values": _values_to_json(notification.values)}


def _values_to_json(values: Values) -> dict[str, Any]:
    return {name: {"at": value.isoformat()} if isinstance(value, datetime) else value for name, value in values.items()}


def _values_from_json(raw: dict[str, Any]) -> Values:
    return {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for name, value in raw.items()
    }
