"""One transaction of one context, with its outbox, event log and inbox."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.catalogue import routing_key
from messaging.envelope import Envelope, encode
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received
from services.shared_kernel.ids import Ids
from storage.engine import Database
from storage.inbox import SqlInbox
from storage.messaging_tables import MessagingTables


@dataclass(kw_only=True)
class Context:
    """What the units of work of one context share."""

    tables: MessagingTables
    database: Database
    clock: Clock
    ids: Ids
    causal: bool = False
    on_commit: Callable[[], None] = field(default=lambda: None)
    observe: Callable[[Event], None] = field(default=lambda event: None)


class SqlUnitOfWork:
    """Opened with `async with`; commits on a clean exit. Repositories of the context hang on it, made when it opens."""

    connection: AsyncConnection
    inbox: SqlInbox

    def __init__(self, context: Context) -> None:
        self.context = context
        self._caused_by: str | None = None
        self._traceparent: str | None = None
        self._recorded: list[Event] = []
        self._transaction: AbstractAsyncContextManager[AsyncConnection] | None = None

    async def __aenter__(self) -> Self:
        self._recorded = []
        self._transaction = self.context.database.write()
        self.connection = await self._transaction.__aenter__()
        self.inbox = SqlInbox(
            self.connection,
            self.context.tables,
            self.context.clock,
            self.context.causal,
            self.context.database.is_sqlite,
        )
        self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._transaction is not None
        if error is None:
            try:
                await self.inbox.flush()
            except BaseException as failure:
                await self._transaction.__aexit__(type(failure), failure, failure.__traceback__)
                raise
        await self._transaction.__aexit__(kind, error, trace)
        if error is None and self._recorded:
            self.context.on_commit()
            for event in self._recorded:
                self.context.observe(event)
        return None

    def open(self) -> None:
        """Make the context's repositories on `self.connection`."""

    def because_of(self, received: Received) -> None:
        """From here on, events are caused by this one."""
        self.because_of_id(received.id, received.traceparent)

    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        """The same, for effects that are carried out later and only remember the cause's id."""
        self._caused_by = event_id
        self._traceparent = traceparent

    async def record(self, events: Sequence[Event]) -> None:
        """Write events to outbox and event log, with the next numbers of their subject's sequence.

        Several in one call are each caused by the one before.
        """
        cause = self._caused_by
        for event in events:
            cause = await self._record(event, cause)

    async def _record(self, event: Event, cause: str | None) -> str:
        tables, now = self.context.tables, self.context.clock.now()
        event_id = self.context.ids.new()
        sequence = await self._next_sequence(event.subject)
        envelope = Envelope(id=event_id, sequence=sequence, time=now, causation_id=cause, traceparent=self._traceparent)
        body = encode(event, envelope)
        await self.connection.execute(
            insert(tables.outbox).values(
                event_id=event_id, routing_key=routing_key(event.TYPE), body=body, traceparent=self._traceparent
            )
        )
        await self.connection.execute(
            insert(tables.event_log).values(
                event_id=event_id,
                type=event.TYPE,
                subject=event.subject,
                sequence=sequence,
                recorded_at=now,
                body=body,
            )
        )
        self._recorded.append(event)
        return event_id

    async def _next_sequence(self, subject: str) -> int:
        stream = self.context.tables.stream
        upsert = sqlite_insert if self.context.database.is_sqlite else postgres_insert
        statement = (
            upsert(stream)
            .values(subject=subject, sequence=1)
            .on_conflict_do_update(index_elements=["subject"], set_={"sequence": stream.c.sequence + 1})
            .returning(stream.c.sequence)
        )
        return int((await self.connection.execute(statement)).scalar_one())
