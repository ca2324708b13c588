"""Capacity and who has taken it. Guarded updates only, never check-then-insert (rule 1)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reservation.catalogue import Catalogue
from services.shared_kernel.clock import KST
from storage.reservation.tables import allocation, capacity


class SqlPlaces:
    """Rows are made on first use, with the capacity that the catalogue plans then."""

    def __init__(self, connection: AsyncConnection, is_sqlite: bool, catalogue: Catalogue) -> None:
        self._connection = connection
        self._upsert = sqlite_insert if is_sqlite else postgres_insert
        self._catalogue = catalogue

    async def take(self, reservation_id: str, area: str, windows: Sequence[datetime]) -> bool:
        """All windows or none; False when one is full."""
        await self.plan(area, windows)
        taken: list[datetime] = []
        for window in sorted(windows):
            result = await self._connection.execute(
                update(capacity)
                .where(
                    capacity.c.area == area,
                    capacity.c.window == window,
                    capacity.c.held < capacity.c.capacity,
                )
                .values(held=capacity.c.held + 1)
            )
            if result.rowcount != 1:
                await self._release(area, taken)
                return False
            taken.append(window)
        await self._connection.execute(
            insert(allocation),
            [{"reservation_id": reservation_id, "area": area, "window": window} for window in taken],
        )
        return True

    async def give_back(self, reservation_id: str) -> None:
        """What this reservation holds, if anything; twice is harmless."""
        rows = (
            await self._connection.execute(
                delete(allocation)
                .where(allocation.c.reservation_id == reservation_id)
                .returning(allocation.c.area, allocation.c.window)
            )
        ).all()
        for row in sorted(rows, key=lambda row: row.window):
            await self._release(row.area, [row.window])

    async def left(self, area: str, first: date, last: date) -> dict[datetime, int]:
        """Places left per window of these days, inclusive."""
        start = datetime.combine(first, time(), KST)
        end = datetime.combine(last + timedelta(days=1), time(), KST)
        rows = await self._connection.execute(
            select(capacity.c.window, capacity.c.capacity - capacity.c.held).where(
                capacity.c.area == area, capacity.c.window >= start, capacity.c.window < end
            )
        )
        known = {window: int(left) for window, left in rows}
        hours = int((end - start) / timedelta(hours=1))
        windows = (start + timedelta(hours=hour) for hour in range(hours))
        return {window: max(0, known.get(window, self._catalogue.capacity_at(window))) for window in windows}

    async def plan(self, area: str, windows: Sequence[datetime]) -> None:
        """Make the rows that aren't there yet."""
        rows = [
            {"area": area, "window": window, "capacity": self._catalogue.capacity_at(window), "held": 0}
            for window in sorted(windows)
        ]
        await self._connection.execute(self._upsert(capacity).on_conflict_do_nothing(), rows)

    async def _release(self, area: str, windows: Sequence[datetime]) -> None:
        for window in windows:
            await self._connection.execute(
                update(capacity)
                .where(capacity.c.area == area, capacity.c.window == window)
                .values(held=capacity.c.held - 1)
            )
