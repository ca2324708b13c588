"""Leases: what only one process does at a time, by a guarded row, so that a killed holder's ends by itself."""

from datetime import timedelta

from sqlalchemy import bindparam, delete, or_, update

from services.shared_kernel.clock import Clock
from storage.bot.tables import lease as table
from storage.engine import Database
from storage.rows import insert_or_leave

_IS = table.c.name == bindparam("of_name")
_IS_OURS = table.c.holder == bindparam("us")
_TAKE = update(table).where(_IS, or_(_IS_OURS, table.c.until <= bindparam("now")))
_GIVE_UP = delete(table).where(_IS, _IS_OURS)


class SqlLeases:
    """`holder` names this process; every call is a transaction of its own."""

    def __init__(self, database: Database, clock: Clock, holder: str) -> None:
        self._database = database
        self._clock = clock
        self._holder = holder

    async def take(self, name: str, life: timedelta) -> bool:
        """Get it, or keep it, for `life` from now; False while another holds it."""
        now = self._clock.now()
        ours = {"holder": self._holder, "until": now + life}
        wanted = {"of_name": name, "us": self._holder, "now": now}
        async with self._database.write() as connection:
            taken = await connection.execute(_TAKE, {**wanted, **ours})
            if taken.rowcount == 0:
                row = {"name": name, **ours}
                taken = await connection.execute(insert_or_leave(table, *row), row)
        return taken.rowcount == 1

    async def give_up(self, name: str) -> None:
        """Let another have it at once; nothing happens if it isn't ours."""
        async with self._database.write() as connection:
            await connection.execute(_GIVE_UP, {"of_name": name, "us": self._holder})
