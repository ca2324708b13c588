"""The cleaning context's unit of work, and its cleaners."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, insert, select

from services.cleaning.cleaner import Cleaner
from services.cleaning.events import CleanerRegistered
from services.reservation.events import ReservationConfirmed, ReservationRescheduled
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import NotFound
from storage.cleaning.jobs import SqlJobs
from storage.cleaning.tables import cleaner as table
from storage.cleaning.tables import cleaner_area
from storage.rows import add_new, change
from storage.unit_of_work import SqlUnitOfWork

# Events that ask for somebody to come.
_DISPATCHED = (ReservationConfirmed, ReservationRescheduled)


class CleaningUnitOfWork(SqlUnitOfWork):
    """A transaction of the cleaning context."""

    def open(self) -> None:
        self.cleaners = SqlCleaners(self)
        self.jobs = SqlJobs(self)

    async def expect(self, batch: Sequence[Received]) -> None:
        visits = [received.event for received in batch if isinstance(received.event, _DISPATCHED)]
        await self.cleaners.expect({visit.area for visit in visits})
        await self.jobs.expect(visits)

    async def flush(self) -> None:
        await self.jobs.write()
        await super().flush()


_TO_LOOK_AT = select(table).where(table.c.id == bindparam("cleaner_id"))
# Locked where the database can, so that one cleaner doesn't take two visits of the same time at once.
_TO_CHANGE = _TO_LOOK_AT.with_for_update(key_share=True)
_IN_AREA = select(table).join(cleaner_area).where(cleaner_area.c.area == bindparam("area")).order_by(table.c.id)
_COMING_TO = select(cleaner_area.c.cleaner_id).where(cleaner_area.c.area.in_(bindparam("areas", expanding=True)))
_IN_AREAS = select(table).where(table.c.id.in_(_COMING_TO)).order_by(table.c.id)
_LEAVE_AREAS = delete(cleaner_area).where(cleaner_area.c.cleaner_id == bindparam("cleaner_id"))
_ENTER_AREAS = insert(cleaner_area)


class SqlCleaners:
    """Rows in, aggregates out."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work
        self._expected: dict[str, list[Cleaner]] = {}

    async def expect(self, areas: Collection[str]) -> None:
        """Read in one go who `in_area` will be asked for."""
        unknown = sorted({*areas} - self._expected.keys())
        if unknown:
            rows = await self._work.connection.execute(_IN_AREAS, {"areas": unknown})
            found = [_from_row(row) for row in rows]
            self._expected |= {area: [each for each in found if area in each.areas] for area in unknown}

    async def get(self, cleaner_id: str) -> Cleaner:
        found = await self._one(_TO_CHANGE, cleaner_id)
        if found is None:
            raise NotFound(cleaner_id)
        return found

    async def find(self, cleaner_id: str) -> Cleaner | None:
        return await self._one(_TO_LOOK_AT, cleaner_id)

    async def save(self, old: Cleaner | None, new: Cleaner, events: Sequence[CleanerRegistered]) -> None:
        connection = self._work.connection
        self._expected.clear()
        if old is None:
            await add_new(connection, table, _to_row(new), new.id)
        else:
            await change(connection, table, _to_row(new), id=old.id, version=old.version)
            await connection.execute(_LEAVE_AREAS, {"cleaner_id": old.id})
        rows = [{"area": area, "cleaner_id": new.id} for area in new.areas]
        await connection.execute(_ENTER_AREAS, rows)
        await self._work.record(events)

    async def in_area(self, area: str) -> Sequence[Cleaner]:
        if area in self._expected:
            return self._expected[area]
        return [_from_row(row) for row in await self._work.connection.execute(_IN_AREA, {"area": area})]

    async def _one(self, statement: Select[Any], cleaner_id: str) -> Cleaner | None:
        row = (await self._work.connection.execute(statement, {"cleaner_id": cleaner_id})).first()
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
