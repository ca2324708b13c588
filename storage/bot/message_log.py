"""Each person's message log: what a reconnecting phone reads from."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Message, OpenEntry
from services.shared_kernel.card import Button, Card, Item
from storage.bot.tables import message as table
from storage.bot.turns import Turns
from storage.rows import insert_or_leave

_OF_PERSON = select(table).where(table.c.person_id == bindparam("person_id")).limit(bindparam("limit", type_=Integer))
_AFTER = _OF_PERSON.where(table.c.seq > bindparam("seq")).order_by(table.c.seq)
_LAST = _OF_PERSON.order_by(table.c.seq.desc())
_IS_KEY = (table.c.person_id == bindparam("of_person"), table.c.key == bindparam("of_key"))
_OPEN = select(table).where(*_IS_KEY)
# In the order of their index: in that of the log, SQLite would read all that was ever said, every second.
_ALL_OPEN = select(table).where(table.c.key.is_not(None)).order_by(table.c.key, table.c.person_id)
_CLOSE = update(table).where(*_IS_KEY).values(key=None)
_TAKE_OUT = delete(table).where(table.c.seq == bindparam("of_seq"))
_PUT_BACK = insert(table)


class SqlMessageLog:
    """A delivery is there at most once. What is changed in place gets a new `seq`, so that whoever has read so far
    reads it again, and keeps its place. In turn: who has read a line never misses one before it.
    """

    def __init__(self, connection: AsyncConnection, turns: Turns) -> None:
        self._connection = connection
        self._turns = turns

    async def append(
        self, person_id: str, sender: str, card: Card, at: datetime, *, client_id: str | None = None,
        delivery_id: str | None = None, key: str | None = None,
    ) -> bool:  # fmt: skip
        """False when this delivery is there already, or the person was erased.

        With a `key` it is open, and the one before with it no more.
        """
        if not await self._turns.take(person_id):
            return False
        if key is not None:
            await self._connection.execute(_CLOSE, {"of_person": person_id, "of_key": key})
        row = {
            "person_id": person_id,
            "sender": sender,
            "at": at,
            "client_id": client_id,
            "delivery_id": delivery_id,
            "card": asdict(card),
            "key": key,
        }
        result = await self._connection.execute(insert_or_leave(table, *row), row)
        return bool(result.rowcount == 1)

    async def change(self, person_id: str, key: str, card: Card, *, is_final: bool = False) -> bool:
        """Another card in the place of the open entry; with `is_final` it is open no more. False: there is none,
        or it says just this already.
        """
        await self._turns.take(person_id)
        about = {"of_person": person_id, "of_key": key}
        old = (await self._connection.execute(_OPEN, about)).first()
        if old is None or (not is_final and card_from_json(old.card) == card):
            return False
        row = {
            "person_id": person_id,
            "sender": old.sender,
            "at": old.at,
            "card": asdict(card),
            "place": old.place or old.seq,
            "key": None if is_final else key,
        }
        # In this order: SQLite would give the number of a row that is gone to the next one.
        await self._connection.execute(_CLOSE, about)
        await self._connection.execute(_PUT_BACK, row)
        await self._connection.execute(_TAKE_OUT, {"of_seq": old.seq})
        return True

    async def open_ones(self) -> Sequence[OpenEntry]:
        """All entries that will be changed, whosever they are."""
        return [
            OpenEntry(person_id=row.person_id, key=row.key, card=card_from_json(row.card))
            for row in await self._connection.execute(_ALL_OPEN)
        ]

    async def after(self, person_id: str, seq: int, limit: int) -> Sequence[Message]:
        """The ones that follow, oldest first."""
        wanted = {"person_id": person_id, "seq": seq, "limit": limit}
        return [_message(row) for row in await self._connection.execute(_AFTER, wanted)]

    async def last(self, person_id: str, limit: int) -> Sequence[Message]:
        """The newest, oldest first."""
        rows = (await self._connection.execute(_LAST, {"person_id": person_id, "limit": limit})).all()
        return [_message(row) for row in reversed(rows)]


def card_from_json(raw: dict[str, Any]) -> Card:
    """A card as it was stored."""
    return Card(
        text=raw["text"],
        title=raw["title"],
        items=tuple(Item(**item) for item in raw["items"]),
        buttons=tuple(Button(**button) for button in raw["buttons"]),
        side_by_side=raw["side_by_side"],
        quick_replies=tuple(Button(**button) for button in raw["quick_replies"]),
        notice=raw["notice"],
        # a card that was kept before there were any has none
        shares=tuple(Button(**button) for button in raw.get("shares", ())),
    )


def _message(row: Row[Any]) -> Message:
    return Message(
        seq=row.seq,
        sender=row.sender,
        at=row.at,
        client_id=row.client_id,
        card=card_from_json(row.card),
        place=row.place,
        is_open=row.key is not None,
    )
