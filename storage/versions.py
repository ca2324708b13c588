"""Which version a context's tables have, and which this code expects.

Apart from `storage.migrate`, because to load Alembic is a tenth of a start, and most starts find all up to date.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.engine import Database

CONTEXTS = ("broker", "bot", "reservation", "payment", "cleaning", "notification", "mypage")


def folder_of(context: str) -> Path:
    """Where its migrations are: 0001_….py, 0002_….py."""
    return Path(__file__).parent / context / "migrations"


@cache
def head_of(context: str) -> str:
    """The newest revision of a context, by its file's number."""
    newest = max(file.name for file in folder_of(context).glob("[0-9]*.py"))
    return f"{context}_{newest.partition('_')[0]}"


def version_table(context: str) -> str:
    """Where Alembic notes the revision of a context's tables."""
    return f"{context}_alembic_version"


def is_behind(connection: Connection, context: str) -> bool:
    """Whether the tables of a context are older than what this code expects.

    Newer ones do: while a new version is rolled out, processes of the old one may still start (ADR 28).
    """
    name = version_table(context)
    if not inspect(connection).has_table(name):
        return True
    found = connection.execute(text(f"SELECT version_num FROM {name}")).scalar()
    return found is None or found < head_of(context)


async def behind(databases: Mapping[str, Database]) -> list[str]:
    """The contexts whose tables are older than what this code expects."""
    found = []
    for context, database in databases.items():
        async with database.read() as connection:
            if await connection.run_sync(is_behind, context):
                found.append(context)
    return found
