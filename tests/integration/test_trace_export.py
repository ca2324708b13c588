"""Traces leave the process: as a header of every request to another one, and as spans to a collector."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from services.notification.adapters.bot_client import BotClient
from services.payment.adapters.client import PaymentClient
from services.payment.adapters.toss import TossProvider
from services.payment.provider import OutcomeUnknown
from services.reservation.adapters.payment_client import HttpPaymentGateway
from services.shared_kernel.adapters.breaker import Breaker
from services.shared_kernel.card import Card
from services.shared_kernel.tracing import PASSING_ON, current_trace_id
from ssak3 import otel
from ssak3.otel import open_tracing
from ssak3.settings import WrongSettings

pytestmark = pytest.mark.asyncio

COMING = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Elsewhere:
    """Another process: keeps what it is sent, and answers nothing in particular."""

    url: str
    session: ClientSession

    def __init__(self) -> None:
        self.got: list[tuple[web.Request, bytes]] = []
        self.answers = asyncio.Event()
        self.answers.set()

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request, await request.read()))
        await self.answers.wait()
        return web.json_response([{"new": True}] if request.path == "/internal/deliveries" else {})


@pytest_asyncio.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    made, app = Elsewhere(), web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    async with TestServer(app) as server, ClientSession() as session:
        made.url, made.session = str(server.make_url("")).rstrip("/"), session
        yield made
        made.answers.set()


@pytest.fixture
def collector(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    for name in ("OTEL_SERVICE_NAME", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", elsewhere.url)
    return elsewhere


async def test_whoever_is_asked_learns_the_trace(elsewhere):
    """Payment, the bot and the provider."""
    session, url = elsewhere.session, elsewhere.url
    gateway = HttpPaymentGateway(session, url, "token", Breaker("payment", 3, 10.0))
    with PASSING_ON.begin("here", COMING):
        await gateway.is_available()
        await PaymentClient(session, url, "token").is_available()
        await BotClient(session, url, "token").append(delivery_id="1", person_id="2", card=Card(text="3"))
        with pytest.raises(OutcomeUnknown):
            await TossProvider(session, url, "secret", 5.0).find(order_id="ssak3-4")
    await PaymentClient(session, url, "token").is_available()
    assert [request.headers.get("traceparent") for request, _ in elsewhere.got] == [COMING] * 4 + [None]


async def test_spans_go_where_opentelemetrys_variables_say(collector):
    """All that was recorded is there before the process ends."""
    async with open_tracing("payment-bot") as tracing:
        with tracing.begin("chat message"):
            trace_id = current_trace_id()
    [(request, body)] = collector.got
    assert (request.path, request.content_type) == ("/v1/traces", "application/x-protobuf")
    assert b"chat message" in body
    assert b"ssak3-payment-bot" in body
    assert bytes.fromhex(trace_id or "") in body


async def test_a_silent_collector_holds_up_nothing(collector, monkeypatch):
    """The process ends all the same."""
    monkeypatch.setattr(otel, "FLUSH_SECONDS", 0.05)
    collector.answers.clear()
    async with asyncio.timeout(5), open_tracing("bot") as tracing:
        with tracing.begin("chat message"):
            assert current_trace_id()


@pytest.mark.parametrize(
    "variable",
    [("OTEL_EXPORTER_OTLP_ENDPOINT", ""), ("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")],
)
async def test_without_a_collector_there_are_ids_only(collector, monkeypatch, variable):
    monkeypatch.setenv(*variable)
    async with open_tracing("bot") as tracing:
        with tracing.begin("chat message"):
            assert current_trace_id()
    assert collector.got == []


async def test_a_collector_without_the_extra_stops_the_start(collector, monkeypatch):
    """Rather than leave out silently what was asked for."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(WrongSettings, match=r"OTEL_EXPORTER_OTLP_ENDPOINT: .*pip install 'ssak3\[otel\]'"):
        async with open_tracing("bot"):
            raise AssertionError("it started")
