"""Each context's history leads to the very tables that its code expects."""

import ast
import asyncio
import os
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

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


async def test_older_tables_are_waited_for_and_newer_ones_are_good_enough(fresh):
    """While a new version is rolled out, a process of the old one may still start."""
    database = Database(fresh())
    try:
        await migrate({"payment": database})
        for number, expected in (("0001", ["payment"]), ("9999", []), ("0001", ["payment"])):
            async with database.write() as connection:
                await connection.execute(
                    text("UPDATE payment_alembic_version SET version_num = :number"), {"number": f"payment_{number}"}
                )
            assert await behind({"payment": database}) == expected
            if not expected:
                assert await migrate({"payment": database}) == []
    finally:
        await database.close()


# What old code still works with: it doesn't name what it doesn't know.
ADDS = {"create_table", "create_index", "drop_index", "add_column", "get_bind"}
MIGRATIONS = [path for context in CONTEXTS for path in sorted(folder_of(context).glob("[0-9]*.py"))]


@pytest.mark.parametrize("path", MIGRATIONS, ids=[path.stem for path in MIGRATIONS])
async def test_a_migration_only_adds(path):
    assert _takes_away(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_column("payment_refund", "cause")',
        'op.alter_column("payment_refund", "cause", nullable=False)',
        'op.rename_table("payment_refund", "refund")',
        'op.execute("ALTER TABLE payment_refund DROP COLUMN cause")',
        'op.add_column("payment_refund", sa.Column("by", sa.String(8), nullable=False))',
    ],
)
async def test_what_takes_away_is_seen(line):
    assert _takes_away(line)


def _takes_away(source):
    calls = [ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    of_alembic = [call for call in calls if call.startswith("op.")]
    return {call for call in of_alembic if not _only_adds(call)}


def _only_adds(call):
    is_needed = call.startswith("op.add_column") and "nullable=False" in call and "server_default" not in call
    return call.partition("(")[0].removeprefix("op.") in ADDS and not is_needed
