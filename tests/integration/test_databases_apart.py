"""Each context where its operator wants it: two on PostgreSQL databases of their own, the others in a SQLite file."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from rich.console import Console
from sqlalchemy import inspect

from services.reservation.values import Status
from ssak3.audit import audit_and_report, run_audit
from ssak3.composition import Ssak3
from ssak3.databases import open_databases
from ssak3.doctor import diagnose
from ssak3.settings import Settings, WrongSettings, read_settings
from storage.versions import CONTEXTS
from tests.support.branch import FRIDAY_TWO
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds
from tests.support.world import around

pytestmark = pytest.mark.asyncio


@pytest.fixture
def settings(tmp_path: Path, fresh_postgresql: Fresh) -> Settings:
    """PostgreSQL as people write it: without the driver's name."""
    own = {f"{name}_database_url": fresh_postgresql().replace("+asyncpg", "") for name in ("reservation", "payment")}
    return Settings(data_dir=tmp_path, public_url="http://127.0.0.1:8000", http_port=0, _env_file=None, **own)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def ssak3(settings: Settings) -> AsyncIterator[Ssak3]:
    clock = FakeClock()
    async with around(settings.data_dir, clock) as (outside, _):
        opened = Ssak3(settings, outside)
        await opened.databases.migrate()
        clock.advance(seconds=1)
        try:
            yield opened
        finally:
            await opened.close()


async def let_events_flow(ssak3: Ssak3) -> None:
    while True:
        done = sum([await relay.run_once() for relay in ssak3.relays.values()])
        done += sum([await consumer.run_once() for consumer in ssak3.consumers.values()])
        if not done:
            return


async def test_a_booking_crosses_three_databases(ssak3: Ssak3, settings: Settings):
    """From one PostgreSQL to the other and to the file, all found sound by audit and doctor."""
    reservation = await ssak3.reservations.request(
        reservation_id=ssak3.ids.new(), customer_id=ssak3.ids.new(), service="home", size_pyeong=24, area="mapo",
        details_id="details", starts_at=FRIDAY_TWO,
    )  # fmt: skip
    paid = await ssak3.reservations.pay(reservation_id=reservation.id, customer_id=None, method="card")
    assert paid.status is Status.CONFIRMED
    await let_events_flow(ssak3)
    await ssak3.reservations.cancel(
        reservation_id=reservation.id, customer_id=None, expected_refund_krw=None, reason="사정이 생겼어요"
    )
    await let_events_flow(ssak3)
    await ssak3.refunds.run_once()
    await let_events_flow(ssak3)
    shown = await ssak3.my_page.get(reservation.id)
    assert shown is not None
    assert (shown.status, shown.payment.refunded_krw if shown.payment else None) == ("CANCELLED", 80_000)
    await ssak3.sender.run_once()

    clock = FakeClock(ssak3.clock.now() + timedelta(minutes=2))
    found = [f"{check.name}: {one.text}" for check in await run_audit(settings, clock) for one in check.findings]
    assert found == []
    lines = await diagnose(settings, clock.now())
    assert sorted(line.name for line in lines if line.name in ("database", "PostgreSQL", "integrity")) == [
        "PostgreSQL", "PostgreSQL", "database", "database", "database", "integrity",
    ]  # fmt: skip
    # The tests' own server doesn't wait for the disk, and the doctor says so; nothing else is wrong.
    wrong = [line for line in lines if line.todo]
    assert [line.name for line in wrong] == ["PostgreSQL"] * 2
    assert all("fsync = off" in line.found for line in wrong)


async def test_each_has_its_tables_where_it_was_told_to(ssak3: Ssak3):
    tables: dict[str, set[str]] = {}
    for name, database in ssak3.databases.by_context().items():
        async with database.read() as connection:
            found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        tables[name] = {context for context in CONTEXTS if any(one.startswith(f"{context}_") for one in found)}
    here = {*CONTEXTS} - {"reservation", "payment"}
    assert tables == {"reservation": {"reservation"}, "payment": {"payment"}} | dict.fromkeys(here, here)


async def test_one_address_is_one_pool(settings: Settings):
    """Contexts that share a database share its connections."""
    url = settings.reservation_database_url
    clock = FakeClock()
    shared = Settings(data_dir=settings.data_dir, database_url=url, _env_file=None)
    databases = open_databases(shared, clock, FakeIds(clock), lambda event: None)
    assert len({id(database) for database in databases.by_context().values()}) == 1
    assert not any(settings.data_dir.iterdir())
    await databases.close()


async def test_a_database_that_does_not_answer_is_named_without_its_password(settings: Settings):
    away = "postgresql://ssak3:secret@127.0.0.1:9/ssak3"
    lost = settings.model_copy(
        update={"database_url": away, "reservation_database_url": "", "payment_database_url": ""}
    )
    lines = [line for line in await diagnose(lost, FakeClock().now()) if line.name == "database"]
    assert [line.found for line in lines] == [
        "postgresql://ssak3:***@127.0.0.1:9/ssak3 can't be read: ConnectionRefusedError"
    ]
    assert "psql" in lines[0].todo
    console = Console(file=io.StringIO(), width=200)
    assert await audit_and_report(lost, console) == 2
    assert "a database doesn't answer" in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "address", ["postgresql://db/x", "postgres://db/x", "postgresql+asyncpg://db/x", "sqlite+aiosqlite:///x.db"]
)
async def test_addresses_that_are_taken(address: str):
    given: dict[str, Any] = {"mypage_database_url": address, "_env_file": None}
    assert read_settings(**given).database_url_of("mypage") == address


async def test_addresses_that_are_not():
    with pytest.raises(WrongSettings, match="SSAK3_MYPAGE_DATABASE_URL: an address begins with postgresql://"):
        await asyncio.to_thread(read_settings, mypage_database_url="mysql://db/x", _env_file=None)
