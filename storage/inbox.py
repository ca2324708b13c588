"""What a consumer has seen, kept in the transaction of its effects (rule 13)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.consumer import Admission
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Received
from services.shared_kernel.ids import born_at
from storage.messaging_tables import MessagingTables


class SqlInbox:
    """`causal`: an event also waits until the one that caused it was handled, so that effects follow causes."""

    def __init__(self, connection: AsyncConnection, tables: MessagingTables, clock: Clock, causal: bool) -> None:
        self._connection = connection
        self._tables = tables
        self._clock = clock
        self._causal = causal

    async def admit(self, received: Received, body: bytes) -> Admission:
        """Mark it seen and say whether to handle it now; an early one is parked with its body."""
        if await self._handled(received.id):
            return Admission.SEEN
        last = await self._last_sequence(received)
        if last is not None and received.sequence <= last:
            return Admission.SEEN
        if await self._is_early(received, last):
            return await self._park(received, body, waits_for=None)
        if self._causal and await self._cause_is_missing(received):
            return await self._park(received, body, waits_for=received.causation_id)
        await self._mark(received, last)
        return Admission.HANDLE

    async def released_by(self, received: Received) -> Sequence[bytes]:
        """Take out the parked events that waited for this one, in order; each is admitted anew."""
        parked = self._tables.parked
        follows = (
            (parked.c.source == received.source)
            & (parked.c.subject == received.subject)
            & (parked.c.sequence == received.sequence + 1)
        )
        rows = (
            await self._connection.execute(
                select(parked.c.event_id, parked.c.body)
                .where(or_(follows, parked.c.waits_for == received.id))
                .order_by(parked.c.source, parked.c.subject, parked.c.sequence)
            )
        ).all()
        if rows:
            await self._connection.execute(delete(parked).where(parked.c.event_id.in_([row.event_id for row in rows])))
        return [row.body for row in rows]

    async def _handled(self, event_id: str) -> bool:
        inbox = self._tables.inbox
        statement = select(inbox.c.event_id).where(inbox.c.event_id == event_id)
        return (await self._connection.execute(statement)).first() is not None

    async def _last_sequence(self, received: Received) -> int | None:
        position = self._tables.position
        statement = select(position.c.sequence).where(
            position.c.source == received.source, position.c.subject == received.subject
        )
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def _is_early(self, received: Received, last: int | None) -> bool:
        if last is not None:
            return received.sequence > last + 1
        return received.sequence > 1 and await self._should_know_from_birth(received.subject)

    async def _cause_is_missing(self, received: Received) -> bool:
        cause = received.causation_id
        if cause is None or await self._handled(cause):
            return False
        return await self._should_know_from_birth(cause)

    async def _should_know_from_birth(self, identifier: str) -> bool:
        """Whether it is younger than this consumer, so that everything about it comes by here."""
        born = born_at(identifier)
        return born is not None and born >= await self._joined_at()

    async def _joined_at(self) -> datetime:
        consumer = self._tables.consumer
        joined = (await self._connection.execute(select(consumer.c.joined_at))).scalar_one_or_none()
        if joined is None:
            joined = self._clock.now()
            await self._connection.execute(insert(consumer).values(name=self._tables.context, joined_at=joined))
        return joined

    async def _park(self, received: Received, body: bytes, waits_for: str | None) -> Admission:
        parked = self._tables.parked
        there = await self._connection.execute(select(parked.c.event_id).where(parked.c.event_id == received.id))
        if there.first() is None:
            await self._connection.execute(
                insert(parked).values(
                    event_id=received.id,
                    source=received.source,
                    subject=received.subject,
                    sequence=received.sequence,
                    waits_for=waits_for,
                    parked_at=self._clock.now(),
                    body=body,
                )
            )
        return Admission.PARKED

    async def _mark(self, received: Received, last: int | None) -> None:
        position = self._tables.position
        await self._connection.execute(
            insert(self._tables.inbox).values(event_id=received.id, handled_at=self._clock.now())
        )
        if last is None:
            statement = insert(position).values(
                source=received.source, subject=received.subject, sequence=received.sequence
            )
            await self._connection.execute(statement)
            return
        await self._connection.execute(
            update(position)
            .where(position.c.source == received.source, position.c.subject == received.subject)
            .values(sequence=received.sequence)
        )
