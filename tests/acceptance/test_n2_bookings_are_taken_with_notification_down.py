"""N2: with notification paused, or the broker away, every booking is taken; then each is told once, in causal order."""

from collections import defaultdict

import pytest

from services.notification.events import NotificationSent
from tests.support.crowd import check_money, crowd
from tests.support.world import World

# Two hundred people are much work for a small machine.
pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300)]

CROWD = 200
FIRST_NOTICES = ["customer_hold_made", "customer_reservation_confirmed"]


async def test_two_hundred_are_booked_while_notification_sleeps_and_all_are_told_once_awake(world: World):
    """Nothing waits for notification; on resuming, each gets each message exactly once, in causal order."""
    people = [await world.ssak3.welcoming.welcome(f"customer-{n}") for n in range(CROWD)]
    cleaners = [await world.cleaner(f"OO클린{n}") for n in range(3)]
    await world.settle()
    world.ssak3.switches.notifications_paused = True

    reservations = await crowd(world, CROWD)
    await world.settle()
    assert {each.status for each in reservations} == {"CONFIRMED"}
    await check_money(world, reservations)
    assert not world.happened(NotificationSent)

    world.ssak3.switches.notifications_paused = False
    await world.settle()
    for _ in range(3):  # a send that a busy machine didn't answer in time is made again seconds later
        await world.later(seconds=5)
    told: dict[str, list[str]] = defaultdict(list)
    for event in world.happened(NotificationSent):
        told[event.person_id].append(event.template)
    assert [told[person.id] for person in people] == [FIRST_NOTICES] * CROWD
    offers = [template for cleaner in cleaners for template in told[cleaner.id]]
    assert offers == ["cleaner_job_offered"] * CROWD
    for person in people[:5]:
        log = await world.ssak3.log_reader.after(person.id, 0, 100)
        assert [message.card.title for message in log] == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]


async def test_bookings_are_taken_with_the_broker_away(world: World):
    """The outbox keeps what the broker can't take; nothing is lost when it is back."""
    with world.broker_away():
        reservations = await crowd(world, 20)
        await world.settle()
        assert {each.status for each in reservations} == {"CONFIRMED"}
        assert (await world.ssak3.my_page.of_customer("customer-0")).reservations == []
    await world.settle()
    for number in range(20):
        [shown] = (await world.ssak3.my_page.of_customer(f"customer-{number}")).reservations
        assert shown.status == "CONFIRMED"
