"""How fast transactions were committed, told by the database's own clock."""

import asyncio
import time
from dataclasses import dataclass

import asyncpg

LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 30.0


class Stuck(RuntimeError):
    """Some never came."""


@dataclass(frozen=True, kw_only=True)
class Handled:
    """Rows of a table and when their transactions were committed. What the first one wrote is the start."""

    count: int
    seconds: float
    last_at: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


async def until_handled(dsn: str, table: str, count: int) -> Handled:
    """Once the table has so many rows."""
    connection = await asyncpg.connect(dsn)
    try:
        last, changed_at = -1, time.monotonic()
        while (there := await _rows(connection, table)) < count:
            if there != last:
                last, changed_at = there, time.monotonic()
            if time.monotonic() > changed_at + PATIENCE_SECONDS:
                raise Stuck(f"{table} has {there} rows of {count}")
            await asyncio.sleep(LOOK_SECONDS)
        return await _told(connection, table)
    finally:
        await connection.close()


async def rows_of(dsn: str, table: str) -> int:
    """How many there are now."""
    connection = await asyncpg.connect(dsn)
    try:
        return await _rows(connection, table)
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, table: str) -> int:
    return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def _told(connection: asyncpg.Connection, table: str) -> Handled:
    row = await connection.fetchrow(
        f"""
        WITH moments AS (SELECT pg_xact_commit_timestamp(xmin) AS at FROM {table}),
             span AS (SELECT min(at) AS first, max(at) AS last FROM moments)
        SELECT extract(epoch FROM last - first)::float AS seconds, extract(epoch FROM last)::float AS last_at,
               (SELECT count(*) FROM moments WHERE at > first) AS after
        FROM span
        """
    )
    return Handled(count=row["after"], seconds=row["seconds"], last_at=row["last_at"])
