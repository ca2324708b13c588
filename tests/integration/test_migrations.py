"""Each context's history leads to the very tables that its code expects."""

import asyncio
import os
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from storage.engine import Database
from storage.migrate import metadata_of, migrate
from storage.versions import CONTEXTS, behind, folder_of, head_of, version_table

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("context", CONTEXTS)
async def test_migrated_is_what_the_code_expects(fresh, context):
    database = Database(fresh())
    try:
        assert await migrate({context: database}) == [context]

        def compare(connection):
            migrations = MigrationContext.configure(
                connection, opts={"version_table": version_table(context), "compare_type": True}
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


@pytest.mark.parametrize("context", CONTEXTS)
async def test_the_newest_file_is_the_newest_revision(context):
    """By Alembic's own reading, too; what is behind is told without it."""
    history = ScriptDirectory(str(folder_of(context)), version_locations=[str(folder_of(context))])
    assert history.get_heads() == [head_of(context)]


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
