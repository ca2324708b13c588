"""N3: with payment down a breaker opens: answered at once, the place is kept, called back when it works again."""

import time
from datetime import timedelta

import pytest

from services.reservation.events import PaymentDeferred, PaymentReopened
from services.shared_kernel.clock import kst
from tests.support.crowd import check_money, crowd, pay_again
from tests.support.story import PAY, holds, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def open_the_breaker(world: World) -> None:
    await world.provider("down")
    while world.ssak3.provider_breaker.state == "closed":
        await world.ssak3.payments.is_available()
    assert world.ssak3.provider_breaker.state == "open"


async def test_the_customer_is_told_to_pay_a_little_later_and_keeps_the_time(world: World):
    """The story of one customer, from the tap to the call back."""
    customer = await world.customer()
    await holds(customer)
    await open_the_breaker(world)
    answer = words(await customer.tap(PAY))
    assert "지금 결제가 몰려서 조금 뒤에 받을게요. 돈은 나가지 않았어요." in answer
    assert "11/24(화) 오후 3" in answer
    assert (await world.ledger())["charges"] == []

    await world.later(hours=2)
    assert "이제 결제하실 수 있어요" not in await customer.titles()
    await world.provider("normal")
    await world.later(seconds=15)
    assert "이제 결제하실 수 있어요" in await customer.titles()
    answer = words(await customer.tap("결제하기"))
    assert "80,000원 결제했어요" in answer
    assert len((await world.ledger())["charges"]) == 1


async def test_with_the_breaker_open_nobody_reaches_the_provider_and_nobody_waits(world: World):
    """Sixty at once: every one is answered without a call to the provider, and keeps a place until tomorrow."""
    await open_the_breaker(world)
    calls = 0

    async def count(*args: object, **kwargs: object) -> None:
        nonlocal calls
        calls += 1

    world.session.post = count  # type: ignore[method-assign,assignment]
    began = time.monotonic()
    reservations = await crowd(world, 60)
    elapsed = time.monotonic() - began
    del world.session.post
    assert calls == 0
    assert {each.payment_state for each in reservations} == {"deferred"}
    assert len(world.happened(PaymentDeferred)) == 60
    until = world.clock.now() + timedelta(hours=24)
    assert {kst(each.hold_expires_at) for each in reservations} == {kst(until)}
    # Far from a limit: it only shows that nobody sat through a timeout.
    assert elapsed < 60 * world.ssak3.outside.payment_timeout_seconds


async def test_called_back_a_few_at_a_time_and_more_while_they_pay(world: World):
    """Two first; twice as many each time somebody has paid; each is called once."""
    await open_the_breaker(world)
    reservations = await crowd(world, 20)
    await world.settle()
    await world.provider("normal")
    world.clock.advance(seconds=15)
    waves, reopened = [], 0
    for _ in range(12):
        await world.ssak3.reservation_ticks.call_back()
        fresh = world.happened(PaymentReopened)[reopened:]
        if not fresh:
            break
        waves.append(len(fresh))
        reopened += len(fresh)
        for event in fresh:
            [reservation] = [each for each in reservations if each.id == event.reservation_id]
            await pay_again(world, reservation)
    assert waves == [2, 4, 8, 6]
    await world.settle()
    counts = await check_money(world, reservations)
    assert counts == {"CONFIRMED": 20}


async def test_while_payment_stays_down_nobody_is_called_back_and_at_the_deadline_the_place_is_free(world: World):
    """No false hope, and no place blocked for ever."""
    await open_the_breaker(world)
    [reservation] = await crowd(world, 1)
    for _ in range(6):
        await world.later(hours=4, seconds=1)
    assert not world.happened(PaymentReopened)
    now = await world.ssak3.reservations.get(reservation_id=reservation.id)
    assert now.status == "EXPIRED"
