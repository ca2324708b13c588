"""Contacts and copies of reservations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.values import Contact, JobPart, PaymentPart, ReservationCopy, VisitPart
from storage.notification.tables import contact as contacts
from storage.notification.tables import reservation as copies
from storage.rows import add_all_new, add_new, of_each, of_keys, replace_all

_CONTACT = tuple(field.name for field in fields(Contact) if field.name != "person_id")
_LISTS = ("channels", "areas", "blocked")
_PARTS = ("visit", "payment", "job")
_KEY = ("reservation_id",)

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
    """How people are reached. Those who are expected are read once and written at the end, or before they are read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._held: dict[str, Contact | None] = {}
        self._new: set[str] = set()
        self._changed: dict[str, Contact] = {}

    async def expect(self, person_ids: Collection[str]) -> None:
        """Hold in one go those whom nobody else is about to add."""
        fresh = {*person_ids} - self._held.keys()
        if fresh:
            found = await self._hold(fresh)
            self._held |= {one: found.get(one) for one in fresh}
            self._new |= fresh - found.keys()

    async def find(self, person_id: str) -> Contact | None:
        return (await self.find_all([person_id])).get(person_id)

    async def find_all(self, person_ids: Collection[str]) -> Mapping[str, Contact]:
        await self.flush()
        rows = await of_keys(self._connection, contacts, "person_id", person_ids)
        return {row.person_id: contact_of(row) for row in rows}

    async def hold(self, person_id: str) -> Contact | None:
        if person_id in self._held:
            return self._held[person_id]
        return (await self._hold([person_id])).get(person_id)

    async def _hold(self, person_ids: Collection[str]) -> Mapping[str, Contact]:
        rows = await self._connection.execute(_to_hold(self._connection.dialect.name), {"people": sorted(person_ids)})
        return {row.person_id: contact_of(row) for row in rows}

    async def operators(self) -> Sequence[str]:
        await self.flush()
        return list((await self._connection.execute(_OPERATORS)).scalars())

    async def save(self, old: Contact | None, new: Contact) -> None:
        if new.person_id in self._held:
            self._held[new.person_id] = self._changed[new.person_id] = new
        elif old is None:
            await add_new(self._connection, contacts, _contact_to_row(new), new.person_id)
        else:
            changed = {name: _column(new, name) for name in _CONTACT if getattr(new, name) != getattr(old, name)}
            if changed:
                await self._connection.execute(_CHANGE, {**changed, "who": new.person_id})

    async def flush(self) -> None:
        """Write what has changed, all at once. StaleVersion when somebody else has added one who was new."""
        rows = {one: _contact_to_row(contact) for one, contact in sorted(self._changed.items())}
        added = [row for one, row in rows.items() if one in self._new]
        known = [row for one, row in rows.items() if one not in self._new]
        self._changed.clear()
        self._new -= rows.keys()
        if added:
            await add_all_new(self._connection, contacts, added)
        if known:
            await replace_all(self._connection, contacts, known, key=("person_id",))

    async def to_remind_of_consent(self, now: datetime, limit: int) -> Sequence[Contact]:
        await self.flush()
        rows = await self._connection.execute(_TO_REMIND, {"now": now, "limit": limit})
        return [contact_of(row) for row in rows]

    async def take_consent_reminder(self, contact: Contact, next_at: datetime) -> bool:
        which = {"who": contact.person_id, "due_at": contact.remind_consent_at}
        return (await self._connection.execute(_REMINDED, {**which, "next_at": next_at})).rowcount == 1


@cache
def _to_hold(dialect: str) -> Select[Any]:
    return of_each(
        select(contacts).with_for_update(key_share=True), contacts.c.person_id, "people", dialect == "sqlite"
    )


def _contact_to_row(contact: Contact) -> dict[str, Any]:
    return {"person_id": contact.person_id, **{name: _column(contact, name) for name in _CONTACT}}


def _column(contact: Contact, name: str) -> Any:
    value = getattr(contact, name)
    return list(value) if isinstance(value, tuple) else value


def contact_of(row: Row[Any]) -> Contact:
    """The contact that a row of the table holds."""
    values = {name: getattr(row, name) for name in _CONTACT}
    lists = {name: tuple(values[name]) for name in _LISTS}
    return Contact(person_id=row.person_id, **(values | lists))


class SqlCopies:
    """What is known of reservations, each source's part in a column of its own. Read once, written at the end.

    Whole rows are written: whoever saves one has expected it, so that no other source's part comes in between.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._expected: set[str] = set()
        self._known: dict[str, ReservationCopy | None] = {}
        self._changed: dict[str, ReservationCopy] = {}

    async def expect(self, reservation_ids: Collection[str]) -> None:
        """Read in one go what nobody else can write any more; what was read of these before may be old."""
        fresh = {*reservation_ids} - self._expected
        self._expected |= fresh
        self._known = {one: copy for one, copy in self._known.items() if one not in fresh}
        await self.find_all(fresh)

    async def find(self, reservation_id: str) -> ReservationCopy | None:
        return (await self.find_all([reservation_id])).get(reservation_id)

    async def find_all(self, reservation_ids: Collection[str]) -> Mapping[str, ReservationCopy]:
        unknown = {*reservation_ids} - self._known.keys()
        if unknown:
            rows = await of_keys(self._connection, copies, "reservation_id", unknown)
            self._known |= dict.fromkeys(unknown) | {row.reservation_id: _copy(row) for row in rows}
        return {one: copy for one in reservation_ids if (copy := self._known[one]) is not None}

    async def save(self, copy: ReservationCopy) -> None:
        self._known[copy.reservation_id] = self._changed[copy.reservation_id] = copy

    async def flush(self) -> None:
        """Write what has changed, all at once."""
        rows = [_copy_to_row(copy) for _, copy in sorted(self._changed.items())]
        self._changed.clear()
        if rows:
            await replace_all(self._connection, copies, rows, key=_KEY)


def _copy(row: Row[Any]) -> ReservationCopy:
    return ReservationCopy(
        reservation_id=row.reservation_id,
        visit=_part_from_json(VisitPart, row.visit),
        payment=_part_from_json(PaymentPart, row.payment),
        job=_part_from_json(JobPart, row.job),
    )


def _copy_to_row(copy: ReservationCopy) -> dict[str, Any]:
    """Its parts, and what is looked for by itself."""
    visit, job = copy.visit, copy.job
    return {
        "reservation_id": copy.reservation_id,
        **{name: _part_to_json(getattr(copy, name)) for name in _PARTS},
        "customer_id": visit.customer_id if visit else None,
        "area": visit.area if visit else None,
        "status": visit.status if visit else None,
        "starts_at": visit.starts_at if visit else None,
        "cleaner_id": job.cleaner_id if job else None,
    }


def _part_to_json(part: Any) -> dict[str, Any] | None:
    if part is None:
        return None
    values = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _part_from_json(kind: type[Any], raw: dict[str, Any] | None) -> Any:
    if raw is None:
        return None
    known = {each.name for each in fields(kind)}  # a newer process may have kept more (ADR 28)
    return kind(**{name: _value(name, value) for name, value in raw.items() if name in known})


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at") and value is not None:
        return datetime.fromisoformat(value)
    if name == "fee_tiers":
        return tuple((days, percent) for days, percent in value)
    if name == "add_ons":
        return tuple(value)
    return value
