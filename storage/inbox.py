"""What a consumer has seen, kept in the transaction of its effects (rule 13).

A batch is read in one query and written in one, however many events it holds. Replicas get batches of the same
consumer at the same time: whatever concerns one subject, or one reservation, one of them handles after the other.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.consumer import Admission
from messaging.keeping import LOG_KEPT
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Received
from services.shared_kernel.ids import born_at
from storage import inbox_statements as statements
from storage.messaging_tables import MessagingTables
from storage.postgresql import lock
from storage.rows import insert_into, insert_or_leave, insert_or_replace

Stream = tuple[str, str]


async def joined_at(connection: AsyncConnection, tables: MessagingTables, now: datetime) -> datetime:
    """From when on this consumer sees everything: noted when first asked, which is to be before its first event."""
    consumer = tables.consumer
    noted = statements.noted(consumer)
    known: datetime | None = (await connection.execute(noted)).scalar_one_or_none()
    if known is not None:
        return known
    first_of_several = insert_or_leave(consumer, "name", "joined_at")
    await connection.execute(first_of_several, {"name": tables.context, "joined_at": now})
    first: datetime = (await connection.execute(noted)).scalar_one()
    return first


async def hold(connection: AsyncConnection, consumer: str, names: Collection[str]) -> None:
    """To the end of the transaction, this consumer handles nothing that concerns these subjects or reservations."""
    await lock(connection, f"inbox of {consumer}", names)


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
        self._is_sqlite = connection.dialect.name == "sqlite"
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
        await hold(self._connection, self._tables.context, self._concerned(batch))
        ids, streams = {received.id for received in batch}, {_stream(received) for received in batch}
        causes = {received.causation_id for received in batch if received.causation_id} if self._causal else set()
        self._expected |= ids
        # What was asked before may have changed since, in this very transaction.
        new_ids, new_streams = (ids | causes) - self._handled.keys(), streams - self._last.keys()
        self._handled |= dict.fromkeys(new_ids, False)
        self._last |= dict.fromkeys(new_streams)
        for what, key, source, subject, sequence in await self._look(ids, new_ids, streams):
            if what == "handled":
                self._handled[key] = True
            elif what == "parked":
                self._note_parked(source, subject, key)
            elif (source, subject) in new_streams:
                self._last[source, subject] = sequence
        await self._on_expected(batch)

    async def _look(self, ids: Collection[str], maybe_handled: Collection[str], streams: Collection[Stream]) -> Any:
        wanted: dict[str, Any] = {"ids": list(ids), "maybe_handled": list(maybe_handled)}
        if self._is_sqlite:
            wanted |= {"streams": list(streams)}
        else:
            wanted |= {"sources": [source for source, _ in streams], "subjects": [subject for _, subject in streams]}
        return await self._connection.execute(statements.look(self._tables, self._is_sqlite), wanted)

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
        if self._handled[received.id]:
            return Admission.SEEN
        last = self._last[_stream(received)]
        if last is not None and received.sequence <= last:
            return Admission.SEEN
        if await self._is_early(received, last):
            return await self._park(received, body, waits_for=None)
        if self._causal and await self._cause_is_missing(received):
            return await self._park(received, body, waits_for=received.causation_id)
        self._mark(received)
        return Admission.HANDLE

    async def released_by(self, received: Received, apart: Collection[str] = ()) -> Sequence[bytes]:
        """Take out the parked events that waited for this one, in order; each is admitted anew. Those apart stay."""
        nothing_waits = received.id not in self._waited_for and _stream(received) not in self._followed
        if nothing_waits and received.id in self._expected:  # of others nobody has looked yet
            return []
        parked, (source, subject) = self._tables.parked, _stream(received)
        wanted = {"source": source, "subject": subject, "next": received.sequence + 1, "id": received.id}
        waiting = (await self._connection.execute(statements.waiting(parked), wanted)).all()
        rows = [row for row in waiting if row.event_id not in apart]
        if rows:
            await self._connection.execute(statements.unpark(parked), {"ids": [row.event_id for row in rows]})
        return [row.body for row in rows]

    async def keep_apart(self, event_ids: Collection[str], received: Received) -> None:
        """Whatever they waited for may be handled now, and never come by again."""
        wanted = {"ids": list(event_ids), "cause": received.id}
        await self._connection.execute(statements.wait_for(self._tables.parked), wanted)

    async def unpark(self, event_ids: Collection[str], received: Received) -> None:
        """Those that wait for this one: a replica that got one from the queue may have parked it meanwhile."""
        wanted = {"ids": list(event_ids), "cause": received.id}
        await self._connection.execute(statements.unpark_waiting_for(self._tables.parked), wanted)

    async def pass_over(self, received: Received, body: bytes) -> bool:
        """What this parked one waits for comes no more: whether it can be handled now, once it is told again.

        Until then it stays, waiting for itself, so that handling it takes it out. If there is a cause to wait for, it
        goes on waiting for that.
        """
        await self.expect([received])
        is_parked = statements.is_parked(self._tables.parked)
        if (await self._connection.execute(is_parked, {"id": received.id})).first() is None:
            return False
        stream = _stream(received)
        last = self._last[stream]
        if last is None or last < received.sequence - 1:
            self._last[stream] = received.sequence - 1
            statement = insert_or_replace(self._tables.position, *statements.POSITION, key=statements.POSITION[:2])
            reached = dict(zip(statements.POSITION, (*stream, received.sequence - 1), strict=True))
            await self._connection.execute(statement, reached)
        waits = self._causal and await self._cause_is_missing(received)
        await self._connection.execute(
            statements.wait_for(self._tables.parked),
            {"ids": [received.id], "cause": received.causation_id if waits else received.id},
        )
        return not waits

    async def flush(self) -> None:
        """Write what was marked; part of the same transaction."""
        if not self._new_marks:
            return
        tables, now, moved = self._tables, self._clock.now(), sorted(self._moved)
        positions = [(source, subject, self._last[source, subject]) for source, subject in moved]
        if self._is_sqlite:
            marks = [{"event_id": event_id, "handled_at": now} for event_id in self._new_marks]
            await self._connection.execute(insert_into(tables.inbox), marks)
            statement = insert_or_replace(tables.position, *statements.POSITION, key=statements.POSITION[:2])
            await self._connection.execute(
                statement, [dict(zip(statements.POSITION, row, strict=True)) for row in positions]
            )
        else:
            columns = dict(zip(statements.POSITION, map(list, zip(*positions, strict=True)), strict=True))
            await self._connection.execute(statements.write(tables), {"ids": self._new_marks, "now": now, **columns})
        self._new_marks, self._moved = [], set()

    async def _is_early(self, received: Received, last: int | None) -> bool:
        if last is not None:
            return received.sequence > last + 1
        return received.sequence > 1 and await self._should_know_from_birth(received.subject)

    async def _cause_is_missing(self, received: Received) -> bool:
        cause = received.causation_id
        if cause is None or self._handled[cause]:
            return False
        return await self._should_know_from_birth(cause)

    async def _should_know_from_birth(self, identifier: str) -> bool:
        """Whether it is younger than this consumer, so that everything about it comes by here.

        Of one that is older than the logs the mark may be gone, or it was told before this consumer followed who tells
        it, and nobody can tell it again (ADR 25): who waited for it would wait for ever.
        """
        born = born_at(identifier)
        return born is not None and born >= max(await self._joined_at(), self._clock.now() - LOG_KEPT)

    async def _joined_at(self) -> datetime:
        if self._joined is None:
            self._joined = await joined_at(self._connection, self._tables, self._clock.now())
        return self._joined

    # What changes

    def _note_parked(self, source: str, subject: str, waits_for: str | None) -> None:
        self._followed.add((source, subject))
        if waits_for:
            self._waited_for.add(waits_for)

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
        # One that is there already goes on waiting, since when it was parked first, for what it waits for now.
        parking = insert_or_replace(self._tables.parked, *row, key=("event_id",), only=("waits_for",))
        await self._connection.execute(parking, row)
        self._note_parked(received.source, received.subject, waits_for)
        return Admission.PARKED

    def _mark(self, received: Received) -> None:
        stream = _stream(received)
        self._handled[received.id] = True
        self._new_marks.append(received.id)
        self._last[stream] = received.sequence
        self._moved.add(stream)


def _stream(received: Received) -> Stream:
    return received.source, received.subject
