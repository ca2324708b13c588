"""Talks between customers and operators."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Thread, ThreadLine
from storage.bot.tables import thread, thread_line
from storage.postgresql import lock
from storage.rows import insert_or_replace


class SqlThreads:
    """One open thread a customer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open_of(self, customer_id: str) -> Thread | None:
        # Until the end, nobody else opens one for this customer.
        await lock(self._connection, "threads", [customer_id])
        statement = select(thread).where(thread.c.customer_id == customer_id, thread.c.closed_at.is_(None))
        statement = statement.with_for_update(key_share=True)
        row = (await self._connection.execute(statement)).first()
        return None if row is None else _thread(row)

    async def find(self, thread_id: str) -> Thread | None:
        statement = select(thread).where(thread.c.id == thread_id).with_for_update(key_share=True)
        row = (await self._connection.execute(statement)).first()
        return None if row is None else _thread(row)

    async def save(self, saved: Thread) -> None:
        row = asdict(saved)
        await self._connection.execute(insert_or_replace(thread, *row, key=("id",)), row)

    async def say(self, thread_id: str, line: ThreadLine) -> None:
        await self._connection.execute(insert(thread_line).values(thread_id=thread_id, **asdict(line)))

    async def lines(self, thread_id: str) -> Sequence[ThreadLine]:
        statement = select(thread_line).where(thread_line.c.thread_id == thread_id).order_by(thread_line.c.position)
        return [
            ThreadLine(person_id=row.person_id, text=row.text, at=row.at)
            for row in await self._connection.execute(statement)
        ]

    async def open_ones(self) -> Sequence[Thread]:
        statement = select(thread).where(thread.c.closed_at.is_(None)).order_by(thread.c.opened_at)
        return [_thread(row) for row in await self._connection.execute(statement)]


def _thread(row: Row[Any]) -> Thread:
    return Thread(**dict(row._mapping))
