"""Contacts and copies of reservations."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.values import Contact, JobPart, PaymentPart, ReservationCopy, VisitPart
from storage.notification.tables import contact as contacts
from storage.notification.tables import reservation as copies
from storage.rows import add_new, insert_or_replace

_CONTACT = tuple(field.name for field in fields(Contact) if field.name != "person_id")
_LISTS = ("channels", "areas", "blocked")
_PARTS: Mapping[str, type[Any]] = {"visit": VisitPart, "payment": PaymentPart, "job": JobPart}

_CONTACTS = select(contacts).where(contacts.c.person_id.in_(bindparam("people", expanding=True)))
_TO_HOLD = select(contacts).where(contacts.c.person_id == bindparam("who")).with_for_update(key_share=True)
_OPERATORS = select(contacts.c.person_id).where(contacts.c.role == "operator").order_by(contacts.c.person_id)
_CHANGE = update(contacts).where(contacts.c.person_id == bindparam("who"))
_TO_REMIND = (
    select(contacts)
    .where(contacts.c.remind_consent_at <= bindparam("now"))
    .order_by(contacts.c.remind_consent_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_REMINDED = (
    update(contacts)
    .where(contacts.c.person_id == bindparam("who"), contacts.c.remind_consent_at == bindparam("due_at"))
    .values(remind_consent_at=bindparam("next_at"))
)


class SqlContacts:
    """How people are reached."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, person_id: str) -> Contact | None:
        return (await self.find_all([person_id])).get(person_id)

    async def find_all(self, person_ids: Collection[str]) -> Mapping[str, Contact]:
        rows = await self._connection.execute(_CONTACTS, {"people": list(person_ids)})
        return {row.person_id: contact_of(row) for row in rows}

    async def hold(self, person_id: str) -> Contact | None:
        row = (await self._connection.execute(_TO_HOLD, {"who": person_id})).one_or_none()
        return None if row is None else contact_of(row)

    async def operators(self) -> Sequence[str]:
        return list((await self._connection.execute(_OPERATORS)).scalars())

    async def save(self, old: Contact | None, new: Contact) -> None:
        if old is None:
            values = {name: _column(new, name) for name in _CONTACT}
            await add_new(self._connection, contacts, {"person_id": new.person_id, **values}, new.person_id)
            return
        changed = {name: _column(new, name) for name in _CONTACT if getattr(new, name) != getattr(old, name)}
        if changed:
            await self._connection.execute(_CHANGE, {**changed, "who": new.person_id})

    async def to_remind_of_consent(self, now: datetime, limit: int) -> Sequence[Contact]:
        rows = await self._connection.execute(_TO_REMIND, {"now": now, "limit": limit})
        return [contact_of(row) for row in rows]

    async def take_consent_reminder(self, contact: Contact, next_at: datetime) -> bool:
        which = {"who": contact.person_id, "due_at": contact.remind_consent_at}
        return (await self._connection.execute(_REMINDED, {**which, "next_at": next_at})).rowcount == 1


def _column(contact: Contact, name: str) -> Any:
    value = getattr(contact, name)
    return list(value) if isinstance(value, tuple) else value


def contact_of(row: Row[Any]) -> Contact:
    """The contact that a row of the table holds."""
    values = {name: getattr(row, name) for name in _CONTACT}
    lists = {name: tuple(values[name]) for name in _LISTS}
    return Contact(person_id=row.person_id, **(values | lists))


_COPIES = select(copies).where(copies.c.reservation_id.in_(bindparam("reservations", expanding=True)))


class SqlCopies:
    """What is known of reservations, each source's part in a column of its own. Read once, written at the end."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._known: dict[str, ReservationCopy | None] = {}
        self._changed: dict[str, set[str]] = defaultdict(set)

    async def find(self, reservation_id: str) -> ReservationCopy | None:
        return (await self.find_all([reservation_id])).get(reservation_id)

    async def find_all(self, reservation_ids: Collection[str]) -> Mapping[str, ReservationCopy]:
        unknown = {*reservation_ids} - self._known.keys()
        if unknown:
            rows = await self._connection.execute(_COPIES, {"reservations": list(unknown)})
            self._known |= dict.fromkeys(unknown) | {row.reservation_id: _copy(row) for row in rows}
        return {one: copy for one in reservation_ids if (copy := self._known[one]) is not None}

    async def save(self, old: ReservationCopy | None, new: ReservationCopy) -> None:
        self._known[new.reservation_id] = new
        self._changed[new.reservation_id] |= {
            name for name in _PARTS if old is None or getattr(new, name) != getattr(old, name)
        }

    async def flush(self) -> None:
        """Write the parts that have changed, and no others: another source's isn't ours to write."""
        rows: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for reservation_id, names in sorted(self._changed.items()):
            copy = self._known[reservation_id]
            assert copy is not None
            parts = {name: _part_to_json(getattr(copy, name)) for name in sorted(names)}
            parts |= {name: value for part in sorted(names) for name, value in _looked_for(copy, part).items()}
            rows[tuple(parts)].append({"reservation_id": reservation_id, **parts})
        self._changed.clear()
        for changed, alike in rows.items():
            statement = insert_or_replace(copies, "reservation_id", *changed, key=("reservation_id",))
            await self._connection.execute(statement, alike)


def _copy(row: Row[Any]) -> ReservationCopy:
    return ReservationCopy(
        reservation_id=row.reservation_id,
        visit=_part_from_json(VisitPart, row.visit),
        payment=_part_from_json(PaymentPart, row.payment),
        job=_part_from_json(JobPart, row.job),
    )


def _looked_for(copy: ReservationCopy, part: str) -> dict[str, Any]:
    """What a part says that is looked for by itself."""
    if part == "visit" and copy.visit is not None:
        visit = copy.visit
        return {
            "customer_id": visit.customer_id,
            "area": visit.area,
            "status": visit.status,
            "starts_at": visit.starts_at,
        }
    return {"cleaner_id": copy.job.cleaner_id} if part == "job" and copy.job is not None else {}


def _part_to_json(part: Any) -> dict[str, Any] | None:
    if part is None:
        return None
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _part_from_json(kind: type[Any], raw: dict[str, Any] | None) -> Any:
    if raw is None:
        return None
    values = {name: _value(name, value) for name, value in raw.items()}
    return kind(**values)


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at") and value is not None:
        return datetime.fromisoformat(value)
    if name == "fee_tiers":
        return tuple((days, percent) for days, percent in value)
    return value
