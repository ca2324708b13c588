"""F7: the customer cancels their booking, and reads the won amounts before it counts."""

import pytest

from services.reservation.events import ReservationCancelled
from tests.support.story import agrees, books, charges, cleans, holds, my_page, on, refunds, until, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def test_an_unpaid_one_costs_nothing_and_no_money_moves(world: World):
    """Given up before paying: cancelled, told, the place free again."""
    customer = await world.customer()
    reservation_id = await holds(customer)
    answer = words(await customer.say("취소할게요"))
    assert "적던 예약을 지우고, 잡아 둔 시간도 풀었어요. 나간 돈은 없어요." in answer
    await world.settle()
    assert (await my_page(world, reservation_id)).status == "CANCELLED"
    assert await charges(world) == await refunds(world) == []
    assert (await customer.titles())[-1] == "예약을 취소했어요"


async def test_free_within_five_minutes_of_paying_and_not_longer(world: World):
    """Even for tomorrow and with a cleaner: five minutes are free, a second more costs."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner, "내일 2시 마포 24평 집청소")
    await world.later(minutes=5)
    free = words(await customer.say("취소할게요"))
    assert "80,000원을 모두 돌려드려요. 결제한 지 5분이 안 돼서 수수료가 없어요. [취소 확정][그대로 두기]" in free
    assert "그대로 둘게요. 바뀐 건 없어요." in words(await customer.tap("그대로 두기"))
    await world.later(seconds=1)
    assert "64,000원을 돌려드려요. 방문 전날이라 80,000원에서 수수료 16,000원(20%)이 빠져요." in words(
        await customer.say("취소할게요")
    )
    assert world.happened(ReservationCancelled) == []


async def test_free_as_long_as_no_cleaner_has_it(world: World):
    """Nobody was put to trouble, so nothing is kept, even the day before."""
    customer = await world.customer()
    await books(customer, "내일 2시 마포 24평 집청소")
    await world.later(hours=3)
    assert "80,000원을 모두 돌려드려요. 아직 맡은 업체가 없어서 수수료가 없어요." in words(
        await customer.say("취소할게요")
    )
    await customer.tap("취소 확정")
    await world.settle()
    assert await refunds(world) == [80_000]


async def test_the_fee_by_korean_calendar_days(world: World):
    """4 days or more free, 3–2 days 10 %, the day before 20 %, the same day 30 %: to the minute around midnight."""
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await agrees(customer, cleaner)
    for moment, terms in (
        (on(23, 23, 59), "80,000원을 모두 돌려드려요. 방문 4일 전이라 수수료가 없어요."),
        (on(24, 0, 0), "72,000원을 돌려드려요. 방문 3일 전이라 80,000원에서 수수료 8,000원(10%)이 빠져요."),
        (on(25, 23, 59), "72,000원을 돌려드려요. 방문 2일 전이라 80,000원에서 수수료 8,000원(10%)이 빠져요."),
        (on(26, 0, 0), "64,000원을 돌려드려요. 방문 전날이라 80,000원에서 수수료 16,000원(20%)이 빠져요."),
        (on(26, 23, 59), "64,000원을 돌려드려요. 방문 전날이라 80,000원에서 수수료 16,000원(20%)이 빠져요."),
        (on(27, 0, 0), "56,000원을 돌려드려요. 방문 당일이라 80,000원에서 수수료 24,000원(30%)이 빠져요."),
        (on(27, 13, 59), "56,000원을 돌려드려요. 방문 당일이라 80,000원에서 수수료 24,000원(30%)이 빠져요."),
    ):
        await until(world, moment)
        assert f"{terms} [취소 확정][그대로 두기]" in words(await customer.say("취소할게요"))
    answer = words(await customer.tap("취소 확정"))
    assert "취소했어요. 56,000원은 영업일 3일 안에 돌려드리고, 끝나면 알려드릴게요." in answer
    await world.settle()
    view = await my_page(world, reservation_id)
    assert view.cancellation is not None
    assert (view.cancellation.refund_krw, view.cancellation.fee_krw) == (56_000, 24_000)
    assert await refunds(world) == [56_000]


async def test_figures_that_changed_at_midnight_ask_again(world: World):
    """Shown at 23:58, confirmed at 00:01: nothing is cancelled until the new figures are confirmed."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(25, 23, 58))
    await customer.say("취소할게요")
    await until(world, on(26, 0, 1))
    answer = words(await customer.tap("취소 확정"))
    assert "아직 취소하지 않았어요. 자정이 지나 돌려드릴 돈이 72,000원에서 64,000원으로 바뀌었어요." in answer
    assert "전날 수수료는 16,000원(20%)이에요. 그래도 취소할까요? [취소 확정][그대로 두기]" in answer
    assert world.happened(ReservationCancelled) == []
    assert "취소했어요. 64,000원은" in words(await customer.tap("취소 확정"))
    await world.settle()
    assert await refunds(world) == [64_000]


async def test_moving_does_not_outwit_the_fee(world: World):
    """Moved the day before to a week later: the promised day still counts."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(26, 10))
    asked = words(await customer.say("금요일 거 12월 4일 2시로 옮겨줘"))
    assert "옮긴 뒤 취소해도 수수료는 먼저 약속한 11/27(금)을 기준으로 계산해요." in asked
    await customer.tap("옮기기")
    await world.settle()
    await cleaner.tap("갈 수 있어요")
    await world.settle()
    terms = words(await customer.say("취소할게요"))
    assert "64,000원을 돌려드려요. 먼저 약속한 날을 기준으로 80,000원에서 수수료 16,000원(20%)이 빠져요." in terms
    await customer.tap("취소 확정")
    await world.settle()
    assert await refunds(world) == [64_000]


async def test_from_the_visits_time_on_a_person_decides(world: World):
    """Refused at 14:00 sharp and after the start, with a way to somebody who can help; an old button, too."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(27, 13, 59))
    await customer.say("취소할게요")
    await until(world, on(27, 14))
    assert "방문할 시간이 되어 여기서는 바꾸거나 취소할 수 없어요." in words(await customer.tap("취소 확정"))
    await cleaner.tap("출발했어요")
    await until(world, on(27, 14, 3))
    await cleaner.tap("청소 시작")
    await world.settle()
    answer = words(await customer.say("지금 취소요"))
    assert "오후 2:03에 청소를 시작해서 여기서는 취소할 수 없어요." in answer
    assert "[상담원 연결]" in answer
    assert await refunds(world) == []


async def test_a_finished_one_and_one_of_somebody_else_cannot_be_cancelled(world: World):
    """There is nothing to cancel, and a passed-on button is no key."""
    cleaner, customer, stranger = await world.cleaner(), await world.customer(), await world.customer()
    await agrees(customer, cleaner)
    await customer.say("취소할게요")
    confirm = (await customer.button("취소 확정")).action
    assert "찾을 수 없어요" in words(await stranger.act(confirm))
    await cleans(cleaner)
    assert "취소할 예약이 없어요." in words(await customer.say("취소할게요"))
    assert "청소는 마쳤어요" in words(await customer.act(confirm))
    assert world.happened(ReservationCancelled) == []


async def test_which_of_two_is_asked(world: World):
    """취소할게요 with two bookings asks which; a day named is understood."""
    customer = await world.customer()
    await books(customer)
    other = await books(customer, "토요일 10시 마포 24평 집청소")
    assert "어느 예약을 취소할까요?" in words(await customer.say("취소할게요"))
    assert "[취소 확정]" in words(await customer.say("토요일거 취소"))
    await customer.tap("취소 확정")
    await world.settle()
    [cancelled] = world.happened(ReservationCancelled)
    assert cancelled.reservation_id == other
