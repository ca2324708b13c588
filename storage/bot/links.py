"""Chats of other channels and whose they are, and the codes that link one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Link, LinkCode
from services.shared_kernel.bot_events import GONE
from storage.bot.tables import link as table
from storage.bot.tables import link_code, message, person, shown
from storage.rows import insert_or_leave, insert_or_replace

_IS = (table.c.channel == bindparam("of_channel"), table.c.address == bindparam("of_address"))
_FIND = select(table).where(*_IS)
_REMOVE = delete(table).where(*_IS)
_OPEN = (table.c.channel == bindparam("of_channel"), table.c.blocked_at.is_(None))
_HAS_ROLE = exists().where(person.c.id == table.c.person_id, person.c.role.not_in(GONE))
_OF_PERSON = (
    select(table)
    .where(*_OPEN, table.c.person_id == bindparam("of_person"), _HAS_ROLE)
    .order_by(table.c.linked_at.desc())
)
_BLOCKED_SINCE = select(func.max(table.c.blocked_at)).where(
    table.c.channel == bindparam("of_channel"), table.c.person_id == bindparam("of_person")
)
_HAS_NEWS = exists().where(message.c.person_id == table.c.person_id, message.c.seq > table.c.sent_seq)
_BEHIND = select(table.c.address).where(*_OPEN, _HAS_NEWS).limit(bindparam("limit", type_=Integer))
_SENT = update(table).where(*_IS, table.c.person_id == bindparam("of_person"), table.c.sent_seq < bindparam("seq"))
_IS_SHOWN = (
    shown.c.channel == bindparam("of_channel"),
    shown.c.address == bindparam("of_address"),
    shown.c.place == bindparam("of_place"),
)
_SHOWN = select(shown.c.message_id).where(*_IS_SHOWN)
_FORGET = delete(shown).where(*_IS_SHOWN)


class SqlLinks:
    """One chat is one person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, channel: str, address: str) -> Link | None:
        row = (await self._connection.execute(_FIND, {"of_channel": channel, "of_address": address})).first()
        return None if row is None else _link(row)

    async def of_person(self, person_id: str, channel: str) -> Sequence[Link]:
        """Those that aren't blocked, the newest first; none once a role was taken back, whatever a sender knows yet."""
        found = await self._connection.execute(_OF_PERSON, {"of_channel": channel, "of_person": person_id})
        return [_link(row) for row in found]

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None:
        found = await self._connection.execute(_BLOCKED_SINCE, {"of_channel": channel, "of_person": person_id})
        since: datetime | None = found.scalar_one()
        return since

    async def add(self, link: Link) -> bool:
        """False when the chat has somebody already."""
        row = asdict(link)
        result = await self._connection.execute(insert_or_leave(table, *row), row)
        return bool(result.rowcount == 1)

    async def save(self, link: Link) -> None:
        """Whoever had the chat before has it no more."""
        row = asdict(link)
        await self._connection.execute(insert_or_replace(table, *row, key=("channel", "address")), row)

    async def remove(self, channel: str, address: str) -> None:
        await self._connection.execute(_REMOVE, {"of_channel": channel, "of_address": address})

    async def behind(self, channel: str, limit: int) -> Sequence[str]:
        """Addresses that aren't blocked and whose person's log has gone on."""
        found = await self._connection.execute(_BEHIND, {"of_channel": channel, "limit": limit})
        return list(found.scalars())

    async def sent(self, link: Link, seq: int) -> bool:
        """By a guarded update: False when the chat is somebody else's by now, or this has gone out before."""
        wanted = {"of_channel": link.channel, "of_address": link.address, "of_person": link.person_id, "seq": seq}
        result = await self._connection.execute(_SENT, {**wanted, "sent_seq": seq})
        return bool(result.rowcount == 1)

    async def show(self, link: Link, place: int, message_id: int) -> None:
        """What stands there in the log is that message of the chat."""
        row = {"channel": link.channel, "address": link.address, "place": place, "message_id": message_id}
        await self._connection.execute(insert_or_replace(shown, *row, key=("channel", "address", "place")), row)

    async def shown(self, link: Link, place: int) -> int | None:
        """The message of the chat that it is; None if it never went there."""
        found = await self._connection.execute(_SHOWN, _at(link, place))
        number: int | None = found.scalar_one_or_none()
        return number

    async def forget(self, link: Link, place: int) -> None:
        """It won't be changed any more."""
        await self._connection.execute(_FORGET, _at(link, place))


def _at(link: Link, place: int) -> dict[str, Any]:
    return {"of_channel": link.channel, "of_address": link.address, "of_place": place}


def _link(row: Row[Any]) -> Link:
    return Link(**dict(row._mapping))


_ADD_CODE = insert(link_code)
_IS_CODE = link_code.c.code_hash == bindparam("of_hash")
_CODE = select(link_code).where(_IS_CODE)
_IS_OPEN = (link_code.c.used_at.is_(None), link_code.c.expires_at > bindparam("now"))
_USE = update(link_code).where(_IS_CODE, *_IS_OPEN)
_OVER = delete(link_code).where(link_code.c.expires_at < bindparam("before"))
_VOID = update(link_code).where(link_code.c.person_id == bindparam("of_person"), *_IS_OPEN)


class SqlLinkCodes:
    """Codes by their hash."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, code: LinkCode) -> None:
        await self._connection.execute(_ADD_CODE, asdict(code))

    async def find(self, code_hash: str) -> LinkCode | None:
        row = (await self._connection.execute(_CODE, {"of_hash": code_hash})).first()
        return None if row is None else LinkCode(**dict(row._mapping))

    async def use(self, code_hash: str, at: datetime) -> bool:
        """False when it is over, or somebody else was first."""
        result = await self._connection.execute(_USE, {"of_hash": code_hash, "now": at, "used_at": at})
        return bool(result.rowcount == 1)

    async def void_of(self, person_id: str, at: datetime) -> None:
        """Those that nobody has used are over."""
        await self._connection.execute(_VOID, {"of_person": person_id, "now": at, "expires_at": at})

    async def purge(self, before: datetime) -> int:
        """Drop what was over before, used or not; how many."""
        return int((await self._connection.execute(_OVER, {"before": before})).rowcount)
