"""Bring tables up to date, each context with a history of its own (Alembic)."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from storage.engine import Database
from storage.versions import behind, folder_of


def metadata_of(context: str) -> MetaData:
    """The tables that the code of a context expects."""
    metadata: MetaData = import_module(f"storage.{context}.tables").metadata
    return metadata


def _config(context: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("version_locations", str(folder_of(context)))
    config.set_main_option("path_separator", "os")
    config.attributes["context"] = context
    return config


def _upgrade(connection: Connection, context: str) -> None:
    config = _config(context)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def migrate(databases: Mapping[str, Database]) -> list[str]:
    """Upgrade each context in its database; returns the contexts that were behind. Up to date already: no work.

    Of several who come at once, one upgrades, and the others find it done.
    """
    old = await behind(databases)
    for context in old:
        async with databases[context].alone(context) as connection:
            await connection.run_sync(_upgrade, context)
    return old
