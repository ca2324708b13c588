"""My page and personal details of many who ask at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.people import People
from bot.records import Details
from services.mypage.projection import Row
from services.mypage.view import Page
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.transient import Away
from storage.bot.repositories import BotUnitOfWork, SqlDetailsApart
from storage.bot.tables import messaging as bot_messaging
from storage.engine import Database
from storage.mypage.repositories import MyPageUnitOfWork, SqlMyPage
from storage.mypage.tables import messaging as mypage_messaging
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.statements import statements
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"
TOLD = {
    "version": 1, "service": "home", "size_pyeong": 24, "add_ons": [], "area": "mapo", "details_id": "d",
    "starts_at": "2026-12-01T09:00:00+09:00", "ends_at": "2026-12-01T12:00:00+09:00", "visit_revision": 1,
    "price_krw": 80_000, "status": "CONFIRMED", "hold_expires_at": "2026-11-26T12:00:00+09:00", "deferred": False,
    "paid": True,
}  # fmt: skip


@pytest_asyncio.fixture
async def database(fresh: Fresh) -> AsyncIterator[Database]:
    made = Database(fresh("bot", "mypage"))
    yield made
    await made.close()


async def with_pages(database: Database) -> SqlMyPage:
    """Customer c has ten reservations, r0 to r9, d has one, and e one that hasn't told what it is."""
    clock = FakeClock()
    context = Context(tables=mypage_messaging, database=database, clock=clock, ids=FakeIds(clock))
    async with MyPageUnitOfWork(context) as work:
        for reservation_id, customer_id, told in (
            *((f"r{number}", "c", TOLD) for number in range(10)), ("r-d", "d", TOLD), ("r-e", "e", {}),
        ):  # fmt: skip
            await work.save(
                Row(
                    reservation_id=reservation_id, customer_id=customer_id, reservation=told, payment={}, job={},
                    last={}, as_of=clock.now(),
                )
            )  # fmt: skip
    return SqlMyPage(database)


def ids_of(page: Page) -> tuple[list[str], str | None]:
    return [one.id for one in page.reservations], page.next


async def test_first_pages_are_one_statement_and_each_is_its_own(database):
    my_page = await with_pages(database)
    with statements(database) as carried_out:
        found = await asyncio.gather(
            my_page.of_customer("d"), my_page.of_customer("c", limit=3), my_page.of_customer("nobody"),
            my_page.of_customer("c"), my_page.of_customer("e"), my_page.of_customer("c", limit=10),
        )  # fmt: skip
    all_of_c = [f"r{number}" for number in reversed(range(10))]
    assert [ids_of(page) for page in found] == [
        (["r-d"], None), (["r9", "r8", "r7"], "r7"), ([], None), (all_of_c, None), ([], None), (all_of_c, None),
    ]  # fmt: skip
    assert [page.as_of is None for page in found] == [False, False, True, False, True, False]
    assert len(carried_out) == (6 if database.is_sqlite else 1)
    assert ids_of(await my_page.of_customer("c", limit=3, after="r7")) == (["r6", "r5", "r4"], "r4")


async def test_a_customer_who_cannot_be_asked_for_harms_no_other(fresh_postgresql):
    database = Database(fresh_postgresql("bot", "mypage"))
    try:
        my_page = await with_pages(database)
        asked = (my_page.of_customer("d"), my_page.of_customer("\0"), my_page.of_customer("c", limit=1))
        first, bad, last = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(bad, Exception)
        with pytest.raises(type(bad)):
            await my_page.of_customer("\0")
    finally:
        await database.close()
    assert isinstance(first, Page)
    assert isinstance(last, Page)
    assert (ids_of(first), ids_of(last)) == ((["r-d"], None), (["r9"], "r9"))


async def test_details_are_kept_and_read_in_one_statement_and_nobody_gets_anybody_elses(database):
    clock = FakeClock()
    ids = FakeIds(clock)
    context = Context(tables=bot_messaging, database=database, clock=clock, ids=ids)
    person = await People(lambda: BotUnitOfWork(context), clock, ids, ids.new).welcome_customer(channel="web")
    details = SqlDetailsApart(database)
    kept = [
        Details(id=f"d{number}", person_id=person.id, address=f"OO로 {number}", phone="", note="")
        for number in range(3)
    ]
    nobodys = replace(kept[0], id="nobodys", person_id="nobody")
    with statements(database) as carried_out:
        answers = await asyncio.gather(*(details.keep(one) for one in (*kept, nobodys)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None)] * 3 + [NotFound]
    assert len(carried_out) == (4 if database.is_sqlite else 1)
    with statements(database) as carried_out:
        found = await asyncio.gather(
            details.of(["d0", "d1"]), details.of({"d2", "none"}), details.of(["d0"]), details.of([]), details.of(["none"])
        )  # fmt: skip
    assert list(found) == [{"d0": kept[0], "d1": kept[1]}, {"d2": kept[2]}, {"d0": kept[0]}, {}, {}]
    assert len(carried_out) == 1


async def test_a_database_that_is_away_is_away_for_all_who_ask():
    database = Database(NOWHERE)
    my_page, details = SqlMyPage(database), SqlDetailsApart(database)
    found = await asyncio.gather(
        *(my_page.of_customer(one) for one in "abc"), *(details.of([one]) for one in "abc"), return_exceptions=True
    )
    assert [type(one) for one in found] == [Away] * 6
    await database.close()
