"""Many customers at once, and what must be true of their money afterwards."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from services.reservation.model import Reservation
from services.reservation.values import Status
from services.shared_kernel.clock import KST
from services.shared_kernel.refusal import Refusal
from tests.support.world import World

FIRST_DAY = datetime(2026, 11, 28, tzinfo=KST)
AREAS = ("mapo", "seodaemun", "gangnam", "songpa")
HOURS = (8, 11, 14, 17)
DEALS = (Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED)


def place_of(number: int) -> tuple[str, datetime]:
    """Area and start of the crowd's nth visit; each place is used twice, which every day's capacity allows."""
    place = number // 2
    area = AREAS[place % 4]
    hour = HOURS[place // 4 % 4]
    return area, FIRST_DAY + timedelta(days=place // 16, hours=hour)


async def hold(world: World, number: int) -> Reservation:
    """The crowd's nth customer holds a place."""
    area, starts_at = place_of(number)
    return await world.ssak3.reservations.request(
        reservation_id=world.ssak3.ids.new(),
        customer_id=f"customer-{number}",
        service="home",
        size_pyeong=24,
        area=area,
        details_id="details",
        starts_at=starts_at,
    )


async def book_and_pay(world: World, number: int) -> Reservation:
    """… and pays at once. Whatever payment answers is in `payment_state`."""
    held = await hold(world, number)
    return await world.ssak3.reservations.pay(reservation_id=held.id, customer_id=held.customer_id, method="card")


async def pay_again(world: World, reservation: Reservation) -> Reservation:
    """Tap pay once more, as one who was called back does; refused when there is nothing to pay."""
    try:
        return await world.ssak3.reservations.pay(
            reservation_id=reservation.id, customer_id=reservation.customer_id, method="card"
        )
    except Refusal:
        return await world.ssak3.reservations.get(reservation_id=reservation.id)


async def crowd(world: World, size: int) -> list[Reservation]:
    """All at the same time."""
    return list(await asyncio.gather(*(book_and_pay(world, number) for number in range(size))))


async def check_money(world: World, reservations: list[Reservation]) -> Counter[str]:
    """Rule 2 and 3 from outside: the provider's own ledger against the reservations. Counts by status."""
    ledger = await world.ledger()
    refunded = Counter[str]()
    for refund in ledger["refunds"]:
        refunded[refund["payment_key"]] += refund["amount_krw"]
    charged: dict[str, list[int]] = {}
    for reservation in reservations:
        payment = await world.ssak3.payments.of_reservation(reservation_id=reservation.id)
        orders = {attempt.order_id for attempt in payment.attempts} if payment else set()
        charged[reservation.id] = [
            charge["amount_krw"] - refunded[charge["payment_key"]]
            for charge in ledger["charges"]
            if charge["order_id"] in orders
        ]
    counts = Counter[str]()
    for reservation in reservations:
        now = await world.ssak3.reservations.get(reservation_id=reservation.id)
        kept = [amount for amount in charged[reservation.id] if amount]
        counts[now.status] += 1
        if now.status in DEALS:
            assert kept == [now.price_krw], f"{now.status} {now.id} with {charged[reservation.id]}"
        else:
            assert kept == [], f"{now.status} {now.id} keeps {kept}"
    assert sum(len(charges) for charges in charged.values()) == len(ledger["charges"]), "a charge of nobody's"
    return counts
