"""My page made again from the event logs, while it is read and while new events arrive."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

from messaging.envelope import decode
from services.mypage.projection import SOURCES, made_again, view
from services.shared_kernel.event import Received
from storage.history import aggregates, pages_of_aggregates
from storage.inbox import hold
from storage.mypage.repositories import MyPageUnitOfWork
from storage.unit_of_work import Context

BATCH = 200
# Whose aggregates a row is of: other sources' have ids of their own.
RESERVATION = "reservation"


@dataclass(frozen=True, kw_only=True)
class Remade:
    """One batch: how many parts of rows there were, and how many were different.

    `older`: how many began before the logs do; `lost`: of how many of those my page can't tell what they are, either.
    """

    parts: int
    changed: int
    older: int
    lost: int


class Rebuild:
    """A batch is a transaction, so it may be stopped anywhere and begun again."""

    def __init__(self, contexts: Mapping[str, Context]) -> None:
        self._contexts = contexts

    async def size(self) -> int:
        """How many parts there will be."""
        return sum([await aggregates(self._contexts[source]) for source in SOURCES])

    async def run(self) -> AsyncIterator[Remade]:
        """All of it, a batch at a time."""
        for source in SOURCES:
            context = self._contexts[source]
            async for page in pages_of_aggregates(context, BATCH):
                yield await self._remake(source, page, await self._told(context, page))

    async def _told(self, context: Context, subjects: Collection[str]) -> Sequence[Sequence[Received]]:
        """All that happened to each, in order."""
        async with context.database.read() as connection:
            rows = await connection.execute(_events(context.tables.event_log), {"subjects": list(subjects)})
            events = [decode(row.body) for row in rows]
        return [list(of_one) for _, of_one in groupby(events, key=lambda received: received.subject)]

    async def _remake(self, source: str, page: Collection[str], told: Sequence[Sequence[Received]]) -> Remade:
        from_the_beginning = [events for events in told if events[0].sequence == 1]
        whole = {about: events for events in from_the_beginning if (about := _reservation_of(events))}
        older = {*page} - {events[0].subject for events in from_the_beginning}
        changed = lost = 0
        async with MyPageUnitOfWork(self._contexts["mypage"]) as work:
            # Whoever handles an event of one of these meanwhile waits until this is committed, or the other way round.
            await hold(work.connection, "mypage", whole)
            await work.expect([events[0] for events in whole.values()])
            for reservation_id, events in whole.items():
                old = await work.load(reservation_id)
                new = made_again(old, events)
                if new is not None and new != old:
                    changed += 1
                    await work.save(new)
            if source == RESERVATION:
                rows = await work.load_all(older)
                lost = sum(row is None or view(row) is None for row in rows.values())
        return Remade(parts=len(page), changed=changed, older=len(older), lost=lost)


def _reservation_of(events: Sequence[Received]) -> str | None:
    return next((about for each in events if (about := getattr(each.event, "reservation_id", None))), None)


@cache
def _events(log: Table) -> Select[Any]:
    return (
        select(log.c.body)
        .where(log.c.subject.in_(bindparam("subjects", expanding=True)))
        .order_by(log.c.subject, log.c.sequence)
    )
