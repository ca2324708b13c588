"""Notifications and their deliveries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.broadcasts.values import BroadcastStatus
from services.notification.lifecycle import UNFINISHED
from services.notification.model import Delivery, Info, Notification
from services.notification.ports import Entry
from services.notification.values import DeliveryStatus
from services.shared_kernel.refusal import NotFound, StaleVersion
from storage.notification.ledger_rows import (
    DELIVERY,
    add_notifications,
    delivery_of,
    delivery_to_row,
    notification_of,
)
from storage.notification.purge import purge_news
from storage.notification.tables import broadcast as broadcasts
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications
from storage.postgresql import arrays, given
from storage.rows import insert_all, of_keys

_MOST_PARAMETERS = 500
# What a notification is unique on.
_KEY = ("cause", "recipient_id", "template")

# Made once: a statement that is put together anew costs three times as much at each call.
_PLACE = (
    select(deliveries.c.lane, deliveries.c.position)
    .where(deliveries.c.notification_id == bindparam("notification"))
    .limit(1)
)
_SAVE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("old_id"), deliveries.c.version == bindparam("old_version"))
    .values({name: bindparam(f"new_{name}") for name in DELIVERY})
)
_NEW = given(*(deliveries.c[name] for name in DELIVERY), Column("old_version", Integer))
_SAVE_ALL = (
    update(deliveries)
    .where(deliveries.c.id == _NEW.c.id, deliveries.c.version == _NEW.c.old_version)
    .values({name: _NEW.c[name] for name in DELIVERY})
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


class SqlLedger:
    """Rows in, notifications and deliveries out. What is new is written at the end, or before it may be read."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite
        self._expected: set[str] = set()
        self._told: set[tuple[str, str, str]] = set()
        self._new: list[tuple[Info, Delivery]] = []
        self._added: list[dict[str, Any]] = []

    async def expect(self, causes: Collection[str]) -> None:
        """Read in one go who has been told about these, which nobody else is about to tell."""
        fresh = {*causes} - self._expected
        self._told |= {*await self.told(fresh)}
        self._expected |= fresh

    async def add(self, notification: Info, delivery: Delivery) -> bool:
        if notification.cause not in self._expected:
            await self._write_new()
            return await self._write([(notification, delivery)])
        key = (notification.cause, notification.recipient_id, notification.template)
        if key in self._told:
            return False
        self._told.add(key)
        self._new.append((notification, delivery))
        return True

    async def _write_new(self) -> None:
        """StaleVersion when somebody else has told one of these meanwhile."""
        new, self._new = self._new, []
        if new and not await self._write(new):
            raise StaleVersion(notifications.name)

    async def _write(self, new: Sequence[tuple[Info, Delivery]]) -> bool:
        """Whether nobody had been told any of them."""
        position = await add_notifications(self._connection, [notification for notification, _ in new])
        for notification, delivery in new:
            if notification.id in position:
                self._insert(delivery, notification.lane, position[notification.id])
        return len(position) == len(new)

    async def add_hop(self, delivery: Delivery) -> None:
        await self.flush()
        place = (await self._connection.execute(_PLACE, {"notification": delivery.notification_id})).one()
        self._insert(delivery, place.lane, place.position)

    def _insert(self, delivery: Delivery, lane: str, position: int) -> None:
        self._added.append({"lane": lane, "position": position, **delivery_to_row(delivery)})

    async def flush(self) -> None:
        """Write what was added, all at once."""
        await self._write_new()
        if self._added:
            await insert_all(self._connection, deliveries, self._added)
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
            saved = await self._connection.execute(_SAVE_ALL, arrays((*DELIVERY, "old_version"), rows))
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
        return [delivery_of(row) for row in await self._connection.execute(statement, asked)]

    async def notifications(self, ids: Collection[str]) -> Mapping[str, Notification]:
        await self.flush()
        rows = await of_keys(self._connection, notifications, "id", ids)
        return {row.id: notification_of(row) for row in rows}

    async def get(self, delivery_id: str) -> Entry:
        found = await self._deliveries(_BY_ID, wanted=delivery_id)
        if not found:
            raise NotFound(delivery_id)
        about = await self.notifications([found[0].notification_id])
        return Entry(notification=about[found[0].notification_id], delivery=found[0])

    async def of_reservation(self, reservation_id: str) -> Sequence[Entry]:
        await self.flush()
        rows = await self._connection.execute(_OF_RESERVATION, {"reservation": reservation_id})
        about = {row.id: notification_of(row) for row in rows}
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
        await self.flush()
        wanted, found = list(causes), []
        for start in range(0, len(wanted), _MOST_PARAMETERS):
            some = wanted[start : start + _MOST_PARAMETERS]
            rows = await of_keys(self._connection, notifications, "cause", some, *_KEY)
            found += [(row.cause, row.recipient_id, row.template) for row in rows]
        return found

    async def purge(self, before: datetime, limit: int) -> int:
        await self.flush()
        return await purge_news(self._connection, before, limit)


def _change(old: Delivery, new: Delivery) -> dict[str, Any]:
    named = {f"new_{name}": value for name, value in delivery_to_row(new).items()}
    return {"old_id": old.id, "old_version": old.version, **named}
