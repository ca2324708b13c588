"""Calls with an idempotency key, and what was answered."""

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import KeyedCall, KeyUse
from storage.bot.tables import idempotency as table
from storage.rows import insert_or_leave

_IS = (
    table.c.caller == bindparam("of_caller"),
    table.c.route == bindparam("of_route"),
    table.c.key == bindparam("of_key"),
)
_IS_OPEN = table.c.status.is_(None)
_IS_IDLE = or_(table.c.running_until.is_(None), table.c.running_until <= bindparam("now"))
_FIND = select(table).where(*_IS)
_RESUME = update(table).where(*_IS, _IS_OPEN, _IS_IDLE)
_CHANGE = update(table).where(*_IS, _IS_OPEN)
_FORGET = delete(table).where(*_IS, _IS_OPEN)
_PURGE = delete(table).where(table.c.created_at < bindparam("before"))


class SqlKeyedCalls:
    """Guarded updates only, so that of two calls with one key one runs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, use: KeyUse, *, body_hash: str, fresh_id: str, running_until: datetime, at: datetime
    ) -> bool:  # fmt: skip
        """False when this key was used before."""
        row = {
            "caller": use.caller,
            "route": use.route,
            "key": use.key,
            "body_hash": body_hash,
            "fresh_id": fresh_id,
            "running_until": running_until,
            "created_at": at,
        }
        result = await self._connection.execute(insert_or_leave(table, *row), row)
        return bool(result.rowcount == 1)

    async def find(self, use: KeyUse) -> KeyedCall | None:
        """What is known of it."""
        row = (await self._connection.execute(_FIND, _of(use))).first()
        if row is None:
            return None
        return KeyedCall(
            body_hash=row.body_hash,
            fresh_id=row.fresh_id,
            running_until=row.running_until,
            status=row.status,
            answer=row.answer,
        )

    async def resume(self, use: KeyUse, *, now: datetime, running_until: datetime) -> bool:
        """False when it is running or finished."""
        values = {"running_until": running_until}
        result = await self._connection.execute(_RESUME, {**_of(use), "now": now, **values})
        return bool(result.rowcount == 1)

    async def finish(self, use: KeyUse, *, status: int, answer: bytes) -> None:
        """The first answer stays."""
        values = {"status": status, "answer": answer, "running_until": None}
        await self._connection.execute(_CHANGE, {**_of(use), **values})

    async def let_go(self, use: KeyUse) -> None:
        """It stopped unfinished; the same call goes on with it at once."""
        await self._connection.execute(_CHANGE, {**_of(use), "running_until": None})

    async def forget(self, use: KeyUse) -> None:
        """Nothing was begun; the key is free again."""
        await self._connection.execute(_FORGET, _of(use))

    async def purge(self, before: datetime) -> int:
        """Drop what began before; how many."""
        result = await self._connection.execute(_PURGE, {"before": before})
        return int(result.rowcount)


def _of(use: KeyUse) -> dict[str, str]:
    return {"of_caller": use.caller, "of_route": use.route, "of_key": use.key}
