"""What happened to an aggregate, read from the event logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.unit_of_work import Context


@dataclass(frozen=True, kw_only=True)
class LoggedEvent:
    """One event, without its data."""

    at: datetime
    type: str


class SqlHistory:
    """Reads every context's log."""

    def __init__(self, contexts: Mapping[str, Context]) -> None:
        self._contexts = contexts

    async def of(self, subjects: Mapping[str, str]) -> Sequence[LoggedEvent]:
        """The events of these aggregates (context → id), oldest first."""
        found = []
        for name, subject in subjects.items():
            log = self._contexts[name].tables.event_log
            statement = select(log.c.recorded_at, log.c.type).where(log.c.subject == subject)
            async with self._contexts[name].database.read() as connection:
                found += [LoggedEvent(at=at, type=kind) for at, kind in await connection.execute(statement)]
        return sorted(found, key=lambda event: event.at)
