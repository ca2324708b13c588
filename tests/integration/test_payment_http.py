"""Payment's routes and pages, and reservation's client of them, over real sockets."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from services.payment.adapters.checkout import CheckoutLinks, Order
from services.reservation import ports
from services.reservation.adapters.payment_client import HttpPaymentGateway
from services.shared_kernel.adapters.breaker import Breaker
from tests.support.payment_doors import TOKEN, app_of, links, shop
from tests.support.payment_shop import HOME, PRICE, Shop
from tests.support.serving import serving

__all__ = ["shop"]

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app_of(shop))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url=HOME, headers=headers) as client:
        yield client


def asked(shop: Shop, attempt_id: str = "a", **more: object) -> dict[str, object]:
    pay_by = (shop.clock.now() + timedelta(minutes=15)).isoformat()
    return {
        "reservation_id": "r1", "attempt_id": attempt_id, "amount_krw": PRICE, "method": "card", "pay_by": pay_by,
    } | more  # fmt: skip


async def test_pay_look_up_and_refund(shop: Shop, client: httpx.AsyncClient) -> None:
    made = await client.post("/payments", json=asked(shop, customer_id="c1"))
    assert made.status_code == 201
    payment_id = made.json()["payment_id"]
    assert (await client.post("/payments/attempts/a/resolve")).status_code == 201

    body = {"refund_id": "f1", "amount_krw": 30_000, "reason": "사과의 뜻"}
    for _ in range(2):
        assert (await client.post(f"/payments/{payment_id}/refunds", json=body)).json()["status"] == "REQUESTED"
    await shop.refunds.run_once()
    shown = (await client.get(f"/payments/{payment_id}")).json()
    assert (shown["status"], shown["refunded_krw"]) == ("PARTIALLY_REFUNDED", 30_000)
    assert [refund["status"] for refund in shown["refunds"]] == ["DONE"]
    assert (await client.get("/payments", params={"reservation_id": "r1"})).json() == {"payments": [shown]}
    assert (await client.get("/payments", params={"reservation_id": "r2"})).json() == {"payments": []}
    assert "payment_key" not in str(shown)
    too_much = await client.post(
        f"/payments/{payment_id}/refunds", json=body | {"refund_id": "f2", "amount_krw": PRICE}
    )
    assert (too_much.status_code, too_much.json()["left_krw"]) == (409, 50_000)


async def test_every_end_has_its_status(shop: Shop, client: httpx.AsyncClient) -> None:
    await shop.mode("declining")
    declined = await client.post("/payments", json=asked(shop, "a"))
    assert (declined.status_code, declined.json()["code"]) == (402, "REJECT_CARD_COMPANY")
    assert declined.headers["Content-Type"] == "application/problem+json"

    await shop.mode("down")
    unknown = await client.post("/payments", json=asked(shop, "b"))
    assert unknown.status_code == 202
    assert unknown.headers["Retry-After"] == "5"
    live = await client.post("/payments", json=asked(shop, "c"))
    assert (live.status_code, live.json()["title"]) == (409, "AttemptLive")
    fenced = await client.post("/payments/attempts/d/resolve")
    assert (fenced.status_code, fenced.json()["title"]) == (409, "Fenced")
    assert (await client.post("/payments", json=asked(shop, "d"))).json()["title"] == "Fenced"

    for number in range(3):
        await client.post("/payments", json=asked(shop, f"x{number}", reservation_id=f"x{number}"))
    closed = await client.post("/payments", json=asked(shop, "e", reservation_id="r9"))
    assert closed.status_code == 503
    assert 1 <= int(closed.headers["Retry-After"]) <= 20
    assert (await client.get("/payments/availability")).json() == {"available": False}


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_krw": 0},
        {"amount_krw": "80000원"},
        {"attempt_id": "../../etc"},
        {"attempt_id": ""},
        {"pay_by": "2026-11-23T15:00:00"},
        {"method": "cash"},
        {"reservation_id": "x" * 100},
    ],
)
async def test_nonsense_is_refused_and_changes_nothing(
    shop: Shop, client: httpx.AsyncClient, wrong: dict[str, object]
) -> None:
    answer = await client.post("/payments", json=asked(shop) | wrong)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (await shop.provider_ledger())["charges"] == []


async def test_without_the_token_nothing_is_said(shop: Shop, client: httpx.AsyncClient) -> None:
    for header in ("", "Bearer wrong", "Basic " + TOKEN, "Bearer é"):
        answer = await client.get("/payments/none", headers={b"Authorization": header.encode()})
        assert answer.status_code == 401
    assert (await client.get("/payments/none")).status_code == 404


# Reservation's client


@pytest_asyncio.fixture
async def gateway(shop: Shop) -> AsyncIterator[HttpPaymentGateway]:
    async with serving(app_of(shop)) as url:
        breaker = Breaker("payment", 3, 20.0, now=lambda: shop.seconds)
        yield HttpPaymentGateway(shop.session, url, TOKEN, breaker)


async def pay(gateway: HttpPaymentGateway, shop: Shop, attempt_id: str, reservation_id: str = "r1") -> ports.Answer:
    return await gateway.pay(
        reservation_id=reservation_id, customer_id="c1", attempt_id=attempt_id, amount_krw=PRICE, method="card",
        pay_by=shop.clock.now() + timedelta(minutes=15),
    )  # fmt: skip


async def test_the_client_tells_every_end(shop: Shop, gateway: HttpPaymentGateway) -> None:
    await shop.mode("declining")
    assert await pay(gateway, shop, "a") == ports.Declined(code="REJECT_CARD_COMPANY")
    await shop.mode("normal")
    assert isinstance(await pay(gateway, shop, "b"), ports.Approved)
    assert await pay(gateway, shop, "b") == await gateway.resolve(attempt_id="b")
    assert await gateway.resolve(attempt_id="nobody") == ports.Fenced()
    assert await gateway.is_available()
    await shop.mode("down")
    assert await pay(gateway, shop, "c", "r2") == ports.Unknown()
    assert await pay(gateway, shop, "d", "r2") == ports.Unknown(), "another attempt may still take the money"
    for number in range(3):
        await pay(gateway, shop, f"e{number}", f"e{number}")
    assert isinstance(await pay(gateway, shop, "f", "r3"), ports.Unavailable)
    assert not await gateway.is_available()


async def test_with_payment_gone_the_breaker_answers_at_once(shop: Shop) -> None:
    breaker = Breaker("payment", 3, 20.0, now=lambda: shop.seconds)
    gateway = HttpPaymentGateway(shop.session, "http://127.0.0.1:9", TOKEN, breaker)
    for _ in range(3):
        assert isinstance(await pay(gateway, shop, "a"), ports.Unavailable)
    assert breaker.state == "open"
    assert await pay(gateway, shop, "a") == ports.Unavailable(retry_after_seconds=20)
    assert await gateway.resolve(attempt_id="a") == ports.Unknown(), "not to be asked is not to know"


# Checkout


def order(shop: Shop, **changes: object) -> Order:
    values: dict[str, object] = {
        "reservation_id": "r1", "customer_id": "c1", "amount_krw": PRICE, "name": "11/27(금) <집청소>",
        "pay_by": shop.clock.now() + timedelta(minutes=15),
    }  # fmt: skip
    return Order(**values | changes)  # type: ignore[arg-type]


def said(answer: httpx.Response) -> str:
    assert "Traceback" not in answer.text
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert found is not None
    return unescape(found.group(1))


async def through_the_window(client: httpx.AsyncClient, url: str, action: str = "approve") -> str:
    """Press the button, choose in the window; the address that the window leads back to."""
    to_window = (await client.post(url)).headers["Location"]
    async with httpx.AsyncClient() as browser:
        return (await browser.post(to_window, data={"action": action})).headers["Location"]


async def test_paying_with_a_new_card(shop: Shop, client: httpx.AsyncClient) -> None:
    url = links().link(order(shop))
    page = await client.get(url)
    assert said(page) == "80,000원을 결제할게요"
    assert "&lt;집청소&gt;" in page.text
    back = await through_the_window(client, url)
    assert said(await client.get(back)) == "80,000원 결제했어요"
    assert said(await client.get(back)) == "80,000원 결제했어요", "a reload takes no more"
    assert said(await client.get(url)) == "이미 결제하셨어요"
    assert said(await client.post(url)) == "이미 결제하셨어요"
    assert len((await shop.provider_ledger())["charges"]) == 1
    assert await shop.told_names() == ["PaymentApproved"]
    assert (await shop.told())[0].event.method == "checkout"  # type: ignore[attr-defined]


async def test_two_windows_are_one_charge(shop: Shop, client: httpx.AsyncClient) -> None:
    url = links().link(order(shop))
    first, second = [await through_the_window(client, url) for _ in range(2)]
    assert said(await client.get(first)) == "80,000원 결제했어요"
    assert said(await client.get(second)) == "이미 결제하셨어요"
    assert len((await shop.provider_ledger())["charges"]) == 1


async def test_while_a_card_is_being_charged_the_window_waits(shop: Shop, client: httpx.AsyncClient) -> None:
    url = links().link(order(shop))
    back = await through_the_window(client, url)
    await shop.mode("down")
    await shop.pay("by-card")
    await shop.mode("normal")
    assert said(await client.get(back)) == "결제됐는지 확인하고 있어요"
    assert said(await client.get(url)) == "결제됐는지 확인하고 있어요"
    assert (await shop.provider_ledger())["charges"] == []


async def test_an_unknown_confirmation_is_found_out(shop: Shop, client: httpx.AsyncClient) -> None:
    url = links().link(order(shop))
    back = await through_the_window(client, url)
    await shop.mode("unknown")
    assert said(await client.get(back)) == "결제됐는지 확인하고 있어요"
    await shop.mode("normal")
    shop.clock.advance(seconds=3)
    await shop.attempts.run_once()
    assert said(await client.get(back)) == "80,000원 결제했어요"
    assert len((await shop.provider_ledger())["charges"]) == 1


async def test_stopping_declining_and_coming_too_late(shop: Shop, client: httpx.AsyncClient) -> None:
    url = links().link(order(shop))
    assert said(await client.get(await through_the_window(client, url, "close"))) == "결제하지 않았어요"
    back = await through_the_window(client, url)
    await shop.mode("declining")
    declined = await client.get(back)
    assert said(declined) == "결제되지 않았어요"
    assert "카드사 확인 필요" in declined.text
    await shop.mode("normal")
    again = await client.post(str(declined.url))
    assert again.status_code == 303
    shop.clock.advance(minutes=16)
    assert said(await client.get(url)) == "결제 기한이 지났어요"
    assert (await shop.provider_ledger())["charges"] == []


async def test_changed_links_and_orders_take_nothing(shop: Shop, client: httpx.AsyncClient) -> None:
    url = links().link(order(shop))
    cheap = CheckoutLinks(b"another", HOME).link(order(shop, amount_krw=100))
    for wrong in (cheap, url[:-1], url + "x", f"{HOME}/checkout/가.나", f"{HOME}/checkout/x"):
        assert said(await client.get(wrong)) == "이 주소로는 결제할 수 없어요"
    back = await through_the_window(client, url)
    for name, value in (("amount", "100"), ("orderId", "ssak3-other"), ("paymentKey", ""), ("amount", "80,000")):
        changed = httpx.URL(back).copy_set_param(name, value)
        answer = await client.get(changed)
        assert (answer.status_code, said(answer)) == (400, "주문이 맞지 않아서 멈췄어요")
    others = links().link(order(shop, reservation_id="r2")) + "/done?" + urlencode(dict(httpx.URL(back).params))
    assert said(await client.get(others)) == "주문이 맞지 않아서 멈췄어요"
    assert (await shop.provider_ledger())["charges"] == []
