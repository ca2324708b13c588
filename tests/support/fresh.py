"""A database of its own for a test, with tables in it: on SQLite and on PostgreSQL alike.

The tables are made once in a run, and copied: that takes a small part of the time that migrations take.
"""

import asyncio
import fcntl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from storage.engine import Database
from storage.migrate import migrate
from tests.support.servers.postgresql import PostgresServer

# The address of a new database with the tables of these contexts.
Fresh = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """The same test on both."""
    made: Fresh = request.getfixturevalue(f"fresh_{request.param}")
    return made


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> Fresh:
    def make(*contexts: str) -> str:
        path = tmp_path / f"{uuid4().hex[:8]}.db"
        path.write_bytes(_file(contexts, tmp_path))
        return f"sqlite+aiosqlite:///{path}"

    return make


@pytest.fixture
def fresh_postgresql(shared_postgresql: PostgresServer) -> Iterator[Fresh]:
    lent: list[tuple[tuple[str, ...], str]] = []

    def make(*contexts: str) -> str:
        free = _FREE.setdefault(contexts, [])
        name = free.pop() if free else _copy(contexts, shared_postgresql)
        lent.append((contexts, name))
        return shared_postgresql.url_of(name)

    yield make
    for contexts, name in lent:
        if contexts:
            shared_postgresql.sql(_EMPTY, name)
            _FREE[contexts].append(name)
        else:
            shared_postgresql.drop_database(name)


# Databases that no test has just now: emptied, which is quicker than making another, and row by row, because for
# `truncate` each table's and each index's file is made anew.
_FREE: dict[tuple[str, ...], list[str]] = {}
_EMPTY = """
do $$ declare emptied record; begin
  perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
  perform set_config('session_replication_role', 'replica', true); -- whatever refers to whatever
  for emptied in select relname from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not like '%alembic_version'
  loop
    execute 'delete from ' || quote_ident(emptied.relname);
  end loop;
end $$"""


def _copy(contexts: tuple[str, ...], server: PostgresServer) -> str:
    name = f"fresh_{uuid4().hex[:12]}"
    server.sql(f'create database "{name}" template "{_template(contexts, server)}"')
    return name


_FILES: dict[tuple[str, ...], bytes] = {}


def _file(contexts: tuple[str, ...], folder: Path) -> bytes:
    if contexts not in _FILES:
        path = folder / "template.db"
        path.touch()
        _migrate(f"sqlite+aiosqlite:///{path}", contexts)
        _FILES[contexts] = path.read_bytes()
        path.unlink()
    return _FILES[contexts]


def _template(contexts: tuple[str, ...], server: PostgresServer) -> str:
    name = "_".join(["empty", *contexts])
    with (server.folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.sql(f"select 1 from pg_database where datname = '{name}'"):
            _migrate(server.create_database(name), contexts)
    return name


def _migrate(url: str, contexts: tuple[str, ...]) -> None:
    async def run() -> None:
        database = Database(url)
        try:
            await migrate(dict.fromkeys(contexts, database))
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as aside:  # a loop may be running here
        aside.submit(asyncio.run, run()).result()
