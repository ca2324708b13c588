"""What waits for an event that nobody can tell any more goes on without it (ADR 25).

Else a gap from before the logs would hold up its subject for good, and a person lives for years.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, Table, and_, bindparam, select

from messaging.catalogue import FOLLOWS, routing_key
from messaging.envelope import decode
from messaging.keeping import LOG_KEPT
from services.shared_kernel.event import Received, context_of
from services.shared_kernel.ids import born_at, first_id_at
from storage.inbox import SqlInbox
from storage.rows import insert_or_leave
from storage.unit_of_work import Context

# Longer than anything is on its way that isn't held up itself.
PATIENCE = timedelta(days=1)
# Clocks that differ: what may be forgotten somewhere is looked for elsewhere, too.
MARGIN = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a broker has for each consumer. `ids`: of what can be looked at; `old`: what those are about that are older
    than the logs. For who is in `unseen` there is more that nobody can look at.
    """

    ids: Mapping[str, Collection[str]]
    old: Mapping[str, Collection[str]]
    unseen: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Passed:
    """How many gaps were passed over, and how many events are still parked behind others."""

    gaps: int
    left: int


def oldest_logged(now: datetime) -> str:
    """The ids of what may be in no log any more are lower."""
    return first_id_at(now - LOG_KEPT + MARGIN)


class PassOver:
    """It may be stopped anywhere: each gap is a transaction of its consumer's, then one of who told what follows."""

    def __init__(self, contexts: Mapping[str, Context], now: datetime, held: Held) -> None:
        self._contexts = contexts
        self._now = now
        self._held = held
        self._unsent: list[Received] = []

    async def run(self) -> Passed:
        """All consumers, once what the logs know is on its way."""
        self._unsent = [each for name in self._contexts for each in await self._old_in_outbox(name)]
        gaps = left = 0
        for consumer in FOLLOWS:
            for first, count in await self._parked(consumer):
                if not await self._is_unknown(consumer, first):
                    continue
                if self._is_nowhere(consumer, first) and await self._pass(consumer, first.event_id):
                    gaps += 1
                else:
                    left += count
        return Passed(gaps=gaps, left=left)

    async def _old_in_outbox(self, name: str) -> Sequence[Received]:
        context = self._contexts[name]
        async with context.database.read() as connection:
            wanted = {"before": oldest_logged(self._now)}
            return [decode(row.body) for row in await connection.execute(_old_outgoing(context.tables.outbox), wanted)]

    async def _parked(self, consumer: str) -> Sequence[tuple[Row[Any], int]]:
        """Of each subject the first that is parked, and how many are."""
        context = self._contexts[consumer]
        async with context.database.read() as connection:
            rows = (await connection.execute(_waiting(context.tables.parked, context.tables.position))).all()
        subjects = [list(same) for _, same in groupby(rows, key=lambda row: (row.source, row.subject))]
        parked = {row.event_id for row in rows}
        # What waits for another that is parked goes with that one.
        return [
            (same[0], len(same))
            for same in subjects
            if same[0].waits_for not in parked or same[0].waits_for == same[0].event_id
        ]

    async def _is_unknown(self, consumer: str, row: Row[Any]) -> bool:
        """Whether no log has what it waits for."""
        if row.waits_for == row.event_id:  # passed over; told again, too, or whoever did it was stopped
            return row.event_id not in self._on_its_way(consumer)
        if row.waits_for is None:
            source = row.source.rpartition("/")[2]
            wanted = {"subject": row.subject, "after": row.reached or 0, "before": row.sequence}
            return not await self._finds(source, _between(self._contexts[source].tables.event_log), wanted)
        for name, context in self._contexts.items():
            if await self._finds(name, _of_id(context.tables.event_log), {"id": row.waits_for}):
                return False
        return True

    async def _finds(self, name: str, statement: Select[Any], wanted: Mapping[str, Any]) -> bool:
        async with self._contexts[name].database.read() as connection:
            return (await connection.execute(statement, wanted)).first() is not None

    def _is_nowhere(self, consumer: str, row: Row[Any]) -> bool:
        """Whether what it waits for can't come any more, from wherever."""
        if row.parked_at > self._now - PATIENCE or consumer in self._held.unseen:
            return False
        if row.waits_for is None:
            about = {each.subject for each in self._unsent if each.sequence < row.sequence}
            # One that can't be read may be about anything.
            return {row.subject, ""}.isdisjoint({*about, *self._held.old.get(consumer, ())})
        born = born_at(row.waits_for)
        is_old = born is None or born < self._now - LOG_KEPT - MARGIN or row.waits_for == row.event_id
        return is_old and row.waits_for not in self._on_its_way(consumer)

    def _on_its_way(self, consumer: str) -> Collection[str]:
        return {*(each.id for each in self._unsent), *self._held.ids.get(consumer, ())}

    async def _pass(self, consumer: str, event_id: str) -> bool:
        context = self._contexts[consumer]
        async with context.database.write() as connection:
            row = (await connection.execute(_one(context.tables.parked), {"id": event_id})).one_or_none()
            if row is None:
                return False
            received = decode(row.body)
            inbox = SqlInbox(connection, context.tables, context.clock, context.causal, _nothing)
            if not await inbox.pass_over(received, row.body):
                return False
        source = self._contexts[context_of(received.event.TYPE)]
        again = {
            "event_id": received.id,
            "routing_key": routing_key(received.event.TYPE),
            "body": row.body,
            "traceparent": received.traceparent,
        }
        async with source.database.write() as connection:
            await connection.execute(insert_or_leave(source.tables.outbox, *again), again)
        return True


async def _nothing(batch: Sequence[Received]) -> None: ...


@cache
def _waiting(parked: Table, position: Table) -> Select[Any]:
    same = and_(position.c.source == parked.c.source, position.c.subject == parked.c.subject)
    columns = [each for each in parked.c if each.name != "body"]
    return (
        select(*columns, position.c.sequence.label("reached"))
        .select_from(parked.outerjoin(position, same))
        .order_by(parked.c.source, parked.c.subject, parked.c.sequence)
    )


@cache
def _one(parked: Table) -> Select[Any]:
    return select(parked.c.body).where(parked.c.event_id == bindparam("id"))


@cache
def _of_id(log: Table) -> Select[Any]:
    return select(log.c.event_id).where(log.c.event_id == bindparam("id"))


@cache
def _between(log: Table) -> Select[Any]:
    these = (log.c.sequence > bindparam("after"), log.c.sequence < bindparam("before"))
    return select(log.c.event_id).where(log.c.subject == bindparam("subject"), *these).limit(1)


@cache
def _old_outgoing(outbox: Table) -> Select[Any]:
    return select(outbox.c.body).where(outbox.c.event_id < bindparam("before"))
