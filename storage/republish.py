"""Events told again to consumers that never heard of them: a broker has lost what it had confirmed to keep.

Whoever has handled one already passes it by (rule 13), so that telling too much harms nobody. What is older than the
logs isn't told again: nobody knows it any more.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select

from messaging.catalogue import FOLLOWS, routing_key
from messaging.envelope import decode
from messaging.hearing import Hearing
from storage.history import aggregates, pages_of_aggregates
from storage.inbox_statements import noted
from storage.rows import insert_or_leave
from storage.unit_of_work import Context

BATCH = 200
# What is younger may still be on its way.
QUIET = timedelta(seconds=60)
SOURCES = tuple(sorted({source for followed in FOLLOWS.values() for source in followed}))


@dataclass(frozen=True, kw_only=True)
class Gone:
    """One batch: how many aggregates were looked at, and how many of their events are told again."""

    subjects: int
    events: int


class Republish:
    """Compares what was told with what each consumer has handled. A batch is a transaction: it may be stopped anywhere.

    `held`: for each consumer the ids that its queues are known to hold; what is dead stays with `ssak3 dead`.
    """

    def __init__(self, contexts: Mapping[str, Context], now: datetime, held: Mapping[str, Collection[str]]) -> None:
        self._contexts = contexts
        self._now = now
        self._held = held

    async def size(self) -> int:
        """How many aggregates there are to look at."""
        return sum([await aggregates(self._contexts[source]) for source in SOURCES])

    async def run(self) -> AsyncIterator[Gone]:
        """All of it, a batch at a time."""
        for source in SOURCES:
            async for last in pages_of_aggregates(self._contexts[source], BATCH):
                yield Gone(subjects=len(last), events=await self._tell(source, last))

    async def _tell(self, source: str, last: Mapping[str, int]) -> int:
        hearings = [await self._hearing(name, source, last) for name, what in FOLLOWS.items() if source in what]
        behind = [name for name, number in last.items() if any(one.is_behind(name, number) for one in hearings)]
        if not behind:
            return 0
        context = self._contexts[source]
        async with context.database.write() as connection:
            wanted = {"subjects": behind, "until": self._now - QUIET}
            logged = (await connection.execute(_events(context.tables.event_log), wanted)).all()
            again = [_outgoing(each) for each in logged if any(_lacks(one, each) for one in hearings)]
            if again:
                await connection.execute(insert_or_leave(context.tables.outbox, *again[0]), again)
        return len(again)

    async def _hearing(self, consumer: str, source: str, subjects: Collection[str]) -> Hearing:
        context = self._contexts[consumer]
        async with context.database.read() as connection:
            since = (await connection.execute(noted(context.tables.consumer))).scalar_one()
            wanted = {"source": f"/ssak3/{source}", "subjects": list(subjects)}
            rows = await connection.execute(_positions(context.tables.position), wanted)
            reached = {row.subject: row.sequence for row in rows}
            parked = (await connection.execute(_parked(context.tables.parked), wanted)).scalars().all()
        on_its_way = {*self._held.get(consumer, ()), *parked}
        return Hearing(joined_at=since, reached=reached, on_its_way=on_its_way)


def _lacks(hearing: Hearing, logged: Row[Any]) -> bool:
    return hearing.lacks(logged.event_id, logged.subject, logged.sequence, logged.recorded_at)


def _outgoing(logged: Row[Any]) -> dict[str, Any]:
    return {
        "event_id": logged.event_id,
        "routing_key": routing_key(logged.type),
        "body": logged.body,
        "traceparent": decode(logged.body).traceparent,
    }


@cache
def _positions(position: Table) -> Select[Any]:
    these = (position.c.source == bindparam("source"), position.c.subject.in_(bindparam("subjects", expanding=True)))
    return select(position.c.subject, position.c.sequence).where(*these)


@cache
def _parked(parked: Table) -> Select[Any]:
    these = (parked.c.source == bindparam("source"), parked.c.subject.in_(bindparam("subjects", expanding=True)))
    return select(parked.c.event_id).where(*these)


@cache
def _events(log: Table) -> Select[Any]:
    these = (log.c.subject.in_(bindparam("subjects", expanding=True)), log.c.recorded_at <= bindparam("until"))
    return select(log).where(*these).order_by(log.c.subject, log.c.sequence)
