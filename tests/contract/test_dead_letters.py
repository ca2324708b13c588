"""What every broker promises of dead letters. The suite runs over each implementation there is."""

from datetime import timedelta

import pytest

from tests.contract.test_broker import CAUSE, CONFIRMED, message, names, rig, url

__all__ = ["rig", "url"]

pytestmark = pytest.mark.asyncio

OTHER_CAUSE = "Malformed at ?"


async def kill(rig, *ids: str, cause: str = CAUSE, key: str = CONFIRMED) -> None:
    """These are dead for my page."""
    await rig.broker.publish([message(name, key) for name in ids])
    for delivery in await rig.receive("mypage", len(ids)):
        await rig.broker.subscribe("mypage").dead(delivery, cause)


async def test_dead_is_set_aside_and_the_rest_goes_on(rig):
    await rig.broker.publish([message("a"), message("b"), message("c")])
    subscription = rig.broker.subscribe("mypage")
    a, b, c = await rig.receive("mypage", 3)
    await subscription.dead(a, CAUSE)
    await subscription.dead(b, CAUSE)
    await subscription.ack([c])
    assert await rig.receives_nothing("mypage")
    assert names(await rig.receive("notification", 3)) == ["a", "b", "c"]
    [group] = await rig.dead.groups()
    assert (group.consumer, group.cause, group.count) == ("mypage", CAUSE, 2)
    assert (group.types, group.first_at) == (("ssak3.reservation.confirmed.v1",), rig.clock.now())


async def test_groups_are_by_consumer_and_cause_the_largest_first(rig):
    await kill(rig, "a")
    first_at = rig.clock.now()
    rig.clock.advance(minutes=5)
    await kill(rig, "b", cause=OTHER_CAUSE)
    await kill(rig, "c", "d", key="payment.approved.v1")
    groups = await rig.dead.groups()
    assert [(group.cause, group.count) for group in groups] == [(CAUSE, 3), (OTHER_CAUSE, 1)]
    assert groups[0].types == ("ssak3.payment.approved.v1", "ssak3.reservation.confirmed.v1")
    assert (groups[0].first_at, groups[1].first_at) == (first_at, first_at + timedelta(minutes=5))


async def test_letters_show_what_is_in_a_group_and_stay(rig):
    await kill(rig, "a", "b")
    await kill(rig, "c", cause=OTHER_CAUSE)
    for _ in range(2):
        first, second = await rig.dead.letters("mypage", CAUSE)
        assert (first.id, second.id) == ("a", "b")
        assert (first.type, first.consumer, first.cause) == ("ssak3.reservation.confirmed.v1", "mypage", CAUSE)
        assert (first.attempt, first.at, first.body) == (1, rig.clock.now(), b"body of a")
        assert first.subject == ""
    assert not await rig.dead.letters("mypage", "no such cause")
    assert not await rig.dead.letters("payment", CAUSE)


async def test_the_number_of_tries_is_kept(rig):
    await rig.broker.publish([message("a")])
    [delivery] = await rig.receive("mypage", 1)
    await rig.broker.subscribe("mypage").retry(delivery, 1, "TimeoutError at here")
    await rig.pass_seconds(1)
    [again] = await rig.receive("mypage", 1)
    await rig.broker.subscribe("mypage").dead(again, CAUSE)
    [letter] = await rig.dead.letters("mypage", CAUSE)
    assert (letter.attempt, letter.type) == (2, "ssak3.reservation.confirmed.v1")


async def test_replayed_comes_back_to_its_own_consumer_as_a_first_attempt(rig):
    await kill(rig, "a", "b")
    await kill(rig, "c", cause=OTHER_CAUSE)
    await rig.broker.subscribe("payment").ack(await rig.receive("payment", 3))
    assert await rig.dead.replay("mypage", CAUSE) == 2
    again = await rig.receive("mypage", 2)
    assert [(each.message, each.attempt, each.redelivered) for each in again] == [
        (message("a"), 1, False),
        (message("b"), 1, False),
    ]
    assert await rig.receives_nothing("payment")
    assert [group.cause for group in await rig.dead.groups()] == [OTHER_CAUSE]
    assert await rig.dead.replay("mypage", CAUSE) == 0


async def test_discarded_is_gone(rig):
    await kill(rig, "a", "b")
    await kill(rig, "c", cause=OTHER_CAUSE)
    assert await rig.dead.discard("mypage", CAUSE) == 2
    assert [group.cause for group in await rig.dead.groups()] == [OTHER_CAUSE]
    await rig.restart()
    assert [group.cause for group in await rig.dead.groups()] == [OTHER_CAUSE]
    assert await rig.receives_nothing("mypage")


async def test_many_letters_are_replayed_in_order(rig):
    ids = [f"m{number:04}" for number in range(600)]
    await rig.broker.publish([message(name) for name in ids])
    subscription = rig.broker.subscribe("mypage")
    for _ in range(6):
        for delivery in await rig.receive("mypage", 100):
            await subscription.dead(delivery, CAUSE)
    assert [letter.id for letter in await rig.dead.letters("mypage", CAUSE)] == ids
    assert await rig.dead.replay("mypage", CAUSE) == len(ids)
    again: list[str] = []
    for _ in range(6):
        deliveries = await rig.receive("mypage", 100)
        again += names(deliveries)
        await subscription.ack(deliveries)
    assert again == ids
