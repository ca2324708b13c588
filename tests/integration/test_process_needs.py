"""Settings that can't work are told before anything starts, with what would be right; what may come is waited for."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from ssak3 import needs
from ssak3.composition import Ssak3
from ssak3.databases import open_databases
from ssak3.doorstep import CannotStart
from ssak3.needs import REFUSED, check_settings, until_reached, until_ready
from ssak3.processes import EMBEDDED
from ssak3.settings import Settings, WrongSettings
from tests.support.servers.postgresql import PostgresServer
from tests.support.time import FakeClock, FakeIds

AMQP = {"amqp_urls": "amqp://localhost/"}
URLS = {"payment_url": "http://payment:8000", "bot_url": "http://bot:8000", "toss_api_base": "http://sandbox:8000/toss"}


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("processes", "values"),
    [
        (EMBEDDED, {}),
        (("sandbox",), {}),
        (EMBEDDED, AMQP),
        *(((name,), AMQP | URLS) for name in EMBEDDED),
        (("bot", "payment", "sandbox"), AMQP),
        (("bot", "notification"), AMQP | {"payment_url": "http://payment:8000"}),
        (("reservation",), AMQP),
        (("cleaning", "mypage"), AMQP),
    ],
)
def test_these_work(processes: tuple[str, ...], values: dict[str, str]) -> None:
    check_settings(settings(**values), processes)


@pytest.mark.parametrize(
    ("processes", "values", "says"),
    [
        (
            ("bot",),
            {},
            "Set SSAK3_AMQP_URLS, or add: reservation payment cleaning notification mypage scheduler sandbox",
        ),
        (("bot",), AMQP, "SSAK3_PAYMENT_URL: bot asks payment, which runs elsewhere. Example: http://payment:8000"),
        (("scheduler",), AMQP, "SSAK3_PAYMENT_URL: scheduler asks payment"),
        (
            ("notification",),
            AMQP,
            "SSAK3_BOT_URL: notification asks bot, which runs elsewhere. Example: http://bot:8000",
        ),
        (("payment",), AMQP, "SSAK3_TOSS_API_BASE: payment asks the sandbox, which runs elsewhere"),
    ],
)
def test_these_do_not(processes: tuple[str, ...], values: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSettings) as refusal:
        check_settings(settings(**values), processes)
    assert says in str(refusal.value)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - another server changes it
            await asyncio.sleep(0.02)


@pytest.mark.asyncio
async def test_a_database_and_its_tables_are_waited_for_by_name(
    shared_postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the server's answer, for whoever migrates; then the tables, for all others."""
    monkeypatch.setattr(needs, "LOOK_AGAIN_SECONDS", 0.05)
    name, clock = f"late_{uuid4().hex[:12]}", FakeClock()
    given = settings(database_url=shared_postgresql.url_of(name), **AMQP)
    databases = open_databases(given, clock, FakeIds(clock), lambda event: None, ["mypage", "cleaning"])
    with capture_logs() as logs:

        def said() -> list[Any]:
            return [entry["waits_for"] for entry in logs]

        reaching = asyncio.create_task(until_reached(databases))
        ready = asyncio.create_task(until_ready(cast(Ssak3, SimpleNamespace(settings=given, databases=databases))))
        try:
            await until(lambda: len(said()) >= 2)
            assert {*said()} == {REFUSED["InvalidCatalogNameError"]}
            shared_postgresql.create_database(name)
            await asyncio.wait_for(reaching, 30)
            await until(lambda: "tables of cleaning, mypage; run: ssak3 migrate" in said())
            assert not ready.done()
            assert await databases.migrate() == ["cleaning", "mypage"]
            await asyncio.wait_for(ready, 30)
        finally:
            reaching.cancel()
            ready.cancel()
            await databases.close()
            shared_postgresql.sql(f'drop database if exists "{name}" with (force)')


@pytest.mark.asyncio
async def test_a_database_that_goes_on_refusing_is_told_in_the_end(
    shared_postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "LOOK_AGAIN_SECONDS", 0.0)
    clock, given = FakeClock(), settings(database_url=shared_postgresql.url_of("nobody_makes_it"), **AMQP)
    databases = open_databases(given, clock, FakeIds(clock), lambda event: None, ["mypage"])
    try:
        with pytest.raises(CannotStart, match="There is no database of that name; make it, or mend SSAK3_DATABASE_URL"):
            await until_reached(databases)
    finally:
        await databases.close()
