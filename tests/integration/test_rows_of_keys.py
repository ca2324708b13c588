"""Rows are found by their keys along the index, by whatever plan PostgreSQL made when there were none."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from storage.bot.tables import person
from storage.engine import Database
from storage.rows import insert_all, of_each, of_keys
from tests.support.fresh import Fresh
from tests.support.time import FakeClock

pytestmark = pytest.mark.asyncio

IDS = [f"person-{number:04d}" for number in range(2_000)]
# After so many times, PostgreSQL makes the plan that it keeps.
OFTEN = 8
LOCKED = of_each(select(person).with_for_update(key_share=True), person.c.id, "ids", is_sqlite=False)
ALL_READ = text("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'bot_person'")


@pytest_asyncio.fixture
async def database(fresh_postgresql: Fresh) -> AsyncIterator[Database]:
    """With people who came after many had been looked for, and after PostgreSQL had seen that there were none."""
    made = Database(fresh_postgresql("bot"))
    async with made.statement() as connection:
        await connection.execute(text("VACUUM bot_person"))
    for _ in range(OFTEN):
        async with made.write() as connection:
            assert await of_keys(connection, person, "id", IDS[:40]) == []
            assert (await connection.execute(LOCKED, {"ids": IDS[:40]})).all() == []
    row = {
        "version": 1, "role": "customer", "language": "ko", "name": "", "quiet_at_night": False, "consent_day_at": None,
        "consent_night_at": None, "created_at": FakeClock().now(),
    }  # fmt: skip
    async with made.write() as connection:
        await insert_all(connection, person, [{"id": id, **row} for id in IDS])
    yield made
    await made.close()


async def test_some_of_many_are_found_without_reading_all(database: Database):
    wanted = [*IDS[100:160], "nobody"]
    async with database.write() as connection:
        found = await of_keys(connection, person, "id", [*wanted, *wanted])
        assert sorted(row.id for row in found) == IDS[100:160]
        assert (await connection.execute(LOCKED, {"ids": wanted})).all() == sorted(found)
        assert (await connection.execute(ALL_READ)).scalar_one() == 0


async def test_those_that_are_to_change_are_locked_to_the_end(database: Database):
    others = text("SELECT id FROM bot_person WHERE id < 'person-0005' ORDER BY id FOR UPDATE SKIP LOCKED")
    async with database.write() as connection:
        await connection.execute(LOCKED, {"ids": IDS[1:3]})
        async with database.write() as another:
            assert list((await another.execute(others)).scalars()) == [IDS[0], *IDS[3:5]]
