"""What happens to a broker's server, on one that is there to be stopped, killed and starved."""

import asyncio
import contextlib

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from messaging.broker import BrokerUnavailable, Message
from messaging.rabbitmq.connection import Supervisor
from tests.support.brokers import drained, published, rabbit_broker, received
from tests.support.servers.rabbitmq import rabbitmq_server

pytestmark = pytest.mark.asyncio

# Of all consumers only my page follows this one.
SENT = "notification.sent.v1"


@pytest.fixture(scope="module")
def server():
    with rabbitmq_server() as made:
        yield made


@pytest_asyncio.fixture
async def broker(server):
    made = rabbit_broker([server.url])
    await made.start()
    await asyncio.wait_for(made.connected(), 30)
    yield made
    await made.close()


def message(name: str) -> Message:
    return Message(id=name, routing_key=SENT, body=b"x" * 200)


async def test_a_restarted_broker_is_found_again_and_gives_what_it_kept(broker, server):
    await broker.publish([message("a"), message("b")])
    first, second = await received(broker, "mypage", 2)
    await broker.subscribe("mypage").ack([first])
    # An ack is only written; the next answer says that it was read.
    await broker.depths()
    await asyncio.to_thread(server.stop)
    assert await broker.subscribe("mypage").receive(10, 0.2) == []
    assert not broker.is_connected
    with pytest.raises(BrokerUnavailable):
        await broker.publish([message("c")])
    await broker.subscribe("mypage").ack([second])
    await broker.subscribe("mypage").retry(second, 1, "TimeoutError at here")
    await asyncio.to_thread(server.start)
    await published(broker, message("c"))
    mine = await received(broker, "mypage", 2)
    assert {each.message.id for each in mine} == {"b", "c"}
    await broker.subscribe("mypage").ack(mine)


async def test_killed_in_the_middle_of_publishing_it_has_what_it_confirmed(broker, server):
    sent: list[str] = []
    confirmed: set[str] = set()

    async def publish_until_it_fails() -> None:
        with contextlib.suppress(BrokerUnavailable):  # killed just between two: then nothing of the second is confirmed
            while len(confirmed) == len(sent):
                batch = [message(f"m{len(sent) + number:06}") for number in range(2000)]
                sent.extend(each.id for each in batch)
                confirmed.update(await broker.publish(batch))

    publishing = asyncio.create_task(publish_until_it_fails())
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.kill)
    async with asyncio.timeout(15):
        await publishing
    unsent = [name for name in sent if name not in confirmed]
    assert unsent
    await asyncio.to_thread(server.start)
    await asyncio.wait_for(broker.connected(), 30)

    assert confirmed <= set(await drained(broker, "mypage"))
    assert await broker.publish([message(name) for name in unsent]) == set(unsent)
    assert set(await drained(broker, "mypage")) == set(unsent)


async def test_an_alarm_is_seen_publishing_stops_and_consuming_goes_on(broker, server):
    await broker.publish([message("before"), message("failing")])
    await asyncio.to_thread(server.ctl, "set_vm_memory_high_watermark", "0.00001")
    try:
        async with asyncio.timeout(15):
            # RabbitMQ tells a connection that it is blocked when it next publishes.
            while not broker.is_blocked:
                assert await broker.publish([message("during")]) == frozenset()
        with pytest.raises(BrokerUnavailable, match="blocked"):
            await broker.publish([message("during")])
        first, second = await received(broker, "mypage", 2)
        await broker.subscribe("mypage").ack([first])
        # It can't be moved to a wait queue now, and it isn't thrown back either, to fail again and again.
        await broker.subscribe("mypage").retry(second, 1, "TimeoutError at here")
        assert await broker.subscribe("mypage").receive(10, 0.5) == []
        assert broker.is_connected
    finally:
        await asyncio.to_thread(server.ctl, "set_vm_memory_high_watermark", "0.4")
    await published(broker, message("after"))
    assert not broker.is_blocked
    # What was written while it was blocked may be read now, although it was reported as unsent.
    assert {"after", "failing"} <= set(await drained(broker, "mypage", 2.0)) <= {"after", "failing", "during"}


async def test_tries_that_end_alike_are_told_now_and_then(monkeypatch: pytest.MonkeyPatch):
    tries, enough = 0, asyncio.Event()

    async def refused(*_: object, **__: object) -> None:
        nonlocal tries
        tries += 1
        if tries == 20:
            enough.set()
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr("messaging.rabbitmq.connection.aio_pika.connect", refused)
    monkeypatch.setattr("messaging.rabbitmq.connection.FIRST_PAUSE_SECONDS", 0.0)
    supervisor = Supervisor("publisher", ["amqp://us:secret@one:5672/", "amqp://us:secret@two:5672/"], lambda: 0.0)
    with capture_logs() as logged:
        supervisor.start()
        await asyncio.wait_for(enough.wait(), 20)
        await supervisor.close()
    told = [(line["node"], line["tries"]) for line in logged if line["event"] == "rabbitmq.not_connected"]
    assert told == [("one:5672", 1), ("two:5672", 2), ("two:5672", 10), ("two:5672", 20)]
    assert supervisor.trouble == "one:5672: refused; two:5672: refused"
