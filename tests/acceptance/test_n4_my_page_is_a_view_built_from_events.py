"""N4: customers and cleaners read status from my page, a view that is built from events and only read."""

import pytest

from services.mypage.view import ReservationView
from storage.mypage.rebuild import Rebuild
from storage.mypage.repositories import SqlMyPage
from storage.mypage.tables import reservation as rows
from tests.support.story import agrees, books, cleans, my_page, on, refunds, until, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio

BEFORE, AFTER = on(27, 0), on(28, 0)


async def test_customer_and_cleaner_read_the_same_row(world: World):
    """One row a reservation, told by three contexts; both sides see the same status at every step."""
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await agrees(customer, cleaner)
    [mine] = (await world.ssak3.my_page.of_customer(customer.id)).reservations
    [theirs] = await world.ssak3.my_page.of_cleaner(cleaner.id, BEFORE, AFTER)
    assert mine == theirs == await my_page(world, reservation_id)
    await cleans(cleaner)
    [mine] = (await world.ssak3.my_page.of_customer(customer.id)).reservations
    assert (mine.status, mine.payment and mine.payment.status, mine.job and mine.job.status) == (
        "COMPLETED",
        "PAID",
        "FINISHED",
    )


async def test_reading_works_while_every_other_consumer_sleeps(world: World):
    """With reservation, payment and cleaning asleep my page still answers, as of the last event it has heard."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    world.asleep |= {"reservation", "payment", "cleaning", "notification"}
    await until(world, on(27, 13, 35))
    await cleaner.tap("출발했어요")
    await until(world, on(27, 14, 3))
    await cleaner.tap("청소 시작")
    await world.settle()
    # The reservation hasn't heard of the start; the cleaner's own news is there already.
    assert "오후 2:03에 청소를 시작했어요" in words(await customer.say("언제 와요"))
    world.asleep.clear()
    await world.settle()
    assert "청소 중" in words(await customer.say("내 예약"))


async def test_a_view_that_lags_says_of_when_it_is_and_catches_up(world: World):
    """My page asleep: life goes on; the list says of when it is; later it is as if nothing was."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await books(customer)
    world.asleep.add("mypage")
    await world.later(minutes=4)
    await cleaner.tap("수락하기")
    await world.settle()
    assert (await customer.titles())[-1] == "OO클린에서 방문해요"
    lagging = words(await customer.say("내 예약"))
    assert "오후 3시 기준이에요." in lagging
    assert "확정, 업체 찾는 중" in lagging
    world.asleep.clear()
    await world.settle()
    fresh = words(await customer.say("내 예약"))
    assert "오후 3:04 기준이에요." in fresh
    assert "확정, OO클린" in fresh


async def test_cancelling_goes_by_the_truth_and_not_by_a_lagging_view(world: World):
    """What is shown may be old, what is decided may not: cancelled once, refunded once."""
    customer = await world.customer()
    await books(customer)
    show = (await customer.button("예약 보기")).action
    world.asleep.add("mypage")
    await customer.say("취소할게요")
    confirm = (await customer.button("취소 확정")).action
    await customer.act(confirm)
    await world.settle()
    assert "상태: 취소" in words(await customer.act(show))
    assert "이미 취소했어요" in words(await customer.act(confirm))
    assert await refunds(world) == [80_000]


async def test_it_is_the_same_when_it_is_made_again_from_the_logs(world: World):
    """`ssak3 mypage rebuild`: from nothing, and in place, where a row is gone and another wrong. Then life goes on."""
    cleaner, customer, other = await world.cleaner(), await world.customer(), await world.customer()
    await agrees(customer, cleaner)
    await books(other, "목요일 2시 마포 24평 집청소")
    await other.say("취소할게요")
    await other.tap("취소 확정")
    await world.settle()
    pages = [await _rows(world, each.id) for each in (customer, other)]
    assert [[view.status for view in page] for page in pages] == [["CONFIRMED"], ["CANCELLED"]]
    for broken, parts in ((rows.delete(), 6), (rows.delete().where(rows.c.customer_id == other.id), 3)):
        async with world.ssak3.databases.contexts["mypage"].database.write() as connection:
            await connection.execute(broken)
            await connection.execute(rows.update().values(reservation={}, status="EXPIRED"))
        changed = await _rebuild(world)
        assert [await _rows(world, each.id) for each in (customer, other)] == pages
        assert changed == parts + (parts == 3)  # the wrong one's own part
    assert await _rebuild(world) == 0
    await cleans(cleaner)
    assert [view.status for view in await _rows(world, customer.id)] == ["COMPLETED"]


async def _rows(world: World, customer_id: str) -> list[ReservationView]:
    page: SqlMyPage = world.ssak3.my_page
    return list((await page.of_customer(customer_id)).reservations)


async def _rebuild(world: World) -> int:
    """How many parts of rows were different."""
    rebuild = Rebuild(world.ssak3.databases.contexts)
    batches = [batch async for batch in rebuild.run()]
    assert sum(batch.parts for batch in batches) == await rebuild.size()
    return sum(batch.changed for batch in batches)
