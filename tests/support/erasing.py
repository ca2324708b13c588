"""Everything that is stored, as text: to see that something isn't."""

from sqlalchemy import MetaData, inspect, select
from sqlalchemy.engine import Connection

from tests.support.world import World


async def everything_stored(world: World) -> dict[str, str]:
    """`table.column` to all of its values, one after the other; of every database, queues included."""
    databases = {id(one.database): one.database for one in world.ssak3.databases.contexts.values()}
    if world.ssak3.databases.broker is not None:
        databases[id(world.ssak3.databases.broker)] = world.ssak3.databases.broker
    found: dict[str, str] = {}
    for database in databases.values():
        async with database.engine.connect() as connection:
            found |= await connection.run_sync(_columns)
    return found


def _columns(connection: Connection) -> dict[str, str]:
    metadata = MetaData()
    metadata.reflect(connection)
    assert inspect(connection).get_table_names()
    found: dict[str, list[str]] = {}
    for table in metadata.sorted_tables:
        for row in connection.execute(select(table)):
            for column, value in zip(table.c, row, strict=True):
                found.setdefault(f"{table.name}.{column.name}", []).append(_as_text(value))
    return {name: "\n".join(values) for name, values in found.items()}


def _as_text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
