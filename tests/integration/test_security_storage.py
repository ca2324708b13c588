"""The file is its owner's alone, errors carry no data, and whoever hangs up in the middle locks nobody out."""

import asyncio
import contextlib
import stat
import traceback
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.engine import Database

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def opened(url):
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE said (words TEXT PRIMARY KEY, at INTEGER)"))
    yield database
    await database.close()


@pytest_asyncio.fixture
async def database(fresh):
    async with opened(fresh()) as database:
        yield database


async def test_the_files_are_their_owners(tmp_path):
    async with opened(f"sqlite+aiosqlite:///{tmp_path}/x.db"):
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert set(modes) == {"x.db", "x.db-wal", "x.db-shm"}
    assert set(modes.values()) == {0o600}


async def test_an_error_says_nothing_of_what_was_written(database):
    """Nor does whatever led to it, which a log shows as well. PostgreSQL would name the row that was in the way."""
    insert, words = text("INSERT INTO said (words) VALUES (:words)"), {"words": "서울 마포구 양화로 12"}
    async with database.write() as connection:
        await connection.execute(insert, words)
        with pytest.raises(IntegrityError) as failure:
            await connection.execute(insert, words)
    assert "양화로" not in "".join(traceback.format_exception(failure.value))
    assert "said" in str(failure.value)


async def test_an_error_says_nothing_of_what_could_not_be_taken(fresh_postgresql):
    insert = text("INSERT INTO said (words, at) VALUES ('', :at)")
    async with opened(fresh_postgresql()) as database:
        for at in ("마포구 양화로 12", 10**12):
            with pytest.raises(DBAPIError) as failure:
                async with database.write() as connection:
                    await connection.execute(insert, {"at": at})
            told = "".join(traceback.format_exception(failure.value))
            assert "양화로" not in told
            assert str(10**12) not in told


async def test_a_cancelled_writer_locks_nobody_out(database):
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO said (words) VALUES (:words)"), {"words": str(number)})
            await connection.execute(text("SELECT * FROM said"))

    rounds = 150 if database.is_sqlite else 40  # of which each makes a connection anew
    for number in range(rounds):
        writing = asyncio.create_task(write(number))
        for _ in range(number % 30):
            await asyncio.sleep(0)
        await asyncio.sleep(0.0001 * (number // 30))
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        async with asyncio.timeout(5), database.write() as connection:
            await connection.execute(text("INSERT INTO said (words) VALUES (:words)"), {"words": f"after {number}"})
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT count(*) FROM said WHERE words LIKE 'after%'"))
        assert rows.scalar_one() == rounds
