"""Statements about single rows, made once: SQLAlchemy's own ON CONFLICT is put together anew each time it is used."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, Update, bindparam, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.shared_kernel.refusal import StaleVersion

_UNIQUE = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


async def add_new(connection: AsyncConnection, table: Table, values: Mapping[str, Any], name: str) -> None:
    """Insert a row. StaleVersion when its key, or whatever else is unique, was taken first."""
    try:
        await connection.execute(insert(table), dict(values))
    except IntegrityError as error:
        raise_if_taken(error, name)
        raise


async def change(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, id: str, version: int
) -> None:  # fmt: skip
    """Write the row over. StaleVersion when it isn't of this version any more, or what is unique was taken first."""
    try:
        result = await connection.execute(_change(table), {**values, "old_id": id, "old_version": version})
    except IntegrityError as error:
        raise_if_taken(error, id)
        raise
    if result.rowcount != 1:
        raise StaleVersion(id)


def raise_if_taken(error: IntegrityError, name: str) -> None:
    """A unique index that says no means that somebody else was there first."""
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    if state in _UNIQUE:
        raise StaleVersion(name) from error


@cache
def _change(table: Table) -> Update:
    guard = (table.c.id == bindparam("old_id"), table.c.version == bindparam("old_version"))
    return update(table).where(*guard)


@cache
def insert_or_leave(table: Table, *names: str, returning: str = "") -> TextClause:
    """One that is there already stays as it is: `rowcount` is 0 then, and nothing returned."""
    back = f' RETURNING "{returning}"' if returning else ""
    return _typed(table, names, f"{_insert(table, names)} ON CONFLICT DO NOTHING{back}")


@cache
def insert_or_replace(table: Table, *names: str, key: tuple[str, ...]) -> TextClause:
    """One with the same key gets the new values."""
    fresh = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    return _typed(table, names, f"{_insert(table, names)} ON CONFLICT ({_listed(key)}) DO UPDATE SET {fresh}")


def _insert(table: Table, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table.name} ({_listed(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _typed(table: Table, names: tuple[str, ...], statement: str) -> TextClause:
    return text(statement).bindparams(*(bindparam(name, type_=table.c[name].type) for name in names))
