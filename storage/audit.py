"""Everything that `ssak3 audit` compares, read in one go and never written: one snapshot of each database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Table, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.envelope import Malformed, decode
from services.shared_kernel.event import Received
from storage.addresses import file_of, shown
from storage.broker.tables import message
from storage.cleaning.tables import job
from storage.engine import Database
from storage.messaging_tables import MessagingTables
from storage.mypage.tables import reservation as my_page
from storage.notification.tables import broadcast, contact, delivery, notification, reminder
from storage.payment.tables import attempt, compensation, payment, posting, refund
from storage.reservation.tables import allocation, capacity, reservation
from storage.versions import is_behind

Rows = Sequence[Any]

_ROWS: Mapping[str, Mapping[str, Table]] = {
    "reservation": {"reservations": reservation, "capacity": capacity, "allocations": allocation},
    "payment": {
        "payments": payment,
        "attempts": attempt,
        "refunds": refund,
        "compensations": compensation,
        "postings": posting,
    },
    "cleaning": {"jobs": job},
    "notification": {
        "contacts": contact,
        "notifications": notification,
        "deliveries": delivery,
        "reminders": reminder,
        "broadcasts": broadcast,
    },
    "mypage": {"my_page": my_page},
    "bot": {},
    "broker": {"queued": message},
}


class NothingThere(Exception):
    """There is no database to look at; the text says where it was looked for."""


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One row of an event log. `received` is None when its bytes are no event of ours, for the reason in `problem`."""

    event_id: str
    type: str
    subject: str
    sequence: int
    recorded_at: datetime
    body: bytes
    received: Received | None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Messages:
    """What one context has told and heard. `outbox` holds bodies, `inbox` times, both by the event's id."""

    log: Sequence[Logged]
    last_number: Mapping[str, int]
    outbox: Mapping[str, bytes]
    inbox: Mapping[str, datetime]
    position: Mapping[tuple[str, str], int]
    parked: Rows
    joined_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Rows by name (see `_ROWS`), with their columns as attributes, and each context's messages."""

    rows: Mapping[str, Rows]
    messages: Mapping[str, Messages] = field(repr=False)


def read_only(url: str) -> Database:
    """A database that can't be made by looking at it; a file can't be written by us either. NothingThere."""
    path = file_of(url)
    if path is None:
        return Database(url)
    if not path.is_file():
        raise NothingThere(str(path))
    return Database(f"sqlite+aiosqlite:///file:{path.resolve()}?mode=ro&uri=true")


async def take_snapshot(urls: Mapping[str, str]) -> Snapshot:
    """Everything of all contexts (context → address), those of one address as of one moment.

    Raises NothingThere when a file is missing, or a context's tables are.
    """
    rows: dict[str, Rows] = {}
    messages: dict[str, Messages] = {}
    for url in dict.fromkeys(urls.values()):
        database = read_only(url)
        try:
            async with database.snapshot() as connection:
                known = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
                for context in (name for name, own in urls.items() if own == url):
                    if not known.issuperset(_needed(context)):
                        raise NothingThere(f"the tables of {context}, in {shown(url)}")
                    for name, table in _ROWS[context].items():
                        rows[name] = (await connection.execute(select(table))).all()
                    if context != "broker":
                        messages[context] = await _messages(connection, _tables(context))
        finally:
            await database.close()
    return Snapshot(rows=rows, messages=messages)


def _needed(context: str) -> set[str]:
    """The names of the tables that are read."""
    own = {table.name for table in _ROWS[context].values()}
    return own if context == "broker" else own | {table.name for table in _event_tables(_tables(context))}


def _event_tables(tables: MessagingTables) -> tuple[Table, ...]:
    return (
        tables.event_log, tables.stream, tables.outbox, tables.inbox, tables.position, tables.parked, tables.consumer,
    )  # fmt: skip


def _tables(context: str) -> MessagingTables:
    tables: MessagingTables = import_module(f"storage.{context}.tables").messaging
    return tables


async def _messages(connection: AsyncConnection, tables: MessagingTables) -> Messages:
    async def every(*columns: Any) -> Rows:
        return (await connection.execute(select(*columns))).all()

    outbox, inbox, position, stream = tables.outbox.c, tables.inbox.c, tables.position.c, tables.stream.c
    joined = await every(tables.consumer.c.joined_at)
    log = (await connection.execute(select(tables.event_log).order_by(tables.event_log.c.position))).all()
    return Messages(
        log=[_logged(row) for row in log],
        last_number={row.subject: row.sequence for row in await every(stream.subject, stream.sequence)},
        outbox={row.event_id: row.body for row in await every(outbox.event_id, outbox.body)},
        inbox={row.event_id: row.handled_at for row in await every(inbox.event_id, inbox.handled_at)},
        position={
            (row.source, row.subject): row.sequence
            for row in await every(position.source, position.subject, position.sequence)
        },
        parked=await every(tables.parked),
        joined_at=joined[0].joined_at if joined else None,
    )


def _logged(row: Any) -> Logged:
    received, problem = None, ""
    try:
        received = decode(row.body)
    except Malformed as error:
        problem = str(error)
    return Logged(
        event_id=row.event_id,
        type=row.type,
        subject=row.subject,
        sequence=row.sequence,
        recorded_at=row.recorded_at,
        body=row.body,
        received=received,
        problem=problem,
    )


@dataclass(frozen=True, kw_only=True)
class Soundness:
    """What `ssak3 doctor` asks of one database.

    `damage` is SQLite's own finding; `unsafe` names the settings of a PostgreSQL that gives away what it promises.
    `server` is PostgreSQL's version, such as 15.20; empty for SQLite.
    """

    behind: Sequence[str]
    damage: Sequence[str]
    unsafe: Sequence[str]
    server: str
    last_event_at: datetime | None


async def examine(url: str, contexts: Sequence[str]) -> Soundness:
    """Look at a database and the tables that these contexts keep in it. NothingThere, Away, or the driver's errors."""
    database = read_only(url)
    try:
        async with database.read() as connection:
            behind = [name for name in contexts if await connection.run_sync(is_behind, name)]
            damage: Sequence[str] = []
            unsafe: Sequence[str] = []
            server = ""
            if database.is_sqlite:
                found = (await connection.execute(text("PRAGMA quick_check(5)"))).scalars().all()
                damage = [] if list(found) == ["ok"] else [str(line) for line in found]
            else:
                server, unsafe = await _promises(connection)
            last = None if behind else await _last_event_at(connection, contexts)
        return Soundness(behind=behind, damage=damage, unsafe=unsafe, server=server, last_event_at=last)
    finally:
        await database.close()


# What a commit that was answered, a power cut and Korean text need.
_SAFE = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply"),
         "server_encoding": ("UTF8",)}  # fmt: skip


async def _promises(connection: AsyncConnection) -> tuple[str, Sequence[str]]:
    """PostgreSQL's version, and what is set otherwise than it has to be."""
    asked = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    settings = {row.name: row.setting for row in await connection.execute(asked, {"names": [*_SAFE, "server_version"]})}
    unsafe = [f"{name} = {settings[name]}" for name, good in _SAFE.items() if settings[name] not in good]
    return settings["server_version"].split(" ")[0], unsafe


async def _last_event_at(connection: AsyncConnection, contexts: Sequence[str]) -> datetime | None:
    found: list[datetime] = []
    for context in contexts:
        if context == "broker":
            continue
        log = _tables(context).event_log
        newest = select(log.c.recorded_at).order_by(log.c.position.desc()).limit(1)
        found += (await connection.execute(newest)).scalars()
    return max(found, default=None)
