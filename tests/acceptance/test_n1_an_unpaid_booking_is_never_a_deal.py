"""N1: no deal without exactly one charge, no charge without a deal or all of it back, whatever the provider does."""

from typing import Any

import pytest

from services.payment.events import PaymentApproved
from services.reservation.model import Reservation
from tests.support.crowd import check_money, crowd, pay_again
from tests.support.world import OpenWorld, World, together

# Two hundred people are much work for a small machine.
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300)]

CROWD = 200


@pytest.mark.parametrize("mode", ["down", "slow", "unknown"])
async def test_two_hundred_pay_while_the_provider_is_ill(open_world: OpenWorld, mode: str):
    """They pay at once, nobody becomes a deal for nothing; after recovery every won is accounted for."""
    # With a provider that is slower than our patience, and us slower than the customer's.
    impatient: dict[str, Any] = {"slow_seconds": 4.0, "provider_timeout_seconds": 2.0, "payment_timeout_seconds": 1.0}
    async with open_world(**(impatient if mode == "slow" else {})) as world:
        await _pay_while_ill(world, mode)


async def _pay_while_ill(world: World, mode: str) -> None:
    await world.provider(mode)
    reservations = await crowd(world, CROWD)
    deals = {each.id for each in reservations if each.status == "CONFIRMED"}
    approved = {event.reservation_id for event in world.happened(PaymentApproved)}
    assert deals <= approved
    assert {each.payment_state for each in reservations} <= {"confirming", "deferred", "paid"}
    await world.settle()

    await world.provider("normal")
    world.clock.advance(minutes=1)
    # One finds that the breaker lets a call through; then all try again who may.
    await pay_again(world, reservations[-1])
    unpaid = await _try_again(world, reservations)
    for minutes in (2, 11):
        await world.later(minutes=minutes)
    # More than once, if need be: a busy machine may keep somebody waiting longer than they wait for an answer.
    for _ in range(4):
        unpaid = await _try_again(world, unpaid)
        await world.later(minutes=1)
        if not unpaid:
            break
    counts = await check_money(world, reservations)
    assert sum(counts.values()) == CROWD
    assert counts["CONFIRMED"] > 0
    assert counts["AWAITING_PAYMENT"] == 0


async def _try_again(world: World, reservations: list[Reservation]) -> list[Reservation]:
    """A few at a time, so that nobody runs out of patience with this machine rather than with the provider.

    Those who haven't paid then.
    """
    now: list[Reservation] = []
    for first in range(0, len(reservations), 10):
        now += await together(*(pay_again(world, each) for each in reservations[first : first + 10]))
    return [each for each in now if each.status == "AWAITING_PAYMENT"]


async def test_an_approval_that_comes_after_the_cancellation_goes_back_in_full(world: World):
    """The customer gives up while nobody knows; the charge is found later and returned without anyone asking."""
    await world.provider("unknown")
    [reservation] = await crowd(world, 1)
    assert reservation.payment_state == "confirming"
    cancelled = await world.ssak3.reservations.cancel(
        reservation_id=reservation.id, customer_id=reservation.customer_id, expected_refund_krw=0, reason=""
    )
    assert cancelled.status == "CANCELLED"
    await world.provider("normal")
    await world.later(minutes=1)
    await world.later(minutes=11)
    ledger = await world.ledger()
    assert [charge["amount_krw"] for charge in ledger["charges"]] == [80_000]
    assert [refund["amount_krw"] for refund in ledger["refunds"]] == [80_000]
    await check_money(world, [reservation])
