"""A program that uses the JSON API and never gives up: the same Idempotency-Key until there is an answer."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp

from services.shared_kernel.clock import KST

AREAS = ("mapo", "seodaemun", "gangnam", "songpa")
HOURS = (8, 10, 12, 14, 16, 18)
POLL_SECONDS = 0.4
CALL_SECONDS = 8.0
MOST_CALLS = 100


class Door(Protocol):
    """Where the system is asked, and what it is shown."""

    @property
    def token(self) -> str: ...

    def address(self, path: str) -> str:
        """The whole address, now."""
        ...


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What was answered to a keyed call."""

    path: str
    key: str
    body: Mapping[str, Any]
    status: int
    answer: Any


@dataclass
class Caller:
    """The agency's own program; what it was promised is kept here, outside. `failures` were asked again."""

    door: Door
    http: aiohttp.ClientSession
    promises: list[Promise] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    call_seconds: float = CALL_SECONDS
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_CALLS))

    async def post(self, path: str, key: str, body: Mapping[str, Any]) -> Promise:
        """Until it is answered by something else than a failure, and noted."""
        promise = await self.ask_once_more(path, key, body)
        self.promises.append(promise)
        return promise

    async def ask_once_more(self, path: str, key: str, body: Mapping[str, Any]) -> Promise:
        """The same, without noting it."""
        while True:
            found = await self._try("POST", path, {"Idempotency-Key": key}, json=body)
            if found is not None and not _is_running(*found):
                return Promise(path=path, key=key, body=body, status=found[0], answer=found[1])
            await asyncio.sleep(POLL_SECONDS)

    async def get(self, path: str) -> Any:
        """Until it is answered."""
        while True:
            found = await self._try("GET", path, {})
            if found is not None:
                assert found[0] == 200, found
                return found[1]
            await asyncio.sleep(POLL_SECONDS)

    async def _try(self, method: str, path: str, headers: Mapping[str, str], **values: Any) -> tuple[int, Any] | None:
        """None when nobody answers, or something failed on the way."""
        try:
            async with self.turn, self.http.request(
                method, self.door.address(path), headers={"Authorization": f"Bearer {self.door.token}", **headers},
                timeout=aiohttp.ClientTimeout(total=self.call_seconds), **values,
            ) as answer:  # fmt: skip
                if answer.status < 500:
                    return answer.status, await answer.json(content_type=None)
                self.failures[str(answer.status)] += 1
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self.failures[type(error).__name__] += 1
        return None


def _is_running(status: int, answer: Any) -> bool:
    return status == 409 and str(answer.get("type", "")).endswith("running")


class Client:
    """One customer of the API: books, pays until it is paid, and perhaps cancels."""

    def __init__(self, caller: Caller, number: int, seed: int, *, spread_seconds: float) -> None:
        self.caller = caller
        self.number = number
        self.chance = random.Random(f"{seed} {number}")
        self.comes_after = self.chance.uniform(0, spread_seconds)
        self.reservation_id = ""
        self.promised_refund: int | None = None

    @property
    def customer_id(self) -> str:
        return f"customer-{self.number}"

    async def live(self) -> None:
        """To the end, however often the other side is killed."""
        await asyncio.sleep(self.comes_after)
        await self.book()
        await self._pay()
        if self.chance.random() < 0.4:
            await asyncio.sleep(self.chance.uniform(0, 2))
            await self._cancel()

    async def book(self) -> None:
        """A place, mostly paid in the same call."""
        pays = {"pay": {"method": "card"}} if self.chance.random() < 0.6 else {}
        booked = await self.caller.post("/api/reservations", f"{self.number}-book", {**self._wish(), **pays})
        assert booked.status in (201, 202, 402), booked
        self.reservation_id = (booked.answer["reservation"] if booked.status == 402 else booked.answer)["id"]

    def _wish(self) -> Mapping[str, Any]:
        area, turn = AREAS[self.number % 4], self.number // 4
        day = datetime.now(KST) + timedelta(days=3 + turn // len(HOURS))
        starts_at = day.replace(hour=HOURS[turn % len(HOURS)], minute=0, second=0, microsecond=0)
        return {
            "customer_id": self.customer_id, "service": "home", "size_pyeong": 12, "area": area,
            "starts_at": starts_at.isoformat(), "address": f"OO로 {self.number}",
        }  # fmt: skip

    async def now(self) -> Any:
        return await self.caller.get(f"/api/reservations/{self.reservation_id}")

    async def _pay(self) -> None:
        for time in range(1000):
            stands = await self.now()
            if stands["status"] != "AWAITING_PAYMENT":
                return
            if stands["payment_state"] in ("none", "declined"):
                path = f"/api/reservations/{self.reservation_id}/payment"
                await self.caller.post(path, f"{self.number}-pay-{time}", {"method": "card"})
            await asyncio.sleep(POLL_SECONDS)

    async def _cancel(self) -> None:
        path = f"/api/reservations/{self.reservation_id}/cancellation"
        for time in range(100):
            quote = await self.caller.get(path)
            wanted = {"expected_refund_krw": quote["refund_krw"]}
            answered = await self.caller.post(path, f"{self.number}-cancel-{time}", wanted)
            if answered.status == 200:
                self.promised_refund = quote["refund_krw"]
                return
            assert answered.status == 409, answered
