"""Databases: SQLite set up to be safe and fast enough, one writer at a time, waiting fairly."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from storage import postgresql
from storage.addresses import with_driver

T = TypeVar("T")


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


def _keep_private(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
    """A new file is its owner's alone; SQLite gives what it puts beside it the same mode."""
    name = str(arguments[0])
    if name and name != ":memory:" and not name.startswith("file:"):
        os.close(os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: a commit that was answered survives a power cut; money is at stake and it costs little.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class Database:
    """One database. Contexts that share a URL share this object, and so its queue of writers."""

    def __init__(self, url: str) -> None:
        self.url = with_driver(url)
        self.is_sqlite = self.url.startswith("sqlite")
        options = {"pool_size": 10, "max_overflow": 20} if self.is_sqlite else postgresql.OPTIONS
        # What a statement carried is personal: it stays out of errors, and so out of logs.
        self.engine: AsyncEngine = create_async_engine(self.url, hide_parameters=True, **options)
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # SQLite's own waiting polls and isn't fair; within the process a queue is both kinder and faster.
        self._writer = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "do_connect", _keep_private)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin)
        else:
            postgresql.set_up(self.engine.sync_engine)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed on a clean exit, else rolled back."""
        if not self.is_sqlite:
            async with postgresql.connected(self.engine) as connection:
                yield connection
                await connection.commit()
            return
        async with self._writer or contextlib.nullcontext(), self._connected() as connection:
            await _to_the_end(_begin_writing(connection))
            yield connection
            await _to_the_end(connection.commit())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading only; it never waits for a writer. See `snapshot` for several as of one moment."""
        if self.is_sqlite:
            async with self._connected() as connection:
                yield connection
        else:
            async with postgresql.connected(self._at_once) as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """For reading: everything is as it was at the first statement."""
        if self.is_sqlite:
            async with self._connected() as connection:
                yield connection
        else:
            async with postgresql.connected(self.engine) as connection:
                yield await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """For a single statement that writes: a transaction by itself."""
        async with self.write() if self.is_sqlite else postgresql.connected(self._at_once) as connection:
            yield connection

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        connection = Steady(self.engine)
        try:
            await _to_the_end(connection.start())
            yield connection
        finally:
            # What isn't committed is rolled back.
            await _to_the_end(connection.close())

    async def look(self) -> None:
        """Raises the driver's error if it can't be reached."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that may take its time, one of this name at a time."""
        async with self.write() if self.is_sqlite else postgresql.alone(self.url, name) as connection:
            yield connection

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


class Steady(AsyncConnection):
    """Whoever is cancelled while the database works learns it when that work is over.

    Broken off, a statement would leave its transaction open where nobody can end it, and the whole file locked.
    """

    async def execute(self, *given: Any, **named: Any) -> Any:
        return await _to_the_end(super().execute(*given, **named))


async def _begin_writing(connection: AsyncConnection) -> None:
    await connection.execution_options(ssak3_write=True)
    await connection.begin()


async def _to_the_end(step: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result


def _begin(connection: Any) -> None:
    # A writer that begins by reading would fail when it upgrades (busy_timeout doesn't cover that): say so up front.
    writes = connection.get_execution_options().get("ssak3_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
