"""Talks between customers and operators."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Thread, ThreadLine
from storage.bot.tables import thread, thread_line
from storage.postgresql import lock
from storage.rows import insert_or_replace

_FIND = select(thread).where(thread.c.id == bindparam("thread_id")).with_for_update(key_share=True)
_IS_OPEN = thread.c.closed_at.is_(None)
_OPEN_OF = (
    select(thread).where(thread.c.customer_id == bindparam("customer_id"), _IS_OPEN).with_for_update(key_share=True)
)
_OPEN_ONES = select(thread).where(_IS_OPEN).order_by(thread.c.opened_at)
_SAY = insert(thread_line)
_LINES = select(thread_line).where(thread_line.c.thread_id == bindparam("thread_id")).order_by(thread_line.c.position)


class SqlThreads:
    """One open thread a customer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open_of(self, customer_id: str) -> Thread | None:
        # Until the end, nobody else opens one for this customer.
        await lock(self._connection, "threads", [customer_id])
        row = (await self._connection.execute(_OPEN_OF, {"customer_id": customer_id})).first()
        return None if row is None else _thread(row)

    async def find(self, thread_id: str) -> Thread | None:
        row = (await self._connection.execute(_FIND, {"thread_id": thread_id})).first()
        return None if row is None else _thread(row)

    async def save(self, saved: Thread) -> None:
        row = asdict(saved)
        await self._connection.execute(insert_or_replace(thread, *row, key=("id",)), row)

    async def say(self, thread_id: str, line: ThreadLine) -> None:
        await self._connection.execute(_SAY, {"thread_id": thread_id, **asdict(line)})

    async def lines(self, thread_id: str) -> Sequence[ThreadLine]:
        return [
            ThreadLine(person_id=row.person_id, text=row.text, at=row.at)
            for row in await self._connection.execute(_LINES, {"thread_id": thread_id})
        ]

    async def open_ones(self) -> Sequence[Thread]:
        return [_thread(row) for row in await self._connection.execute(_OPEN_ONES)]


def _thread(row: Row[Any]) -> Thread:
    return Thread(**dict(row._mapping))
