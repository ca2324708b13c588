"""Who is known at the front door, as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, func, select

from bot.records import PersonRecord
from services.shared_kernel.event import Event
from storage.bot.tables import person as table
from storage.kept import KeptRows
from storage.rows import change, of_keys
from storage.unit_of_work import SqlUnitOfWork

_PERSON = select(table).where(table.c.id == bindparam("person_id"))
_WITH_ROLE = select(table).where(table.c.role == bindparam("role")).order_by(table.c.id)
# Reads all names there are, which happens when an operator asks, and not for what else is done.
_CALLED = (
    select(table)
    .where(table.c.role.in_(("customer", "cleaner")), func.lower(table.c.name).like(bindparam("like"), escape="\\"))
    .order_by(table.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_TO_HOLD = _WITH_ROLE.with_for_update()


class SqlPersons:
    """People. New ones are written at the end, or before people are looked for; changes at once, which lock."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work
        self._new = KeptRows(work.connection, table)

    async def write(self) -> None:
        """Who is new. StaleVersion when there is somebody of that id already."""
        await self._new.write()

    async def find(self, person_id: str) -> PersonRecord | None:
        found = await self._load(_PERSON, person_id=person_id)
        return found[0] if found else None

    async def find_all(self, person_ids: Collection[str]) -> Mapping[str, PersonRecord]:
        await self.write()
        rows = await of_keys(self._work.connection, table, "id", person_ids)
        return {row.id: _person(row) for row in rows}

    async def save(self, old: PersonRecord | None, new: PersonRecord, events: Sequence[Event]) -> None:
        if old is None:
            self._new.add(asdict(new))
        else:
            await self.write()
            await change(self._work.connection, table, asdict(new), id=old.id, version=old.version)
        await self._work.record(events)

    async def called(self, name: str, limit: int) -> Sequence[PersonRecord]:
        wanted = name.strip().lower()
        return await self._load(_CALLED, like=f"%{_as_it_is(wanted)}%", limit=limit) if wanted else []

    async def with_role(self, role: str) -> Sequence[PersonRecord]:
        return await self._load(_WITH_ROLE, role=role)

    async def hold_role(self, role: str) -> Sequence[PersonRecord]:
        return await self._load(_TO_HOLD, role=role)

    async def _load(self, statement: Select[Any], **wanted: str | int) -> Sequence[PersonRecord]:
        await self.write()
        return [_person(row) for row in await self._work.connection.execute(statement, wanted)]


def _as_it_is(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _person(row: Row[Any]) -> PersonRecord:
    values = dict(row._mapping)
    del values["agency_id"]
    return PersonRecord(**values)
