"""Broadcasts, whom they are for, and how far they are."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.broadcasts.audience import Candidate
from services.notification.broadcasts.model import cause_of
from services.notification.broadcasts.values import (
    Broadcast,
    BroadcastStatus,
    Exclusion,
    Kind,
    Progress,
    Recipient,
    Segment,
    Wording,
)
from services.notification.lifecycle import UNFINISHED
from services.notification.model import Delivery, Notification
from services.notification.truth import VISITS
from services.notification.values import DeliveryStatus
from storage.notification.copies import contact_of
from storage.notification.ledger_rows import delivery_to_row, notification_to_row
from storage.notification.purge import purge_broadcast, purge_recipients
from storage.notification.segments import SENT, asked_of, candidates_in
from storage.notification.tables import broadcast as broadcasts
from storage.notification.tables import contact as contacts
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications
from storage.rows import add_new, change

_BROADCAST = tuple(field.name for field in fields(Broadcast))
_S = DeliveryStatus
_WAITS = (_S.QUEUED, _S.DEFERRED)
_REASONS = (_S.FAILED, _S.SUPPRESSED)
# Rows that are written in one go: SQLite writes on the event loop, and all rows are put together there.
_AT_ONCE = 500

_BY_IDS = select(broadcasts).where(broadcasts.c.id.in_(bindparam("ids", expanding=True)))
_LATEST = (
    select(broadcasts)
    .order_by(broadcasts.c.created_at.desc(), broadcasts.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_TO_START = (
    select(broadcasts)
    .where(broadcasts.c.status == BroadcastStatus.SCHEDULED, broadcasts.c.starts_at <= bindparam("now"))
    .order_by(broadcasts.c.starts_at)
    .with_for_update(skip_locked=True)
)
_UNFINISHED = exists().where(deliveries.c.broadcast_id == broadcasts.c.id, deliveries.c.status.in_(UNFINISHED))
_TO_END = (
    select(broadcasts)
    .where(
        broadcasts.c.status.in_((BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, BroadcastStatus.CANCELLED)),
        broadcasts.c.finished_at.is_(None),
        ~_UNFINISHED,
    )
    .with_for_update(skip_locked=True)
)
_TO_CALL_OFF = select(broadcasts.c.id).where(
    broadcasts.c.status == BroadcastStatus.CANCELLED,
    broadcasts.c.finished_at.is_(None),
    exists().where(deliveries.c.broadcast_id == broadcasts.c.id, deliveries.c.status.in_(_WAITS)),
)
_CALL_OFF = (
    update(deliveries)
    .where(deliveries.c.broadcast_id == bindparam("broadcast"), deliveries.c.status.in_(_WAITS))
    .values(status=_S.SUPPRESSED, reason=bindparam("why"), version=deliveries.c.version + 1)
)
_FORGET = delete(broadcasts).where(
    broadcasts.c.status == BroadcastStatus.DRAFT, broadcasts.c.created_at < bindparam("before")
)
_OVER = select(broadcasts.c.id).where(
    broadcasts.c.status.in_((BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED)),
    broadcasts.c.finished_at < bindparam("before"),
)
_ADD = insert(notifications)
_ADD_DELIVERIES = insert(deliveries)
_POSITIONS = select(notifications.c.id, notifications.c.position).where(notifications.c.cause == bindparam("about"))
# A hop that fell back has another after it: the others are one for each recipient.
_PROGRESS = (
    select(deliveries.c.broadcast_id, deliveries.c.status, deliveries.c.reason, func.count().label("people"))
    .where(deliveries.c.broadcast_id.in_(bindparam("ids", expanding=True)), deliveries.c.status != _S.FELL_BACK)
    .group_by(deliveries.c.broadcast_id, deliveries.c.status, deliveries.c.reason)
)
_RECIPIENTS = (
    select(notifications.c.recipient_id, contacts.c.role, deliveries)
    .join(deliveries, deliveries.c.notification_id == notifications.c.id)
    .join(contacts, contacts.c.person_id == notifications.c.recipient_id, isouter=True)
    .where(
        notifications.c.cause == bindparam("about"),
        notifications.c.recipient_id > bindparam("after"),
        deliveries.c.status != _S.FELL_BACK,
    )
    .order_by(notifications.c.recipient_id)
    .limit(bindparam("limit", type_=Integer))
)


class SqlBroadcasts:
    """Rows in, broadcasts out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, broadcast_id: str) -> Broadcast | None:
        return (await self.find_all([broadcast_id])).get(broadcast_id)

    async def find_all(self, broadcast_ids: Collection[str]) -> Mapping[str, Broadcast]:
        if not broadcast_ids:
            return {}
        return {one.id: one for one in await self._found(_BY_IDS, ids=list(broadcast_ids))}

    async def save(self, old: Broadcast | None, new: Broadcast) -> None:
        row = {name: _column(getattr(new, name)) for name in _BROADCAST}
        if old is None:
            await add_new(self._connection, broadcasts, row, new.id)
        elif new != old:
            await change(self._connection, broadcasts, row, id=old.id, version=old.version)

    async def forget_drafts(self, before: datetime) -> int:
        return int((await self._connection.execute(_FORGET, {"before": before})).rowcount)

    async def latest(self, limit: int) -> Sequence[Broadcast]:
        return await self._found(_LATEST, limit=limit)

    async def to_start(self, now: datetime) -> Sequence[Broadcast]:
        return await self._found(_TO_START, now=now)

    async def to_end(self) -> Sequence[Broadcast]:
        return await self._found(_TO_END)

    async def _found(self, statement: Select[Any], **asked: Any) -> list[Broadcast]:
        return [_broadcast(row) for row in await self._connection.execute(statement, asked)]

    async def candidates(self, segment: Segment, now: datetime) -> Sequence[Candidate]:
        asked = asked_of(segment, now)
        rows = await self._connection.execute(candidates_in(tuple(sorted(asked))), asked)
        found = [Candidate(contact=contact_of(row), reservation_id=row.visit) for row in rows]
        if segment.area is None or segment.visit_on is not None:
            return found
        return [one for one in found if one.contact.role == "customer" or segment.area in one.contact.areas]

    async def add_all(self, told: Sequence[tuple[Notification, Delivery]]) -> None:
        for part in _parts(told):
            await self._connection.execute(_ADD, [notification_to_row(one) for one, _ in part])
            await asyncio.sleep(0)
        rows = await self._connection.execute(_POSITIONS, {"about": told[0][0].cause})
        position = {row.id: row.position for row in rows}
        for part in _parts(told):
            await self._connection.execute(_ADD_DELIVERIES, [_queued(*each, position[each[0].id]) for each in part])
            await asyncio.sleep(0)

    async def call_off(self, broadcast_id: str, reason: str) -> int:
        result = await self._connection.execute(_CALL_OFF, {"broadcast": broadcast_id, "why": reason})
        return result.rowcount

    async def call_off_visits(self, broadcast: Broadcast, now: datetime, reason: str) -> int:
        asked = asked_of(broadcast.segment, now)
        about = {"broadcast": broadcast.id, "about": cause_of(broadcast.id), "why": reason}
        result = await self._connection.execute(_call_off_others(tuple(sorted(asked))), about | asked)
        return result.rowcount

    async def with_visit(self, broadcast: Broadcast, people: Collection[str], now: datetime) -> Collection[str]:
        asked = asked_of(broadcast.segment, now)
        rows = await self._connection.execute(_still_of_these(tuple(sorted(asked))), asked | {"people": list(people)})
        return rows.scalars().all()

    async def to_call_off(self) -> Sequence[str]:
        return (await self._connection.execute(_TO_CALL_OFF)).scalars().all()

    async def progress(self, broadcast_ids: Collection[str]) -> Mapping[str, Progress]:
        rows = (await self._connection.execute(_PROGRESS, {"ids": list(broadcast_ids)})).all() if broadcast_ids else []
        return {one: _progress([row for row in rows if row.broadcast_id == one]) for one in broadcast_ids}

    async def recipients(self, broadcast_id: str, after: str, limit: int) -> Sequence[Recipient]:
        asked = {"about": cause_of(broadcast_id), "after": after, "limit": limit}
        return [
            Recipient(
                person_id=row.recipient_id,
                role=row.role or "",
                status=row.status,
                channel=row.channel or "",
                reason=row.reason,
                sent_at=row.sent_at,
            )
            for row in await self._connection.execute(_RECIPIENTS, asked)
        ]

    async def over_before(self, before: datetime) -> Sequence[str]:
        return (await self._connection.execute(_OVER, {"before": before})).scalars().all()

    async def purge_recipients(self, broadcast_id: str, limit: int) -> int:
        return await purge_recipients(self._connection, broadcast_id, limit)

    async def purge(self, broadcast_id: str) -> int:
        return await purge_broadcast(self._connection, broadcast_id)


def _parts(told: Sequence[tuple[Notification, Delivery]]) -> Iterator[Sequence[tuple[Notification, Delivery]]]:
    """Whoever else is at work here has a turn between two."""
    for start in range(0, len(told), _AT_ONCE):
        yield told[start : start + _AT_ONCE]


def _queued(notification: Notification, delivery: Delivery, position: int) -> dict[str, Any]:
    """In a lane of its own: a broadcast that waits holds up nobody's own news."""
    return {**delivery_to_row(delivery), "lane": notification.lane, "position": position}


@cache
def _still(given: tuple[str, ...]) -> Select[Any]:
    """The ids of those who are of such a segment, also when their visit has begun."""
    return candidates_in(given, VISITS).with_only_columns(contacts.c.person_id)


@cache
def _still_of_these(given: tuple[str, ...]) -> Select[Any]:
    return _still(given).where(contacts.c.person_id.in_(bindparam("people", expanding=True)))


@cache
def _call_off_others(given: tuple[str, ...]) -> Update:
    """Of a broadcast, those who aren't of such a segment (any more)."""
    others = select(notifications.c.id).where(
        notifications.c.cause == bindparam("about"), notifications.c.recipient_id.not_in(_still(given))
    )
    return _CALL_OFF.where(deliveries.c.notification_id.in_(others))


def _progress(rows: Sequence[Row[Any]]) -> Progress:
    def count(*statuses: DeliveryStatus) -> int:
        return sum(row.people for row in rows if row.status in statuses)

    return Progress(
        total=sum(row.people for row in rows),
        sent=count(*SENT),
        failed=count(_S.FAILED),
        unknown=count(_S.UNKNOWN),
        suppressed=count(_S.SUPPRESSED),
        waiting=count(*UNFINISHED),
        later=count(_S.DEFERRED),
        reasons={row.reason: row.people for row in rows if row.status in _REASONS and row.reason},
    )


def _column(value: Any) -> Any:
    if isinstance(value, Segment | Wording):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    return {str(why): count for why, count in value.items()} if isinstance(value, Mapping) else value


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _broadcast(row: Row[Any]) -> Broadcast:
    values = {name: getattr(row, name) for name in _BROADCAST}
    visit_on = row.segment["visit_on"]
    values["segment"] = Segment(**(row.segment | {"visit_on": date.fromisoformat(visit_on) if visit_on else None}))
    values["wording"] = Wording(**row.wording)
    values["status"], values["kind"] = BroadcastStatus(row.status), Kind(row.kind)
    values["excluded"] = {Exclusion(why): count for why, count in row.excluded.items()}
    return Broadcast(**values)
