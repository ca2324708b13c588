"""The bot's repositories and unit of work."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Insert, Integer, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Details, Invite, ReceivedMessage
from services.shared_kernel.bot_events import ERASED
from services.shared_kernel.gathering import Gathering
from services.shared_kernel.refusal import NotFound
from storage.bot import tables
from storage.bot.idempotency import SqlKeyedCalls
from storage.bot.links import SqlLinkCodes, SqlLinks
from storage.bot.message_log import SqlMessageLog
from storage.bot.persons import SqlPersons
from storage.bot.threads import SqlThreads
from storage.bot.traces import SqlTraces
from storage.bot.turns import Turns
from storage.bot.updates import SqlUpdates
from storage.engine import Database
from storage.postgresql import arrays, given
from storage.rows import insert_or_leave, insert_or_replace, of_keys
from storage.unit_of_work import SqlUnitOfWork


class BotUnitOfWork(SqlUnitOfWork):
    """A transaction of the bot."""

    def open(self) -> None:
        turns = Turns(self.connection)
        self.persons = SqlPersons(self)
        self.invites = SqlInvites(self.connection)
        self.drafts = SqlDrafts(self.connection)
        self.log = SqlMessageLog(self.connection, turns)
        self.received = SqlReceived(self.connection, turns)
        self.details = SqlDetails(self.connection)
        self.threads = SqlThreads(self.connection)
        self.keyed_calls = SqlKeyedCalls(self.connection)
        self.links = SqlLinks(self.connection)
        self.link_codes = SqlLinkCodes(self.connection)
        self.updates = SqlUpdates(self.connection)
        self.traces = SqlTraces(self.connection, turns)

    async def flush(self) -> None:
        await self.persons.write()
        await super().flush()


# Made once, here and elsewhere: to put a statement together takes longer than to carry it out.
_ADD_INVITE = insert(tables.invite)
_IS_INVITE = tables.invite.c.code_hash == bindparam("of_hash")
_INVITE = select(tables.invite).where(_IS_INVITE)
_USE = update(tables.invite).where(
    _IS_INVITE, tables.invite.c.used_at.is_(None), tables.invite.c.expires_at > bindparam("now")
)
_VOID = update(tables.invite).where(
    tables.invite.c.made_by == bindparam("of_maker"),
    tables.invite.c.used_at.is_(None),
    tables.invite.c.expires_at > bindparam("now"),
)
_OVER = delete(tables.invite).where(tables.invite.c.expires_at < bindparam("before"))


class SqlInvites:
    """Invites by the hash of their code."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, invite: Invite) -> None:
        await self._connection.execute(_ADD_INVITE, asdict(invite))

    async def find(self, code_hash: str) -> Invite | None:
        row = (await self._connection.execute(_INVITE, {"of_hash": code_hash})).first()
        return None if row is None else Invite(**dict(row._mapping))

    async def use(self, code_hash: str, person_id: str, at: datetime) -> bool:
        values = {"used_at": at, "used_by": person_id}
        result = await self._connection.execute(_USE, {"of_hash": code_hash, "now": at, **values})
        return bool(result.rowcount == 1)

    async def void_of(self, person_id: str, at: datetime) -> None:
        await self._connection.execute(_VOID, {"of_maker": person_id, "now": at, "expires_at": at})

    async def purge(self, before: datetime) -> int:
        """Drop what was over before, used or not; how many."""
        return int((await self._connection.execute(_OVER, {"before": before})).rowcount)


_DRAFT = select(tables.draft.c.body).where(tables.draft.c.person_id == bindparam("person_id"))
_OLD_DRAFTS = delete(tables.draft).where(tables.draft.c.updated_at < bindparam("before"))


class SqlDrafts:
    """What each person is in the middle of."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, person_id: str) -> Mapping[str, Any] | None:
        found = await self._connection.execute(_DRAFT, {"person_id": person_id})
        body: Mapping[str, Any] | None = found.scalar_one_or_none()
        return body

    async def save(self, person_id: str, body: Mapping[str, Any], at: datetime) -> None:
        row = {"person_id": person_id, "body": dict(body), "updated_at": at}
        await self._connection.execute(insert_or_replace(tables.draft, *row, key=("person_id",)), row)

    async def purge(self, before: datetime) -> int:
        """Drop those that weren't gone on with since; how many."""
        return int((await self._connection.execute(_OLD_DRAFTS, {"before": before})).rowcount)


_IS_OPEN = tables.received.c.answered_at.is_(None)
_NEXT_OF = (
    select(tables.received)
    .where(tables.received.c.person_id == bindparam("person_id"), _IS_OPEN)
    .order_by(tables.received.c.position)
    .limit(1)
)
_ANSWERED = update(tables.received).where(tables.received.c.position == bindparam("at_position"), _IS_OPEN)
_OLD = (
    select(tables.received.c.position)
    .where(tables.received.c.answered_at < bindparam("before"))
    .order_by(tables.received.c.answered_at)
    .limit(bindparam("limit", type_=Integer))
)
_PURGE = delete(tables.received).where(tables.received.c.position.in_(_OLD))
_PEOPLE_WAITING = (
    select(tables.received.c.person_id)
    .where(_IS_OPEN, tables.received.c.received_at <= bindparam("received_before"))
    .distinct()
)


class SqlReceived:
    """What was said and isn't answered yet."""

    def __init__(self, connection: AsyncConnection, turns: Turns) -> None:
        self._connection = connection
        self._turns = turns

    async def add(
        self, person_id: str, client_id: str, fresh_id: str, text: str, action: str, at: datetime,
        traceparent: str | None,
    ) -> bool:  # fmt: skip
        if not await self._turns.take(person_id):
            return False
        row = {
            "person_id": person_id,
            "client_id": client_id,
            "fresh_id": fresh_id,
            "text": text,
            "action": action,
            "received_at": at,
            "traceparent": traceparent,
        }
        result = await self._connection.execute(insert_or_leave(tables.received, *row), row)
        return bool(result.rowcount == 1)

    async def next_of(self, person_id: str) -> ReceivedMessage | None:
        row = (await self._connection.execute(_NEXT_OF, {"person_id": person_id})).first()
        if row is None:
            return None
        return ReceivedMessage(
            position=row.position,
            person_id=row.person_id,
            client_id=row.client_id,
            fresh_id=row.fresh_id,
            text=row.text,
            action=row.action,
            traceparent=row.traceparent,
        )

    async def answered(self, position: int, at: datetime) -> bool:
        result = await self._connection.execute(_ANSWERED, {"at_position": position, "answered_at": at})
        return bool(result.rowcount == 1)

    async def people_waiting(self, received_before: datetime) -> Sequence[str]:
        found = await self._connection.execute(_PEOPLE_WAITING, {"received_before": received_before})
        return list(found.scalars())

    async def purge(self, before: datetime, limit: int) -> int:
        return int((await self._connection.execute(_PURGE, {"before": before, "limit": limit})).rowcount)


class SqlDetailsApart:
    """Personal details, one statement at a time: on PostgreSQL it needs no other to begin and to commit.

    What is asked or kept at the same moment goes in one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read = Gathering(self._of_each)
        self._add = Gathering(self._add_each)

    async def of(self, details_ids: Collection[str]) -> Mapping[str, Details]:
        return await self._read(tuple(details_ids)) if details_ids else {}

    async def _of_each(self, asked: Sequence[tuple[str, ...]]) -> Sequence[Mapping[str, Details]]:
        wanted = {one for details_ids in asked for one in details_ids}
        async with self._database.read() as connection:
            rows = await of_keys(connection, tables.details, "id", wanted)
        found = {row.id: Details(**dict(row._mapping)) for row in rows}
        return [{one: found[one] for one in details_ids if one in found} for details_ids in asked]

    async def keep(self, details: Details) -> None:
        await self._add(details)

    async def _add_each(self, all_details: Sequence[Details]) -> Sequence[NotFound | None]:
        async with self._database.statement() as connection:
            added = await SqlDetails(connection).add_all(all_details)
        return [None if each.id in added else NotFound(each.person_id) for each in all_details]


_COLUMNS = tuple(column.name for column in tables.details.c)


def _add(rows: FromClause) -> Insert:
    """In one statement: whoever erases the person waits for it, or it sees what they did."""
    whose = tables.person.c.id == rows.c.person_id
    there = select(*(rows.c[name] for name in _COLUMNS)).join_from(rows, tables.person, whose)
    held = there.where(tables.person.c.role != ERASED).with_for_update(read=True, of=tables.person)
    return insert(tables.details).from_select(_COLUMNS, held).returning(tables.details.c.id)


_ADD_ALL = _add(given(*tables.details.c))
_ADD_ONE = _add(
    select(*(bindparam(column.name, type_=column.type).label(column.name) for column in tables.details.c)).subquery()
)
_DETAILS = select(tables.details).where(tables.details.c.id == bindparam("details_id"))
_DIGITS = func.replace(func.replace(tables.details.c.phone, "-", ""), " ", "")
_OF_PHONE = (
    select(tables.details)
    .where(_DIGITS.like(bindparam("like")))
    .order_by(tables.details.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


class SqlDetails:
    """Personal details, each under an id that says nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, details: Details) -> None:
        if not await self.add_all([details]):
            raise NotFound(details.person_id)

    async def add_all(self, all_details: Sequence[Details]) -> Set[str]:
        """The ids of those that were added: whose person is there, and wasn't erased meanwhile."""
        rows = [asdict(each) for each in all_details]
        if self._connection.dialect.name == "postgresql":
            return {*(await self._connection.execute(_ADD_ALL, arrays(_COLUMNS, rows))).scalars()}
        return {id for row in rows for id in (await self._connection.execute(_ADD_ONE, row)).scalars()}

    async def find(self, details_id: str) -> Details | None:
        row = (await self._connection.execute(_DETAILS, {"details_id": details_id})).first()
        return None if row is None else Details(**dict(row._mapping))

    async def of_phone(self, digits: str, limit: int) -> Sequence[Details]:
        rows = await self._connection.execute(_OF_PHONE, {"like": f"%{digits}", "limit": limit})
        return [Details(**dict(row._mapping)) for row in rows]
