"""Databases: SQLite, one writer at a time, waiting fairly; PostgreSQL, as it comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from messaging.json_text import from_json, to_json
from storage import postgresql, sqlite
from storage.addresses import with_driver


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; a naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without an offset: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Database:
    """One database. Contexts that share a URL share this object, and so its queue of writers."""

    def __init__(self, url: str) -> None:
        self.url = with_driver(url)
        self.is_sqlite = self.url.startswith("sqlite")
        options = {"pool_size": 10, "max_overflow": 20} if self.is_sqlite else postgresql.OPTIONS
        # What a statement carried is personal: it stays out of errors, and so out of logs.
        self.engine: AsyncEngine = create_async_engine(
            self.url, hide_parameters=True, json_serializer=to_json, json_deserializer=from_json, **options
        )
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._waiting = postgresql.waiting(self.engine)
        # SQLite's own waiting polls and isn't fair; within the process a queue is both kinder and faster.
        self._writer = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            sqlite.set_up(self.engine.sync_engine)
        else:
            postgresql.set_up(self.engine.sync_engine)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed on a clean exit, else rolled back."""
        if self._writer:
            async with self._writer, sqlite.writing(self.engine) as connection:
                yield connection
        else:
            async with postgresql.writing(self._waiting) as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading only; it never waits for a writer. See `snapshot` for several as of one moment."""
        if self.is_sqlite:
            async with sqlite.reading(self.engine) as connection:
                yield connection
        else:
            async with postgresql.connected(self._at_once) as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """For reading: everything is as it was at the first statement."""
        if self.is_sqlite:
            async with sqlite.reading(self.engine) as connection:
                yield connection
        else:
            async with postgresql.connected(self.engine) as connection:
                yield await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """For a single statement that writes: a transaction by itself."""
        async with self.write() if self.is_sqlite else postgresql.connected(self._at_once) as connection:
            yield connection

    async def look(self) -> None:
        """Raises the driver's error if it can't be reached."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def warm(self, connections: int) -> None:
        """For whoever is going to serve: has so many open and ready, or as many as the server gives."""
        if not self.is_sqlite:
            await postgresql.warm(self.engine, connections)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that may take its time, one of this name at a time."""
        async with self.write() if self.is_sqlite else postgresql.alone(self.url, name) as connection:
            yield connection

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()
