"""What every broker promises. The suite runs over each implementation there is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from messaging.broker import Message
from tests.support.brokers import Rig, in_process_rig, rabbit_rig

pytestmark = pytest.mark.asyncio

CONFIRMED = "reservation.confirmed.v1"
CAUSE = "KeyError at mypage/projection.py:apply"


@pytest.fixture(params=["in-process", "rabbitmq"])
def url(request: pytest.FixtureRequest) -> str:
    """RabbitMQ's, or none."""
    return "" if request.param == "in-process" else request.getfixturevalue("emptied_quick_rabbitmq").url


@pytest_asyncio.fixture
async def rig(url: str, tmp_path) -> AsyncIterator[Rig]:
    async with rabbit_rig(url) if url else in_process_rig(tmp_path) as made:
        yield made


def message(name: str, key: str = CONFIRMED) -> Message:
    return Message(id=name, routing_key=key, body=f"body of {name}".encode(), headers={"traceparent": "00-x"})


def names(deliveries) -> list[str]:
    return [delivery.message.id for delivery in deliveries]


async def test_confirms_what_it_keeps(rig):
    assert await rig.broker.publish([message("a"), message("b")]) == {"a", "b"}


async def test_each_bound_consumer_gets_it_and_nobody_else(rig):
    await rig.broker.publish([message("a")])
    for consumer in ("payment", "cleaning", "notification", "mypage"):
        [delivery] = await rig.receive(consumer, 1)
        assert (delivery.message.id, delivery.message.body) == ("a", b"body of a")
        assert (delivery.message.routing_key, delivery.message.headers) == (CONFIRMED, {"traceparent": "00-x"})
        assert (delivery.attempt, delivery.redelivered) == (1, False)
    assert await rig.receives_nothing("reservation")


async def test_comes_in_the_order_it_was_published_and_not_twice(rig):
    await rig.broker.publish([message(f"m{number}") for number in range(5)])
    deliveries = await rig.receive("mypage", 5, limit=3)
    assert names(deliveries) == ["m0", "m1", "m2", "m3", "m4"]
    assert await rig.receives_nothing("mypage")


async def test_takes_more_than_it_sends_at_once(rig):
    ids = [f"m{number}" for number in range(1203)]
    assert await rig.broker.publish([message(name) for name in ids]) == set(ids)
    subscription = rig.broker.subscribe("mypage")
    seen: list[str] = []
    while len(seen) < len(ids):
        deliveries = await rig.receive("mypage", min(100, len(ids) - len(seen)))
        assert deliveries
        seen += names(deliveries)
        await subscription.ack(deliveries)
    assert seen == ids


async def test_the_same_twice_in_one_go_is_confirmed(rig):
    assert await rig.broker.publish([message("a"), message("a")]) == {"a"}
    assert set(names(await rig.receive("mypage", 1))) == {"a"}


async def test_a_large_body_arrives_whole(rig):
    body = bytes(range(256)) * 2000
    await rig.broker.publish([Message(id="a", routing_key=CONFIRMED, body=body), message("b")])
    large, small = await rig.receive("mypage", 2)
    assert (large.message.body == body, small.message.id) == (True, "b")


async def test_acknowledged_is_gone_and_the_rest_comes_back_after_a_kill(rig):
    await rig.broker.publish([message("a"), message("b"), message("c")])
    first, _, third = await rig.receive("mypage", 3)
    await rig.broker.subscribe("mypage").ack([first, third])
    await rig.restart()
    assert names(await rig.receive("mypage", 1)) == ["b"]
    assert await rig.receives_nothing("mypage")


async def test_acknowledged_in_another_order_is_gone_as_well(rig):
    await rig.broker.publish([message(f"m{number}") for number in range(6)])
    subscription = rig.broker.subscribe("mypage")
    deliveries = await rig.receive("mypage", 6)
    for part in ([4, 5], [1], [3, 0]):
        await subscription.ack([deliveries[number] for number in part])
    await rig.restart()
    assert names(await rig.receive("mypage", 1)) == ["m2"]
    assert await rig.receives_nothing("mypage")


async def test_settling_again_is_harmless(rig):
    await rig.broker.publish([message("a"), message("b")])
    subscription = rig.broker.subscribe("mypage")
    first, second = await rig.receive("mypage", 2)
    await subscription.ack([first])
    await subscription.ack([first])
    await subscription.ack([])
    await subscription.ack([second])
    assert await rig.receives_nothing("mypage")


async def test_given_back_comes_again_marked(rig):
    await rig.broker.publish([message("a")])
    await rig.broker.subscribe("mypage").release(await rig.receive("mypage", 1))
    [again] = await rig.receive("mypage", 1)
    assert (again.redelivered, again.attempt) == (True, 1)


async def test_a_retry_waits_and_counts_and_returns_to_its_own_consumer_only(rig):
    await rig.broker.publish([message("a")])
    for consumer in ("payment", "cleaning", "notification"):
        await rig.broker.subscribe(consumer).ack(await rig.receive(consumer, 1))
    [delivery] = await rig.receive("mypage", 1)
    await rig.broker.subscribe("mypage").retry(delivery, 5, "TimeoutError at here")
    await rig.pass_seconds(2)
    assert await rig.receives_nothing("mypage")
    await rig.pass_seconds(3)
    [again] = await rig.receive("mypage", 1)
    assert (again.message, again.attempt, again.redelivered) == (delivery.message, 2, True)
    for consumer in ("payment", "cleaning", "notification", "reservation"):
        assert await rig.receives_nothing(consumer)


async def test_a_waiting_retry_outlives_a_kill_and_can_wait_again(rig):
    await rig.broker.publish([message("a")])
    [delivery] = await rig.receive("mypage", 1)
    await rig.broker.subscribe("mypage").retry(delivery, 5, "TimeoutError at here")
    await rig.restart()
    await rig.pass_seconds(5)
    [second] = await rig.receive("mypage", 1)
    await rig.broker.subscribe("mypage").retry(second, 1, "TimeoutError at here")
    await rig.pass_seconds(1)
    [third] = await rig.receive("mypage", 1)
    assert (third.attempt, third.message) == (3, delivery.message)


async def test_what_is_put_back_comes_to_its_own_consumer_as_a_first_attempt(rig):
    await rig.broker.publish([message("a")])
    for consumer in ("mypage", "notification"):
        await rig.broker.subscribe(consumer).ack(await rig.receive(consumer, 1))
    await rig.broker.subscribe("mypage").put_back([message("a"), message("b")])
    again = await rig.receive("mypage", 2)
    assert [(each.message, each.attempt, each.redelivered) for each in again] == [
        (message("a"), 1, False),
        (message("b"), 1, False),
    ]
    assert await rig.receives_nothing("notification")


async def test_a_waiting_receiver_wakes_when_something_comes(rig):
    waiting = asyncio.create_task(rig.broker.subscribe("mypage").receive(10, 30))
    await asyncio.sleep(0.01)
    await rig.broker.publish([message("a")])
    assert names(await asyncio.wait_for(waiting, 10)) == ["a"]


async def test_an_event_that_nobody_follows_is_confirmed(rig):
    assert await rig.broker.publish([message("a", "elsewhere.happened.v1")]) == {"a"}
