"""The cleaning context's unit of work, and its cleaners."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select

from services.cleaning.cleaner import Cleaner
from services.cleaning.events import CleanerRegistered
from services.shared_kernel.refusal import NotFound
from storage.cleaning.jobs import SqlJobs
from storage.cleaning.tables import cleaner as table
from storage.cleaning.tables import cleaner_area
from storage.rows import add_new, change
from storage.unit_of_work import SqlUnitOfWork


class CleaningUnitOfWork(SqlUnitOfWork):
    """A transaction of the cleaning context."""

    def open(self) -> None:
        self.cleaners = SqlCleaners(self)
        self.jobs = SqlJobs(self)


class SqlCleaners:
    """Rows in, aggregates out."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    async def get(self, cleaner_id: str) -> Cleaner:
        # Locked where the database can, so that one cleaner doesn't take two visits of the same time at once.
        found = await self._one(select(table).where(table.c.id == cleaner_id).with_for_update(key_share=True))
        if found is None:
            raise NotFound(cleaner_id)
        return found

    async def find(self, cleaner_id: str) -> Cleaner | None:
        return await self._one(select(table).where(table.c.id == cleaner_id))

    async def save(self, old: Cleaner | None, new: Cleaner, events: Sequence[CleanerRegistered]) -> None:
        connection = self._work.connection
        if old is None:
            await add_new(connection, table, _to_row(new), new.id)
        else:
            await change(connection, table, _to_row(new), id=old.id, version=old.version)
            await connection.execute(delete(cleaner_area).where(cleaner_area.c.cleaner_id == old.id))
        rows = [{"area": area, "cleaner_id": new.id} for area in new.areas]
        await connection.execute(insert(cleaner_area), rows)
        await self._work.record(events)

    async def in_area(self, area: str) -> Sequence[Cleaner]:
        statement = select(table).join(cleaner_area).where(cleaner_area.c.area == area).order_by(table.c.id)
        return [_from_row(row) for row in (await self._work.connection.execute(statement)).all()]

    async def _one(self, statement: Select[Any]) -> Cleaner | None:
        row = (await self._work.connection.execute(statement)).first()
        return None if row is None else _from_row(row)


def _to_row(cleaner: Cleaner) -> dict[str, Any]:
    return {
        "id": cleaner.id,
        "version": cleaner.version,
        "name": cleaner.name,
        "areas": list(cleaner.areas),
        "days": list(cleaner.days),
        "active": cleaner.active,
    }


def _from_row(row: Row[Any]) -> Cleaner:
    return Cleaner(
        id=row.id,
        version=row.version,
        name=row.name,
        areas=tuple(row.areas),
        days=tuple(row.days),
        active=row.active,
    )
