"""How many customers were called back last, and who."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.reservation.tables import callback_round as table
from storage.rows import insert_or_replace

_SIZE, _REOPENED = select(table.c.size), select(table.c.reopened)


class SqlCallbackRound:
    """One row: the last round."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def size(self) -> int:
        """How many were meant to be called back; 0 before the first round."""
        return int((await self._connection.execute(_SIZE)).scalar_one_or_none() or 0)

    async def last_reopened(self) -> Sequence[str]:
        """Their reservations."""
        return list((await self._connection.execute(_REOPENED)).scalar_one_or_none() or ())

    async def note(self, size: int, reopened: Sequence[str], at: datetime) -> None:
        """Remember this round instead of the one before."""
        row = {"id": 1, "size": size, "reopened": list(reopened), "at": at}
        await self._connection.execute(insert_or_replace(table, *row, key=("id",)), row)
