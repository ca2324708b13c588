"""F6: the customer looks up their bookings and how each stands."""

import pytest

from tests.support.story import ADDRESS, agrees, books, cleans, holds, items, on, until, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def test_with_nothing_booked_it_offers_to_book(world: World):
    """An empty list is an invitation."""
    customer = await world.customer()
    assert words(await customer.say("내 예약")) == "예정된 예약이 없어요. [청소 예약하기]"


async def test_every_status_on_the_way_can_be_read(world: World):
    """Unpaid, seeking, found, on the way, at work, done: the list says each in its words."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await holds(customer)
    assert "11/27(금) 14:00 집청소 24평: 결제 대기, 11/23(월) 15:15까지" in words(await customer.say("내 예약"))
    await customer.tap("80,000원 결제하기")
    await world.settle()
    assert "집청소 24평: 확정, 업체 찾는 중" in words(await customer.say("예약확인좀"))
    await cleaner.tap("수락하기")
    await world.settle()
    assert "집청소 24평: 확정, OO클린" in words(await customer.say("내 예약"))
    assert "11/27(금) 오후 2시에 OO클린에서 가요." in words(await customer.say("언제 와요"))
    await until(world, on(27, 13, 35))
    await cleaner.tap("출발했어요")
    await world.settle()
    assert "오후 2시쯤 도착해요. OO클린에서 오후 1:35에 출발했어요." in words(await customer.say("언제 와요"))
    assert "집청소 24평: 출발, OO클린" in words(await customer.say("내 예약"))
    await until(world, on(27, 14, 3))
    await cleaner.tap("청소 시작")
    await world.settle()
    assert "집청소 24평: 청소 중" in words(await customer.say("내 예약"))
    await until(world, on(27, 16, 52))
    await cleaner.tap("청소 완료")
    await world.settle()
    assert "예정된 예약이 없어요." in words(await customer.say("내 예약"))
    assert "11/27(금) 14:00 집청소 24평: 완료" in words(await customer.tap("지난 예약 보기"))


async def test_several_are_listed_with_a_button_each(world: World):
    """Two bookings, the time they are shown of, and the details of one."""
    customer = await world.customer()
    await books(customer)
    await books(customer, "다음 주 화요일 10시 마포 32평 입주청소", pay="400,000원 결제하기")
    count, card, *_ = await customer.say("내 예약")
    assert count.text == "예약 2건이에요. 오후 3시 기준이에요."
    assert "11/27(금) 14:00 집청소 24평: 확정" in card.text
    assert "12/1(화) 10:00 입주·이사청소 32평: 확정" in card.text
    [details] = await customer.tap("11/27 자세히 보기")
    assert items(details) == {
        "상태": "확정, 업체 찾는 중", "일시": "11/27(금) 14:00–17:00", "주소": ADDRESS, "청소": "집청소 24평",
        "추가 요금": "없음", "합계": "80,000원",
    }  # fmt: skip


async def test_nobody_reads_another_customers_booking(world: World):
    """A button that was passed on shows nothing to a stranger."""
    cleaner, customer, stranger = await world.cleaner(), await world.customer(), await world.customer()
    await agrees(customer, cleaner)
    show = (await customer.button("예약 보기")).action
    assert "그 예약은 찾을 수 없어요." in words(await stranger.act(show))
    assert "예정된 예약이 없어요" in words(await stranger.say("내 예약"))
    assert ADDRESS not in await stranger.transcript()


async def test_a_cleaner_looks_up_the_day(world: World):
    """오늘 일 and 다음 일: time, place, what is to be done, and what it pays."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    assert "오늘은 맡으신 일이 없어요." in words(await cleaner.say("오늘 일"))
    assert "다가오는 일 1건, 받을 금액은 68,000원이에요." in words(await cleaner.say("다음 일"))
    await until(world, on(27, 9))
    today = words(await cleaner.say("오늘 일"))
    assert "오늘 1건, 받을 금액은 68,000원이에요." in today
    assert "14:00: 마포구 집청소 24평: 출발 전" in today
    await cleans(cleaner)
    assert "14:00: 마포구 집청소 24평: 완료" in words(await cleaner.say("오늘 일"))
