"""P4: what one process tells, the others hear from RabbitMQ; and so may any other program."""

import json
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractQueue

from messaging.contract import EXCHANGE
from ssak3.settings import CONTEXTS
from tests.support.apart import a_world_apart
from tests.support.fresh import Fresh
from tests.support.servers.fixtures import Vhost
from tests.support.story import books, my_page
from tests.support.world import OpenWorld

pytestmark = pytest.mark.asyncio


@pytest.fixture
def apart(tmp_path: Path, rabbitmq: Vhost, fresh_postgresql: Fresh) -> OpenWorld:
    url = fresh_postgresql(*CONTEXTS)
    return lambda: a_world_apart(tmp_path, url, rabbitmq.url)


@pytest_asyncio.fixture
async def eavesdropper(rabbitmq: Vhost):
    """A program that isn't ours: it binds a queue of its own to the exchange."""
    connection = await aio_pika.connect(rabbitmq.url)
    channel = await connection.channel()
    exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue("somebody-else", auto_delete=True)
    await queue.bind(exchange, "#")
    yield queue
    await connection.close()


async def heard(queue: AbstractQueue) -> list[tuple[aio_pika.abc.AbstractIncomingMessage, dict[str, Any]]]:
    found = []
    while (message := await queue.get(fail=False, no_ack=True)) is not None:
        found.append((message, json.loads(message.body)))
    return found


async def test_a_booking_is_told_over_rabbitmq_and_whoever_binds_a_queue_hears_it(
    apart: OpenWorld, eavesdropper: AbstractQueue
):
    """Reservation, payment, cleaning and notification each tell theirs as CloudEvents; a stranger needs no code of ours."""
    async with apart() as world:
        await world.cleaner()
        customer = await world.customer()
        reservation_id = await books(customer)
        told = await heard(eavesdropper)
    keys = {message.routing_key for message, _ in told}
    assert {
        "bot.person_linked.v1", "reservation.requested.v1", "reservation.confirmed.v1", "payment.approved.v1",
        "cleaning.offered.v1", "notification.sent.v1",
    } <= keys  # fmt: skip
    for message, event in told:
        assert message.content_type == "application/cloudevents+json"
        assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
        assert (message.message_id, f"ssak3.{message.routing_key}") == (event["id"], event["type"])
        assert event["specversion"] == "1.0"
    about = [event for _, event in told if event["data"].get("reservation_id") == reservation_id]
    for source in ("reservation", "payment", "cleaning", "notification"):
        numbers = [int(event["sequence"]) for event in about if event["source"] == f"/ssak3/{source}"]
        assert numbers or source == "notification"
    of_reservation = [event for event in about if event["subject"] == reservation_id]
    assert sorted(int(event["sequence"]) for event in of_reservation) == list(range(1, len(of_reservation) + 1))


async def test_a_process_that_was_away_hears_everything_when_it_is_back(apart: OpenWorld):
    """Its queue keeps what is for it; the others don't wait."""
    async with apart() as world:
        cleaner, customer = await world.cleaner(), await world.customer()
        world.asleep |= {"cleaning", "mypage"}
        reservation_id = await books(customer)
        assert await world.ssak3.my_page.get(reservation_id) is None
        assert "새 일이 들어왔어요" not in await cleaner.titles()
        world.asleep.clear()
        await world.settle()
        assert (await my_page(world, reservation_id)).status == "CONFIRMED"
        await cleaner.tap("수락하기")
        await world.settle()
        assert (await my_page(world, reservation_id)).job is not None
