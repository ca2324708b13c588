"""Events on their way out: collected, and at the end of their transaction numbered and written, all at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Integer, TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.broker import Message
from messaging.catalogue import routing_key
from messaging.envelope import SEQUENCE_DIGITS, Envelope, encode, sequence_at, with_sequence
from services.shared_kernel.event import Event, Recorded
from storage.messaging_tables import MessagingTables
from storage.outbox import message_of
from storage.postgresql import arrays, whole
from storage.rows import insert_into

_LOGGED = ("event_id", "type", "subject", "sequence", "recorded_at", "body")
_SENT = ("event_id", "routing_key", "body", "traceparent", "claimed_until")
_GIVEN = ("event_id", "type", "subject", "recorded_at", "body", "routing_key", "traceparent", "claimed_until")
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Told:
    event: Event
    id: str
    time: datetime
    cause: str | None
    traceparent: str | None


class Outgoing:
    """What one transaction tells. Numbers are given while its aggregates are still locked (rule 13)."""

    def __init__(self, connection: AsyncConnection, tables: MessagingTables, is_sqlite: bool) -> None:
        self._connection = connection
        self._tables = tables
        self._is_sqlite = is_sqlite
        self._told: list[_Told] = []
        self.claimed: Sequence[Message] = ()

    @property
    def recorded(self) -> Sequence[Recorded]:
        """In the order in which they were told."""
        return [Recorded(id=told.id, traceparent=told.traceparent, event=told.event) for told in self._told]

    def add(self, event: Event, *, id: str, time: datetime, cause: str | None, traceparent: str | None) -> None:
        """Tell it when the transaction commits."""
        self._told.append(_Told(event=event, id=id, time=time, cause=cause, traceparent=traceparent))

    async def write(self, claimed_until: datetime | None) -> None:
        """Into outbox and event log, with the next numbers of their subjects' sequences.

        Whoever takes numbers of a subject holds it until the end. What is claimed, `claimed` tells: once it is
        committed, it is this process's to publish.
        """
        if not self._told:
            return
        rows = [_row(told, claimed_until) for told in self._told]
        counts = sorted(Counter(told.event.subject for told in self._told).items())
        numbers = await (self._by_steps if self._is_sqlite else self._at_once)(rows, counts)
        if claimed_until is not None:
            self.claimed = [
                message_of(row["event_id"], row["routing_key"], with_sequence(row["body"], number), row["traceparent"])
                for row, number in zip(rows, numbers, strict=True)
            ]

    async def _at_once(self, rows: Sequence[Row], counts: Sequence[tuple[str, int]]) -> Sequence[int]:
        wanted = arrays(_GIVEN, rows) | {
            "place": list(range(len(rows))),
            "later": _later(rows, counts),
            "number_at": [sequence_at(row["body"]) + 1 for row in rows],
            "subjects": [subject for subject, _ in counts],
            "counts": [count for _, count in counts],
        }
        return (await self._connection.execute(_tell(self._tables), wanted)).scalars().all()

    async def _by_steps(self, rows: Sequence[Row], counts: Sequence[tuple[str, int]]) -> Sequence[int]:
        last: dict[str, int] = {}
        for subject, count in counts:
            taken = await self._connection.execute(_next_numbers(self._tables), {"subject": subject, "count": count})
            last[subject] = taken.scalar_one()
        numbers = [last[row["subject"]] - later for row, later in zip(rows, _later(rows, counts), strict=True)]
        complete = [
            {**row, "sequence": number, "body": with_sequence(row["body"], number)}
            for row, number in zip(rows, numbers, strict=True)
        ]
        for table, names in ((self._tables.outbox, _SENT), (self._tables.event_log, _LOGGED)):
            values = [{name: row[name] for name in names} for row in complete]
            await self._connection.execute(insert_into(table), values)
        return numbers


def _row(told: _Told, claimed_until: datetime | None) -> Row:
    """All but its number."""
    envelope = Envelope(id=told.id, sequence=0, time=told.time, causation_id=told.cause, traceparent=told.traceparent)
    return {
        "event_id": told.id,
        "type": told.event.TYPE,
        "subject": told.event.subject,
        "recorded_at": told.time,
        "routing_key": routing_key(told.event.TYPE),
        "body": encode(told.event, envelope),
        "traceparent": told.traceparent,
        "claimed_until": claimed_until,
    }


def _later(rows: Sequence[Row], counts: Sequence[tuple[str, int]]) -> list[int]:
    """How many of its subject come after each."""
    left = dict(counts)
    later = []
    for row in rows:
        left[row["subject"]] -= 1
        later.append(left[row["subject"]])
    return later


@cache
def _next_numbers(tables: MessagingTables) -> TextClause:
    """The last of so many more."""
    stream = tables.stream.name
    return text(
        f"INSERT INTO {stream} (subject, sequence) VALUES (:subject, :count) ON CONFLICT (subject) "
        f"DO UPDATE SET sequence = {stream}.sequence + excluded.sequence RETURNING sequence"
    )


@cache
def _tell(tables: MessagingTables) -> TextClause:
    """Numbers, log and outbox in one statement, which returns the numbers; the order is that of `place`."""
    stream, log, outbox = tables.stream, tables.event_log, tables.outbox
    extra = {"place": Integer(), "later": Integer(), "number_at": Integer()}
    columns = {**log.c, **outbox.c}
    types = {name: whole(columns[name]) for name in _GIVEN} | extra
    statement = text(f"""
WITH numbered AS (
    INSERT INTO {stream.name} (subject, sequence) SELECT * FROM unnest(:subjects, :counts)
    ON CONFLICT (subject) DO UPDATE SET sequence = {stream.name}.sequence + excluded.sequence
    RETURNING subject, sequence
), placed AS (
    SELECT *, lpad(CAST(numbered.sequence - later AS text), {SEQUENCE_DIGITS}, '0') AS digits
    FROM unnest({", ".join(f":{name}" for name in types)}) AS given ({", ".join(types)})
    JOIN numbered USING (subject)
), told AS (
    SELECT event_id, type, subject, sequence - later AS sequence, recorded_at, routing_key, traceparent, claimed_until,
        overlay(body PLACING convert_to(digits, 'UTF8') FROM number_at) AS body
    FROM placed ORDER BY place
), logged AS (
    INSERT INTO {log.name} ({", ".join(_LOGGED)}) SELECT {", ".join(_LOGGED)} FROM told
), sent AS (
    INSERT INTO {outbox.name} ({", ".join(_SENT)}) SELECT {", ".join(_SENT)} FROM told
)
SELECT sequence FROM told
""")
    return statement.bindparams(
        bindparam("subjects", type_=ARRAY(whole(stream.c.subject))),
        bindparam("counts", type_=ARRAY(stream.c.sequence.type)),
        *(bindparam(name, type_=ARRAY(kind)) for name, kind in types.items()),
    )
