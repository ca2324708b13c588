"""What became of the jobs and the money of all of a customer's reservations: more than a page, or a board, holds."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.mypage.projection import Row
from services.mypage.view import Standing
from storage.engine import Database
from storage.mypage import tables
from storage.mypage.repositories import MyPageUnitOfWork, SqlMyPage
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

MANY = 250
SINCE = "2026-11-23T06:00:00+00:00"


async def test_all_of_them_and_nobody_elses(fresh: Fresh):
    """Also of a reservation that hasn't told what it is."""
    clock = FakeClock()
    database = Database(fresh("mypage"))
    ids = FakeIds(clock)
    context = Context(tables=tables.messaging, database=database, clock=clock, ids=ids)
    owed, paid, late, elsewhere = (ids.new() for _ in range(4))

    def row(reservation_id: str, customer_id: str = "c", **parts: Mapping[str, Any]) -> Row:
        empty: dict[str, Mapping[str, Any]] = {"reservation": {}, "payment": {}, "job": {}, "last": {}}
        return Row(reservation_id=reservation_id, customer_id=customer_id, as_of=clock.now(), **{**empty, **parts})

    owing = {"compensation_since": SINCE}
    rows = [
        row(owed, payment=owing),
        *(row(ids.new(), payment=owing) for _ in range(MANY)),
        row(paid, payment={"compensation_since": None}, job={"id": "j"}),
        row(late, payment={"refund_late_since": SINCE}),
        row(elsewhere, "d", payment=owing),
    ]
    try:
        async with MyPageUnitOfWork(context) as work:
            for one in rows:
                await work.save(one)
        found = {one.reservation_id: one for one in await SqlMyPage(database).standing_of("c")}
    finally:
        await database.close()
    assert len(found) == MANY + 3
    assert found[owed] == Standing(reservation_id=owed, job_id=None, refund_late=False, compensation_paid=False)
    assert found[paid] == Standing(reservation_id=paid, job_id="j", refund_late=False, compensation_paid=True)
    assert found[late] == Standing(reservation_id=late, job_id=None, refund_late=True, compensation_paid=False)
