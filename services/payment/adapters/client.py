"""What chats and ticks ask of payment besides paying, over HTTP: for the processes that live without it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import TypeAdapter

from services.payment.refunds import Compensation, Refund
from services.payment.refusals import OtherAttempt, RefundTooLarge
from services.payment.results import Declined, Owed
from services.shared_kernel.event import LoggedEvent
from services.shared_kernel.refusal import NotFound, StaleVersion
from services.shared_kernel.tracing import trace_headers

TIMEOUT = aiohttp.ClientTimeout(total=5.0, sock_connect=1.5)
_REFUSALS: Mapping[str, type[Exception]] = {
    "NotFound": NotFound,
    "OtherAttempt": OtherAttempt,
    "StaleVersion": StaleVersion,
}
_REFUND = TypeAdapter(Refund)
_COMPENSATION = TypeAdapter(Compensation)
_OWED = TypeAdapter(list[Owed])
_EVENTS = TypeAdapter(list[LoggedEvent])


class PaymentAway(ConnectionError):
    """Payment doesn't answer, or not with an answer; the same can be asked again."""


class PaymentClient:
    """`base_url` is payment's address. Every call raises PaymentAway where it isn't said otherwise."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, api_token: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_token}"}

    async def is_available(self) -> bool:
        """Whether a payment could be taken now; False when payment itself is away."""
        try:
            return (await self._ask("GET", "/payments/availability")).get("available") is True
        except PaymentAway:
            return False

    async def breaker_state(self) -> str:
        """Of the breaker to the provider; payment away says nothing of the provider: `closed`."""
        try:
            return str((await self._ask("GET", "/payments/breaker")).get("state", "closed"))
        except PaymentAway:
            return "closed"

    async def last_decline(self, *, reservation_id: str) -> Declined | None:
        """The last attempt that was declined, if any."""
        answer = await self._ask("GET", f"/payments?reservation_id={quote(reservation_id, safe='')}")
        refused = [
            Declined(
                payment_id=payment["id"],
                code=attempt["code"] or "",
                reason_ko=attempt["reason_ko"],
                reason_en=attempt["reason_en"],
            )
            for payment in answer["payments"]
            for attempt in payment["attempts"]
            if attempt["status"] == "DECLINED"
        ]
        return refused[-1] if refused else None

    async def refund(self, *, payment_id: str, refund_id: str, amount_krw: int, reason: str) -> Refund:
        """Give part or all back. Refusals: RefundTooLarge, NotFound, OtherAttempt."""
        body = {"refund_id": refund_id, "amount_krw": amount_krw, "reason": reason}
        return _REFUND.validate_python(await self._ask("POST", f"/payments/{_id(payment_id)}/refunds", body))

    async def try_refund_now(self, *, refund_id: str) -> Refund:
        """Don't wait for the next try. NotFound."""
        return _REFUND.validate_python(await self._ask("POST", f"/payments/refunds/{_id(refund_id)}/retry"))

    async def owed_compensations(self) -> Sequence[Owed]:
        """What is to be paid out, the longest owed first."""
        return _OWED.validate_python((await self._ask("GET", "/payments/compensations"))["compensations"])

    async def pay_compensation(self, *, compensation_id: str, by: str) -> Compensation:
        """An operator has paid it out. NotFound."""
        path = f"/payments/compensations/{_id(compensation_id)}/paid"
        return _COMPENSATION.validate_python(await self._ask("POST", path, {"by": by}))

    async def events_of(self, *, payment_id: str) -> Sequence[LoggedEvent]:
        """What happened to a payment, oldest first."""
        return _EVENTS.validate_python((await self._ask("GET", f"/payments/{_id(payment_id)}/events"))["events"])

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            async with self._session.request(
                method,
                self._base_url + path,
                json=body,
                headers=self._headers | trace_headers(),
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise PaymentAway(type(error).__name__) from None
        if not isinstance(answer, dict):
            raise PaymentAway("an unreadable answer")
        if response.status < 400:
            return answer
        raise _refusal(response.status, answer)


def _id(identifier: str) -> str:
    return quote(identifier, safe="")


def _refusal(status: int, answer: Mapping[str, Any]) -> Exception:
    name = str(answer.get("title", ""))
    if name == "RefundTooLarge":
        return RefundTooLarge(int(answer["left_krw"]))
    if name in _REFUSALS:
        return _REFUSALS[name](name)
    return PaymentAway(f"status {status}")
