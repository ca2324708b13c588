"""Each context's history leads to the very tables that its code expects."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.engine import Database
from storage.migrate import CONTEXTS, head_of, metadata_of, migrate

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("context", CONTEXTS)
async def test_migrated_is_what_the_code_expects(tmp_path, context):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/{context}.db")
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


async def test_contexts_share_a_file_and_stay_apart(tmp_path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/one.db")
    try:
        await migrate(dict.fromkeys(CONTEXTS, database))
        async with database.read() as connection:
            tables = {
                row[0]
                for row in await connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            }
        assert all(any(table.startswith(f"{context}_") for context in CONTEXTS) for table in tables)
    finally:
        await database.close()


async def test_every_context_has_a_history():
    assert all(head_of(context) for context in CONTEXTS)
