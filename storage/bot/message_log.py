"""Each person's message log: what a reconnecting phone reads from."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Message
from services.shared_kernel.card import Button, Card, Item
from storage.bot.tables import message as table
from storage.postgresql import lock
from storage.rows import insert_or_leave

_OF_PERSON = select(table).where(table.c.person_id == bindparam("person_id")).limit(bindparam("limit", type_=Integer))
_AFTER = _OF_PERSON.where(table.c.seq > bindparam("seq")).order_by(table.c.seq)
_LAST = _OF_PERSON.order_by(table.c.seq.desc())


class SqlMessageLog:
    """Append-only; a delivery is there at most once."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._in_turn: set[str] = set()

    async def append(
        self, person_id: str, sender: str, card: Card, at: datetime, *, client_id: str | None = None,
        delivery_id: str | None = None,
    ) -> bool:  # fmt: skip
        """False when this delivery is there already."""
        await self._take_turn(person_id)
        row = {
            "person_id": person_id,
            "sender": sender,
            "at": at,
            "client_id": client_id,
            "delivery_id": delivery_id,
            "card": asdict(card),
        }
        result = await self._connection.execute(insert_or_leave(table, *row), row)
        return bool(result.rowcount == 1)

    async def _take_turn(self, person_id: str) -> None:
        """One person's lines are readable in the order of `seq`: who has read one never misses one before it."""
        if person_id not in self._in_turn:
            await lock(self._connection, "message log", [person_id])
            self._in_turn.add(person_id)

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
    return Message(seq=row.seq, sender=row.sender, at=row.at, client_id=row.client_id, card=card_from_json(row.card))
