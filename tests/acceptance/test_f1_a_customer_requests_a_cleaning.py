"""F1: a customer requests a cleaning by chatting, and a place is held for them."""

import pytest

from services.reservation.events import ReservationRequested
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, charges, holds, items, my_page, on, types, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def test_one_sentence_and_an_address_make_an_offer_with_its_price(world: World):
    """Four fields in one sentence; what is missing is asked; price, deadline and policy come before any money."""
    customer = await world.customer()
    understood = words(await customer.say(FRIDAY_AT_TWO))
    assert "11/27(금) 오후 2시, 마포구 24평, 집청소군요. 이제 주소만 알려 주시면 돼요." in understood
    await customer.say(ADDRESS)
    price, card, policy = await customer.tap("없어요")
    assert price.text == "80,000원이에요. 오후 3:15까지 시간을 잡아 둘게요."
    assert card.title == "예약 확인"
    assert items(card) == {
        "일시": "11/27(금) 14:00–17:00", "주소": ADDRESS, "청소": "집청소 24평", "추가 요금": "없음", "합계": "80,000원",
    }  # fmt: skip
    assert "4일 전까지 0%, 3~2일 전 10%, 전날 20%, 당일 30%예요" in policy.text
    assert [button.label for button in policy.buttons] == ["80,000원 결제하기", "내용 고치기"]
    [requested] = world.happened(ReservationRequested)
    assert (requested.customer_id, requested.starts_at, requested.price_krw) == (customer.id, on(27, 14), 80_000)
    assert requested.hold_expires_at == on(23, 15, 15)


async def test_the_same_by_buttons_only(world: World):
    """Whoever types nothing but the address gets there, too."""
    customer = await world.customer()
    for label in ("청소 예약하기", "집청소", "24평", "마포구", "다른 날짜", "11/27(금)", "오후 2시"):
        await customer.tap(label)
    assert words(await customer.say(ADDRESS)).startswith("주소를 적어 두었어요.")
    assert "80,000원이에요" in words(await customer.tap("없어요"))
    assert len(world.happened(ReservationRequested)) == 1


async def test_a_second_thought_changes_one_field_and_keeps_the_rest(world: World):
    """2시 말고 4시요: corrected without asking anything again."""
    customer = await world.customer()
    await customer.say(FRIDAY_AT_TWO)
    assert words(await customer.say("아 2시 말고 4시요")).startswith("오후 4시로 고쳤어요. 나머지는 그대로예요.")
    await customer.say(ADDRESS)
    _, card, _ = await customer.tap("없어요")
    assert items(card)["일시"] == "11/27(금) 16:00–19:00"


async def test_extras_and_a_note_are_in_the_price_and_on_the_card(world: World):
    """A fridge costs 20,000원 more, and a note goes to the cleaner."""
    customer = await world.customer()
    await customer.say(FRIDAY_AT_TWO)
    await customer.say(ADDRESS)
    await customer.tap("냉장고 청소")
    await customer.say("강아지가 있어요")
    shown = words(await customer.tap("없어요"))
    assert "100,000원이에요" in shown
    assert "냉장고 청소 20,000원" in shown
    assert "메모: 강아지가 있어요" in shown


async def test_a_place_is_held_for_fifteen_minutes_and_then_free_again(world: World):
    """An unpaid request is no deal: it expires by itself, the customer is told, and no money moved."""
    customer = await world.customer()
    reservation_id = await holds(customer)
    assert (await my_page(world, reservation_id)).status == "AWAITING_PAYMENT"
    await world.later(minutes=14, seconds=59)
    assert (await my_page(world, reservation_id)).status == "AWAITING_PAYMENT"
    await world.later(seconds=1)
    assert (await my_page(world, reservation_id)).status == "EXPIRED"
    assert await customer.titles() == ["결제하면 예약이 확정돼요", "잡아 둔 시간이 풀렸어요"]
    assert "나간 돈은 없어요" in words(await customer.news())
    assert await charges(world) == []


async def test_a_full_time_is_said_with_the_nearest_free_ones(world: World):
    """Three places on a Friday: the fourth customer is offered other times, and nothing typed is lost."""
    for _ in range(3):
        await holds(await world.customer())
    late = await world.customer()
    answer = words(await late.say(FRIDAY_AT_TWO))
    if "주소" in answer and "갈 수 없어요" not in answer:
        await late.say(ADDRESS)
        answer = words(await late.tap("없어요"))
    assert "적어 주신 내용은 그대로예요" in answer
    assert "[11/27 오전 11시]" in answer
    assert len(world.happened(ReservationRequested)) == 3
    await late.tap("11/27 오전 11시")
    await late.say(ADDRESS)
    _, card, _ = await late.tap("없어요")
    assert items(card)["일시"] == "11/27(금) 11:00–14:00"


async def test_two_who_want_the_last_place_at_once_one_gets_it(world: World):
    """Both saw it free; the database decides, and the other is offered what is near."""
    for _ in range(2):
        await holds(await world.customer())
    one, other = await world.customer(), await world.customer()
    for customer in (one, other):
        await customer.say(FRIDAY_AT_TWO)
        await customer.say(ADDRESS)
    first, second = words(await one.tap("없어요")), words(await other.tap("없어요"))
    assert "80,000원이에요" in first
    assert "방금 다른 분이 11/27(금) 오후 2시를 먼저 잡으셨어요" in second
    assert "[11/27 오전 11시]" in second


async def test_another_wish_before_paying_takes_the_place_of_the_first(world: World):
    """One unfinished booking a chat: the place of the first goes back to everybody."""
    customer = await world.customer()
    first = await holds(customer)
    second = await holds(customer, "토요일 10시 마포 24평 집청소")
    assert (await my_page(world, first)).status == "CANCELLED"
    assert (await my_page(world, second)).status == "AWAITING_PAYMENT"
    assert "먼저 잡아 둔 시간을 풀었어요" in await customer.titles()


async def test_what_cannot_be_is_answered_kindly_and_holds_nothing(world: World):
    """Nonsense gets a sentence that helps; nothing is booked."""
    for said, answer in (
        ("부산 금요일 2시 24평 집청소", "부산은 아직 못 가요. 지금은 마포·서대문·강남·송파구에 갈 수 있어요."),
        ("어제 2시 마포 24평 집청소", "지난 날이에요."),
        ("금요일 새벽 2시 마포 24평 집청소", "방문은 오전 8시부터 오후 6시 사이에 시작해요."),
        ("2월 30일 마포 24평 집청소", "달력에 없는 날이에요."),
        ("금요일 2시 마포 200평 집청소", "70평까지"),
        ("ㅁㄴㅇㄹ", "제가 잘 못 알아들었어요."),
    ):
        customer = await world.customer()
        assert answer in words(await customer.say(said)), said
        assert types(world, customer_id=customer.id) == []


async def test_a_cleaner_hears_nothing_of_an_unpaid_request(world: World):
    """No deal before it is paid."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await holds(customer)
    await world.later(minutes=20)
    assert await cleaner.titles() == []


async def test_a_changed_mind_at_the_price_is_no_cancellation(world: World):
    """Four instead of two: the earlier time is let go and the new one held, and no notice says it was cancelled."""
    customer = await world.customer()
    await holds(customer)
    await world.settle()
    answer = words(await customer.say("아 2시 말고 4시요"))
    assert "80,000원이에요" in answer
    await world.settle()
    titles = await customer.titles()
    assert "먼저 잡아 둔 시간을 풀었어요" in titles
    assert "예약을 취소했어요" not in titles
    assert titles[-1] == "결제하면 예약이 확정돼요"
