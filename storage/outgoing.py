"""Events on their way out: collected, and at the end of their transaction numbered and written, all at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Insert, TextClause, bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.broker import Message
from messaging.catalogue import routing_key
from messaging.envelope import Envelope, encode
from services.shared_kernel.event import Event, Recorded
from storage.messaging_tables import MessagingTables
from storage.outbox import message_of
from storage.postgresql import arrays, given
from storage.rows import insert_into

_LOGGED = ("event_id", "type", "subject", "sequence", "recorded_at", "body")
_SENT = ("event_id", "routing_key", "body", "traceparent")
_ROW = (*_SENT, "claimed_until")


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

        What is claimed, `claimed` tells: once it is committed, it is this process's to publish.
        """
        if not self._told:
            return
        last = await self._take_numbers(Counter(told.event.subject for told in self._told))
        rows = []
        for told in reversed(self._told):
            rows.append(_row(told, last[told.event.subject]))
            last[told.event.subject] -= 1
        rows.reverse()
        await self._insert([{**row, "claimed_until": claimed_until} for row in rows])
        if claimed_until is not None:
            self.claimed = [message_of(*(row[name] for name in _SENT)) for row in rows]

    async def _take_numbers(self, counts: Mapping[str, int]) -> dict[str, int]:
        """The last number of each subject, after so many more; whoever takes some holds the subject until the end."""
        rows = [{"subject": subject, "sequence": count} for subject, count in sorted(counts.items())]
        statement = _next_numbers(self._tables, self._is_sqlite)
        numbers: dict[str, int] = {}
        for given_at_once in rows if self._is_sqlite else [arrays(("subject", "sequence"), rows)]:
            found = await self._connection.execute(statement, given_at_once)
            numbers |= {row.subject: row.sequence for row in found}
        return numbers

    async def _insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not self._is_sqlite:
            await self._connection.execute(_write(self._tables), arrays({*_LOGGED, *_ROW}, rows))
            return
        for table, names in ((self._tables.outbox, _ROW), (self._tables.event_log, _LOGGED)):
            await self._connection.execute(insert_into(table), [{name: row[name] for name in names} for row in rows])


def _row(told: _Told, sequence: int) -> dict[str, Any]:
    envelope = Envelope(
        id=told.id, sequence=sequence, time=told.time, causation_id=told.cause, traceparent=told.traceparent
    )
    return {
        "event_id": told.id,
        "type": told.event.TYPE,
        "subject": told.event.subject,
        "sequence": sequence,
        "recorded_at": told.time,
        "routing_key": routing_key(told.event.TYPE),
        "body": encode(told.event, envelope),
        "traceparent": told.traceparent,
    }


# For several subjects: one statement with arrays where the database has them, else one after the other.
_ROWS = {True: "VALUES (:subject, :sequence)", False: "SELECT * FROM unnest(:subject, :sequence)"}


@cache
def _next_numbers(tables: MessagingTables, is_sqlite: bool) -> TextClause:
    stream = tables.stream
    types = [stream.c.subject.type, stream.c.sequence.type]
    return text(
        f"INSERT INTO {stream.name} (subject, sequence) {_ROWS[is_sqlite]} "
        f"ON CONFLICT (subject) DO UPDATE SET sequence = {stream.name}.sequence + excluded.sequence "
        "RETURNING subject, sequence"
    ).bindparams(
        *(
            bindparam(name, type_=kind if is_sqlite else ARRAY(kind))
            for name, kind in zip(("subject", "sequence"), types, strict=True)
        )
    )


@cache
def _write(tables: MessagingTables) -> Insert:
    """Both tables in one statement."""
    log, outbox = tables.event_log, tables.outbox
    only_sent = (outbox.c.routing_key, outbox.c.traceparent, outbox.c.claimed_until)
    rows = given(*(log.c[name] for name in _LOGGED), *only_sent)
    logged = insert(log).from_select(list(_LOGGED), select(*(rows.c[name] for name in _LOGGED))).cte("logged")
    return insert(outbox).from_select(list(_ROW), select(*(rows.c[name] for name in _ROW))).add_cte(logged)
