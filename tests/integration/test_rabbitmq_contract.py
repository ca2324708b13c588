"""What others rely on: an event as somebody with other tools reads it, and the queues as they are declared."""

import json
from datetime import UTC, datetime

import aio_pika
import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_structured_event
from jsonschema import Draft202012Validator

from messaging.broker import Message
from messaging.catalogue import routing_key
from messaging.contract import asyncapi
from messaging.envelope import Envelope, encode
from messaging.rabbitmq.topology import Topology
from services.reservation.events import ReservationExpired
from tests.support.brokers import rabbit_broker

pytestmark = pytest.mark.asyncio

EVENT_ID = "01a206fd-6700-7000-8000-cd00b26c72bd"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MOMENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


async def test_a_stranger_reads_an_event_with_a_cloudevents_sdk_and_the_asyncapi_document(rabbitmq):
    event = ReservationExpired(
        reservation_id="r-1", customer_id="c-1", version=2, starts_at=MOMENT, hold_expires_at=MOMENT
    )  # fmt: skip
    body = encode(event, Envelope(id=EVENT_ID, sequence=2, time=MOMENT, causation_id=EVENT_ID, traceparent=TRACE))
    key = routing_key(event.TYPE)
    broker = rabbit_broker([rabbitmq.url])
    await broker.start()
    await broker.connected()
    async with await aio_pika.connect(rabbitmq.url) as stranger:
        channel = await stranger.channel()
        queue = await channel.declare_queue("a-stranger", exclusive=True)
        document = asyncapi("0")
        address = document["channels"][event.TYPE]["address"]
        exchange = document["channels"][event.TYPE]["bindings"]["amqp"]["exchange"]["name"]
        await queue.bind(exchange, address)
        await broker.publish([Message(id=EVENT_ID, routing_key=key, body=body, headers={"traceparent": TRACE})])
        got = await queue.get(timeout=10)
        await got.ack()
    await broker.close()

    assert got.content_type == document["components"]["messages"][event.TYPE]["contentType"]
    assert (got.message_id, got.routing_key, got.delivery_mode) == (EVENT_ID, address, aio_pika.DeliveryMode.PERSISTENT)
    assert got.headers == {"traceparent": TRACE}

    read = from_structured_event(RabbitMQMessage(headers={}, content_type=got.content_type, body=got.body))
    assert (read.get_id(), read.get_type(), read.get_source()) == (EVENT_ID, event.TYPE, "/ssak3/reservation")
    assert (read.get_subject(), read.get_time(), read.get_specversion()) == ("r-1", MOMENT, "1.0")
    assert read.get_extension("sequence") == "00000000000000000002"
    assert (read.get_extension("causationid"), read.get_extension("traceparent")) == (EVENT_ID, TRACE)
    data = read.get_data()
    assert isinstance(data, dict)
    assert (data["reservation_id"], data["customer_id"]) == ("r-1", "c-1")

    payload = document["components"]["messages"][event.TYPE]["payload"]
    validator = Draft202012Validator({**payload, "components": {"schemas": document["components"]["schemas"]}})
    validator.validate(json.loads(got.body))


async def test_the_queues_are_named_and_made_as_the_contract_says(rabbitmq):
    broker = rabbit_broker([rabbitmq.url])
    await broker.start()
    await broker.connected()
    await broker.close()
    listed = rabbitmq.server.ctl(
        "list_queues", "-p", rabbitmq.name, "--formatter", "json", "name", "type", "durable", "arguments"
    )  # fmt: skip
    queues = {queue["name"]: queue for queue in json.loads(listed)}
    consumers = ("reservation", "payment", "cleaning", "notification", "mypage")
    assert queues.keys() == {
        f"ssak3.{consumer}{suffix}" for consumer in consumers for suffix in ("", ".dead", ".wait.1s", ".wait.5s")
    }
    assert all(queue["type"] == "quorum" and queue["durable"] for queue in queues.values())
    assert not any("x-max-length" in str(queue["arguments"]) for queue in queues.values())
    bound = rabbitmq.server.ctl("list_bindings", "-p", rabbitmq.name, "source_name", "destination_name", "routing_key")
    assert {tuple(line.split("\t")) for line in bound.splitlines() if line.startswith("ssak3.events")} == {
        ("ssak3.events", "ssak3.reservation", "payment.#"),
        ("ssak3.events", "ssak3.reservation", "cleaning.#"),
        ("ssak3.events", "ssak3.payment", "reservation.#"),
        ("ssak3.events", "ssak3.payment", "bot.#"),
        ("ssak3.events", "ssak3.cleaning", "reservation.#"),
        ("ssak3.events", "ssak3.cleaning", "bot.#"),
        ("ssak3.events", "ssak3.notification", "reservation.#"),
        ("ssak3.events", "ssak3.notification", "payment.#"),
        ("ssak3.events", "ssak3.notification", "cleaning.#"),
        ("ssak3.events", "ssak3.notification", "bot.#"),
        ("ssak3.events", "ssak3.mypage", "reservation.#"),
        ("ssak3.events", "ssak3.mypage", "payment.#"),
        ("ssak3.events", "ssak3.mypage", "cleaning.#"),
        ("ssak3.events", "ssak3.mypage", "notification.#"),
    }


async def test_a_delay_lasts_as_long_as_it_says():
    queues = Topology().queues("payment")
    assert queues["ssak3.payment.wait.600s"]["x-message-ttl"] == 600_000
    assert queues["ssak3.payment.wait.600s"]["x-dead-letter-routing-key"] == "ssak3.payment"
    assert Topology().wait_queue("payment", 30) == "ssak3.payment.wait.30s"
    assert Topology().wait_queue("payment", 31) == "ssak3.payment.wait.120s"
    assert Topology().wait_queue("payment", 9999) == "ssak3.payment.wait.600s"
