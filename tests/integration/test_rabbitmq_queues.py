"""RabbitMQ's own ways with queues, on a server that stays up: limits, lost queues, lost consumers, stalled networks."""

import asyncio
import contextlib

import aio_pika
import pytest
import pytest_asyncio

from messaging.broker import BrokerUnavailable, Message
from messaging.rabbitmq import arrivals, connection, publishing, subscription
from messaging.rabbitmq.dead import RabbitDeadLetters
from messaging.rabbitmq.moderation import Moderation
from tests.support.brokers import SECOND_MS, published, rabbit_broker, received
from tests.support.servers.daemon import free_port
from tests.support.tcp import faulty_tcp

pytestmark = pytest.mark.asyncio

CONFIRMED = "reservation.confirmed.v1"


def message(name: str, key: str = CONFIRMED) -> Message:
    return Message(id=name, routing_key=key, body=f"body of {name}".encode())


@pytest_asyncio.fixture
async def broker(rabbitmq):
    made = rabbit_broker([rabbitmq.url])
    await made.start()
    await asyncio.wait_for(made.connected(), 20)
    yield made
    await made.close()


async def test_a_dead_node_in_the_list_is_passed_over(rabbitmq):
    nowhere = f"amqp://guest:guest@127.0.0.1:{free_port()}/"
    broker = rabbit_broker([nowhere, rabbitmq.url, nowhere])
    await broker.start()
    await asyncio.wait_for(broker.connected(), 10)
    assert broker.is_connected
    assert await broker.publish([message("a")]) == {"a"}
    assert len(await received(broker, "mypage", 1)) == 1
    await broker.close()


async def test_with_no_node_publishing_is_unavailable_and_receiving_just_waits():
    broker = rabbit_broker([f"amqp://guest:guest@127.0.0.1:{free_port()}/"])
    await broker.start()
    with pytest.raises(BrokerUnavailable):
        await broker.publish([message("a")])
    assert await broker.subscribe("mypage").receive(10, 0.05) == []
    assert (broker.is_connected, broker.is_blocked) == (False, False)
    with pytest.raises(BrokerUnavailable):
        await RabbitDeadLetters(broker).groups()
    await broker.close()


async def test_many_processes_that_start_at_once_declare_the_same(rabbitmq):
    brokers = [rabbit_broker([rabbitmq.url]) for _ in range(5)]
    for broker in brokers:
        await broker.start()
        await broker.subscribe("mypage").receive(1, 0)
    for number, broker in enumerate(brokers):
        await asyncio.wait_for(broker.connected(), 20)
        assert await broker.publish([message(f"m{number}")]) == {f"m{number}"}
    for broker in brokers:
        await broker.close()


async def test_what_comes_back_too_often_is_set_aside_by_rabbitmq_itself(broker):
    dead = RabbitDeadLetters(broker)
    await broker.publish([message("a"), message("b")])
    mine = broker.subscribe("mypage")
    first, second = await received(broker, "mypage", 2)
    await mine.ack([second])
    await mine.retry(first, 1, "TimeoutError at here")
    await asyncio.sleep(SECOND_MS / 1000)
    while deliveries := await received(broker, "mypage", 1, patience=1.0):
        await mine.release(deliveries)
    [group] = await dead.groups()
    assert (group.consumer, group.cause, group.count) == ("mypage", "delivery_limit", 1)
    assert group.types == ("ssak3.reservation.confirmed.v1",)
    [letter] = await dead.letters("mypage", "delivery_limit")
    assert (letter.id, letter.attempt, letter.body) == ("a", 2, b"body of a")
    assert letter.at.year > 2000
    assert await dead.replay("mypage", "delivery_limit") == 1
    [again] = await received(broker, "mypage", 1)
    assert (again.message, again.attempt, again.redelivered) == (message("a"), 1, False)


async def test_what_broke_its_consumer_at_the_first_attempt_keeps_its_type(broker):
    await broker.publish([message("a", "payment.approved.v1")])
    mine = broker.subscribe("mypage")
    while deliveries := await received(broker, "mypage", 1, patience=1.0):
        await mine.release(deliveries)
    [letter] = await RabbitDeadLetters(broker).letters("mypage", "delivery_limit")
    assert letter.type == "ssak3.payment.approved.v1"


async def test_no_queue_no_confirmation_and_the_next_try_makes_it_again(broker, rabbitmq):
    async with await aio_pika.connect(rabbitmq.url) as operator, operator.channel() as channel:
        for consumer in ("payment", "cleaning", "notification", "mypage"):
            await channel.queue_delete(f"ssak3.{consumer}")
    assert await broker.publish([message("a"), message("b", "elsewhere.happened.v1")]) == {"b"}
    assert await broker.publish([message("a")]) == {"a"}
    assert len(await received(broker, "payment", 1)) == 1


async def consumed_again(url: str, queue: str) -> None:
    """Until it is there and has a consumer; what is published before reaches nobody."""
    async with asyncio.timeout(30), await aio_pika.connect(url) as operator:
        while True:
            with contextlib.suppress(aio_pika.exceptions.ChannelNotFoundEntity):
                async with operator.channel() as channel:
                    found = await channel.declare_queue(queue, passive=True)
                    if found.declaration_result.consumer_count:
                        return
            await asyncio.sleep(0.05)


async def test_a_consumer_whose_queue_was_taken_away_makes_it_again(broker, rabbitmq):
    await broker.publish([message("a")])
    [held] = await received(broker, "mypage", 1)
    async with await aio_pika.connect(rabbitmq.url) as operator, operator.channel() as channel:
        await channel.queue_delete("ssak3.mypage")
    await consumed_again(rabbitmq.url, "ssak3.mypage")
    await broker.subscribe("mypage").ack([held])
    await broker.publish([message("b")])
    assert [each.message.id for each in await received(broker, "mypage", 1)] == ["b"]


async def test_a_forgotten_consumer_is_found_by_looking(broker, rabbitmq, monkeypatch):
    monkeypatch.setattr(subscription, "WATCH_SECONDS", 0.1)
    mine = broker.subscribe("mypage")
    await broker.publish([message("a")])
    await mine.ack(await received(broker, "mypage", 1))
    inner = mine._channel
    # Behind the subscription's back: nobody tells it, as after a broker that lost its state.
    await inner.basic_cancel(next(iter(inner.consumers)))
    await broker.publish([message("b")])
    assert [each.message.id for each in await received(broker, "mypage", 1)] == ["b"]


async def test_closing_gives_back_what_is_not_settled(broker, rabbitmq):
    await broker.publish([message(f"m{number}") for number in range(5)])
    taken = await received(broker, "mypage", 3)
    await broker.subscribe("mypage").ack(taken[:1])
    await broker.close()
    assert await broker.subscribe("mypage").receive(10, 0) == []
    other = rabbit_broker([rabbitmq.url])
    await other.start()
    again = await received(other, "mypage", 4)
    assert [(each.message.id, each.redelivered) for each in again] == [
        ("m1", True), ("m2", True), ("m3", True), ("m4", True),
    ]  # fmt: skip
    await other.close()


async def test_the_depths_count_every_queue(broker):
    await broker.publish([message("a"), message("b")])
    mine = broker.subscribe("mypage")
    first, second = await received(broker, "mypage", 2)
    await mine.dead(first, "KeyError at here")
    await mine.retry(second, 5, "TimeoutError at here")
    depths = await broker.depths()
    assert (depths["ssak3.payment"], depths["ssak3.mypage"], depths["ssak3.mypage.dead"]) == (2, 0, 1)
    assert depths["ssak3.mypage.wait.5s"] == 1


async def test_a_stalled_network_never_holds_a_publish_and_another_way_is_taken(rabbitmq, monkeypatch):
    monkeypatch.setattr(publishing, "PUBLISH_SECONDS", 0.5)
    monkeypatch.setattr(connection, "CHANNEL_SECONDS", 0.5)
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.5)
    async with faulty_tcp(rabbitmq.server.port) as network:
        through = rabbitmq.url.replace(str(rabbitmq.server.port), str(network.port))
        broker = rabbit_broker([through])
        await broker.start()
        await asyncio.wait_for(broker.connected(), 10)
        assert await broker.publish([message("a")]) == {"a"}
        network.stall()
        async with asyncio.timeout(3):
            assert await broker.publish([message("b")]) == frozenset()
            with pytest.raises(BrokerUnavailable):
                await broker.publish([message("b")])
        network.flow()
        network.reset()
        await published(broker, message("b"))
        await broker.close()


async def test_a_connection_that_breaks_off_is_made_again_and_what_was_held_comes_again(rabbitmq):
    async with faulty_tcp(rabbitmq.server.port) as network:
        through = rabbitmq.url.replace(str(rabbitmq.server.port), str(network.port))
        broker = rabbit_broker([through])
        await broker.start()
        await asyncio.wait_for(broker.connected(), 10)
        await broker.publish([message("a"), message("b")])
        held = await received(broker, "mypage", 2)
        network.reset()
        again = await received(broker, "mypage", 2)
        assert [(each.message.id, each.redelivered) for each in again] == [("a", True), ("b", True)]
        # The handles of the lost channel mean nothing any more; those of the new one do.
        await broker.subscribe("mypage").ack(held)
        await broker.subscribe("mypage").ack(again)
        await broker.close()
        other = rabbit_broker([rabbitmq.url])
        await other.start()
        assert not await received(other, "mypage", 1, patience=0.5)
        await other.close()


async def test_beside_a_batch_that_is_under_way_only_a_full_one_is_taken(broker):
    """Few messages become many while one waits; when nothing is under way any more, the few are taken at once."""
    mine = broker.subscribe("mypage")
    await broker.publish([message("a")])
    [under_way] = await received(broker, "mypage", 1)
    await broker.publish([message("b")])
    waiting = asyncio.create_task(mine.receive(2, 20))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await broker.publish([message("c")])
    full = await asyncio.wait_for(waiting, 10)
    assert [each.message.id for each in full] == ["b", "c"]

    await broker.publish([message("d")])
    waiting = asyncio.create_task(mine.receive(2, 20))
    await mine.ack(full)
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await mine.retry(under_way, 1, "TimeoutError at here")
    [last] = await asyncio.wait_for(waiting, 10)
    assert last.message.id == "d"
    await mine.ack([last])


async def test_what_may_wait_is_taken_along_by_what_may_not_or_after_a_moment(broker, monkeypatch):
    """What nothing comes of costs no transaction of its own."""
    monkeypatch.setattr(arrivals, "COMPANY_SECONDS", 600.0)
    mine = broker.subscribe("mypage")
    waiting = asyncio.create_task(mine.receive(10, 20, {CONFIRMED}))
    await broker.publish([message("a")])
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await broker.publish([message("b", "reservation.cancelled.v1")])
    together = await asyncio.wait_for(waiting, 10)
    assert [each.message.id for each in together] == ["a", "b"]
    await mine.ack(together)

    monkeypatch.setattr(arrivals, "COMPANY_SECONDS", 0.01)
    waiting = asyncio.create_task(mine.receive(10, 20, {CONFIRMED}))
    await broker.publish([message("c")])
    [alone] = await asyncio.wait_for(waiting, 10)
    assert alone.message.id == "c"
    monkeypatch.setattr(arrivals, "COMPANY_SECONDS", 600.0)
    await mine.ack([alone])
    # A full batch has company enough.
    waiting = asyncio.create_task(mine.receive(2, 20, {CONFIRMED}))
    await broker.publish([message("d"), message("e")])
    assert [each.message.id for each in await asyncio.wait_for(waiting, 10)] == ["d", "e"]


async def test_a_busy_consumer_rests_and_takes_what_has_gathered(broker, monkeypatch):
    """It has just been at work: what comes then isn't taken alone, but together, or as soon as a batch is full."""
    monkeypatch.setattr(Moderation, "end", lambda self, now: 1.0)
    mine = broker.subscribe("mypage")
    await broker.publish([message("a")])
    await mine.ack(await received(broker, "mypage", 1))
    gathering = asyncio.create_task(mine.receive(10, 20))
    for name in ("b", "c"):
        await broker.publish([message(name)])
    gathered = await asyncio.wait_for(gathering, 10)
    assert [each.message.id for each in gathered] == ["b", "c"]

    monkeypatch.setattr(Moderation, "end", lambda self, now: 600.0)
    await mine.ack(gathered)
    full = asyncio.create_task(mine.receive(2, 20))
    for name in ("d", "e"):
        await broker.publish([message(name)])
    assert [each.message.id for each in await asyncio.wait_for(full, 10)] == ["d", "e"]
