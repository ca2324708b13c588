"""F5: on payment a cleaner is told the payment and the booking, asynchronously."""

import pytest

from services.cleaning.events import JobOffered
from services.reservation.events import ReservationConfirmed
from services.shared_kernel.ids import short_code
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, PAY, agrees, books, holds, items, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def test_the_offer_shows_the_booking_and_that_it_is_paid(world: World):
    """When, where, what, how much is paid and how much is for the cleaner; not yet the address."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await books(customer)
    [notice] = await cleaner.news()
    assert notice.title == "새 일이 왔어요: 68,000원"
    assert notice.text == "OO클린님, 11/23(월) 15:10까지 답해 주세요."
    assert items(notice) == {
        "일시": "11/27(금) 14:00", "지역": "마포구", "내용": "집청소 24평", "고객 결제": "80,000원 완료",
    }  # fmt: skip
    assert [button.label for button in notice.buttons] == ["수락하기", "거절하기"]
    assert "OO로 12" not in await cleaner.transcript()


async def test_what_is_paid_for_besides_is_told_wherever_the_job_is(world: World):
    """Else the customer pays for windows that nobody cleans."""
    cleaner, customer, operator = await world.cleaner(), await world.customer(), await world.operator()
    await customer.say(FRIDAY_AT_TWO)
    await customer.say(ADDRESS)
    await customer.say("창문이랑 냉장고요")
    await customer.say("없어요")
    await customer.say("결제할게요")
    await world.settle()
    work = "집청소 24평, 냉장고 청소, 창문 청소"
    [offered] = await cleaner.news()
    assert items(offered)["내용"] == work
    await cleaner.tap("수락하기")
    await world.settle()
    assert items((await cleaner.news())[-1])["내용"] == work
    await world.later(days=3, hours=20)
    assert work in words(await cleaner.tap("내 일 보기"))
    [confirmed] = world.happened(ReservationConfirmed)
    assert work in words(await operator.say(f"예약 {short_code(confirmed.reservation_id)}"))


async def test_nothing_before_the_payment_and_nothing_for_a_declined_one(world: World):
    """Until the money is there, no cleaner hears of it."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await holds(customer)
    assert await cleaner.titles() == []
    await world.provider("declining")
    await customer.tap(PAY)
    await world.settle()
    assert await cleaner.titles() == []
    await world.provider("normal")
    await customer.tap("다시 결제하기")
    await world.settle()
    assert await cleaner.titles() == ["새 일이 왔어요: 68,000원"]


async def test_address_and_note_come_with_the_acceptance(world: World):
    """Whoever takes the job reads where it is, in the answer and in a notice to keep."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await customer.say("금요일 2시 마포 24평 집청소")
    await customer.say(ADDRESS)
    await customer.say("강아지가 있어요")
    await customer.tap("없어요")
    await customer.tap(PAY)
    await world.settle()
    answer = words(await cleaner.tap("수락하기"))
    assert f"11/27(금) 오후 2시 일을 맡으셨어요. {ADDRESS}예요. 고객 메모: 강아지가 있어요" in answer
    await world.settle()
    notice = (await cleaner.news())[-1]
    assert (items(notice)["주소"], items(notice)["메모"]) == (ADDRESS, "강아지가 있어요")


async def test_the_payment_is_answered_while_the_cleaners_side_is_away(world: World):
    """Asynchronous: with cleaning and notification asleep the customer pays; the offer comes when they wake."""
    cleaner, customer = await world.cleaner(), await world.customer()
    world.asleep |= {"cleaning", "notification"}
    await holds(customer)
    assert "예약이 확정됐어요" in words(await customer.tap(PAY))
    await world.later(minutes=3)
    assert world.happened(JobOffered) == []
    world.asleep.clear()
    await world.settle()
    assert await cleaner.titles() == ["새 일이 왔어요: 68,000원"]
    assert "15:13까지 답해 주세요" in words(await cleaner.news())


async def test_only_one_who_comes_there_on_that_day_is_asked(world: World):
    """Area and weekday count; the others hear nothing."""
    elsewhere = await world.cleaner("송파클린", areas=("songpa",))
    weekdays_off = await world.cleaner("주말클린", days=(6, 7))
    fits, customer = await world.cleaner("마포클린", areas=("mapo",), days=(5,)), await world.customer()
    await agrees(customer, fits)
    await world.later(minutes=30)
    assert await elsewhere.titles() == await weekdays_off.titles() == []
    assert (await fits.titles())[0] == "새 일이 왔어요: 68,000원"
