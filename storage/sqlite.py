"""SQLite on the event loop: a statement takes microseconds, and only what waits for the disk or a lock a thread."""

import asyncio
import os
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_BEGIN_WRITING = "BEGIN IMMEDIATE"
_PATIENT = "PRAGMA busy_timeout=10000"


def set_up(engine: Engine) -> None:
    """Make every connection of this engine quick, private and safe."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Everything is as it was at the first statement; it never waits for a writer."""
    connection = AsyncConnection(engine)
    try:
        await _to_the_end(connection.start())
        yield connection
    finally:
        # What isn't committed is rolled back.
        await _to_the_end(connection.close())


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Committed on a clean exit, else rolled back."""
    connection = AsyncConnection(engine)
    try:
        await _to_the_end(_start_writing(connection))
        yield connection
        await _to_the_end(connection.commit())
    finally:
        await _to_the_end(connection.close())


async def _start_writing(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.execution_options(ssak3_write=True)
    await connection.begin()


async def _to_the_end(step: Coroutine[Any, Any, object]) -> None:
    """Whoever is cancelled meanwhile learns it when that is over: broken off, it would leave the whole file locked.

    A statement isn't waited for, so nobody can be cancelled in the middle of one.
    """
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


class _Connection(AsyncAdapt_aiosqlite_connection):
    """Works here and waits in aiosqlite's thread: to hand it a statement takes far longer than the statement does."""

    __slots__ = ("_changes",)

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._changes = 0

    def cursor(self, server_side: bool = False) -> AsyncAdapt_aiosqlite_cursor:
        return _Cursor(self)

    def begin_writing(self) -> None:
        """Take the lock that lets write; while another process has it, the thread waits."""
        if not self._lock():
            self.execute(_BEGIN_WRITING)
        self._changes = self._connection.total_changes

    def _lock(self) -> bool:
        here = self._connection._conn
        here.execute("PRAGMA busy_timeout=0")
        try:
            here.execute(_BEGIN_WRITING)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:  # the rest says of which kind
                return False
            raise
        finally:
            here.execute(_PATIENT)
        return True

    def commit(self) -> None:
        # Nothing was written, so there is no disk to wait for.
        if self._connection.total_changes == self._changes:
            self._connection._conn.commit()
        else:
            super().commit()

    def rollback(self) -> None:
        self._connection._conn.rollback()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    _adapt_connection: _Connection

    def execute(self, operation: str, parameters: Any = None) -> None:
        if operation == _BEGIN_WRITING:
            self._adapt_connection.begin_writing()
        else:
            self._run(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:
        self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def _run(self, work: Callable[[sqlite3.Cursor], object]) -> None:
        self.await_(_nothing())
        cursor = self._connection._conn.cursor()
        try:
            work(cursor)
            self.description = cursor.description
            self._rows = deque(cursor.fetchall())
            self.lastrowid, self.rowcount = (-1, -1) if cursor.description else (cursor.lastrowid, cursor.rowcount)
        finally:
            cursor.close()


async def _nothing() -> None:
    """SQLAlchemy takes a driver that never awaits for one that isn't asynchronous."""


def _connect(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> _Connection:
    _keep_private(str(arguments[0]))
    return _Connection(dialect.loaded_dbapi, dialect.connect(*arguments, **options).driver_connection)


def _keep_private(name: str) -> None:
    """A new file is its owner's alone; SQLite gives what it puts beside it the same mode.

    One that is there is never opened: closing it would drop all locks that this process has on it, and another
    process that leaves would throw the write-ahead log away (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if name and name != ":memory:" and not name.startswith("file:"):
        with suppress(FileExistsError):
            os.close(os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: a commit that was answered survives a power cut; money is at stake and it costs little.
    for pragma in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", _PATIENT):
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Any) -> None:
    # A writer that begins by reading would fail when it upgrades (busy_timeout doesn't cover that): say so up front.
    writes = connection.get_execution_options().get("ssak3_write", False)
    connection.exec_driver_sql(_BEGIN_WRITING if writes else "BEGIN")
