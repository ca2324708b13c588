"""The bot's repositories and unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import Details, Invite, PersonRecord, ReceivedMessage
from services.shared_kernel.event import Event
from services.shared_kernel.refusal import StaleVersion
from storage.bot import tables
from storage.bot.idempotency import SqlKeyedCalls
from storage.bot.message_log import SqlMessageLog
from storage.bot.threads import SqlThreads
from storage.rows import add_new
from storage.unit_of_work import SqlUnitOfWork


class BotUnitOfWork(SqlUnitOfWork):
    """A transaction of the bot."""

    def open(self) -> None:
        upsert = sqlite_insert if self.context.database.is_sqlite else postgres_insert
        self.persons = SqlPersons(self)
        self.invites = SqlInvites(self.connection)
        self.drafts = SqlDrafts(self.connection, upsert)
        self.log = SqlMessageLog(self.connection, upsert)
        self.received = SqlReceived(self.connection, upsert)
        self.details = SqlDetails(self.connection)
        self.threads = SqlThreads(self.connection, upsert)
        self.keyed_calls = SqlKeyedCalls(self.connection, upsert)


class SqlPersons:
    """People."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    async def find(self, person_id: str) -> PersonRecord | None:
        statement = select(tables.person).where(tables.person.c.id == person_id)
        row = (await self._work.connection.execute(statement)).first()
        return None if row is None else _person(row)

    async def save(self, old: PersonRecord | None, new: PersonRecord, events: Sequence[Event]) -> None:
        table = tables.person
        if old is None:
            await add_new(self._work.connection, table, asdict(new), new.id)
        else:
            result = await self._work.connection.execute(
                update(table).where(table.c.id == old.id, table.c.version == old.version).values(**asdict(new))
            )
            if result.rowcount != 1:
                raise StaleVersion(old.id)
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

    def __init__(self, connection: AsyncConnection, upsert: Any) -> None:
        self._connection = connection
        self._upsert = upsert

    async def load(self, person_id: str) -> Mapping[str, Any] | None:
        statement = select(tables.draft.c.body).where(tables.draft.c.person_id == person_id)
        body: Mapping[str, Any] | None = (await self._connection.execute(statement)).scalar_one_or_none()
        return body

    async def save(self, person_id: str, body: Mapping[str, Any], at: datetime) -> None:
        values = {"body": dict(body), "updated_at": at}
        await self._connection.execute(
            self._upsert(tables.draft)
            .values(person_id=person_id, **values)
            .on_conflict_do_update(index_elements=["person_id"], set_=values)
        )


class SqlReceived:
    """What was said and isn't answered yet."""

    def __init__(self, connection: AsyncConnection, upsert: Any) -> None:
        self._connection = connection
        self._upsert = upsert

    async def add(
        self, person_id: str, client_id: str, fresh_id: str, text: str, action: str, at: datetime,
        traceparent: str | None,
    ) -> bool:  # fmt: skip
        result = await self._connection.execute(
            self._upsert(tables.received)
            .values(
                person_id=person_id,
                client_id=client_id,
                fresh_id=fresh_id,
                text=text,
                action=action,
                received_at=at,
                traceparent=traceparent,
            )
            .on_conflict_do_nothing()
        )
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

    async def people_waiting(self) -> Sequence[str]:
        table = tables.received
        statement = select(table.c.person_id).where(table.c.answered_at.is_(None)).distinct()
        return list((await self._connection.execute(statement)).scalars())


class SqlDetails:
    """Personal details, each under an id that says nothing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, details: Details) -> None:
        await self._connection.execute(insert(tables.details).values(**asdict(details)))

    async def find(self, details_id: str) -> Details | None:
        statement = select(tables.details).where(tables.details.c.id == details_id)
        row = (await self._connection.execute(statement)).first()
        return None if row is None else Details(**dict(row._mapping))
