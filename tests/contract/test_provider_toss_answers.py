"""Toss's adapter believes only a readable answer about the very payment it asked for, and tells no secrets."""

import logging
import socket
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from services.payment.adapters.toss import TossProvider
from services.payment.provider import Declined, NotSent, OurFault, OutcomeUnknown, ProviderError

pytestmark = pytest.mark.asyncio

SECRET = "live_sk_do_not_print"
CARD = "billing/key+with=signs=="
PAID = {
    "status": "DONE",
    "paymentKey": "pay-1",
    "orderId": "attempt-1",
    "totalAmount": 80_000,
    "balanceAmount": 80_000,
    "method": "카드",
    "approvedAt": "2026-11-23T14:00:00+09:00",
    "cancels": None,
}
CANCEL = {
    "transactionKey": "tx-1",
    "cancelAmount": 1000,
    "cancelReason": "r",
    "canceledAt": "2026-11-23T14:00:00+09:00",
}


class Stub:
    """Answers every request with `status` and `body`, and keeps what came."""

    def __init__(self) -> None:
        self.status = 200
        self.body: object = PAID
        self.text: str | None = None
        self.headers: dict[str, str] = {}
        self.seen: list[tuple[str, str, dict[str, str], object]] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        if self.text is not None:
            return web.Response(text=self.text, status=self.status, content_type="text/html", headers=self.headers)
        return web.json_response(self.body, status=self.status)


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest_asyncio.fixture
async def toss(stub: Stub) -> AsyncIterator[TossProvider]:
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", stub.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield TossProvider(session, f"http://127.0.0.1:{runner.addresses[0][1]}/", SECRET, 2.0)
    await runner.cleanup()


async def charge(toss: TossProvider):
    return await toss.charge_card(
        order_id="attempt-1",
        amount_krw=80_000,
        card_key=CARD,
        customer_key="customer-1",
        order_name="집청소",
        idempotency_key="attempt-1",
    )


async def test_speaks_toss(toss: TossProvider, stub: Stub):
    await charge(toss)
    await toss.confirm(payment_key="pay-1", order_id="attempt-1", amount_krw=80_000, idempotency_key="attempt-1")
    stub.body = {**PAID, "status": "PARTIAL_CANCELED", "balanceAmount": 79_000, "cancels": [CANCEL]}
    await toss.cancel(payment_key="pay-1", amount_krw=1000, reason="r", idempotency_key="attempt-1")
    await toss.find(order_id="attempt-1")
    assert [(method, path) for method, path, _, _ in stub.seen] == [
        ("POST", "/v1/billing/billing%2Fkey%2Bwith%3Dsigns%3D%3D"),
        ("POST", "/v1/payments/confirm"),
        ("POST", "/v1/payments/pay-1/cancel"),
        ("GET", "/v1/payments/orders/attempt-1"),
    ]
    keys = [headers.get("Idempotency-Key") for _, _, headers, _ in stub.seen]
    assert keys == ["ssak3-charge-attempt-1", "ssak3-confirm-attempt-1", "ssak3-cancel-attempt-1", None]
    basic = "Basic " + b64encode(f"{SECRET}:".encode()).decode()
    assert {headers["Authorization"] for _, _, headers, _ in stub.seen} == {basic}
    assert [body for _, _, _, body in stub.seen] == [
        {"customerKey": "customer-1", "orderId": "attempt-1", "orderName": "집청소", "amount": 80_000},
        {"paymentKey": "pay-1", "orderId": "attempt-1", "amount": 80_000},
        {"cancelReason": "r", "cancelAmount": 1000},
        None,
    ]


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        "DONE",
        {},
        {**PAID, "status": "SHIPPED"},
        {**PAID, "status": "IN_PROGRESS"},
        {**PAID, "approvedAt": None},
        {**PAID, "approvedAt": "2026-11-23T14:00:00"},
        {**PAID, "approvedAt": "어제"},
        {**PAID, "orderId": "attempt-2"},
        {**PAID, "totalAmount": 1},
        {**PAID, "totalAmount": None},
        {**PAID, "cancels": [{}]},
        {**PAID, "cancels": 3},
    ],
)
async def test_an_answer_that_does_not_say_paid_is_unknown(toss: TossProvider, stub: Stub, body: object):
    stub.body = body
    with pytest.raises(OutcomeUnknown):
        await charge(toss)


async def test_an_aborted_payment_is_a_decline_with_its_reason(toss: TossProvider, stub: Stub):
    stub.body = {**PAID, "status": "ABORTED", "approvedAt": None, "failure": {"code": "INVALID_STOPPED_CARD"}}
    with pytest.raises(Declined) as no:
        await charge(toss)
    assert no.value.reason_ko == "정지된 카드"


@pytest.mark.parametrize(("status", "kind"), [(200, OutcomeUnknown), (404, OutcomeUnknown), (302, OutcomeUnknown)])
async def test_a_page_of_some_proxy_is_not_an_answer(
    toss: TossProvider, stub: Stub, status: int, kind: type[Exception]
):
    stub.status, stub.text = status, "<html>Not Found</html>"
    with pytest.raises(kind):
        await toss.find(order_id="attempt-1")
    with pytest.raises(kind):
        await charge(toss)


async def test_a_redirect_is_not_followed(toss: TossProvider, stub: Stub):
    stub.status, stub.text, stub.headers = 307, "elsewhere", {"Location": "/elsewhere"}
    with pytest.raises(OutcomeUnknown):
        await charge(toss)
    assert len(stub.seen) == 1


async def test_only_toss_itself_says_that_there_is_no_payment(toss: TossProvider, stub: Stub):
    stub.status, stub.body = 404, {"code": "NOT_FOUND_PAYMENT", "message": "없어요"}
    assert await toss.find(order_id="attempt-1") is None
    stub.body = {"code": "NOT_FOUND", "message": "없어요"}
    with pytest.raises(OutcomeUnknown):
        await toss.find(order_id="attempt-1")


@pytest.mark.parametrize(
    "body",
    [
        {**PAID, "cancels": None},
        {**PAID, "cancels": [{**CANCEL, "cancelAmount": 999}]},
        {**PAID, "cancels": [CANCEL], "paymentKey": "pay-2"},
    ],
)
async def test_an_answer_about_another_cancel_is_unknown(toss: TossProvider, stub: Stub, body: object):
    stub.body = body
    with pytest.raises(OutcomeUnknown):
        await toss.cancel(payment_key="pay-1", amount_krw=1000, reason="r", idempotency_key="r1")


@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_no_error_and_no_log_holds_a_secret(
    toss: TossProvider, stub: Stub, status: int, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    stub.status, stub.body = status, {"code": "INVALID_REQUEST", "message": f"{SECRET} {CARD}"}
    with pytest.raises(ProviderError) as error:
        await charge(toss)
    assert_secretless("".join(traceback.format_exception(error.value)) + caplog.text)


@pytest.mark.parametrize(
    ("address", "kind"), [("http://no-such-host.invalid", NotSent), ("http://127.0.0.1:1", NotSent)]
)
async def test_where_nobody_is_nothing_was_sent_and_nothing_told(address: str, kind: type[Exception]):
    async with aiohttp.ClientSession() as session:
        with pytest.raises(kind) as error:
            await charge(TossProvider(session, address, SECRET, 2.0))
    assert_secretless("".join(traceback.format_exception(error.value)))


async def test_a_connection_that_never_comes_is_not_sent():
    with socket.socket() as full, socket.socket() as one, socket.socket() as two:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (one, two):  # nobody accepts, so the queue is full and the next one hangs
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        async with aiohttp.ClientSession() as session:
            with pytest.raises(NotSent) as error:
                await charge(TossProvider(session, f"http://127.0.0.1:{full.getsockname()[1]}", SECRET, 0.3))
    assert_secretless("".join(traceback.format_exception(error.value)))


async def test_a_refused_request_is_our_fault(toss: TossProvider, stub: Stub):
    stub.status, stub.body = 400, {"code": "INVALID_REQUEST", "message": "?"}
    with pytest.raises(OurFault):
        await charge(toss)


def assert_secretless(text: str) -> None:
    for secret in (SECRET, b64encode(f"{SECRET}:".encode()).decode(), CARD, "billing%2Fkey"):
        assert secret not in text
