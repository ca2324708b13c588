"""Rows that several may want to make at the same time."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.shared_kernel.refusal import StaleVersion


async def add_new(connection: AsyncConnection, table: Table, values: Mapping[str, Any], name: str) -> None:
    """Insert a row. StaleVersion when its key, or whatever else is unique, was taken first."""
    statement = inserting(connection, table).values(**values).on_conflict_do_nothing()
    if (await connection.execute(statement)).rowcount != 1:
        raise StaleVersion(name)


def inserting(connection: AsyncConnection, table: Table) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT."""
    return sqlite_insert(table) if connection.dialect.name == "sqlite" else postgres_insert(table)
