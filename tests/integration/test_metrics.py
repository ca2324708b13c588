"""What a process tells of itself: counted where it happens, looked at when asked, and never anybody's."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from messaging.broker import Message
from messaging.catalogue import routing_key
from messaging.envelope import Envelope, encode
from services.payment.events import PaymentPending
from services.reservation.events import RefundRequested
from services.shared_kernel.event import Event
from ssak3.http import health
from ssak3.http.app import create_app
from ssak3.http.metrics import measure
from tests.support.story import books, holds
from tests.support.world import World, a_world

pytestmark = pytest.mark.asyncio

HEADERS = {"Authorization": "Bearer test-token"}
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


class Scrape:
    """One answer of `/metrics`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def __call__(self, name: str, **labels: str) -> float:
        """The sum over all that have these labels."""
        return sum(
            sample.value
            for sample in self._samples
            if sample.name == f"ssak3_{name}" and labels.items() <= sample.labels.items()
        )

    def values(self, name: str, label: str) -> set[str]:
        """What a label says, of a metric."""
        return {sample.labels[label] for sample in self._samples if sample.name == f"ssak3_{name}"}


async def scrape(world: World) -> Scrape:
    return Scrape(await measure(world.ssak3))


@asynccontextmanager
async def port(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The main port."""
    app = create_app(world.ssak3, is_demo=False, takes_work=lambda: True)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=HEADERS) as client:
        yield client


async def test_a_booking_is_counted_wherever_it_comes_by(tmp_path):
    """From the request to the notice."""
    async with a_world(tmp_path) as world, port(world) as client:
        await world.cleaner()
        reservation_id = await books(await world.customer())
        for path in (reservation_id, reservation_id, "nobody"):
            await client.get(f"/api/reservations/{path}")
        await client.get("/nowhere/at/all")
        await client.request("PROPFIND", "/api/catalog")
        with patch.object(world.ssak3.reservations, "free_starts", side_effect=ZeroDivisionError):
            await client.get("/api/slots?area=mapo&from=2026-11-27&to=2026-11-27")
        await client.get("/static/js/main.js")
        found = Scrape((await client.get("/metrics")).text)
    confirmed = "ssak3.reservation.confirmed.v1"
    assert found("events_recorded_total", type=confirmed) == 1
    for consumer in ("cleaning", "notification", "mypage"):
        assert found("consumer_events_total", consumer=consumer, type=confirmed, outcome="handled") == 1
    assert found("consumer_events_total", consumer="payment", type=confirmed, outcome="noted") == 1
    assert found("consumer_events_total", consumer="reservation", outcome="dead") == 0
    handled = found("consumer_events_total", consumer="mypage", outcome="handled")
    assert found("consumer_lag_seconds_count", consumer="mypage") == handled > 0
    assert found("consumer_batch_size_count", consumer="mypage") == found(
        "consumer_batch_seconds_count", consumer="mypage"
    )
    assert found("consumer_batch_size_sum", consumer="mypage") >= handled
    assert found("relay_published_total") == found("events_recorded_total")
    assert found("relay_publish_seconds_count", context="reservation") > 0
    assert found("deliveries_total", channel="web", result="sent") == 3
    assert found("outbox_size") == found("outbox_oldest_seconds") == found("queue_depth") == found("parked_size") == 0
    assert found("breaker_state", breaker="provider", state="closed") == 1
    assert (found("broker_connected"), found("broker_blocked"), found("look_failed")) == (1, 0, 0)
    one = "/api/reservations/{reservation_id}"
    assert found("http_request_seconds_count", method="GET", route=one, status="2xx") == 2
    assert found("http_request_seconds_count", method="GET", route=one, status="4xx") == 1
    assert found("http_request_seconds_count", method="GET", route="/api/slots", status="5xx") == 1
    assert found("http_request_seconds_count", method="other") == 1
    assert found("http_request_seconds_count", route="/static") == 1
    assert found.values("http_request_seconds_count", "route") == {
        one,
        "/api/slots",
        "/api/catalog",
        "/static",
        "other",
    }
    assert "process_resident_memory_bytes" in found.text
    assert ANY_ID.search(found.text) is None


async def test_what_goes_wrong_is_counted(tmp_path):
    """A gap, a repetition, something that isn't there yet, poison; then the gap is closed."""
    async with a_world(tmp_path) as world:
        first, later = pending(world, 1), pending(world, 2)
        await arrive(world, "mypage", later, later)
        await world.later(seconds=31)
        found = await scrape(world)
        assert found("parked_size", consumer="mypage") == 1
        assert found("parked_oldest_seconds", consumer="mypage") == pytest.approx(31, abs=0.01)
        assert found("consumer_events_total", consumer="mypage", outcome="parked") == 2
        assert found("consumer_lag_seconds_count", consumer="mypage") == 0
        await arrive(world, "mypage", first, later)
        wanted = refund_of_nothing(world)
        poison = replace(wanted, id="poison", body=b"{")
        strange = replace(poison, id="strange", routing_key="reservation.양화로.v1")
        await arrive(world, "payment", wanted, poison, strange)
        found = await scrape(world)
    assert found("parked_size", consumer="mypage") == found("parked_oldest_seconds", consumer="mypage") == 0
    assert found("consumer_events_total", consumer="mypage", outcome="handled") == 2
    assert found("consumer_events_total", consumer="mypage", outcome="repeated") == 1
    assert found("consumer_lag_seconds_sum", consumer="mypage") == pytest.approx(2 * 31, abs=0.01)
    kind = RefundRequested.TYPE
    assert found("consumer_events_total", consumer="payment", type=kind, outcome="retried") == 1
    assert found("consumer_events_total", consumer="payment", type=kind, outcome="dead") == 1
    assert found("consumer_events_total", consumer="payment", type="other", outcome="dead") == 1
    assert found("queue_depth", queue="ssak3.payment.dead") == 2
    assert found("queue_depth", queue="ssak3.payment.wait.1s") == 1


def pending(world: World, sequence: int) -> Message:
    """Something about one payment, with its number."""
    ids = dict.fromkeys(("payment_id", "reservation_id", "customer_id", "attempt_id"), world.ssak3.name)
    return message(world, sequence, PaymentPending(version=1, paid_krw=0, refunded_krw=0, amount_krw=1000, **ids))


def refund_of_nothing(world: World) -> Message:
    """Wanted of a payment that isn't there."""
    ids = dict.fromkeys(("reservation_id", "customer_id", "payment_id", "refund_id"), world.ssak3.ids.new())
    figures = {"version": 1, "amount_krw": 1000, "fee_krw": 0, "compensation_krw": 0}
    return message(world, 1, RefundRequested(cause="goodwill", reason="", **ids, **figures))  # type: ignore[arg-type]


def message(world: World, sequence: int, event: Event) -> Message:
    """As a relay would publish it now."""
    identifier, at = world.ssak3.ids.new(), world.clock.now()
    body = encode(event, Envelope(id=identifier, sequence=sequence, time=at))
    return Message(id=identifier, routing_key=routing_key(event.TYPE), body=body)


async def arrive(world: World, consumer: str, *messages: Message) -> None:
    """One after the other, at everybody's; one consumer handles what it gets."""
    for message in messages:
        await world.ssak3.broker.publish([message])
        await world.ssak3.consumers[consumer].run_once()


async def test_with_the_broker_away_the_outbox_grows_old(tmp_path):
    """And with something that can't be looked at, the rest is told all the same."""
    async with a_world(tmp_path) as world:
        customer = await world.customer()
        with world.broker_away():
            await holds(customer)
            await world.ssak3.relays["reservation"].run_once()
            world.clock.advance(seconds=40)
            with patch.object(world.ssak3, "queue_depths", side_effect=OSError):
                found = await scrape(world)
        assert found("outbox_size", context="reservation") == 1
        assert found("outbox_oldest_seconds", context="reservation") == pytest.approx(40, abs=0.01)
        assert found("outbox_oldest_seconds", context="payment") == 0
        assert found("relay_refused_total", context="reservation") >= 1
        assert (found("look_failed", at="queues"), found("look_failed")) == (1, 1)
        assert "ssak3_queue_depth{" not in found.text
        await world.settle()
        assert (await scrape(world))("outbox_size") == 0


async def test_each_composition_counts_for_itself(tmp_path):
    """Several live side by side in one OS process."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    async with a_world(Path(tmp_path / "one")) as one, a_world(Path(tmp_path / "other")) as other:
        await one.customer()
        assert (await scrape(one))("events_recorded_total") > 0
        assert (await scrape(other))("events_recorded_total") == 0


async def test_a_look_that_is_broken_off_hides_no_other(tmp_path, monkeypatch):
    """A channel that is closed while the broker hangs ends a look by CancelledError."""

    async def broken_off() -> None:
        raise asyncio.CancelledError

    async with a_world(tmp_path) as world:
        monkeypatch.setattr(world.ssak3, "queue_depths", broken_off)
        text = await measure(world.ssak3)
    assert 'ssak3_look_failed{at="queues"} 1.0' in text
    assert 'ssak3_look_failed{at="outbox"} 0.0' in text


async def test_a_database_that_is_silent_is_told_in_time_and_asked_once(tmp_path, monkeypatch):
    """Probes come every few seconds: each of them waiting for it would fill the pool."""
    asked = 0

    async def silent() -> None:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "LOOK_SECONDS", 0.05)
    async with a_world(tmp_path) as world:
        monkeypatch.setattr(world.ssak3.databases, "look", silent)
        async with port(world) as client:
            answers = [await client.get("/health/ready") for _ in range(2)]
    assert [(one.status_code, one.json()["why"]) for one in answers] == [(503, "no connection to the database")] * 2
    assert asked == 1
