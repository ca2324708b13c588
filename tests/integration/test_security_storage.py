"""The file is its owner's alone, errors carry no data, and whoever hangs up in the middle locks nobody out."""

import asyncio
import contextlib
import stat

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.engine import Database

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def database(tmp_path):
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    async with opened.write() as connection:
        await connection.execute(text("CREATE TABLE said (words TEXT PRIMARY KEY)"))
    yield opened
    await opened.close()


async def test_the_files_are_their_owners(database, tmp_path):
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert set(modes) == {"x.db", "x.db-wal", "x.db-shm"}
    assert set(modes.values()) == {0o600}


async def test_an_error_says_nothing_of_what_was_written(database):
    insert, words = text("INSERT INTO said VALUES (:words)"), {"words": "서울 마포구 양화로 12"}
    async with database.write() as connection:
        await connection.execute(insert, words)
        with pytest.raises(IntegrityError) as failure:
            await connection.execute(insert, words)
    assert "양화로" not in str(failure.value)


async def test_a_cancelled_writer_locks_nobody_out(database):
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO said VALUES (:words)"), {"words": str(number)})
            await connection.execute(text("SELECT * FROM said"))

    for number in range(150):
        writing = asyncio.create_task(write(number))
        for _ in range(number % 30):
            await asyncio.sleep(0)
        await asyncio.sleep(0.0001 * (number // 30))
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        async with asyncio.timeout(5), database.write() as connection:
            await connection.execute(text("INSERT INTO said VALUES (:words)"), {"words": f"after {number}"})
    async with database.read() as connection:
        rows = await connection.execute(text("SELECT count(*) FROM said WHERE words LIKE 'after%'"))
        assert rows.scalar_one() == 150
