"""The payment context for real: a database, the sandbox over sockets, breaker and loops."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from messaging.envelope import decode
from services.payment.adapters.guarded import GuardedProvider
from services.payment.adapters.sandbox import SANDBOX_SECRET_KEY, TEST_CARD, Ledger, create_app, start
from services.payment.adapters.toss import TossProvider
from services.payment.loops import AttemptLoop, AvailabilityLoop, RefundLoop
from services.payment.provider import Provider
from services.payment.results import Result
from services.payment.use_cases import PaymentUseCases
from services.shared_kernel.adapters.breaker import Breaker
from services.shared_kernel.event import LoggedEvent, Received
from storage.engine import Database
from storage.history import SqlHistory
from storage.payment.repositories import PaymentUnitOfWork
from storage.payment.tables import messaging
from storage.unit_of_work import Context
from tests.support.time import FakeClock, FakeIds

PRICE = 80_000
HOME = "http://shop.test"
# More than the time that payment gives the provider, which is more than a busy machine needs.
SLOW_SECONDS = 1.5


class Shop:
    """`provider` may be wrapped by a test; `restart` forgets everything that isn't in the database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.clock = FakeClock()
        self.ids = FakeIds(self.clock)
        self.seconds = 0.0

    async def open(self) -> None:
        self.session = aiohttp.ClientSession()
        self.ledger_file = Ledger.open(self.folder / "ledger.jsonl")
        app = create_app(self.ledger_file, clock=self.clock, ids=self.ids, return_base=HOME, slow_seconds=SLOW_SECONDS)
        self.sandbox = await start(app)
        toss = TossProvider(self.session, f"{self.sandbox.url}/toss", SANDBOX_SECRET_KEY, timeout=1.0)
        self.breaker = Breaker("provider", 3, 20.0, now=lambda: self.seconds)
        self.provider: Provider = GuardedProvider(toss, self.breaker)
        self.database = Database(self.url)
        self.restart()

    def restart(self, provider: Provider | None = None, test_card: str | None = TEST_CARD) -> None:
        """As a new process would find it."""
        self.context = context = Context(tables=messaging, database=self.database, clock=self.clock, ids=self.ids)
        self.work: Callable[[], PaymentUnitOfWork] = lambda: PaymentUnitOfWork(context)
        chosen = provider or self.provider
        self.use_cases = PaymentUseCases(self.work, self.clock, self.ids, chosen, test_card=test_card)
        self.attempts = AttemptLoop(self.work, self.clock, self.ids, chosen)
        self.refunds = RefundLoop(self.work, self.clock, self.ids, chosen)
        self.availability = AvailabilityLoop(
            self.work, self.clock, chosen, "sandbox", lambda: self.breaker.state == "closed"
        )

    async def history(self, payment_id: str) -> Sequence[LoggedEvent]:
        return await SqlHistory({"payment": self.context}).of({"payment": payment_id})

    async def close(self) -> None:
        await self.use_cases.drain()
        await self.sandbox.close()
        self.ledger_file.close()
        await self.session.close()
        await self.database.close()

    async def mode(self, mode: str) -> None:
        async with self.session.put(f"{self.sandbox.url}/mode", json={"mode": mode}) as response:
            assert response.status == 200

    async def provider_ledger(self) -> dict[str, list[dict[str, Any]]]:
        async with self.session.get(f"{self.sandbox.url}/ledger") as response:
            content: dict[str, list[dict[str, Any]]] = await response.json()
            return content

    async def pay(
        self, attempt_id: str = "attempt-1", reservation_id: str = "r1", *, payment_key: str | None = None
    ) -> Result:  # fmt: skip
        """With a card; with a key, from the provider's window."""
        return await self.use_cases.pay(
            reservation_id=reservation_id, customer_id="c1", attempt_id=attempt_id, amount_krw=PRICE,
            method="card" if payment_key is None else "checkout", payment_key=payment_key,
            pay_by=self.clock.now() + timedelta(minutes=15),
        )  # fmt: skip

    async def told(self) -> Sequence[Received]:
        """All events, as they went out."""
        async with self.database.read() as connection:
            log = messaging.event_log
            rows = await connection.execute(select(log.c.body).order_by(log.c.position))
            return [decode(row.body) for row in rows]

    async def told_names(self) -> list[str]:
        return [type(received.event).__name__ for received in await self.told()]
