"""My page: rows written by the projection, and queries that only read."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Select, bindparam, func, or_, select, true

from services.mypage.projection import FOLLOWED, Row, apply, keys, standing, stuck, view
from services.mypage.view import Board, Page, ReservationView, Standing
from services.shared_kernel.event import Event, Received
from services.shared_kernel.gathering import Gathering
from services.shared_kernel.ids import short_code
from storage.engine import Database
from storage.mypage.tables import reservation as table
from storage.postgresql import given
from storage.rows import of_keys, replace_all
from storage.unit_of_work import SqlUnitOfWork

# What a row is made of; what it is looked up by besides stays where it is.
_READ = tuple(each.name for each in fields(Row))
_PARTS = tuple(table.c[name] for name in _READ)


class MyPageUnitOfWork(SqlUnitOfWork):
    """A transaction of my page: a batch's rows are read at once and written at once."""

    def open(self) -> None:
        self._rows: dict[str, Row | None] = {}
        self._changed: dict[str, Row] = {}

    async def expect(self, batch: Sequence[Received]) -> None:
        about = {getattr(received.event, "reservation_id", None) for received in batch}
        await self._read({one for one in about if one is not None} - self._rows.keys())

    async def load(self, reservation_id: str) -> Row | None:
        """The row, if anything was heard of the reservation."""
        if reservation_id not in self._rows:
            await self._read({reservation_id})
        return self._rows[reservation_id]

    async def load_all(self, reservation_ids: Collection[str]) -> Mapping[str, Row | None]:
        """The same of many at once."""
        await self._read({*reservation_ids} - self._rows.keys())
        return {one: self._rows[one] for one in reservation_ids}

    async def save(self, row: Row) -> None:
        """Write it with what it is looked up by, at the end."""
        self._rows[row.reservation_id] = self._changed[row.reservation_id] = row

    async def flush(self) -> None:
        if self._changed:
            rows = [{"reservation_id": key, **_columns(row)} for key, row in sorted(self._changed.items())]
            await replace_all(self.connection, table, rows, key=("reservation_id",))
            self._changed = {}
        await super().flush()

    async def _read(self, reservation_ids: Collection[str]) -> None:
        if not reservation_ids:
            return
        found = await of_keys(self.connection, table, "reservation_id", reservation_ids, *_READ)
        rows = {row.reservation_id: row for row in map(_row, found)}
        self._rows |= {one: rows.get(one) for one in reservation_ids}


async def project(work: MyPageUnitOfWork, received: Received) -> None:
    """The reaction to every event that my page shows."""
    reservation_id = getattr(received.event, "reservation_id", None)
    if reservation_id is None:
        return
    old = await work.load(reservation_id)
    new = apply(old, received)
    if new is not None and new is not old:
        await work.save(new)


def reactions() -> Mapping[type[Event], Callable[[MyPageUnitOfWork, Received], Awaitable[None]]]:
    """Every followed event is answered by the projection."""
    return dict.fromkeys(FOLLOWED, project)


_OF_CUSTOMER = (
    select(*_PARTS)
    .where(table.c.customer_id == bindparam("customer_id"), table.c.status.is_not(None))
    .order_by(table.c.reservation_id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_OF_CUSTOMER_AFTER = _OF_CUSTOMER.where(table.c.reservation_id < bindparam("after"))
# The first pages of many. One by one, so that each is found along the index: see `storage/bot/notices.py`.
_ASKED = given(Column("place", Integer), table.c.customer_id, Column("most", Integer))
_ON_PAGE = (
    select(*_PARTS)
    .where(table.c.customer_id == _ASKED.c.customer_id, table.c.status.is_not(None))
    .order_by(table.c.reservation_id.desc())
    .limit(_ASKED.c.most)
    .lateral()
)
_OF_CUSTOMERS = (
    select(_ASKED.c.place, *_ON_PAGE.c)
    .select_from(_ASKED.join(_ON_PAGE, true()))
    .order_by(_ASKED.c.place, _ON_PAGE.c.reservation_id.desc())
)
_ALL_OF_CUSTOMER = select(*_PARTS).where(table.c.customer_id == bindparam("customer_id"))
_ONE = select(*_PARTS).where(table.c.reservation_id == bindparam("reservation_id"))
_IN_SPAN = (table.c.starts_at >= bindparam("first"), table.c.starts_at < bindparam("last"))
_OF_CLEANER = (
    select(*_PARTS).where(table.c.cleaner_id == bindparam("cleaner_id"), *_IN_SPAN).order_by(table.c.starts_at)
)
_NEWEST_OF_CLEANER = (
    select(*_PARTS)
    .where(table.c.cleaner_id == bindparam("cleaner_id"))
    .order_by(table.c.starts_at.desc())
    .limit(bindparam("limit", type_=Integer))
)
_SEARCH = (
    select(*_PARTS)
    .where(
        or_(
            table.c.reservation_id == bindparam("id"),
            table.c.short_code == bindparam("code"),
            table.c.customer_id == bindparam("customer_id"),
        )
    )
    .order_by(table.c.reservation_id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_COUNTS = select(table.c.status, func.count(), func.max(table.c.as_of)).where(*_IN_SPAN).group_by(table.c.status)
_STUCK = select(*_PARTS).where(table.c.is_stuck).order_by(table.c.starts_at).limit(200)


class SqlMyPage:
    """The queries of my page."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first_pages = Gathering(self._of_customers)

    async def of_customer(self, customer_id: str, *, limit: int = 20, after: str | None = None) -> Page:
        """Newest first, a page at a time."""
        wanted = {"customer_id": customer_id, "limit": limit + 1}
        if after is not None:
            rows = await self._rows(_OF_CUSTOMER_AFTER, {**wanted, "after": after})
        elif self._database.is_sqlite:
            rows = await self._rows(_OF_CUSTOMER, wanted)
        else:
            rows = await self._first_pages((customer_id, limit + 1))
        shown = rows[:limit]
        return Page(
            reservations=_views(shown),
            as_of=max((row.as_of for row in shown), default=None),
            next=shown[-1].reservation_id if len(rows) > limit else None,
        )

    async def standing_of(self, customer_id: str) -> Sequence[Standing]:
        """What became of the jobs and the money of all of them."""
        return [standing(row) for row in await self._rows(_ALL_OF_CUSTOMER, {"customer_id": customer_id})]

    async def get(self, reservation_id: str) -> ReservationView | None:
        """One of them."""
        found = _views(await self._rows(_ONE, {"reservation_id": reservation_id}))
        return found[0] if found else None

    async def of_cleaner(self, cleaner_id: str, first: datetime, last: datetime) -> Sequence[ReservationView]:
        """The visits that this cleaner has in [first, last), by start."""
        return _views(await self._rows(_OF_CLEANER, {"cleaner_id": cleaner_id, "first": first, "last": last}))

    async def newest_of_cleaner(self, cleaner_id: str, limit: int) -> Sequence[ReservationView]:
        """The visits that this cleaner has or had, the latest first."""
        return _views(await self._rows(_NEWEST_OF_CLEANER, {"cleaner_id": cleaner_id, "limit": limit}))

    async def search(self, text: str, limit: int = 5) -> Sequence[ReservationView]:
        """By id, short code or customer, newest first."""
        wanted = text.strip()
        names = {"id": wanted.lower(), "code": wanted.upper(), "customer_id": wanted}
        return _views(await self._rows(_SEARCH, {**names, "limit": limit}))

    async def board(self, first: datetime, last: datetime) -> Board:
        """Visits of a span by status, and all that is stuck."""
        async with self._database.read() as connection:
            counts = (await connection.execute(_COUNTS, {"first": first, "last": last})).all()
        rows = await self._rows(_STUCK)
        return Board(
            counts={str(status): int(count) for status, count, _ in counts},
            stuck=[mark for row in rows for mark in stuck(row)],
            as_of=max([*(as_of for _, _, as_of in counts), *(row.as_of for row in rows)], default=None),
        )

    async def _of_customers(self, asked: Sequence[tuple[str, int]]) -> Sequence[Sequence[Row]]:
        pages: list[list[Row]] = [[] for _ in asked]
        customers, most = zip(*asked, strict=True)
        wanted = {"place": range(len(asked)), "customer_id": customers, "most": most}
        async with self._database.read() as connection:
            for place, *parts in await connection.execute(_OF_CUSTOMERS, wanted):
                pages[place].append(_row(parts))
        return pages

    async def _rows(self, statement: Select[Any], wanted: Mapping[str, Any] | None = None) -> Sequence[Row]:
        async with self._database.read() as connection:
            return [_row(found) for found in await connection.execute(statement, wanted)]


def _views(rows: Sequence[Row]) -> Sequence[ReservationView]:
    return [shown for row in rows if (shown := view(row)) is not None]


def _row(found: Iterable[Any]) -> Row:
    return Row(**dict(zip(_READ, found, strict=True)))


def _columns(row: Row) -> dict[str, Any]:
    return {
        "customer_id": row.customer_id,
        "short_code": short_code(row.reservation_id),
        **keys(row),
        "is_stuck": bool(stuck(row)),
        "reservation": dict(row.reservation),
        "payment": dict(row.payment),
        "job": dict(row.job),
        "last": dict(row.last),
        "as_of": row.as_of,
    }
