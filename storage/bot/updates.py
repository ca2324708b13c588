"""What a channel brought, kept until it is handled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import ChannelUpdate
from storage.bot.tables import update_inbox as table
from storage.rows import insert_or_leave

_IS_OPEN = (table.c.bot_id == bindparam("of_bot"), table.c.handled_at.is_(None))
_WAITING = select(table.c.chat_id).where(*_IS_OPEN).distinct()
_NEXT_OF = select(table).where(*_IS_OPEN, table.c.chat_id == bindparam("of_chat")).order_by(table.c.update_id).limit(1)
_HANDLED = update(table).where(table.c.bot_id == bindparam("of_bot"), table.c.update_id == bindparam("of_update"))
_PURGE = delete(table).where(table.c.handled_at < bindparam("before"))


class SqlUpdates:
    """Each is there once, by the number that the channel gave it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: ChannelUpdate, at: datetime) -> bool:
        """False when it was there already."""
        row = {
            "bot_id": new.bot_id,
            "update_id": new.update_id,
            "chat_id": new.chat_id,
            "body": dict(new.body),
            "received_at": at,
        }
        result = await self._connection.execute(insert_or_leave(table, *row), row)
        return bool(result.rowcount == 1)

    async def chats_waiting(self, bot_id: int) -> Sequence[str]:
        found = await self._connection.execute(_WAITING, {"of_bot": bot_id})
        return list(found.scalars())

    async def next_of(self, bot_id: int, chat_id: str) -> ChannelUpdate | None:
        row = (await self._connection.execute(_NEXT_OF, {"of_bot": bot_id, "of_chat": chat_id})).first()
        if row is None:
            return None
        return ChannelUpdate(bot_id=row.bot_id, update_id=row.update_id, chat_id=row.chat_id, body=row.body)

    async def handled(self, done: ChannelUpdate, at: datetime) -> None:
        """The number stays, so that a double is known; what was said is in the person's log."""
        values = {"handled_at": at, "body": {}}
        await self._connection.execute(_HANDLED, {"of_bot": done.bot_id, "of_update": done.update_id, **values})

    async def purge(self, before: datetime) -> int:
        """Drop what was handled before; how many."""
        result = await self._connection.execute(_PURGE, {"before": before})
        return int(result.rowcount)
