"""F4: the customer pays by one tap, and the answer to the tap says how it went."""

import pytest

from services.payment.events import PaymentApproved
from services.reservation.events import ReservationConfirmed
from tests.support.story import PAY, asks, charges, holds, my_page, refunds, words
from tests.support.world import World, together

pytestmark = pytest.mark.asyncio


async def test_the_answer_to_the_tap_is_the_result_with_every_consumer_asleep(world: World):
    """Synchronous: no relay, consumer or tick ran between the tap and the answer."""
    customer = await world.customer()
    reservation_id = await holds(customer)
    answer = words(await customer.tap(PAY))
    assert "80,000원 결제했어요. 11/27(금) 오후 2시 예약이 확정됐어요" in answer
    assert await charges(world) == [80_000]
    reservation = await world.ssak3.reservations.get(reservation_id=reservation_id)
    assert (reservation.status, reservation.payment_state) == ("CONFIRMED", "paid")


async def test_a_double_tap_pays_once(world: World):
    """Two taps at the same time, and one a day later: one charge."""
    customer = await world.customer()
    await holds(customer)
    pay = (await customer.button(PAY)).action
    await together(customer.act(pay), customer.act(pay))
    await world.settle()
    chat = await customer.transcript()
    assert "80,000원을 한 번만 결제했어요" in chat
    await world.later(days=1)
    assert "한 번만 결제했어요" in words(await customer.act(pay))
    assert await charges(world) == [80_000]
    assert len(world.happened(ReservationConfirmed)) == 1


async def test_a_declined_card_takes_nothing_and_keeps_the_place(world: World):
    """The reason, that no money moved, until when it is kept; paying again works."""
    customer = await world.customer()
    await holds(customer)
    await world.provider("declining")
    answer = words(await customer.tap(PAY))
    assert "카드사에서 승인하지 않았어요" in answer
    assert "돈은 나가지 않았고, 시간은 오후 3:15까지 그대로예요." in answer
    assert "[다른 카드로 결제][다시 결제하기][예약 그만두기]" in answer
    assert await charges(world) == []
    await world.provider("normal")
    assert "80,000원 결제했어요" in words(await customer.tap("다시 결제하기"))
    assert await charges(world) == [80_000]


async def test_an_old_pay_button_charges_nothing_and_offers_the_same_time(world: World):
    """The hold ran out: the tap says so and offers what is free."""
    customer = await world.customer()
    await holds(customer)
    await world.later(minutes=15)
    answer = words(await customer.tap(PAY))
    assert "결제 기한이 지나 잡아 둔 시간이 풀렸어요. 돈은 나가지 않았어요. 같은 시간이 아직 비어 있어요." in answer
    assert "[다시 예약하기][다른 시간 보기]" in answer
    assert await charges(world) == []


async def test_an_unknown_result_is_found_out_and_never_charged_twice(world: World):
    """The provider took the money and hung up: the customer is told to wait, then that it was paid once."""
    customer = await world.customer()
    reservation_id = await holds(customer)
    await world.provider("unknown")
    assert "결제됐는지 확인하고 있어요. 다시 결제하지 않으셔도 돼요." in words(await customer.tap(PAY))
    assert "두 번 결제되지 않게 잠시 막아 두었어요" in words(await customer.say("다시 결제할래요"))
    await world.provider("normal")
    await world.later(minutes=1)
    await world.later(minutes=1)
    assert (await my_page(world, reservation_id)).status == "CONFIRMED"
    assert await charges(world) == [80_000]
    assert await refunds(world) == []
    assert len(world.happened(PaymentApproved)) == 1
    assert "예약이 확정됐어요" in await customer.titles()


async def test_payment_down_keeps_the_place_and_calls_back(world: World):
    """Nobody waits: pay later, the place is kept, and a notice brings the button when payment works again."""
    *others, customer = [await world.customer() for _ in range(6)]
    for number, other in enumerate(others):
        await asks(other, f"목요일 {'10시' if number % 2 else '2시'} 강남 24평 집청소", "강남구 OO대로 3, 7층")
    reservation_id = await holds(customer)
    await world.provider("down")
    for other in others:
        await other.tap(PAY)
    answer = words(await customer.tap(PAY))
    assert "지금 결제가 몰려서 조금 뒤에 받을게요. 돈은 나가지 않았어요." in answer
    assert "11/24(화) 오후 3시까지 잡아 두고" in answer
    await world.later(minutes=30)
    assert (await my_page(world, reservation_id)).status == "AWAITING_PAYMENT"
    await world.provider("normal")
    await world.later(minutes=1)
    assert (await customer.titles())[-2:] == ["결제는 조금 뒤에 받을게요", "이제 결제하실 수 있어요"]
    assert "80,000원 결제했어요" in words(await customer.tap("결제하기"))
    assert await charges(world) == [80_000]
