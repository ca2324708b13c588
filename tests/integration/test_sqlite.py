"""SQLite works on the loop, but never makes it wait: neither for another process's lock nor for the disk."""

import asyncio
import json
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from storage.engine import Database

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def database(tmp_path):
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    async with opened.write() as connection:
        await connection.execute(text("CREATE TABLE said (words TEXT PRIMARY KEY)"))
    yield opened
    await opened.close()


async def say(database: Database, words: str) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO said VALUES (:words)"), {"words": words})


async def heard(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(text("SELECT words FROM said ORDER BY words"))).scalars())


async def test_what_was_committed_survives_a_power_cut(database):
    async with database.write() as connection:
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == 2
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"


async def test_while_another_process_writes_the_loop_goes_on(database, tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO said VALUES ('theirs')")
        writing = asyncio.create_task(say(database, "ours"))
        for _ in range(20):
            await asyncio.sleep(0.01)
            assert await heard(database) == []
        assert not writing.done()
        other.execute("COMMIT")
    async with asyncio.timeout(10):
        await writing
    assert await heard(database) == ["ours", "theirs"]


async def test_another_process_that_comes_and_goes_takes_nothing_away(database, tmp_path):
    """Not even what is still in the log beside the file: whoever closes last folds it up and deletes it."""
    async with database.read() as one, database.read() as another:  # the second is opened while the first is there
        await one.execute(text("SELECT * FROM said"))
        await another.execute(text("SELECT * FROM said"))
    assert await _read_elsewhere(tmp_path / "x.db") == []
    await say(database, "later")
    assert await heard(database) == ["later"]
    assert await _read_elsewhere(tmp_path / "x.db") == ["later"]


async def _read_elsewhere(path: Path) -> list[str]:
    """As a process of its own, which opens the file and closes it again."""
    look = (
        "import json, sqlite3, sys; at = sqlite3.connect(sys.argv[1]); [*said] = at.execute('SELECT words FROM said'); "
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", look + "at.close(); print(json.dumps([words for words, in said]))", str(path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0
    found: list[str] = json.loads(said)
    return found


async def test_only_a_commit_that_wrote_waits_for_the_disk(database):
    committed_in = []

    def watch(statement: str) -> None:
        if statement == "COMMIT":
            committed_in.append(threading.current_thread())

    async with database.read() as connection:  # the one in the pool, which whoever comes next gets
        (await connection.get_raw_connection()).driver_connection._conn.set_trace_callback(watch)
    await say(database, "one")
    async with database.write() as connection:
        await connection.execute(text("SELECT * FROM said"))
    first, second = committed_in
    assert first is not threading.main_thread()
    assert second is threading.main_thread()


async def test_many_rows_and_many_statements_in_one(database):
    async with database.write() as connection:
        result = await connection.execute(
            text("INSERT INTO said VALUES (:words)"), [{"words": f"{n}"} for n in range(9)]
        )
        assert result.rowcount == 9
        back = await connection.execute(text("DELETE FROM said WHERE words < '3' RETURNING words"))
        assert sorted(back.scalars()) == ["0", "1", "2"]
        changed = await connection.execute(text("UPDATE said SET words = 'x' WHERE words = '4'"))
        assert changed.rowcount == 1
    assert await heard(database) == ["3", "5", "6", "7", "8", "x"]
