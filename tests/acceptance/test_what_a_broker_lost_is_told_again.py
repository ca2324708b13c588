"""A broker's disk is gone, or somebody deleted a queue: `ssak3 events republish` tells it again, from the event logs."""

import pytest

from messaging.catalogue import FOLLOWS
from tests.support.story import agrees, books, lost, my_page, on, republish, until
from tests.support.world import World

pytestmark = pytest.mark.asyncio

THURSDAY = "목요일 2시 마포 24평 집청소"


async def test_a_paid_booking_of_which_nobody_heard_is_told_to_all_who_follow_it(world: World):
    """Everything is lost on the way. Told again, it goes on as if nothing had been, and nobody hears anything twice."""
    cleaner, lucky, unlucky = await world.cleaner(), await world.customer(), await world.customer()
    await agrees(lucky, cleaner)
    async with lost(world, *FOLLOWS):
        reservation_id = await books(unlucky, THURSDAY)
    assert await world.ssak3.my_page.get(reservation_id) is None
    assert await republish(world) >= 3
    await world.settle()
    assert (await my_page(world, reservation_id)).status == "CONFIRMED"
    await cleaner.tap("수락하기")
    await world.settle()
    assert await unlucky.titles() == await lucky.titles()
    assert len([title for title in await cleaner.titles() if title.startswith("새 일이 왔어요")]) == 2
    assert await republish(world) == 0


@pytest.mark.parametrize("consumer", ["cleaning", "notification", "mypage", "reservation"])
async def test_one_that_lost_its_queue_catches_up_and_the_others_pass_it_by(world: World, consumer: str):
    cleaner, customer = await world.cleaner(), await world.customer()
    async with lost(world, consumer):
        reservation_id = await books(customer, THURSDAY)
    assert await republish(world) >= 1
    await world.settle()
    await cleaner.tap("수락하기")
    await world.settle()
    await until(world, on(26, 23, 0))
    assert (await my_page(world, reservation_id)).job is not None
    for one in (customer, cleaner):
        told = await one.titles()
        assert len(told) == len(set(told)), told
    assert await republish(world) == 0


async def test_what_is_dead_isnt_told_again_because_it_waits_for_its_replay(world: World):
    customer = await world.customer()
    async with lost(world, "mypage"):
        await books(customer)
    await world.later(minutes=2)
    contexts = world.ssak3.databases.contexts
    dead = set()
    for name in ("reservation", "payment", "cleaning", "notification"):
        log = contexts[name].tables.event_log
        async with contexts[name].database.read() as connection:
            dead |= {row.event_id for row in await connection.execute(log.select())}
    assert await republish(world, {"mypage": dead}) == 0
    assert await republish(world, {"cleaning": dead}) >= 3


async def test_what_comes_meanwhile_about_the_same_visit_waits_for_its_turn(world: World):
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await agrees(customer, cleaner)
    await until(world, on(27, 13, 35))
    async with lost(world, "mypage"):
        await cleaner.tap("출발했어요")
        await world.settle()
    await until(world, on(27, 14, 3))
    await cleaner.tap("청소 시작")
    await world.settle()
    assert await republish(world) >= 1
    await world.settle()
    job = (await my_page(world, reservation_id)).job
    assert job is not None
    assert (job.status, job.en_route_at, job.started_at) == ("STARTED", on(27, 13, 35), on(27, 14, 3))
