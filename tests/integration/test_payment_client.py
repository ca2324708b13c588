"""What chats ask of payment from another process says the same as asking it in the same one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.payment.adapters.client import PaymentAway, PaymentClient
from services.payment.events import CompensationOwed
from services.payment.refunds import owe
from services.payment.refusals import OtherAttempt, RefundTooLarge
from services.shared_kernel.refusal import NotFound
from tests.support.payment_doors import TOKEN, app_of, shop
from tests.support.payment_shop import PRICE, Shop
from tests.support.serving import serving

__all__ = ["shop"]

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def client(shop: Shop) -> AsyncIterator[PaymentClient]:
    async with serving(app_of(shop)) as url:
        yield PaymentClient(shop.session, url, TOKEN)


async def paid(shop: Shop) -> str:
    await shop.pay("a")
    payment = await shop.use_cases.of_reservation(reservation_id="r1")
    assert payment is not None
    return payment.id


async def test_refunds(shop: Shop, client: PaymentClient) -> None:
    payment_id = await paid(shop)
    made = await client.refund(payment_id=payment_id, refund_id="f1", amount_krw=30_000, reason="사과의 뜻")
    [known] = await shop.use_cases.refunds_of(payment_id=payment_id)
    assert made == known
    hurried = await client.try_refund_now(refund_id="f1")
    assert [hurried] == list(await shop.use_cases.refunds_of(payment_id=payment_id))
    assert hurried.version == made.version + 1
    with pytest.raises(RefundTooLarge) as refusal:
        await client.refund(payment_id=payment_id, refund_id="f2", amount_krw=PRICE, reason="더")
    assert refusal.value.left_krw == 50_000
    with pytest.raises(OtherAttempt):
        await client.refund(payment_id=payment_id, refund_id="f1", amount_krw=1, reason="다른 금액")
    with pytest.raises(NotFound):
        await client.try_refund_now(refund_id="f9")
    with pytest.raises(NotFound):
        await client.refund(payment_id="nobody", refund_id="f3", amount_krw=1, reason="x")


async def test_compensations(shop: Shop, client: PaymentClient) -> None:
    payment_id = await paid(shop)
    async with shop.work() as work:
        old = await work.payments.get(payment_id)
        new, owed, events = owe(old, compensation_id="f1", amount_krw=8_000, caused_by=None, at=shop.clock.now())
        assert isinstance(events[0], CompensationOwed)
        await work.compensations.save(None, owed)
        await work.payments.save(old, new, events)
    assert list(await client.owed_compensations()) == list(await shop.use_cases.owed_compensations())
    done = await client.pay_compensation(compensation_id="f1", by="operator-1")
    assert (done.status, done.paid_by) == ("PAID", "operator-1")
    assert list(await client.owed_compensations()) == []
    with pytest.raises(NotFound):
        await client.pay_compensation(compensation_id="f9", by="operator-1")


async def test_why_it_was_declined_and_what_happened(shop: Shop, client: PaymentClient) -> None:
    assert await client.last_decline(reservation_id="r1") is None
    await shop.mode("declining")
    await shop.pay("a")
    declined = await client.last_decline(reservation_id="r1")
    assert declined is not None
    assert declined == await shop.use_cases.last_decline(reservation_id="r1")
    assert declined.code == "REJECT_CARD_COMPANY"
    events = await client.events_of(payment_id=declined.payment_id)
    assert [event.type for event in events] == ["ssak3.payment.declined.v1"]
    assert events == await shop.history(declined.payment_id)


async def test_how_the_provider_feels(shop: Shop, client: PaymentClient) -> None:
    assert await client.is_available()
    assert await client.breaker_state() == "closed"
    await shop.mode("down")
    for number in range(3):
        await shop.pay(f"e{number}", f"e{number}")
    assert not await client.is_available()
    assert await client.breaker_state() == "open"


async def test_with_payment_gone(shop: Shop) -> None:
    gone = PaymentClient(shop.session, "http://127.0.0.1:9", TOKEN)
    assert not await gone.is_available()
    assert await gone.breaker_state() == "closed", "payment away says nothing of the provider"
    with pytest.raises(PaymentAway):
        await gone.owed_compensations()


async def test_with_another_token(shop: Shop) -> None:
    async with serving(app_of(shop)) as url:
        with pytest.raises(PaymentAway):
            await PaymentClient(shop.session, url, "another").owed_compensations()
