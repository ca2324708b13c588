"""Each context's history leads to the very tables that its code expects."""

import asyncio
import os
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from storage.engine import Database
from storage.migrate import CONTEXTS, behind, head_of, metadata_of, migrate

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("context", CONTEXTS)
async def test_migrated_is_what_the_code_expects(fresh, context):
    database = Database(fresh())
    try:
        assert await migrate({context: database}) == [context]

        def compare(connection):
            migrations = MigrationContext.configure(
                connection, opts={"version_table": f"{context}_alembic_version", "compare_type": True}
            )
            return compare_metadata(migrations, metadata_of(context))

        async with database.read() as connection:
            assert await connection.run_sync(compare) == []
        assert await migrate({context: database}) == []
    finally:
        await database.close()


async def test_contexts_share_a_database_and_stay_apart(fresh):
    database = Database(fresh())
    try:
        await migrate(dict.fromkeys(CONTEXTS, database))
        async with database.read() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert len(tables) > 40
        assert all(any(table.startswith(f"{context}_") for context in CONTEXTS) for table in tables)
    finally:
        await database.close()


async def test_every_context_has_a_history():
    assert all(head_of(context) for context in CONTEXTS)


async def test_two_processes_that_upgrade_at_once_both_find_it_done(fresh_postgresql, tmp_path):
    """As when everything is started at the same time."""
    url = fresh_postgresql()
    environment = {**os.environ, "SSAK3_DATABASE_URL": url, "SSAK3_DATA_DIR": str(tmp_path)}
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-m", "ssak3", "migrate", env=environment)
        for _ in range(2)
    ]
    assert [await process.wait() for process in started] == [0, 0]
    database = Database(url)
    try:
        assert await behind(dict.fromkeys(CONTEXTS, database)) == []
    finally:
        await database.close()
