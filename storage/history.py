"""What happened to an aggregate, read from the event logs."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, select

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


@cache
def _about(log: Table) -> Select[Any]:
    return select(log.c.recorded_at, log.c.type).where(log.c.subject == bindparam("subject"))
