"""F8: on cancellation the payment is cancelled, asynchronously, and really: the provider's own ledger shows it."""

import pytest

from services.payment.events import PaymentRefunded
from tests.support.story import agrees, books, charges, my_page, on, refunds, until, words
from tests.support.world import World, together

pytestmark = pytest.mark.asyncio


async def test_the_refund_is_at_the_provider_and_the_customer_is_told_twice(world: World):
    """Once when it is on its way, once when it is done; my page shows the totals."""
    customer = await world.customer()
    reservation_id = await books(customer)
    await customer.news()
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    assert await refunds(world) == []
    await world.settle()
    assert (await charges(world), await refunds(world)) == ([80_000], [80_000])
    [charge], [refund] = (await world.ledger())["charges"], (await world.ledger())["refunds"]
    assert refund["payment_key"] == charge["payment_key"]
    promised, done = await customer.news()
    assert (promised.title, done.title) == ("80,000원을 돌려드려요", "80,000원을 돌려드렸어요")
    assert "환불은 영업일 3일 안에 끝나요." in promised.text
    view = await my_page(world, reservation_id)
    assert view.payment is not None
    assert (view.payment.status, view.payment.refunded_krw) == ("REFUNDED", 80_000)
    assert "80,000원을 돌려드렸어요" in words(await customer.say("환불 언제 돼요"))


async def test_a_partial_refund_keeps_the_fee(world: World):
    """The day before: 64,000 of 80,000 go back."""
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await agrees(customer, cleaner)
    await until(world, on(26, 10))
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.settle()
    assert await refunds(world) == [64_000]
    view = await my_page(world, reservation_id)
    assert view.payment is not None
    assert (view.payment.status, view.payment.refunded_krw) == ("PARTIALLY_REFUNDED", 64_000)


async def test_the_cancellation_counts_though_payment_is_away_and_the_refund_follows(world: World):
    """Asynchronous: provider down while cancelling; the money goes back when it answers again, once."""
    customer = await world.customer()
    await books(customer)
    await world.provider("down")
    await customer.say("취소할게요")
    assert "취소했어요. 80,000원은 영업일 3일 안에 돌려드리고" in words(await customer.tap("취소 확정"))
    await world.later(minutes=5)
    assert "80,000원을 돌려드리고 있어요." in words(await customer.say("환불 언제 돼요"))
    assert await refunds(world) == []
    await world.provider("normal")
    await world.later(hours=1)
    await world.later(hours=1)
    assert await refunds(world) == [80_000]
    assert len(world.happened(PaymentRefunded)) == 1


async def test_confirming_twice_refunds_once(world: World):
    """A double tap, and the same button a day later."""
    customer = await world.customer()
    await books(customer)
    await customer.say("취소할게요")
    confirm = (await customer.button("취소 확정")).action
    await together(customer.act(confirm), customer.act(confirm))
    await world.settle()
    await world.later(days=1)
    assert "예약은 이미 취소했어요. 80,000원은" in words(await customer.act(confirm))
    await world.settle()
    assert await refunds(world) == [80_000]
    assert (await customer.titles()).count("80,000원을 돌려드렸어요") == 1


async def test_a_refund_whose_answer_was_lost_is_not_sent_twice(world: World):
    """The provider did it and hung up: found out from its list of cancels."""
    customer = await world.customer()
    await books(customer)
    await world.provider("unknown")
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.settle()
    await world.provider("normal")
    await world.later(hours=1)
    assert await refunds(world) == [80_000]
    assert (await customer.titles()).count("80,000원을 돌려드렸어요") == 1


async def test_paid_after_giving_up_goes_back_by_itself(world: World):
    """An unknown payment that turns out approved after the cancellation is refunded in full, unasked."""
    customer = await world.customer()
    await customer.say("금요일 2시 마포 24평 집청소")
    await customer.say("마포구 OO로 12, 101동 502호")
    await customer.tap("없어요")
    await world.provider("unknown")
    await customer.tap("80,000원 결제하기")
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.provider("normal")
    await world.later(minutes=2)
    await world.later(minutes=2)
    assert (await charges(world), await refunds(world)) == ([80_000], [80_000])
    assert "80,000원을 돌려드렸어요" in await customer.titles()
    assert "예약이 닫힌 뒤에 결제가 승인돼서 모두 돌려드려요" in await customer.transcript()
