"""Aggregates' rows that a transaction makes and changes, kept until its end and written there all at once."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Integer, Table, Update, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.shared_kernel.refusal import StaleVersion
from storage.postgresql import arrays, given
from storage.rows import add_all_new, add_new, change, raise_if_taken

Row = Mapping[str, Any]

_OLD_VERSION = Column("old_version", Integer)


class KeptRows:
    """Of one table, whose rows have an `id`, and a `version` unless something else guards them.

    What is new is written before what has changed: no new one may need another's change.
    """

    def __init__(self, connection: AsyncConnection, table: Table) -> None:
        self._connection = connection
        self._table = table
        self._new: dict[str, Row] = {}
        self._changed: dict[str, tuple[int | None, Row]] = {}

    def add(self, row: Row) -> None:
        """StaleVersion, here or in `write`, when its key, or whatever else is unique, was taken first."""
        if row["id"] in self._new:
            raise StaleVersion(row["id"])
        self._new[row["id"]] = row

    def change(self, row: Row, *, version: int | None = None) -> None:
        """StaleVersion, here or in `write`, when the row isn't of this version any more."""
        id = row["id"]
        kept = self._new.get(id)
        first, changed = self._changed.get(id, (version, kept))
        if changed is not None and changed.get("version") != version:
            raise StaleVersion(id)
        if kept is not None:
            self._new[id] = {**kept, **row}
        else:
            self._changed[id] = (first, row)

    async def write(self) -> None:
        """All that was kept; part of the same transaction."""
        new, changed = self._new, self._changed
        self._new, self._changed = {}, {}
        if len(new) > 1 and self._connection.dialect.name == "postgresql":
            await add_all_new(self._connection, self._table, [new[id] for id in sorted(new)])
        else:
            for id, row in new.items():
                await add_new(self._connection, self._table, row, id)
        if len(changed) > 1 and self._connection.dialect.name == "postgresql":
            # In one order, which PostgreSQL mostly keeps: whoever hasn't locked them may yet meet another in a ring.
            in_order = [changed[id] for id in sorted(changed)]
            await self._change_all([{**row, "old_version": first} for first, row in in_order])
        else:
            for id, (first, row) in changed.items():
                await change(self._connection, self._table, row, id=id, version=first)

    async def _change_all(self, rows: Sequence[Row]) -> None:
        names = tuple(rows[0])
        try:
            result = await self._connection.execute(_change_all(self._table, names[:-1]), arrays(names, rows))
        except IntegrityError as error:
            raise_if_taken(error, self._table.name)
            raise
        if result.rowcount != len(rows):
            raise StaleVersion(self._table.name)


@cache
def _change_all(table: Table, names: tuple[str, ...]) -> Update:
    rows = given(*(table.c[name] for name in names), _OLD_VERSION)
    changing = update(table).where(table.c.id == rows.c.id).values({name: rows.c[name] for name in names})
    return changing.where(table.c.version == rows.c.old_version) if "version" in table.c else changing
