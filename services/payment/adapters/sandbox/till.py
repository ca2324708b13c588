"""One act at a time: decided, on the disk, in the books, then answered; the same key never acts twice."""

import asyncio
from collections.abc import Callable
from typing import Literal

from services.payment.adapters.sandbox.books import Answer, Books
from services.payment.adapters.sandbox.errors import TossError
from services.payment.adapters.sandbox.ledger import Ledger, Record
from services.payment.adapters.sandbox.teller import Teller
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

Mode = Literal["normal", "slow", "down", "declining", "unknown"]


class Till:
    """The sandbox's state. `slow_seconds` is how long an answer takes in mode `slow`."""

    def __init__(self, ledger: Ledger, clock: Clock, ids: Ids, slow_seconds: float) -> None:
        self.mode: Mode = "normal"
        self.books = Books(ledger.found)
        self.teller = Teller(self.books, clock, ids)
        self._ledger = ledger
        self._slow_seconds = slow_seconds
        self._lock = asyncio.Lock()
        self._running: set[str] = set()

    async def act(self, scope: str, decide: Callable[[], Record]) -> Answer:
        """The first answer for this scope (key and address; empty: no key), acting if there is none yet.

        Raises TossError while the first request for the scope hasn't been answered.
        """
        if not scope:
            return await self._act_and_wait(scope, decide)
        if scope in self._running:
            raise TossError("IDEMPOTENT_REQUEST_PROCESSING")
        self._running.add(scope)
        try:
            return await self._act_and_wait(scope, decide)
        finally:
            self._running.discard(scope)

    async def linger(self) -> None:
        """Take as long as the mode says."""
        if self.mode == "slow":
            await asyncio.sleep(self._slow_seconds)

    async def _act_and_wait(self, scope: str, decide: Callable[[], Record]) -> Answer:
        async with self._lock:
            answer = self.books.answers.get(scope) or await self._write(scope, decide)
        await self.linger()
        return answer

    async def _write(self, scope: str, decide: Callable[[], Record]) -> Answer:
        try:
            record = decide()
        except TossError as error:
            record = {"kind": "refused", "status": error.status, "answer": error.body}
        record = {**record, "scope": scope}
        if record["kind"] != "refused" or scope:  # a refusal without a key leaves nothing to remember
            await asyncio.to_thread(self._ledger.append, record)
        self.books.apply(record)
        return record["status"], record["answer"]
