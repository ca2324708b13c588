"""Statements about rows, made once, as all that are often used are: to put one together, and for SQLAlchemy to find
that it knows it, takes twice as long as to carry it out.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Insert,
    Row,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.shared_kernel.refusal import StaleVersion
from storage.postgresql import arrays, given, whole

_UNIQUE = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


async def add_new(connection: AsyncConnection, table: Table, values: Mapping[str, Any], name: str) -> None:
    """Insert a row. StaleVersion when its key, or whatever else is unique, was taken first."""
    try:
        await connection.execute(insert_into(table), dict(values))
    except IntegrityError as error:
        raise_if_taken(error, name)
        raise


async def add_all_new(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for several, of the same columns."""
    try:
        await insert_all(connection, table, rows)
    except IntegrityError as error:
        raise_if_taken(error, table.name)
        raise


async def change(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, id: str, version: int | None
) -> None:  # fmt: skip
    """Write the row over. StaleVersion when it isn't of this version any more, or what is unique was taken first.

    A table without versions: None.
    """
    guard = {"old_id": id} if version is None else {"old_id": id, "old_version": version}
    try:
        result = await connection.execute(_change(table), {**values, **guard})
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
def insert_into(table: Table) -> Insert:
    """One row, or several."""
    return insert(table)


@cache
def _change(table: Table) -> Update:
    changing = update(table).where(table.c.id == bindparam("old_id"))
    return changing.where(table.c.version == bindparam("old_version")) if "version" in table.c else changing


async def insert_all(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the same columns, at least one, in this order: in one statement where the database can."""
    if connection.dialect.name == "sqlite":
        await connection.execute(insert_into(table), list(rows))
    else:
        names = tuple(rows[0])
        await connection.execute(_insert_all(table, names), arrays(names, rows))


@cache
def _insert_all(table: Table, names: tuple[str, ...]) -> Insert:
    rows = given(*(table.c[name] for name in names))
    return insert(table).from_select(list(names), select(*(rows.c[name] for name in names)))


@cache
def insert_or_leave(table: Table, *names: str, returning: str = "") -> TextClause:
    """One that is there already stays as it is: `rowcount` is 0 then, and nothing returned."""
    back = f' RETURNING "{returning}"' if returning else ""
    return _typed(table, names, f"{_insert(table, names)} ON CONFLICT DO NOTHING{back}")


@cache
def insert_all_or_leave(table: Table, *names: str, returning: tuple[str, ...] = ()) -> TextClause:
    """The same for rows that come as arrays, in their order. PostgreSQL's own.

    A text, like all that has a conflict clause: SQLAlchemy would compile it anew each time.
    """
    back = f" RETURNING {_listed(returning)}" if returning else ""
    rows = f"unnest({', '.join(f':{name}' for name in names)}) WITH ORDINALITY AS given ({_listed(names)}, ordinality)"
    chosen = f"SELECT {_listed(names)} FROM {rows} ORDER BY ordinality"
    return _of_arrays(
        table, names, f"INSERT INTO {table.name} ({_listed(names)}) {chosen} ON CONFLICT DO NOTHING{back}"
    )


@cache
def insert_or_replace(table: Table, *names: str, key: tuple[str, ...], only: tuple[str, ...] = ()) -> TextClause:
    """One with the same key gets the new values, or only some of them."""
    return _typed(table, names, f"{_insert(table, names)} {_replacing(only or names, key)}")


async def replace_all(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: tuple[str, ...]
) -> None:  # fmt: skip
    """Rows of different keys, in this order; one that is there gets the new values."""
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        await connection.execute(insert_or_replace(table, *names, key=key), rows)
    else:
        await connection.execute(_replace_all(table, names, key), arrays(names, rows))


async def of_keys(
    connection: AsyncConnection, table: Table, key: str, values: Collection[Any], *names: str
) -> Sequence[Row[Any]]:  # fmt: skip
    """All rows whose key is one of these: their columns of these names, or all. Of none, nothing is asked."""
    if not values:
        return []
    statement = _of_keys(table, key, connection.dialect.name, names)
    return (await connection.execute(statement, {"keys": [*{*values}]})).all()


@cache
def _of_keys(table: Table, key: str, dialect: str, names: tuple[str, ...]) -> Select[Any]:
    wanted = select(*(table.c[name] for name in names or table.c.keys()))
    return of_each(wanted, table.c[key], "keys", dialect == "sqlite")


def of_each(wanted: Select[Any], key: Column[str], name: str, is_sqlite: bool) -> Select[Any]:
    """Those whose key is one of the values that come under this name, which are different ones.

    PostgreSQL keeps the plan that it made when the table was small, and would go on reading all of it: so each is
    looked for by itself, along the index. They are locked, if that is wanted, in the order of the values: sorted, two
    who want the same ones don't wait for each other in a ring. The array comes by a SELECT, as in `inbox_statements`.
    """
    if is_sqlite:
        return wanted.where(key.in_(bindparam(name, expanding=True)))
    array = select(bindparam(name, type_=ARRAY(whole(key)))).scalar_subquery()
    values = func.unnest(array).table_valued(column("value", whole(key))).render_derived(name="wanted")
    # Without an OFFSET it would be joined as it seems best.
    found = wanted.where(key == values.c.value).offset(literal_column("0")).lateral("found")
    each = select(*found.c).select_from(values.join(found, true()))
    return each if wanted._for_update_arg is None else each.execution_options(ssak3_locks=True)


@cache
def _replace_all(table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> TextClause:
    """Columns come as arrays: one statement for any number of rows, carried out once."""
    rows = f"SELECT * FROM unnest({', '.join(f':{name}' for name in names)})"
    return _of_arrays(table, names, f"INSERT INTO {table.name} ({_listed(names)}) {rows} {_replacing(names, key)}")


def _insert(table: Table, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table.name} ({_listed(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def _replacing(names: tuple[str, ...], key: tuple[str, ...]) -> str:
    fresh = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    return f"ON CONFLICT ({_listed(key)}) DO UPDATE SET {fresh}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _typed(table: Table, names: tuple[str, ...], statement: str) -> TextClause:
    return text(statement).bindparams(*(bindparam(name, type_=table.c[name].type) for name in names))


def _of_arrays(table: Table, names: tuple[str, ...], statement: str) -> TextClause:
    """Of one dimension: see `given`."""
    types = {name: ARRAY(whole(table.c[name]), dimensions=1) for name in names}
    return text(statement).bindparams(*(bindparam(name, type_=kind) for name, kind in types.items()))
