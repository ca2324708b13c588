"""The double-entry lines, append-only."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payment.ledger import Transaction
from services.shared_kernel.clock import Clock
from storage.payment.tables import posting as table
from storage.rows import insert_all

_TOTALS = select(table.c.account, func.sum(table.c.amount_krw).label("won")).group_by(table.c.account)


class SqlLedger:
    """What is booked is written at the end. The primary key is (transaction, account): nothing is booked twice."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._kept: list[dict[str, Any]] = []

    async def book(self, transactions: Sequence[Transaction]) -> None:
        self._kept += [
            {
                "transaction_id": transaction.id,
                "account": account,
                "payment_id": transaction.payment_id,
                "amount_krw": amount_krw,
                "booked_at": self._clock.now(),
            }
            for transaction in transactions
            for account, amount_krw in transaction.postings
        ]

    async def write(self) -> None:
        """What was booked; part of the same transaction."""
        rows, self._kept = self._kept, []
        if rows:
            await insert_all(self._connection, table, rows)

    async def totals(self) -> Mapping[str, int]:
        await self.write()
        return {row.account: int(row.won) for row in await self._connection.execute(_TOTALS)}
