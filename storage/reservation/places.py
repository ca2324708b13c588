"""Capacity and who has taken it. Guarded updates only, never check-then-insert (rule 1)."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ARRAY, Select, Update, bindparam, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reservation.catalogue import Catalogue
from services.reservation.ports import PlacesWanted
from services.shared_kernel.clock import KST
from services.shared_kernel.refusal import StaleVersion
from storage.postgresql import arrays, whole
from storage.reservation.tables import allocation, capacity
from storage.rows import insert_or_leave


class SqlPlaces:
    """Rows are made on first use, with the capacity that the catalogue plans then."""

    def __init__(self, connection: AsyncConnection, catalogue: Catalogue) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._is_sqlite = connection.dialect.name == "sqlite"

    async def take(self, wanted: Sequence[PlacesWanted]) -> Collection[str]:
        """The reservations that have got all their windows; the others have got none."""
        got = await self._hold(wanted)
        if got or len(wanted) > 1:
            return got
        # Rows that are there by now may have come from somebody else a moment ago.
        [alone] = wanted
        await self._plan(alone.area, alone.windows)
        return await self._hold(wanted)

    async def move(self, reservation_id: str, area: str, windows: Sequence[datetime]) -> bool:
        """Instead of what it holds, all these windows; or False, when one is full and the move can't be."""
        held = await self._deallocate(reservation_id)
        await self._plan(area, windows)
        # Old and new in one ascending order, or two that cross would wait for each other.
        both = {*windows, *(window for _, window in held)}
        await self._connection.execute(_IN_ORDER, {"in_area": area, "at": list(both)})
        for old_area, window in held:
            await self._release(old_area, [window])
        return bool(await self.take([PlacesWanted(reservation_id=reservation_id, area=area, windows=windows)]))

    async def give_back(self, reservation_id: str) -> None:
        """What this reservation holds, if anything; twice is harmless."""
        held = await self._deallocate(reservation_id)
        for area in sorted({area for area, _ in held}):
            await self._release(area, [window for its_area, window in held if its_area == area])

    async def left(self, area: str, first: date, last: date) -> dict[datetime, int]:
        """Places left per window of these days, inclusive."""
        start = datetime.combine(first, time(), KST)
        end = datetime.combine(last + timedelta(days=1), time(), KST)
        rows = await self._connection.execute(_LEFT, {"in_area": area, "start": start, "end": end})
        known = {window: int(left) for window, left in rows}
        hours = int((end - start) / timedelta(hours=1))
        windows = (start + timedelta(hours=hour) for hour in range(hours))
        return {window: max(0, known.get(window, self._catalogue.capacity_at(window))) for window in windows}

    async def _deallocate(self, reservation_id: str) -> Sequence[tuple[str, datetime]]:
        rows = await self._connection.execute(_DEALLOCATE, {"holder": reservation_id})
        return [(row.area, row.window) for row in rows]

    async def _hold(self, wanted: Sequence[PlacesWanted]) -> Collection[str]:
        """One place of each window for each, noted as theirs. StaleVersion when somebody took one at this moment."""
        if self._is_sqlite:
            return {each.reservation_id for each in wanted if await self._hold_one(each)}
        rows = [
            {"holder": each.reservation_id, "in_area": each.area, "at": window}
            for each in wanted
            for window in each.windows
        ]
        found = await self._connection.execute(_TAKE_AND_ALLOCATE, arrays(("holder", "in_area", "at"), rows))
        held = Counter(found.scalars())
        if any(held[each.reservation_id] not in (0, len(each.windows)) for each in wanted):
            raise StaleVersion("places")
        return held.keys()

    async def _hold_one(self, wanted: PlacesWanted) -> bool:
        asked = {"in_area": wanted.area, "at": sorted(wanted.windows)}
        taken = (await self._connection.execute(_TAKE, asked)).scalars().all()
        if taken:
            held = {"reservation_id": wanted.reservation_id, "area": wanted.area}
            await self._connection.execute(_ALLOCATE, [{**held, "window": window} for window in taken])
        if len(taken) == len(wanted.windows):
            return True
        await self.give_back(wanted.reservation_id)
        return False

    async def _release(self, area: str, windows: Sequence[datetime]) -> None:
        if windows:
            await self._connection.execute(_RELEASE, {"in_area": area, "at": windows})

    async def _plan(self, area: str, windows: Sequence[datetime]) -> None:
        """Make the rows that aren't there yet."""
        there = await self._connection.execute(_PLANNED, {"in_area": area, "at": list(windows)})
        missing = sorted({*windows} - {*there.scalars()})
        if missing:
            rows = [
                {"area": area, "window": window, "capacity": self._catalogue.capacity_at(window), "held": 0}
                for window in missing
            ]
            await self._connection.execute(insert_or_leave(capacity, *rows[0]), rows)


def _change(chosen: Select[tuple[str, datetime]], by: int) -> Update:
    locked = chosen.cte("locked")
    return (
        update(capacity)
        .where(capacity.c.area == locked.c.area, capacity.c.window == locked.c.window)
        .values(held=capacity.c.held + by)
    )


_ALLOCATE = insert(allocation)
_DEALLOCATE = (
    delete(allocation)
    .where(allocation.c.reservation_id == bindparam("holder"))
    .returning(allocation.c.area, allocation.c.window)
)
_LEFT = select(capacity.c.window, capacity.c.capacity - capacity.c.held).where(
    capacity.c.area == bindparam("in_area"),
    capacity.c.window >= bindparam("start"),
    capacity.c.window < bindparam("end"),
)
_THESE = (capacity.c.area == bindparam("in_area")) & capacity.c.window.in_(bindparam("at", expanding=True))
_PLANNED = select(capacity.c.window).where(_THESE)
# These windows, locked in ascending order: who wants some of the same waits, but never in a ring.
_IN_ORDER = (
    select(capacity.c.area, capacity.c.window).where(_THESE).order_by(capacity.c.window).with_for_update(key_share=True)
)
_IS_FREE = capacity.c.held < capacity.c.capacity
# Who sees that it is full needn't wait for those who are just taking it.
_TAKE = _change(_IN_ORDER.where(_IS_FREE), by=1).where(_IS_FREE).returning(capacity.c.window)
# For several who may want the same windows, and with who holds them, in one statement. Whoever finds one full gets
# none, so that they keep none from others. Rows are looked for one by one, so that each is found by its key, and are
# locked in ascending order.
_TAKE_AND_ALLOCATE = text(
    """
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest((SELECT :holder), (SELECT :in_area), (SELECT :at)) AS each (holder, area, "window")
    ),
    asked AS MATERIALIZED (SELECT area, "window", count(*) AS places FROM given GROUP BY area, "window"),
    free AS MATERIALIZED (
        SELECT area, "window" FROM asked WHERE EXISTS (
            SELECT FROM reservation_capacity AS slot
            WHERE slot.area = asked.area AND slot."window" = asked."window" AND slot.held + places <= slot.capacity
            OFFSET 0
        )
    ),
    served AS MATERIALIZED (
        SELECT * FROM given WHERE holder NOT IN (
            SELECT holder FROM given AS each WHERE (area, "window") NOT IN (SELECT area, "window" FROM free)
        )
    ),
    wanted AS MATERIALIZED (
        SELECT area, "window", count(*) AS places FROM served GROUP BY area, "window" ORDER BY area, "window"
    ),
    locked AS MATERIALIZED (
        SELECT found.area, found."window", places FROM wanted CROSS JOIN LATERAL (
            SELECT area, "window" FROM reservation_capacity AS slot
            WHERE slot.area = wanted.area AND slot."window" = wanted."window" AND slot.held + places <= slot.capacity
            FOR NO KEY UPDATE
        ) AS found
    ),
    taken AS (
        UPDATE reservation_capacity AS slot SET held = slot.held + places FROM locked
        WHERE slot.area = locked.area AND slot."window" = locked."window" AND slot.held + places <= slot.capacity
        RETURNING slot.area, slot."window"
    )
    INSERT INTO reservation_allocation (reservation_id, area, "window")
    SELECT holder, area, "window" FROM served JOIN taken USING (area, "window") RETURNING reservation_id
    """
).bindparams(
    bindparam("holder", type_=ARRAY(whole(allocation.c.reservation_id))),
    bindparam("in_area", type_=ARRAY(whole(allocation.c.area))),
    bindparam("at", type_=ARRAY(allocation.c.window.type)),
)
_RELEASE = _change(_IN_ORDER, by=-1)
