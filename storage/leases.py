"""Leases: what only one process does at a time, by a guarded row, so that a killed holder's ends by itself."""

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Column, Delete, MetaData, Select, String, Table, Update, bindparam, delete, or_, select, update

from services.shared_kernel.clock import Clock
from storage.engine import Database, UtcDateTime
from storage.rows import insert_or_leave, insert_or_replace


def lease_table(context: str, metadata: MetaData) -> Table:
    """Declare a context's."""
    return Table(
        f"{context}_lease",
        metadata,
        Column("name", String(64), primary_key=True),
        Column("holder", String(64), nullable=False),
        Column("until", UtcDateTime, nullable=False),
    )


class SqlLeases:
    """`holder` names this process; every call is a transaction of its own."""

    def __init__(self, database: Database, table: Table, clock: Clock, holder: str) -> None:
        self._database = database
        self._table = table
        self._clock = clock
        self._holder = holder

    async def take(self, name: str, life: timedelta) -> bool:
        """Get it, or keep it, for `life` from now; False while another holds it."""
        now = self._clock.now()
        ours = {"holder": self._holder, "until": now + life}
        wanted = {"of_name": name, "us": self._holder, "now": now}
        async with self._database.write() as connection:
            taken = await connection.execute(_take(self._table), {**wanted, **ours})
            if taken.rowcount == 0:
                row = {"name": name, **ours}
                taken = await connection.execute(insert_or_leave(self._table, *row), row)
        return taken.rowcount == 1

    async def give_up(self, name: str) -> None:
        """Let another have it at once; nothing happens if it isn't ours."""
        async with self._database.write() as connection:
            await connection.execute(_give_up(self._table), {"of_name": name, "us": self._holder})

    async def pause(self, name: str, until: datetime) -> None:
        """Whoever holds it does nothing before then, also if that is another by then."""
        row = {"name": _pause_of(name), "holder": self._holder, "until": until}
        async with self._database.write() as connection:
            await connection.execute(insert_or_replace(self._table, *row, key=("name",)), row)

    async def paused_until(self, name: str) -> datetime | None:
        """When the last pause ends or ended; None if there was none."""
        async with self._database.read() as connection:
            found = await connection.execute(_until(self._table), {"of_name": _pause_of(name)})
        until: datetime | None = found.scalar_one_or_none()
        return until


def _pause_of(name: str) -> str:
    """A row beside the lease's own."""
    return f"{name} paused"


@cache
def _until(table: Table) -> Select[tuple[datetime]]:
    return select(table.c.until).where(table.c.name == bindparam("of_name"))


@cache
def _take(table: Table) -> Update:
    free = or_(table.c.holder == bindparam("us"), table.c.until <= bindparam("now"))
    return update(table).where(table.c.name == bindparam("of_name"), free)


@cache
def _give_up(table: Table) -> Delete:
    return delete(table).where(table.c.name == bindparam("of_name"), table.c.holder == bindparam("us"))
