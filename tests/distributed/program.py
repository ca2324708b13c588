"""The agency's own program: it uses the JSON API, and looks into the sandbox's book, from outside."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp

from services.shared_kernel.clock import KST

PRICE_KRW = 50_000


class Program:
    """`url` is the bot's, `sandbox_url` the sandbox's."""

    def __init__(self, http: aiohttp.ClientSession, url: str, sandbox_url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._sandbox_url = sandbox_url
        self._token = token

    async def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._http.get(f"{self._url}{path}", headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def book(self, customer_id: str, days: int) -> Any:
        """A visit in so many days, to be paid at once."""
        at = (datetime.now(KST) + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)
        wish = {
            "customer_id": customer_id, "service": "home", "size_pyeong": 12, "starts_at": at.isoformat(),
            "area": "mapo", "address": f"OO로 {days}", "pay": {"method": "card"},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": str(uuid4())}
        async with self._http.post(f"{self._url}/api/reservations", json=wish, headers=headers) as answer:
            assert answer.status in (201, 202), await answer.text()
            return await answer.json()

    async def my_page(self, customer_id: str) -> list[Any]:
        """Newest first."""
        return list((await self.get(f"/api/mypage/{customer_id}"))["reservations"])

    async def provider(self, mode: str) -> None:
        async with self._http.put(f"{self._sandbox_url}/sandbox/mode", json={"mode": mode}) as answer:
            assert answer.status == 200

    async def ledger(self) -> Any:
        async with self._http.get(f"{self._sandbox_url}/sandbox/ledger") as answer:
            return await answer.json()
