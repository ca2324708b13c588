"""N1: no deal without exactly one charge, no charge without a deal or all of it back, whatever the provider does."""

import pytest

from services.payment.events import PaymentApproved
from tests.support.crowd import check_money, crowd, pay_again
from tests.support.world import World

pytestmark = pytest.mark.asyncio

CROWD = 200


@pytest.mark.parametrize("mode", ["down", "slow", "unknown"])
async def test_two_hundred_pay_while_the_provider_is_ill(world: World, mode: str):
    """They pay at once, nobody becomes a deal for nothing; after recovery every won is accounted for."""
    await world.provider(mode)
    reservations = await crowd(world, CROWD)
    deals = {each.id for each in reservations if each.status == "CONFIRMED"}
    approved = {event.reservation_id for event in world.happened(PaymentApproved)}
    assert deals <= approved
    assert {each.payment_state for each in reservations} <= {"confirming", "deferred", "paid"}
    await world.settle()

    await world.provider("normal")
    for _ in range(12):
        await world.later(minutes=2)
    # Those who were called back try again; the others find that they have paid, or pay now.
    reservations = [await pay_again(world, each) for each in reservations]
    await world.later(minutes=1)
    counts = await check_money(world, reservations)
    assert sum(counts.values()) == CROWD
    assert counts["CONFIRMED"] > 0
    assert counts["AWAITING_PAYMENT"] == 0

    await world.later(days=1, minutes=1)
    await check_money(world, reservations)


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
