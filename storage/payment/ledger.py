"""The double-entry lines, append-only."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payment.ledger import Transaction
from services.shared_kernel.clock import Clock
from storage.payment.tables import posting as table

_BOOK = insert(table)
_TOTALS = select(table.c.account, func.sum(table.c.amount_krw).label("won")).group_by(table.c.account)


class SqlLedger:
    """The primary key is (transaction, account): nothing is booked twice."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def book(self, transactions: Sequence[Transaction]) -> None:
        rows = [
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
        if rows:
            await self._connection.execute(_BOOK, rows)

    async def totals(self) -> Mapping[str, int]:
        return {row.account: int(row.won) for row in await self._connection.execute(_TOTALS)}
