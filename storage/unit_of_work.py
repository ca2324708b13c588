"""One transaction of one context, with its outbox, event log and inbox."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.relay import Handover
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received, Recorded
from services.shared_kernel.ids import Ids
from services.shared_kernel.tracing import current_traceparent
from storage.engine import Database
from storage.inbox import SqlInbox
from storage.messaging_tables import MessagingTables
from storage.outbox import CLAIM
from storage.outgoing import Outgoing


@dataclass(kw_only=True)
class Context:
    """What the units of work of one context share."""

    tables: MessagingTables
    database: Database
    clock: Clock
    ids: Ids
    causal: bool = False
    # Where this process publishes what it tells. Without one, whoever does finds it in the outbox.
    handover: Handover | None = None
    on_commit: Callable[[], None] = field(default=lambda: None)
    observe: Callable[[Recorded], None] = field(default=lambda recorded: None)


class SqlUnitOfWork:
    """Opened with `async with`; commits on a clean exit. Repositories of the context hang on it, made when it opens."""

    connection: AsyncConnection
    is_sqlite: bool
    inbox: SqlInbox

    def __init__(self, context: Context) -> None:
        self.context = context
        self._caused_by: str | None = None
        self._traceparent: str | None = None
        self._transaction: AbstractAsyncContextManager[AsyncConnection] | None = None

    async def __aenter__(self) -> Self:
        self._transaction = self.context.database.write()
        self.connection = await self._transaction.__aenter__()
        tables, self.is_sqlite = self.context.tables, self.context.database.is_sqlite
        self.inbox = SqlInbox(
            self.connection, tables, self.context.clock, self.context.causal, self.expect
        )  # fmt: skip
        self._outgoing = Outgoing(self.connection, tables, self.is_sqlite)
        self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._transaction is not None
        if error is None:
            try:
                await self.flush()
            except BaseException as failure:
                await self._transaction.__aexit__(type(failure), failure, failure.__traceback__)
                raise
        await self._transaction.__aexit__(kind, error, trace)
        if error is None and self._outgoing.recorded:
            if self.context.handover is not None:
                self.context.handover.put(self._outgoing.claimed)
            self.context.on_commit()
            for recorded in self._outgoing.recorded:
                self.context.observe(recorded)
        return None

    def open(self) -> None:
        """Make the context's repositories on `self.connection`."""

    async def expect(self, batch: Sequence[Received]) -> None:
        """Read in one go what reactions to these will ask for. By default nothing."""

    async def flush(self) -> None:
        """Write what was kept until the end; part of the same transaction."""
        await self.inbox.flush()
        handover = self.context.handover
        is_handed_over = handover is not None and handover.has_room
        await self._outgoing.write(self.context.clock.now() + CLAIM if is_handed_over else None)

    def because_of(self, received: Received) -> None:
        """From here on, events are caused by this one."""
        self.because_of_id(received.id, current_traceparent() or received.traceparent)

    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        """The same, for effects that are carried out later and only remember the cause's id."""
        self._caused_by = event_id
        self._traceparent = traceparent

    @property
    def traceparent(self) -> str | None:
        """Of the trace that what is written now belongs to."""
        return self._traceparent or current_traceparent()

    async def record(self, events: Sequence[Event]) -> None:
        """Write events to outbox and event log, with the next numbers of their subject's sequence.

        Several in one call are each caused by the one before.
        """
        cause = self._caused_by
        for event in events:
            event_id, now = self.context.ids.new(), self.context.clock.now()
            self._outgoing.add(event, id=event_id, time=now, cause=cause, traceparent=self.traceparent)
            cause = event_id
