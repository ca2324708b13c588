"""What happened to an aggregate, read from the event logs."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

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
            statement = select(log.c.recorded_at, log.c.type).where(log.c.subject == subject)
            async with self._contexts[name].database.read() as connection:
                found += [LoggedEvent(at=at, type=kind) for at, kind in await connection.execute(statement)]
        return sorted(found, key=lambda event: event.at)
