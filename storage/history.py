"""What happened to an aggregate, read from the event logs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, Table, bindparam, func, select

from services.shared_kernel.event import LoggedEvent
from storage.unit_of_work import Context


class SqlHistory:
    """Reads the logs of the contexts that are opened here."""

    def __init__(self, contexts: Mapping[str, Context]) -> None:
        self._contexts = contexts

    async def of(self, subjects: Mapping[str, str]) -> Sequence[LoggedEvent]:
        """The events of these aggregates (context → id), oldest first."""
        found = []
        for name, subject in subjects.items():
            log = self._contexts[name].tables.event_log
            async with self._contexts[name].database.read() as connection:
                rows = await connection.execute(_about(log), {"subject": subject})
                found += [LoggedEvent(at=at, type=kind) for at, kind in rows]
        return sorted(found, key=lambda event: event.at)


async def aggregates(context: Context) -> int:
    """How many have ever told something."""
    async with context.database.read() as connection:
        return int((await connection.execute(_count(context.tables.stream))).scalar_one())


async def pages_of_aggregates(context: Context, size: int) -> AsyncIterator[Mapping[str, int]]:
    """All of them with the number of their last event, so many at a time."""
    after = ""
    while True:
        async with context.database.read() as connection:
            rows = await connection.execute(_page(context.tables.stream), {"after": after, "limit": size})
            page = {row.subject: row.sequence for row in rows}
        if not page:
            return
        yield page
        after = next(reversed(page))


@cache
def _count(stream: Table) -> Select[Any]:
    return select(func.count()).select_from(stream)


@cache
def _page(stream: Table) -> Select[Any]:
    after, limit = stream.c.subject > bindparam("after"), bindparam("limit", type_=Integer)
    return select(stream.c.subject, stream.c.sequence).where(after).order_by(stream.c.subject).limit(limit)


@cache
def _about(log: Table) -> Select[Any]:
    return select(log.c.recorded_at, log.c.type).where(log.c.subject == bindparam("subject"))
