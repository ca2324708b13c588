"""What a consumer has seen, kept in the transaction of its effects (rule 13).

A batch is read in three queries and written in two, however many events it holds. Replicas get batches of the same
consumer at the same time: whatever concerns one subject, or one reservation, one of them handles after the other.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.consumer import Admission
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Received
from services.shared_kernel.ids import born_at
from storage.messaging_tables import MessagingTables
from storage.postgresql import lock
from storage.rows import are_one_of, insert_all, insert_or_leave, is_one_of, replace_all

Stream = tuple[str, str]


async def joined_at(connection: AsyncConnection, tables: MessagingTables, now: datetime) -> datetime:
    """From when on this consumer sees everything: noted when first asked, which is to be before its first event."""
    consumer = tables.consumer
    noted = select(consumer.c.joined_at)
    known: datetime | None = (await connection.execute(noted)).scalar_one_or_none()
    if known is not None:
        return known
    first_of_several = insert_or_leave(consumer, "name", "joined_at")
    await connection.execute(first_of_several, {"name": tables.context, "joined_at": now})
    first: datetime = (await connection.execute(noted)).scalar_one()
    return first


class SqlInbox:
    """`causal`: an event also waits until the one that caused it was handled, so that effects follow causes.

    `on_expected` hears what is coming, once nobody else can touch it.
    """

    def __init__(
        self, connection: AsyncConnection, tables: MessagingTables, clock: Clock, causal: bool,
        on_expected: Callable[[Sequence[Received]], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._connection = connection
        self._tables = tables
        self._clock = clock
        self._causal = causal
        self._on_expected = on_expected
        self._handled: dict[str, bool] = {}
        self._last: dict[Stream, int | None] = {}
        self._expected: set[str] = set()
        self._waited_for: set[str] = set()
        self._followed: set[Stream] = set()
        self._new_marks: list[str] = []
        self._moved: set[Stream] = set()
        self._joined: datetime | None = None

    async def expect(self, batch: Sequence[Received]) -> None:
        """Read what will be asked about these, all at once, when no replica is at anything that they concern."""
        if not batch:
            return
        await lock(self._connection, f"inbox of {self._tables.context}", self._concerned(batch))
        self._expected |= {received.id for received in batch}
        causes = {received.causation_id for received in batch if received.causation_id} if self._causal else set()
        await self._read_handled(({received.id for received in batch} | causes) - self._handled.keys())
        await self._read_positions({_stream(received) for received in batch} - self._last.keys())
        await self._read_parked(batch)
        await self._on_expected(batch)

    def _concerned(self, batch: Sequence[Received]) -> set[str]:
        """Without it, one replica would park an event while another handles the one before, and nobody release it."""
        names = {received.subject for received in batch}
        # What is put together from several sources has no subject in common, but the reservation.
        names |= {about for received in batch if (about := getattr(received.event, "reservation_id", None))}
        if self._causal:
            names |= {received.id for received in batch}
            names |= {received.causation_id for received in batch if received.causation_id}
        return names

    async def admit(self, received: Received, body: bytes) -> Admission:
        """Mark it seen and say whether to handle it now; an early one is parked with its body."""
        if await self._is_handled(received.id):
            return Admission.SEEN
        last = await self._last_sequence(_stream(received))
        if last is not None and received.sequence <= last:
            return Admission.SEEN
        if await self._is_early(received, last):
            return await self._park(received, body, waits_for=None)
        if self._causal and await self._cause_is_missing(received):
            return await self._park(received, body, waits_for=received.causation_id)
        self._mark(received)
        return Admission.HANDLE

    async def released_by(self, received: Received) -> Sequence[bytes]:
        """Take out the parked events that waited for this one, in order; each is admitted anew."""
        nothing_waits = received.id not in self._waited_for and _stream(received) not in self._followed
        if nothing_waits and received.id in self._expected:  # of others nobody has looked yet
            return []
        parked = self._tables.parked
        follows = (
            (parked.c.source == received.source)
            & (parked.c.subject == received.subject)
            & (parked.c.sequence == received.sequence + 1)
        )
        statement = (
            select(parked.c.event_id, parked.c.body)
            .where(or_(follows, parked.c.waits_for == received.id))
            .order_by(parked.c.source, parked.c.subject, parked.c.sequence)
        )
        rows = (await self._connection.execute(statement)).all()
        if rows:
            await self._connection.execute(delete(parked).where(parked.c.event_id.in_([row.event_id for row in rows])))
        return [row.body for row in rows]

    async def flush(self) -> None:
        """Write what was marked; part of the same transaction."""
        if self._new_marks:
            now = self._clock.now()
            marks = [{"event_id": event_id, "handled_at": now} for event_id in self._new_marks]
            await insert_all(self._connection, self._tables.inbox, marks)
            self._new_marks = []
        if self._moved:
            rows = [
                {"source": source, "subject": subject, "sequence": self._last[source, subject]}
                for source, subject in sorted(self._moved)
            ]
            await replace_all(self._connection, self._tables.position, rows, key=("source", "subject"))
            self._moved = set()

    # What is known, read in bulk where possible

    async def _read_handled(self, ids: Collection[str]) -> None:
        if not ids:
            return
        event_id = self._tables.inbox.c.event_id
        found = await self._connection.execute(select(event_id).where(is_one_of(self._connection, event_id, ids)))
        self._handled |= dict.fromkeys(ids, False) | dict.fromkeys(found.scalars(), True)

    async def _read_positions(self, streams: Collection[Stream]) -> None:
        if not streams:
            return
        position = self._tables.position
        statement = select(position.c.source, position.c.subject, position.c.sequence).where(
            are_one_of(self._connection, (position.c.source, position.c.subject), streams)
        )
        found = {(row.source, row.subject): row.sequence for row in await self._connection.execute(statement)}
        self._last |= {stream: found.get(stream) for stream in streams}

    async def _read_parked(self, batch: Sequence[Received]) -> None:
        parked = self._tables.parked
        looked_at = select(parked.c.source, parked.c.subject, parked.c.waits_for)
        streams = {_stream(received) for received in batch}
        follow = looked_at.where(are_one_of(self._connection, (parked.c.source, parked.c.subject), streams))
        wait = looked_at.where(is_one_of(self._connection, parked.c.waits_for, [received.id for received in batch]))
        self._note_parked(await self._connection.execute(follow.union_all(wait)))

    def _note_parked(self, rows: Any) -> None:
        for source, subject, waits_for in rows:
            self._followed.add((source, subject))
            if waits_for:
                self._waited_for.add(waits_for)

    async def _is_handled(self, event_id: str) -> bool:
        if event_id not in self._handled:
            await self._read_handled([event_id])
        return self._handled[event_id]

    async def _last_sequence(self, stream: Stream) -> int | None:
        if stream not in self._last:
            await self._read_positions([stream])
        return self._last[stream]

    async def _is_early(self, received: Received, last: int | None) -> bool:
        if last is not None:
            return received.sequence > last + 1
        return received.sequence > 1 and await self._should_know_from_birth(received.subject)

    async def _cause_is_missing(self, received: Received) -> bool:
        cause = received.causation_id
        if cause is None or await self._is_handled(cause):
            return False
        return await self._should_know_from_birth(cause)

    async def _should_know_from_birth(self, identifier: str) -> bool:
        """Whether it is younger than this consumer, so that everything about it comes by here."""
        born = born_at(identifier)
        return born is not None and born >= await self._joined_at()

    async def _joined_at(self) -> datetime:
        if self._joined is None:
            self._joined = await joined_at(self._connection, self._tables, self._clock.now())
        return self._joined

    # What changes

    async def _park(self, received: Received, body: bytes, waits_for: str | None) -> Admission:
        row = {
            "event_id": received.id,
            "source": received.source,
            "subject": received.subject,
            "sequence": received.sequence,
            "waits_for": waits_for,
            "parked_at": self._clock.now(),
            "body": body,
        }
        await self._connection.execute(insert_or_leave(self._tables.parked, *row), row)
        self._note_parked([(received.source, received.subject, waits_for)])
        return Admission.PARKED

    def _mark(self, received: Received) -> None:
        stream = _stream(received)
        self._handled[received.id] = True
        self._new_marks.append(received.id)
        self._last[stream] = received.sequence
        self._moved.add(stream)


def _stream(received: Received) -> Stream:
    return received.source, received.subject
