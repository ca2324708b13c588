"""The bot's repositories and unit of work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Details, Invite, PersonRecord, ReceivedMessage
from services.shared_kernel.event import Event
from storage.bot import tables
from storage.bot.idempotency import SqlKeyedCalls
from storage.bot.message_log import SqlMessageLog
from storage.bot.threads import SqlThreads
from storage.engine import Database
from storage.rows import add_new, change, insert_or_leave, insert_or_replace, is_one_of
from storage.unit_of_work import SqlUnitOfWork


class BotUnitOfWork(SqlUnitOfWork):
    """A transaction of the bot."""

    def open(self) -> None:
        self.persons = SqlPersons(self)
        self.invites = SqlInvites(self.connection)
        self.drafts = SqlDrafts(self.connection)
        self.log = SqlMessageLog(self.connection)
        self.received = SqlReceived(self.connection)
        self.details = SqlDetails(self.connection)
        self.threads = SqlThreads(self.connection)
        self.keyed_calls = SqlKeyedCalls(self.connection)


_PERSON = select(tables.person).where(tables.person.c.id == bindparam("person_id"))


class SqlPersons:
    """People."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    async def find(self, person_id: str) -> PersonRecord | None:
        row = (await self._work.connection.execute(_PERSON, {"person_id": person_id})).first()
        return None if row is None else _person(row)

    async def save(self, old: PersonRecord | None, new: PersonRecord, events: Sequence[Event]) -> None:
        table = tables.person
        if old is None:
            await add_new(self._work.connection, table, asdict(new), new.id)
        else:
            await change(self._work.connection, table, asdict(new), id=old.id, version=old.version)
        await self._work.record(events)

    async def with_role(self, role: str) -> Sequence[PersonRecord]:
        statement = select(tables.person).where(tables.person.c.role == role).order_by(tables.person.c.id)
        return [_person(row) for row in await self._work.connection.execute(statement)]


def _person(row: Row[Any]) -> PersonRecord:
    values = dict(row._mapping)
    del values["agency_id"]
    return PersonRecord(**values)


class SqlInvites:
    """Invites by the hash of their code."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, invite: Invite) -> None:
        await self._connection.execute(insert(tables.invite).values(**asdict(invite)))

    async def find(self, code_hash: str) -> Invite | None:
        statement = select(tables.invite).where(tables.invite.c.code_hash == code_hash)
        row = (await self._connection.execute(statement)).first()
        if row is None:
            return None
        return Invite(code_hash=row.code_hash, role=row.role, expires_at=row.expires_at, used_at=row.used_at)

    async def use(self, code_hash: str, person_id: str, at: datetime) -> bool:
        table = tables.invite
        result = await self._connection.execute(
            update(table)
            .where(table.c.code_hash == code_hash, table.c.used_at.is_(None), table.c.expires_at > at)
            .values(used_at=at, used_by=person_id)
        )
        return bool(result.rowcount == 1)


class SqlDrafts:
    """What each person is in the middle of."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, person_id: str) -> Mapping[str, Any] | None:
        statement = select(tables.draft.c.body).where(tables.draft.c.person_id == person_id)
        body: Mapping[str, Any] | None = (await self._connection.execute(statement)).scalar_one_or_none()
        return body

    async def save(self, person_id: str, body: Mapping[str, Any], at: datetime) -> None:
        row = {"person_id": person_id, "body": dict(body), "updated_at": at}
        await self._connection.execute(insert_or_replace(tables.draft, *row, key=("person_id",)), row)


class SqlReceived:
    """What was said and isn't answered yet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, person_id: str, client_id: str, fresh_id: str, text: str, action: str, at: datetime,
        traceparent: str | None,
    ) -> bool:  # fmt: skip
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
        table = tables.received
        statement = (
            select(table)
            .where(table.c.person_id == person_id, table.c.answered_at.is_(None))
            .order_by(table.c.position)
            .limit(1)
        )
        row = (await self._connection.execute(statement)).first()
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
        table = tables.received
        still_open = (table.c.position == position) & table.c.answered_at.is_(None)
        result = await self._connection.execute(update(table).where(still_open).values(answered_at=at))
        return bool(result.rowcount == 1)

    async def people_waiting(self, received_before: datetime) -> Sequence[str]:
        table = tables.received
        waits = table.c.answered_at.is_(None) & (table.c.received_at <= received_before)
        statement = select(table.c.person_id).where(waits).distinct()
        return list((await self._connection.execute(statement)).scalars())


class SqlDetailsQueries:
    """Personal details for whoever only reads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, details_ids: Collection[str]) -> Mapping[str, Details]:
        if not details_ids:
            return {}
        async with self._database.read() as connection:
            wanted = is_one_of(connection, tables.details.c.id, details_ids)
            rows = await connection.execute(select(tables.details).where(wanted))
            return {row.id: Details(**dict(row._mapping)) for row in rows}


class SqlDetails:
    """Personal details, each under an id that says nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, details: Details) -> None:
        await self._connection.execute(insert(tables.details), asdict(details))

    async def find(self, details_id: str) -> Details | None:
        statement = select(tables.details).where(tables.details.c.id == details_id)
        row = (await self._connection.execute(statement)).first()
        return None if row is None else Details(**dict(row._mapping))
