"""Two years of an agency: what is told of long ago is forgotten, what people have stays, and the audit knows which."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from messaging.keeping import LOG_KEPT, MARKS_KEPT
from services.reservation.values import Party
from services.shared_kernel.clock import KST
from ssak3.audit import run_audit
from storage.history import SqlHistory
from storage.mypage.rebuild import Rebuild, Remade
from storage.notification.tables import contact
from storage.passing_over import Held, Passed, PassOver
from tests.support.story import agrees, cleans, lost, my_page, republish, until
from tests.support.world import Phone, World, a_world

pytestmark = pytest.mark.asyncio
THURSDAY = "목요일 2시 마포 24평 집청소"
# Paid on Monday 11/23, cleaned five weeks later.
LATE_DECEMBER = "12월 28일 2시 마포 24평 집청소"


async def visited(world: World, cleaner: Phone, *moments: datetime) -> None:
    for moment, label in zip(moments, ("출발했어요", "청소 시작", "청소 완료"), strict=True):
        await until(world, moment)
        await cleaner.tap(label)
        await world.settle()


def december(hour: int, minute: int) -> datetime:
    return datetime(2026, 12, 28, hour, minute, tzinfo=KST)


async def a_year_and_more(world: World) -> tuple[Phone, Phone, dict[str, str]]:
    """A visit that is over, one that was cancelled, and one that ends when of its beginning nobody knows any more."""
    cleaner, customer, other = await world.cleaner(), await world.customer(), await world.customer()
    cancelled = await agrees(other, cleaner, THURSDAY)
    await world.later(minutes=20)  # then it has its fee
    await other.say("취소할게요")
    await other.tap("취소 확정")
    await world.settle()
    done = await agrees(customer, cleaner)
    await cleans(cleaner)
    late = await agrees(other, cleaner, LATE_DECEMBER)
    await visited(world, cleaner, december(13, 35), december(14, 3), december(16, 52))
    # Of the last one the logs know the visit, and not how it was booked.
    await until(world, december(12, 0) + LOG_KEPT)
    return cleaner, customer, {"done": done, "cancelled": cancelled, "late": late}


async def rebuilt(world: World) -> list[Remade]:
    return [batch async for batch in Rebuild(world.ssak3.databases.contexts).run()]


async def test_of_old_visits_my_page_and_chat_remain_and_life_goes_on(world: World):
    cleaner, customer, old = await a_year_and_more(world)
    before = {name: await my_page(world, one) for name, one in old.items()}
    titles = await customer.titles()
    assert [view.status for view in before.values()] == ["COMPLETED", "CANCELLED", "COMPLETED"]
    assert await SqlHistory(world.ssak3.databases.contexts).of({"reservation": old["done"]}) == []
    batches = await rebuilt(world)
    assert sum(batch.changed for batch in batches) == sum(batch.lost for batch in batches) == 0
    assert sum(batch.older for batch in batches) > 6
    assert {name: await my_page(world, one) for name, one in old.items()} == before
    assert await republish(world) == 0

    new = await agrees(customer, cleaner, "금요일 2시 마포 24평 집청소")
    assert (await my_page(world, new)).status == "CONFIRMED"
    assert (await customer.titles())[: len(titles)] == titles
    assert len(await customer.titles()) > len(titles)
    # Longer than the marks: what has been handled isn't handled again.
    await world.later(seconds=(MARKS_KEPT - LOG_KEPT).total_seconds() * 2)
    told = await customer.titles()
    assert await republish(world) == 0
    await world.settle()
    assert await customer.titles() == told


async def test_what_an_operator_pays_after_years_still_reaches_whom_it_concerns(world: World):
    """It names a cause that nobody remembers, and doesn't wait for it."""
    cleaner, customer = await world.cleaner(), await world.customer()
    operator = await world.operator()
    reservation_id = await agrees(customer, cleaner, THURSDAY)
    await world.later(minutes=20)
    await world.ssak3.reservations.cancel(
        reservation_id=reservation_id,
        customer_id=None,
        expected_refund_krw=None,
        reason="사정",
        by=Party.AGENCY,
    )
    await world.later(minutes=5)
    await world.later(seconds=MARKS_KEPT.total_seconds())
    [owed] = await world.ssak3.payment.owed_compensations()
    await world.ssak3.payment.pay_compensation(compensation_id=owed.compensation.id, by=operator.id)
    await world.later(minutes=1)
    assert (await customer.titles())[-1].startswith("보상금")


async def test_what_was_lost_and_is_forgotten_by_now_is_told_no_more_and_my_page_lacks_it(world: World):
    cleaner, customer = await world.cleaner(), await world.customer()
    async with lost(world, "mypage"):
        late = await agrees(customer, cleaner, LATE_DECEMBER)
    await visited(world, cleaner, december(13, 35), december(14, 3), december(16, 52))
    await until(world, december(12, 0) + LOG_KEPT)
    assert await republish(world) >= 3
    await world.settle()
    assert await republish(world) == 0, "how it was booked nobody knows"
    assert await world.ssak3.my_page.get(late) is None
    assert sum(batch.lost for batch in await rebuilt(world)) == 1
    new = await agrees(customer, cleaner)
    assert (await my_page(world, new)).status == "CONFIRMED"


async def language_at_notification(world: World, person_id: str) -> str:
    context = world.ssak3.databases.contexts["notification"]
    async with context.database.read() as connection:
        wanted = select(contact.c.language).where(contact.c.person_id == person_id)
        return str((await connection.execute(wanted)).scalar_one())


async def passed_over(world: World, **held: Collection[str]) -> Passed:
    about = {"notification": held.get("old", ())}
    what = Held(ids={}, old=about, unseen=held.get("unseen", ()))
    return await PassOver(world.ssak3.databases.contexts, world.clock.now(), what).run()


async def test_a_person_whose_news_were_lost_before_the_logs_begin_is_heard_of_again(world: World):
    """A person lives for years: what they want now isn't to wait for what nobody knows any more."""
    customer = await world.customer()
    await customer.say("English")
    await world.settle()
    async with lost(world, "notification"):
        await customer.say("한국어")
        await world.settle()
    await until(world, world.clock.now() + LOG_KEPT + timedelta(days=3))
    world.asleep.clear()
    for language in ("English", "한국어", "English", "한국어"):
        await customer.say(language)
    await world.settle()
    assert await language_at_notification(world, customer.id) == "en"
    assert await republish(world) == 0
    assert await passed_over(world) == Passed(gaps=0, left=4), "for a day it may still come"
    await until(world, world.clock.now() + timedelta(days=1))
    assert await passed_over(world, unseen=["notification"]) == Passed(gaps=0, left=4)
    assert await passed_over(world, old=[customer.id]) == Passed(gaps=0, left=4), "set aside, it may be replayed"
    assert await passed_over(world) == Passed(gaps=1, left=0)
    await world.settle()
    for _ in range(20):  # what is told again is on its way, and nobody but its consumer knows
        if await language_at_notification(world, customer.id) == "ko":
            break
        await world.ssak3.consumers["notification"].run_once(0.5)
    assert await language_at_notification(world, customer.id) == "ko"
    assert await passed_over(world) == Passed(gaps=0, left=0)


async def test_the_audit_begins_where_the_logs_do_and_looks_at_all_that_is_younger(tmp_path: Path):
    async with a_world(tmp_path) as world:
        operator = await world.operator()
        cleaner, customer, old = await a_year_and_more(world)
        new = await agrees(customer, cleaner)
        await operator.say("English")  # they were an operator long before the logs tell of them
        await customer.say("상담원이랑 얘기할래요")
        await world.later(minutes=20)

        async def found() -> str:
            checks = await run_audit(world.ssak3.settings, world.clock)
            return "\n".join(f"{check.name}: {finding.text}" for check in checks for finding in check.findings)

        def sql(statement: str, *values: str) -> None:
            with closing(sqlite3.connect(tmp_path / "ssak3.db")) as connection, connection:
                assert connection.execute(statement, values).rowcount > 0

        assert await found() == ""
        sql("DELETE FROM mypage_reservation WHERE reservation_id = ?", old["done"])
        assert await found() == f"N4 my page: my page has no row of reservation {old['done']}"
        assert sum(batch.lost for batch in await rebuilt(world)) == 1
        parts = "UPDATE mypage_reservation SET reservation = '{}', status = NULL WHERE reservation_id = ?"
        sql(parts, old["cancelled"])
        assert f"my page has only parts of reservation {old['cancelled']}" in await found()
        assert sum(batch.lost for batch in await rebuilt(world)) == 2
        sql("DELETE FROM reservation_event_log WHERE subject = ? AND sequence = 1", new)
        sql("UPDATE mypage_reservation SET cleaner_id = 'x' WHERE reservation_id = ?", new)
        sql("DELETE FROM notification_notification WHERE template = 'customer_cleaner_assigned'")
        sql("DELETE FROM notification_notification WHERE template = 'operator_handover_requested'")
        said = await found()
        assert f"reservation's log of {new} lacks number 1 of" in said
        assert f"my page of {new}: cleaner_id is x" in said
        assert "wasn't told customer_cleaner_assigned" in said
        assert f"{operator.id} wasn't told operator_handover_requested" in said
