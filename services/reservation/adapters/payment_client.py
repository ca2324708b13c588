"""Payment by HTTP, behind a breaker: a customer never waits longer than 3 s for it (rule 4)."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote

import aiohttp

from services.reservation.ports import Answer, Approved, Declined, Fenced, PaymentGateway, Unavailable, Unknown
from services.shared_kernel.adapters.breaker import Breaker, CircuitOpen
from services.shared_kernel.tracing import trace_headers

TIMEOUT_SECONDS = 3.0
ASK_AGAIN_SECONDS = 30
_PROBLEM = "urn:ssak3:problem:"


class NobodyThere(Exception):
    """There was no connection: payment surely wasn't asked."""


class NoAnswer(Exception):
    """The connection broke, the answer took too long, or made no sense: payment may have acted."""


class NotServing(Exception):
    """Payment answers that it can't ask its provider now."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds


class HttpPaymentGateway(PaymentGateway):
    """`base_url` is payment's address; `breaker` is this client's own, beside the one that payment has."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, api_token: str, breaker: Breaker,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:  # fmt: skip
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_token}"}
        self._breaker = breaker
        # Half of it for the connection, so that nobody there is told from no answer.
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=timeout_seconds / 2)

    async def pay(
        self, *, reservation_id: str, customer_id: str, attempt_id: str, amount_krw: int, method: str,
        pay_by: datetime,
    ) -> Answer:  # fmt: skip
        body = {
            "reservation_id": reservation_id,
            "customer_id": customer_id,
            "attempt_id": attempt_id,
            "amount_krw": amount_krw,
            "method": method,
            "pay_by": pay_by.isoformat(),
        }
        return await self._ask("/payments", body)

    async def resolve(self, *, attempt_id: str) -> Answer:
        answer = await self._ask(f"/payments/attempts/{quote(attempt_id, safe='')}/resolve", None)
        # Not having been asked says nothing about what became of the attempt.
        return Unknown() if isinstance(answer, Unavailable) else answer

    async def is_available(self) -> bool:
        try:
            async with self._breaker.guard():
                status, answer, _ = await self._call("GET", "/payments/availability", None)
        except (CircuitOpen, NobodyThere, NoAnswer):
            return False
        return status == 200 and answer.get("available") is True

    async def _ask(self, path: str, body: Mapping[str, object] | None) -> Answer:
        try:
            async with self._breaker.guard(neutral=(NotServing,)):
                status, answer, retry_after = await self._call("POST", path, body)
                return _answer(status, answer, retry_after)
        except CircuitOpen as error:
            return Unavailable(retry_after_seconds=max(1, ceil(error.retry_after)))
        except NotServing as error:
            return Unavailable(retry_after_seconds=error.retry_after_seconds)
        except NobodyThere:
            return Unavailable(retry_after_seconds=ASK_AGAIN_SECONDS)
        except NoAnswer:
            return Unknown()

    async def _call(self, method: str, path: str, body: Mapping[str, object] | None) -> tuple[int, dict[str, Any], str]:
        try:
            async with self._session.request(
                method, self._base_url + path, json=body, headers=self._headers | trace_headers(),
                timeout=self._timeout, allow_redirects=False,
            ) as response:  # fmt: skip
                answer = await response.json(content_type=None)
                retry_after = response.headers.get("Retry-After", "")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NobodyThere(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NoAnswer(type(error).__name__) from None
        if not isinstance(answer, dict):
            raise NoAnswer("an unreadable answer")
        return response.status, answer, retry_after


def _answer(status: int, answer: Mapping[str, Any], retry_after: str) -> Answer:
    problem = str(answer.get("type", "")).removeprefix(_PROBLEM)
    match status, problem:
        case 201, _:
            return _approved(answer)
        case 402, _:
            return Declined(code=str(answer.get("code", "")))
        case 409, "Fenced":
            return Fenced()
        case 409, "PaymentClosed" | "PayByPassed":
            return Declined(code=problem)
        case 503, "Unavailable":
            raise NotServing(int(retry_after) if retry_after.isdecimal() else ASK_AGAIN_SECONDS)
        case (202, _) | (409, _):
            # Another attempt is under way or through: its event will tell; this one took nothing.
            return Unknown()
        case _:
            raise NoAnswer(f"{status}")


def _approved(answer: Mapping[str, Any]) -> Approved:
    try:
        return Approved(
            payment_id=str(answer["payment_id"]),
            amount_krw=int(answer["amount_krw"]),
            method=str(answer["method"]),
            approved_at=datetime.fromisoformat(answer["approved_at"]),
        )
    except (KeyError, TypeError, ValueError):
        raise NoAnswer("an unreadable approval") from None
