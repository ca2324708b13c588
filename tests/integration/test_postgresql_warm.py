"""Connections are open before the first request wants one, and know what their statements are made of."""

import asyncio
import os
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql as dialect

from services.shared_kernel.transient import Away
from ssak3.composition import Ssak3
from ssak3.databases import open_databases
from ssak3.needs import until_ready
from ssak3.settings import Settings
from storage.engine import Database
from storage.postgresql import whole
from storage.versions import CONTEXTS
from tests.support.fresh import Fresh
from tests.support.servers.postgresql import PostgresServer
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio
OURS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"


async def ask(database: Database, question: str = "SELECT 1", **parameters: object) -> object:
    async with database.read() as connection:
        return (await connection.execute(text(question), parameters)).scalar_one()


async def opened(database: Database) -> object:
    return await ask(database, OURS, name=f"ssak3 {os.getpid()}")


@pytest.mark.parametrize(("amqp_urls", "warm"), [("amqp://unused", 4), ("", 5)])
async def test_who_is_ready_opens_no_more_connections_for_what_comes_first(
    fresh_postgresql: Fresh, amqp_urls: str, warm: int
):
    """One for each context at the address, the embedded broker among them, and two more."""
    clock, names = FakeClock(), ("cleaning", "mypage")
    settings = Settings(database_url=fresh_postgresql(*names), amqp_urls=amqp_urls, _env_file=None)
    databases = open_databases(settings, clock, FakeIds(clock), lambda event: None, names)
    try:
        await until_ready(cast(Ssak3, SimpleNamespace(settings=settings, databases=databases)))
        database = databases.contexts["cleaning"].database
        assert await opened(database) == warm
        await asyncio.gather(*(ask(database, "SELECT 1 FROM pg_sleep(0.02)") for _ in range(warm)))
        assert await opened(database) == warm
    finally:
        await databases.close()


@pytest.fixture
def of_few(fresh_postgresql: Fresh, shared_postgresql: PostgresServer) -> Iterator[str]:
    """The address for one whom the server gives no more than two connections."""
    url, role = fresh_postgresql(), f"few_{uuid4().hex[:12]}"
    shared_postgresql.sql(f"create role {role} login connection limit 2")
    yield url.replace("://postgres@", f"://{role}@")
    shared_postgresql.sql(f"drop role {role}")


async def test_a_server_that_gives_fewer_connections_is_no_reason_not_to_start(of_few: str):
    database = Database(of_few)
    try:
        await database.warm(3)
        assert await opened(database) == 2
        async with database.read(), database.read():
            with pytest.raises(Away):
                await ask(database)
    finally:
        await database.close()


async def test_no_array_of_what_columns_have_makes_the_driver_ask_the_server(fresh_postgresql: Fresh):
    columns = [
        column
        for context in CONTEXTS
        for table in import_module(f"storage.{context}.tables").metadata.tables.values()
        for column in table.columns
    ]
    kinds = {whole(column).compile(dialect=dialect.dialect()) for column in columns}
    asked: list[str] = []
    database = Database(fresh_postgresql())
    try:
        async with database.read() as connection:
            driver = cast(Any, (await connection.get_raw_connection()).driver_connection)
            driver.add_query_logger(lambda record: asked.append(record.query))
            for kind in kinds:
                await connection.execute(text(f"SELECT NULL::{kind}[]"))
            assert not [query for query in asked if "pg_type" in query]
            await connection.execute(text("SELECT NULL::point[]"))
            assert [query for query in asked if "pg_type" in query]  # so that is how it asks
    finally:
        await database.close()
