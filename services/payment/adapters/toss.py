"""Toss Payments over HTTP; the sandbox speaks the same. Logs nothing: addresses and headers hold secrets."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from services.payment.adapters.toss_errors import declined, outcome
from services.payment.provider import (
    Cancelled,
    Charged,
    Declined,
    NotSent,
    OutcomeUnknown,
    Provider,
    ProviderCancel,
    ProviderPayment,
    ProviderStatus,
    RegisteredCard,
)
from services.shared_kernel.tracing import trace_headers

NO_SUCH_PAYMENT = "NOT_FOUND_PAYMENT"
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


class TossProvider(Provider):
    """Toss Payments API v1 (https://docs.tosspayments.com/reference); `timeout` is seconds for a whole call."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, secret_key: str, timeout: float) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._authorization = "Basic " + b64encode(f"{secret_key}:".encode()).decode()
        # A connection that isn't there after half the time leaves a sure "not sent" rather than an unknown.
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)

    async def charge_card(
        self,
        *,
        order_id: str,
        amount_krw: int,
        card_key: str,
        customer_key: str,
        order_name: str,
        idempotency_key: str,
    ) -> Charged:
        body = {"customerKey": customer_key, "orderId": order_id, "orderName": order_name, "amount": amount_krw}
        path = f"/v1/billing/{quote(card_key, safe='')}"
        answer = await self._call("POST", path, body, f"charge-{idempotency_key}")
        return _charged(answer, order_id, amount_krw)

    async def confirm(self, *, payment_key: str, order_id: str, amount_krw: int, idempotency_key: str) -> Charged:
        body = {"paymentKey": payment_key, "orderId": order_id, "amount": amount_krw}
        answer = await self._call("POST", "/v1/payments/confirm", body, f"confirm-{idempotency_key}")
        return _charged(answer, order_id, amount_krw)

    async def register_card(self, *, auth_key: str, customer_key: str) -> RegisteredCard:
        body = {"authKey": auth_key, "customerKey": customer_key}
        key = f"register-{sha256(auth_key.encode()).hexdigest()}"
        answer = await self._call("POST", "/v1/billing/authorizations/issue", body, key)
        try:
            return RegisteredCard(
                card_key=answer["billingKey"],
                customer_key=answer["customerKey"],
                company=answer.get("cardCompany") or "",
                number=answer.get("cardNumber") or "",
            )
        except _UNREADABLE:
            raise OutcomeUnknown("an unreadable card") from None

    async def find(self, *, order_id: str) -> ProviderPayment | None:
        try:
            answer = await self._call("GET", f"/v1/payments/orders/{quote(order_id, safe='')}")
        except Declined as refusal:
            # Only Toss's own word counts: a bare 404 of some proxy must not permit a second charge.
            if refusal.code == NO_SUCH_PAYMENT:
                return None
            raise
        return _payment(answer)

    async def cancel(self, *, payment_key: str, amount_krw: int, reason: str, idempotency_key: str) -> Cancelled:
        path = f"/v1/payments/{quote(payment_key, safe='')}/cancel"
        body = {"cancelReason": reason, "cancelAmount": amount_krw}
        answer = await self._call("POST", path, body, f"cancel-{idempotency_key}")
        payment = _payment(answer)
        done = next(reversed(payment.cancels), None)
        if payment.payment_key != payment_key or done is None or done.amount_krw != amount_krw:
            raise OutcomeUnknown("an answer about another cancel")
        return Cancelled(
            payment_key=payment_key,
            transaction_key=done.transaction_key,
            amount_krw=done.amount_krw,
            balance_krw=payment.balance_krw,
            at=done.at,
        )

    async def ping(self) -> None:
        await self.find(order_id="ssak3-ping")

    async def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None, idempotency_key: str = ""
    ) -> dict[str, Any]:
        headers = {"Authorization": self._authorization, **trace_headers()}
        if idempotency_key:
            headers["Idempotency-Key"] = f"ssak3-{idempotency_key}"
        status, content = await self._exchange(method, path, body, headers)
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not 200 <= status < 300:
            code = answer.get("code") if isinstance(answer, dict) else None
            raise outcome(status, code if isinstance(code, str) else "")
        if not isinstance(answer, dict):
            raise OutcomeUnknown("an unreadable answer")
        return answer

    async def _exchange(
        self, method: str, path: str, body: Mapping[str, object] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """The status and content. Causes are cut off: aiohttp's errors print addresses, which hold card keys."""
        url = URL(self._base_url + path, encoded=True)
        try:
            async with self._session.request(
                method, url, json=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(type(error).__name__) from None


def _charged(answer: dict[str, Any], order_id: str, amount_krw: int) -> Charged:
    payment = _payment(answer)
    if payment.order_id != order_id or payment.total_krw != amount_krw:
        raise OutcomeUnknown("an answer about another order")  # so it would be if an idempotency key were reused
    if payment.status.never_paid:
        failure = answer.get("failure")
        raise declined(str(failure.get("code", "")) if isinstance(failure, dict) else payment.status.value)
    if payment.status is not ProviderStatus.DONE or payment.approved_at is None:
        raise OutcomeUnknown(f"the payment is {payment.status}")
    return Charged(
        payment_key=payment.payment_key,
        order_id=order_id,
        amount_krw=amount_krw,
        method=payment.method,
        approved_at=payment.approved_at,
    )


def _payment(answer: dict[str, Any]) -> ProviderPayment:
    try:
        approved_at = answer.get("approvedAt")
        return ProviderPayment(
            status=ProviderStatus(answer["status"]),
            payment_key=answer["paymentKey"],
            order_id=answer["orderId"],
            total_krw=int(answer["totalAmount"]),
            balance_krw=int(answer["balanceAmount"]),
            method=answer.get("method") or "",
            approved_at=_moment(approved_at) if approved_at else None,
            cancels=tuple(_cancel(line) for line in answer.get("cancels") or ()),
        )
    except _UNREADABLE:
        raise OutcomeUnknown("an unreadable payment") from None


def _cancel(line: dict[str, Any]) -> ProviderCancel:
    return ProviderCancel(
        transaction_key=line["transactionKey"],
        amount_krw=int(line["cancelAmount"]),
        reason=line.get("cancelReason") or "",
        at=_moment(line["canceledAt"]),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment
