"""What every broker promises. The suite runs over each implementation there is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from messaging.broker import Broker, Message
from messaging.in_process import InProcessBroker
from services.shared_kernel.clock import Clock
from storage.broker.queue_store import SqlQueueStore
from storage.engine import Database
from tests.support.time import FakeClock

pytestmark = pytest.mark.asyncio

CONFIRMED = "reservation.confirmed.v1"


class Rig:
    """A broker that can be killed and opened again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = FakeClock()
        self.database = Database(url)
        self.store = SqlQueueStore(self.database)
        self.broker: Broker = self._make(self.clock)

    def _make(self, clock: Clock) -> Broker:
        return InProcessBroker(self.store, clock)

    async def restart(self) -> None:
        """All that was in memory is gone."""
        await self.database.close()
        self.database = Database(self.url)
        self.store = SqlQueueStore(self.database)
        self.broker = self._make(self.clock)


@asynccontextmanager
async def in_process(fresh) -> AsyncIterator[Rig]:
    rig = Rig(fresh("broker"))
    try:
        yield rig
    finally:
        await rig.database.close()


@pytest_asyncio.fixture(params=[in_process], ids=["in-process"])
async def rig(request, fresh) -> AsyncIterator[Rig]:
    async with request.param(fresh) as made:
        yield made


def message(name: str, key: str = CONFIRMED) -> Message:
    return Message(id=name, routing_key=key, body=f"body of {name}".encode(), headers={"traceparent": "00-x"})


async def test_confirms_what_it_keeps(rig):
    assert await rig.broker.publish([message("a"), message("b")]) == {"a", "b"}


async def test_each_bound_consumer_gets_it_and_nobody_else(rig):
    await rig.broker.publish([message("a")])
    for consumer in ("payment", "cleaning", "notification", "mypage"):
        [delivery] = await rig.broker.subscribe(consumer).receive(10, 0)
        assert (delivery.message.id, delivery.message.body) == ("a", b"body of a")
        assert delivery.message.headers == {"traceparent": "00-x"}
        assert (delivery.attempt, delivery.redelivered) == (1, False)
    assert not await rig.broker.subscribe("reservation").receive(10, 0)


async def test_comes_in_the_order_it_was_published_and_not_twice(rig):
    await rig.broker.publish([message(f"m{number}") for number in range(5)])
    subscription = rig.broker.subscribe("mypage")
    first = await subscription.receive(3, 0)
    rest = await subscription.receive(10, 0)
    assert [delivery.message.id for delivery in (*first, *rest)] == ["m0", "m1", "m2", "m3", "m4"]
    assert not await subscription.receive(10, 0)


async def test_acknowledged_is_gone_and_the_rest_comes_back_after_a_kill(rig):
    await rig.broker.publish([message("a"), message("b")])
    first, _ = await rig.broker.subscribe("mypage").receive(10, 0)
    await rig.broker.subscribe("mypage").ack([first])
    await rig.restart()
    assert [each.message.id for each in await rig.broker.subscribe("mypage").receive(10, 0)] == ["b"]


async def test_given_back_comes_again_marked(rig):
    await rig.broker.publish([message("a")])
    subscription = rig.broker.subscribe("mypage")
    await subscription.release(await subscription.receive(10, 0))
    [again] = await subscription.receive(10, 0)
    assert (again.redelivered, again.attempt) == (True, 1)


async def test_a_retry_waits_and_counts_and_returns_to_its_own_consumer_only(rig):
    await rig.broker.publish([message("a")])
    for consumer in ("payment", "cleaning", "notification"):
        other = rig.broker.subscribe(consumer)
        await other.ack(await other.receive(10, 0))
    subscription = rig.broker.subscribe("mypage")
    [delivery] = await subscription.receive(10, 0)
    await subscription.retry(delivery, 5, "TimeoutError at here")
    rig.clock.advance(seconds=4.9)
    assert not await subscription.receive(10, 0)
    rig.clock.advance(seconds=0.2)
    [again] = await subscription.receive(10, 0)
    assert (again.message.id, again.attempt, again.redelivered) == ("a", 2, True)
    assert not await rig.broker.subscribe("notification").receive(10, 0)


async def test_dead_is_set_aside_with_its_cause_and_comes_back_when_replayed(rig):
    await rig.broker.publish([message("a"), message("b"), message("c")])
    subscription = rig.broker.subscribe("mypage")
    a, b, c = await subscription.receive(10, 0)
    await subscription.dead(a, "KeyError at mypage/projection.py:apply")
    await subscription.dead(b, "KeyError at mypage/projection.py:apply")
    await subscription.ack([c])
    assert not await subscription.receive(10, 0)
    [group] = await rig.store.dead_groups()
    assert (group.consumer, group.count, group.routing_keys) == ("mypage", 2, (CONFIRMED,))
    assert await rig.store.replay("mypage", group.cause) == 2
    assert [each.message.id for each in await subscription.receive(10, 0)] == ["a", "b"]


async def test_a_waiting_receiver_wakes_when_something_comes(rig):
    import asyncio

    subscription = rig.broker.subscribe("mypage")
    waiting = asyncio.create_task(subscription.receive(10, 30))
    await asyncio.sleep(0.01)
    await rig.broker.publish([message("a")])
    assert [each.message.id for each in await asyncio.wait_for(waiting, 5)] == ["a"]


async def test_an_event_that_nobody_follows_is_confirmed(rig):
    assert await rig.broker.publish([message("a", "notification.broadcast_finished.v1")]) == {"a"}
