"""PostgreSQL goes away and comes back, closes connections, or doesn't answer: what that means for who uses it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from messaging.retry import delay_after
from services.shared_kernel.refusal import StaleVersion
from services.shared_kernel.transient import Away
from storage import postgresql
from storage.addresses import shown, with_driver
from storage.cleaning.tables import messaging
from storage.engine import Database
from storage.migrate import migrate
from tests.support.fresh import Fresh
from tests.support.servers.postgresql import PostgresServer, postgresql_server
from tests.support.telling import Teller, count, delivered, heard
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that may be stopped."""
    with postgresql_server() as started:
        yield started


@pytest_asyncio.fixture
async def database(fresh_postgresql: Fresh) -> AsyncIterator[Database]:
    opened = Database(fresh_postgresql("cleaning"))
    yield opened
    await opened.close()


async def ask(database: Database, question: str = "SELECT 1") -> object:
    async with database.write() as connection:
        return (await connection.execute(text(question))).scalar_one()


async def test_connections_that_the_server_has_closed_are_given_to_nobody(database: Database):
    await asyncio.gather(*(ask(database, "SELECT 1 FROM pg_sleep(0.05)") for _ in range(5)))
    async with database.read() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await asyncio.sleep(0.05)
    assert await asyncio.gather(*(ask(database) for _ in range(20))) == [1] * 20


async def test_a_restart_is_survived(server: PostgresServer):
    database = Database(server.url)
    await ask(database)
    server.stop()
    try:
        for use in (database.write, database.read, database.snapshot):
            with pytest.raises(Away):
                async with use() as connection:
                    await connection.execute(text("SELECT 1"))
    finally:
        server.start()
    assert await ask(database) == 1
    await database.close()


async def test_a_kill_in_the_middle_leaves_nothing_and_says_that_it_is_away(server: PostgresServer):
    database = Database(server.url)
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE said (words TEXT)"))

    async def write_twice() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO said VALUES ('half')"))
            server.kill()
            await connection.execute(text("INSERT INTO said VALUES ('half')"))

    try:
        with pytest.raises(Away):
            await write_twice()
    finally:
        server.start()
    assert await ask(database, "SELECT count(*) FROM said") == 0
    await database.close()


async def test_who_gets_no_answer_waits_no_longer_than_an_answer_takes(
    fresh_postgresql: Fresh, monkeypatch: pytest.MonkeyPatch
):
    """The server stands still, and its connections with it; nobody takes a late answer for their own."""
    arguments = {**postgresql.OPTIONS["connect_args"], "command_timeout": 0.3}
    monkeypatch.setitem(postgresql.OPTIONS, "connect_args", arguments)
    database = Database(fresh_postgresql())
    backend = await ask(database, "SELECT pg_backend_pid()")
    assert isinstance(backend, int)
    os.kill(backend, signal.SIGSTOP)
    try:
        with pytest.raises(Away):
            await ask(database, "SELECT 'late'")
        assert await ask(database, "SELECT 2") == 2
    finally:
        os.kill(backend, signal.SIGCONT)
    assert await asyncio.gather(*(ask(database, f"SELECT {number}") for number in range(5))) == list(range(5))
    await database.close()


async def test_an_event_is_handled_when_the_database_is_back_however_long_that_takes(server: PostgresServer):
    assert [delay_after(attempt, Away()) for attempt in (1, 2, 3, 4, 500)] == [1, 5, 30, 30, 30]
    clock = FakeClock()
    teller = Teller(server.create_database("events"), clock, FakeIds(clock))
    await migrate({"cleaning": teller.database})
    event = delivered(heard("a", 1, teller.ids, clock))
    server.stop()
    try:
        consumer = teller.consumer(event)
        await consumer.run_once()
        assert consumer._subscription.failed[0].startswith("Away at ")  # type: ignore[attr-defined]
    finally:
        server.start()
    await teller.consumer(event).run_once()
    assert (teller.handled, await count(teller.database, "inbox")) == ([("a", 1)], 1)
    await teller.database.close()


async def test_a_lock_that_somebody_keeps_is_not_waited_for_in_vain(database: Database):
    clock = FakeClock()
    teller = Teller(database.url, clock, FakeIds(clock))
    await teller.tell("a")
    lock = text("SELECT 1 FROM cleaning_stream FOR UPDATE")
    async with database.write() as keeper, database.write() as waiter:
        await keeper.execute(lock)
        await waiter.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(StaleVersion, match="lock timeout"):
            await waiter.execute(lock)
    await teller.database.close()


async def test_who_is_cancelled_leaves_no_transaction_behind(database: Database):
    async def hold(has_begun: asyncio.Event) -> None:
        async with database.write() as connection:
            await connection.execute(text("LOCK TABLE cleaning_stream"))
            has_begun.set()
            await connection.execute(text("SELECT pg_sleep(30)"))

    begun = asyncio.Event()
    holding = asyncio.create_task(hold(begun))
    await begun.wait()
    await asyncio.sleep(0.05)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    async with asyncio.timeout(3):
        assert await ask(database, "SELECT count(*) FROM cleaning_stream") == 0
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    async with database.read() as connection:
        assert (await connection.execute(text(open_ones))).scalar_one() == 0


async def test_a_transaction_begins_when_something_is_locked_or_written(database: Database):
    """Who only reads leaves nothing open that others would have to wait for, and pays for no BEGIN and COMMIT."""
    begun = "SELECT state FROM pg_stat_activity WHERE pid = :pid"
    stream = messaging.stream

    async with database.write() as connection, database.read() as beside:
        pid = (await connection.execute(select(func.pg_backend_pid()))).scalar_one()

        async def state() -> str:
            return str((await beside.execute(text(begun), {"pid": pid})).scalar_one())

        await connection.execute(select(stream))
        assert await state() == "idle"
        await postgresql.lock(connection, "x", ["y"])
        assert await state() == "idle in transaction"
        await connection.commit()
        await connection.execute(select(stream).with_for_update())
        assert await state() == "idle in transaction"
    with contextlib.suppress(KeyError):
        async with database.write() as connection:
            await connection.execute(select(stream))
            await connection.execute(insert(stream), {"subject": "a", "sequence": 1})
            assert len((await connection.execute(select(stream))).all()) == 1
            raise KeyError
    async with database.read() as connection:
        assert (await connection.execute(select(stream))).all() == []


async def test_a_snapshot_stays_as_it_was(database: Database):
    stream = messaging.stream
    async with database.snapshot() as before:
        assert (await before.execute(select(stream))).all() == []
        async with database.write() as connection:
            await connection.execute(insert(stream), {"subject": "a", "sequence": 1})
        assert (await before.execute(select(stream))).all() == []
        with pytest.raises(DBAPIError, match="read-only"):
            await before.execute(insert(stream), {"subject": "b", "sequence": 1})


async def test_every_session_has_the_limits_and_a_name(database: Database):
    wanted = (
        "lock_timeout", "idle_in_transaction_session_timeout", "application_name", "default_transaction_isolation",
    )  # fmt: skip
    assert [await ask(database, f"SELECT current_setting('{name}')") for name in wanted] == [
        "5s", "10s", f"ssak3 {os.getpid()}", "read committed",
    ]  # fmt: skip


async def test_addresses_as_people_write_them():
    for written in ("postgres://u:p@db/x", "postgresql://u:p@db/x", "postgresql+asyncpg://u:p@db/x"):
        assert with_driver(written) == "postgresql+asyncpg://u:p@db/x"
    assert with_driver("postgresql://db/x?sslmode=require") == "postgresql+asyncpg://db/x?ssl=require"
    assert with_driver("sqlite+aiosqlite:///data/x.db") == "sqlite+aiosqlite:///data/x.db"
    assert shown("postgresql://u:secret@db/x") == "postgresql://u:***@db/x"
    assert shown("sqlite+aiosqlite:///data/x.db") == "data/x.db"
