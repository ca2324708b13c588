"""Checkout pages: pay with a new card in the provider's window, by a signed link that expires."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.payment import wording
from services.payment.policies import order_id
from services.payment.ports import PaymentWork
from services.payment.refusals import AlreadyPaid, AttemptLive, PayByPassed, PaymentClosed
from services.payment.results import Approved, Declined, Result, Unavailable, Unknown
from services.payment.use_cases import PaymentUseCases
from services.payment.values import Checkout, Method, PaymentStatus
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import Refusal, StaleVersion

Sentences = tuple[str, str]

_STYLE = """
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f3f6f4;color:#17231d;
font:16px/1.6 "Noto Sans KR","Apple SD Gothic Neo",sans-serif;word-break:keep-all;overflow-wrap:anywhere}
main{width:min(92vw,380px);background:#fff;border-radius:20px;padding:28px 24px;box-shadow:0 8px 30px #17231d1a}
small{color:#4f6157}h1{font-size:22px;line-height:1.35;margin:14px 0 8px}p{margin:0 0 20px}
button{display:block;width:100%;padding:14px;border:0;border-radius:12px;background:#0b7a4b;color:#fff;font:inherit;
font-weight:700;cursor:pointer}button:focus-visible{outline:3px solid #17231d;outline-offset:2px}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{}"


class BadLink(Exception):
    """The link was cut, changed, or is too old."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a link asks to be paid: who for what, how much, until when."""

    reservation_id: str
    customer_id: str
    amount_krw: int
    name: str
    pay_by: datetime


class CheckoutLinks:
    """Makes and reads links, signed with the secret, so that nobody can change the amount."""

    def __init__(self, secret: bytes, public_url: str) -> None:
        self._secret = secret
        self._public_url = public_url.rstrip("/")

    def link(self, order: Order) -> str:
        """The address to send to a customer; it works until `pay_by`."""
        fields = [order.reservation_id, order.customer_id, order.amount_krw, order.name, order.pay_by.isoformat()]
        body = _encode(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())
        return self.address(f"{body}.{self._signature(body)}")

    def address(self, token: str, page: str = "") -> str:
        """Of a page of a link."""
        return f"{self._public_url}/checkout/{token}{page}"

    def read(self, token: str) -> Order:
        """What the link asks for, be it late. BadLink if the signature isn't ours."""
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            raise BadLink
        reservation_id, customer_id, amount_krw, name, pay_by = json.loads(_decode(body))
        return Order(
            reservation_id=reservation_id,
            customer_id=customer_id,
            amount_krw=amount_krw,
            name=name,
            pay_by=datetime.fromisoformat(pay_by),
        )

    def _signature(self, body: str) -> str:
        return _encode(hmac.new(self._secret, b"checkout:" + body.encode(), sha256).digest())


class CheckoutPages:
    """`window_url` is the provider's pay window, e.g. `http://127.0.0.1:8000/sandbox/window`."""

    def __init__(
        self, use_cases: PaymentUseCases, unit_of_work: Callable[[], PaymentWork], clock: Clock, ids: Ids,
        links: CheckoutLinks, window_url: str,
    ) -> None:  # fmt: skip
        self._use_cases = use_cases
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._links = links
        self._window_url = window_url

    async def show(self, token: str) -> Response:
        """What is to be paid, with a button, or what is true by now."""
        try:
            order = self._links.read(token)
        except BadLink:
            return _page(wording.BAD_LINK, status=404)
        over = await self._over(order)
        return _page(over, order) if over else self._ask(order)

    async def _over(self, order: Order) -> Sentences | None:
        """Why there is nothing to pay here now; None when there is."""
        payment = await self._use_cases.of_reservation(reservation_id=order.reservation_id)
        if payment is not None and payment.status is PaymentStatus.CLOSED:
            return wording.CLOSED
        if payment is not None and payment.status is not PaymentStatus.OPEN:
            return wording.PAID_BEFORE
        if payment is not None and any(attempt.is_live for attempt in payment.attempts):
            return wording.CHECKING
        return wording.EXPIRED if self._clock.now() >= order.pay_by else None

    def _ask(self, order: Order, said: Sentences = wording.ASK) -> Response:
        label = escape(wording.fill(wording.PAY_BUTTON, amount_krw=order.amount_krw))
        return _page(
            said, order, more=f'<form method="post"><button>{label}</button></form>', leads_to=self._window_url
        )

    async def go(self, token: str) -> Response:
        """Note the visit, and on to the provider's window."""
        try:
            order = self._links.read(token)
        except BadLink:
            return _page(wording.BAD_LINK, status=404)
        over = await self._over(order)
        if over:
            return _page(over, order)
        checkout = Checkout(
            attempt_id=self._ids.new(),
            reservation_id=order.reservation_id,
            amount_krw=order.amount_krw,
            opened_at=self._clock.now(),
        )
        async with self._unit_of_work() as work:
            await work.cards.remember_checkout(checkout)
        query = {
            "orderId": order_id(checkout.attempt_id),
            "orderName": order.name[:100],
            "amount": order.amount_krw,
            "successUrl": self._links.address(token, "/done"),
            "failUrl": self._links.address(token, "/stopped"),
        }
        return RedirectResponse(f"{self._window_url}?{urlencode(query)}", 303)

    async def done(self, token: str, payment_key: str, order_number: str, amount: str) -> Response:
        """Back from the window: compare with our row, take the money, say how it ended. A reload takes no more."""
        try:
            order = self._links.read(token)
        except BadLink:
            return _page(wording.BAD_LINK, status=404)
        attempt_id = order_number.removeprefix("ssak3-")
        async with self._unit_of_work() as work:
            checkout = await work.cards.checkout(attempt_id)
        expected = (order.reservation_id, order.amount_krw, str(order.amount_krw))
        if checkout is None or (checkout.reservation_id, checkout.amount_krw, amount) != expected or not payment_key:
            return _page(wording.DIFFERENT, order, status=400)
        return await self._take(order, attempt_id, payment_key)

    async def _take(self, order: Order, attempt_id: str, payment_key: str) -> Response:
        try:
            result = await self._use_cases.pay(
                reservation_id=order.reservation_id,
                customer_id=order.customer_id,
                attempt_id=attempt_id,
                amount_krw=order.amount_krw,
                method=Method.CHECKOUT,
                pay_by=order.pay_by,
                payment_key=payment_key,
            )
        except Refusal as refusal:
            return _page(_refused(refusal), order)
        return self._told(order, result)

    def _told(self, order: Order, result: Result) -> Response:
        match result:
            case Approved():
                return _page(wording.PAID, order)
            case Unknown():
                return _page(wording.CHECKING, order)
            case Unavailable():
                return self._ask(order, wording.BUSY)
            case Declined():
                title, text = wording.DECLINED
                text = wording.fill(text, reason=result.reason_ko or wording.ASK_CARD_COMPANY)
                return self._ask(order, (title, text))
            case _:
                return self._ask(order, wording.STOPPED)

    async def stopped(self, token: str) -> Response:
        """Back from the window without having agreed."""
        try:
            order = self._links.read(token)
        except BadLink:
            return _page(wording.BAD_LINK, status=404)
        over = await self._over(order)
        return _page(over, order) if over else self._ask(order, wording.STOPPED)


def create_checkout_router(pages: CheckoutPages) -> APIRouter:
    """The pages under `/checkout/`; they need no token but the link's."""
    router = APIRouter(prefix="/checkout", include_in_schema=False)

    @router.get("/{token}")
    async def show(token: str) -> Response:
        return await pages.show(token)

    @router.post("/{token}")
    async def go(token: str) -> Response:
        return await pages.go(token)

    @router.get("/{token}/done")
    async def done(
        token: str,
        payment_key: Annotated[str, Query(alias="paymentKey", max_length=200)] = "",
        order_number: Annotated[str, Query(alias="orderId", max_length=64)] = "",
        amount: Annotated[str, Query(max_length=12)] = "",
    ) -> Response:
        return await pages.done(token, payment_key, order_number, amount)

    @router.get("/{token}/stopped")
    async def stopped(token: str) -> Response:
        return await pages.stopped(token)

    # The button on a result page posts to the page that it stands on.
    @router.post("/{token}/{page}")
    async def go_again(token: str, page: str) -> Response:
        return await pages.go(token)

    return router


def _refused(refusal: Refusal) -> Sentences:
    match refusal:
        case AttemptLive() | StaleVersion():
            return wording.CHECKING
        case AlreadyPaid():
            return wording.PAID_BEFORE
        case PayByPassed():
            return wording.EXPIRED
        case PaymentClosed():
            return wording.CLOSED
        case _:
            return wording.DIFFERENT


def _page(
    said: Sentences, order: Order | None = None, *, more: str = "", leads_to: str = "", status: int = 200
) -> Response:
    figures = {"amount_krw": order.amount_krw, "name": order.name} if order else {}
    title, text = (escape(wording.fill(sentence, **figures)) for sentence in said)  # type: ignore[arg-type]
    body = (
        '<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{wording.TITLE}</title><style>{_STYLE}</style>"
        f"<main><small>{wording.TITLE}</small><h1>{title}</h1><p>{text}</p>{more}</main></html>"
    )
    headers = {
        "Content-Security-Policy": _POLICY.format(f" {leads_to}" if leads_to else ""),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(body, status, headers)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
