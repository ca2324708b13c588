"""PostgreSQL through asyncpg: what connections are made with, when they are given up, what is worth another try."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import blake2b
from typing import Any

import asyncpg
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    ExceptionContext,
    NullPool,
    Select,
    String,
    TableValuedAlias,
    bindparam,
    column,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeEngine

from services.shared_kernel.refusal import StaleVersion
from services.shared_kernel.transient import Away

# Seconds. A statement takes milliseconds, and waits for a lock 5 s at most: one that takes this long has no answer
# to wait for, because the network or the server is gone.
NO_ANSWER_AFTER = 20
OPTIONS: dict[str, Any] = {
    # Those that are opened stay: a new one costs the server, and us, as much as a whole booking. Who finds all of them
    # taken waits. Most processes need two or three, and all share the server's (by default) 100.
    "pool_size": 12,
    "max_overflow": 0,
    "pool_use_lifo": True,
    "connect_args": {
        "timeout": 5,
        "command_timeout": NO_ANSWER_AFTER,
        "prepared_statement_cache_size": 500,
        "server_settings": {
            "application_name": f"ssak3 {os.getpid()}",
            # What locks and guarded updates are made for, whatever the server's own default.
            "default_transaction_isolation": "read committed",
            "lock_timeout": "5s",
            "idle_in_transaction_session_timeout": "10s",
            # Our statements are short; compiling them takes longer than running them.
            "jit": "off",
            # A plan is kept for as long as the connection lives. Made when a table was known to be empty, as an outbox
            # mostly is, it would read all of what comes later. Where there is no index, a table is read all the same.
            "enable_seqscan": "off",
        },
    },
}

# Nothing was written, and the same once more may well succeed.
_AGAIN = {"40001": "serialization failure", "40P01": "deadlock", "55P03": "lock timeout"}
_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.TooManyConnectionsError)


# The driver asks each connection's server what an array type is made of, once for each statement that brings a new one,
# by a query that takes longer than most statements. About all that columns have, it asks no longer than about one.
_ARRAYS = """
SELECT NULL::boolean[], NULL::bytea[], NULL::bigint[], NULL::double precision[], NULL::integer[], NULL::json[],
NULL::timestamptz[], NULL::varchar[]
"""


def set_up(engine: Engine) -> None:
    """Make it know its types, give up what is broken, and say in our words what went wrong."""
    event.listen(engine, "connect", _know_arrays)
    event.listen(engine, "checkout", _refuse_closed)
    event.listen(engine, "handle_error", _translate)
    event.listen(engine, "before_cursor_execute", _begin_when_it_matters)
    event.listen(engine, "checkin", _as_it_was)


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection; what isn't committed is rolled back. Away when nobody answers.

    A cancelled statement is broken off by the server, and its connection thrown away: nothing stays locked.
    """
    try:
        connection = await engine.connect()
    except _AWAY as error:
        raise Away(type(error).__name__) from error
    try:
        yield connection
    except BaseException:
        await asyncio.shield(connection.close())  # there is something to roll back, whoever is in a hurry
        raise
    await connection.close()


def waiting(engine: AsyncEngine) -> AsyncEngine:
    """For `writing`."""
    return engine.execution_options(ssak3_waits=True)


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction, committed on a clean exit; begun when something is locked or written.

    Each statement sees what is committed when it begins, in a transaction or outside. So to read before is the same,
    and whoever only reads is spared two round trips.
    """
    async with connected(engine) as connection:
        _driver(connection.sync_connection).autocommit = True
        yield connection
        await connection.commit()


@asynccontextmanager
async def alone(url: str, name: str) -> AsyncIterator[AsyncConnection]:
    """A transaction on a connection of its own, whose statements may take long. One of this name at a time."""
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await lock(connection, "alone", [name])
            # Whoever waits for a table keeps all others waiting behind.
            await connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            yield connection
    finally:
        await engine.dispose()


async def warm(engine: AsyncEngine, connections: int) -> None:
    """Opens so many, that nobody's request has to; fewer where the server refuses more."""
    async with AsyncExitStack() as opened:
        with contextlib.suppress(Away):
            for _ in range(connections):
                await opened.enter_async_context(connected(engine))


def _know_arrays(connection: Any, _record: Any) -> None:
    connection.run_async(lambda driver: driver.prepare(_ARRAYS))


def _driver(connection: Any) -> Any:
    return connection.connection.dbapi_connection


def _begin_when_it_matters(connection: Any, _c: Any, _s: Any, _p: Any, context: Any, _m: Any) -> None:
    if connection.get_execution_options().get("ssak3_waits") and not _only_reads(context):
        _driver(connection).autocommit = False


def _only_reads(context: Any) -> bool:
    statement = getattr(context.compiled, "statement", None)
    if not isinstance(statement, Select) or statement._for_update_arg is not None:
        return False
    return not context.execution_options.get("ssak3_locks", False)


def _as_it_was(connection: Any, _record: Any) -> None:
    if connection is not None:
        connection.autocommit = False


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    # What the server has closed is known without asking, which would be a round trip each time.
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _translate(context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, TimeoutError):
        context.is_disconnect = True  # an answer that comes now would be taken for the next one's
    if context.is_disconnect and isinstance(error, Exception):
        raise Away(type(error).__name__) from error
    state = getattr(error, "sqlstate", None)
    if state in _AGAIN:
        raise StaleVersion(_AGAIN[state]) from error
    driver = error.__cause__
    if isinstance(driver, asyncpg.PostgresError | asyncpg.InterfaceError):
        _hide_data(driver, error, context.sqlalchemy_exception)


def _hide_data(driver: Any, *translated: BaseException | None) -> None:
    """Which row was in the way, and which value couldn't be taken, is personal: see `hide_parameters`."""
    driver.args = (str(driver.args[0]).partition(":")[0],)
    driver.detail = None
    for error in translated:
        if error is not None:
            error.args = (f"{type(driver).__name__}: {driver}",)


def given(*columns: Column[Any]) -> TableValuedAlias:
    """Rows that come as one array for each column: the statement is the same for any number of them."""
    types = [whole(one) for one in columns]
    # Of one dimension: a list may itself be a value, in JSON.
    arrays = [bindparam(one.name, type_=ARRAY(kind, dimensions=1)) for one, kind in zip(columns, types, strict=True)]
    named = [column(one.name, kind) for one, kind in zip(columns, types, strict=True)]
    return func.unnest(*arrays).table_valued(*named).render_derived()


def whole(column: Column[Any]) -> TypeEngine[Any]:
    """Its type without a length: a cast would cut silently what an insert refuses."""
    return String() if isinstance(column.type, String) else column.type


def arrays(names: Collection[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The parameters of `given`."""
    return {name: [row[name] for row in rows] for name in names}


_LOCK = select(
    func.pg_advisory_xact_lock(func.unnest(bindparam("keys", type_=ARRAY(BigInteger)))).label("held")
).execution_options(ssak3_locks=True)


async def lock(connection: AsyncConnection, space: str, names: Collection[str]) -> None:
    """From here to the end of the transaction, nobody else holds any of these names in this space.

    One statement, in the order of the keys, so that two who want the same ones don't wait for each other in a ring.
    """
    if connection.dialect.name == "postgresql" and names:
        await connection.execute(_LOCK, {"keys": sorted({key_of(space, name) for name in names})})


def key_of(space: str, name: str) -> int:
    """64 bits that stand for a name. Two names that share them only wait for each other without need."""
    digest = blake2b(f"{space} {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
