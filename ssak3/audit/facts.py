"""What the checks look at: a snapshot of the databases, the provider's book, and the moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from messaging.catalogue import FOLLOWS
from messaging.hearing import Hearing
from messaging.keeping import LOG_KEPT
from services.shared_kernel.event import Event, Received
from services.shared_kernel.ids import born_at
from ssak3.audit.findings import QUIET, STUCK
from ssak3.audit.provider_book import ProviderBook
from ssak3.audit.queues import Queues
from storage.audit import Logged, Snapshot


@dataclass(frozen=True)
class Facts:
    """`book` is None when the provider keeps none that can be read here."""

    snapshot: Snapshot
    book: ProviderBook | None
    now: datetime
    queues: Queues

    def rows(self, name: str) -> Sequence[Any]:
        """The rows of one table, as `storage.audit` names it."""
        return self.snapshot.rows[name]

    def by(self, name: str, column: str) -> Mapping[str, list[Any]]:
        """The rows of one table, grouped by a column."""
        found: dict[str, list[Any]] = defaultdict(list)
        for row in self.rows(name):
            found[getattr(row, column)].append(row)
        return found

    def is_quiet(self, at: datetime) -> bool:
        """Whether so long ago that nothing of it can be under way."""
        return at <= self.now - QUIET

    def is_overdue(self, since: datetime) -> bool:
        """Whether it waits for too long."""
        return since <= self.now - STUCK

    def waited(self, since: datetime) -> str:
        """How long, for people."""
        minutes = int((self.now - since).total_seconds() // 60)
        return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"

    def is_remembered(self, identifier: str) -> bool:
        """Whether whatever has this id began when the logs begin, or later: of it all is there (ADR 25).

        An id that doesn't say when it was made, or says what can't be, is as old as all of this.
        """
        born = born_at(identifier)
        if born is None or born > self.now + QUIET:
            born = self._began_at
        return born is None or self.is_kept(born)

    def is_kept(self, at: datetime) -> bool:
        """Whether that is since the logs begin, wherever the clock goes by which they are cleared."""
        return at >= self.now - LOG_KEPT + QUIET

    @cached_property
    def _began_at(self) -> datetime | None:
        every = self.snapshot.messages.values()
        return min((messages.joined_at for messages in every if messages.joined_at is not None), default=None)

    def log(self, *contexts: str) -> list[Received]:
        """The readable events of these contexts that are remembered, in the order they were written."""
        return [received for context in contexts for received in self._logs[context]]

    @cached_property
    def _logs(self) -> Mapping[str, Sequence[Received]]:
        # The oldest may be gone or not: it depends on when somebody last cleared up.
        return {
            context: [
                logged.received
                for logged in messages.log
                if logged.received is not None and self.is_remembered(logged.event_id)
            ]
            for context, messages in self.snapshot.messages.items()
        }

    def hearing(self, consumer: str, source: str, queued: Collection[str]) -> Hearing:
        """What a consumer has heard of a context; `queued`: the ids that were seen in its queues."""
        here, there = self.snapshot.messages[consumer], self.snapshot.messages[source]
        return Hearing(
            joined_at=here.joined_at,
            reached={subject: last for (name, subject), last in here.position.items() if name == f"/ssak3/{source}"},
            on_its_way={*queued, *there.outbox, *(row.event_id for row in here.parked)},
        )

    @cached_property
    def logged(self) -> Mapping[str, tuple[str, Logged]]:
        """Every event by its id, with the context that told it."""
        return {
            logged.event_id: (context, logged)
            for context, messages in self.snapshot.messages.items()
            for logged in messages.log
        }

    def has_handled(self, consumer: str, received: Received) -> bool:
        """Whether the consumer has acted on an event, or passed it by."""
        messages = self.snapshot.messages[consumer]
        if received.id in messages.inbox:
            return True
        return received.sequence <= messages.position.get((received.source, received.subject), 0)

    def heard(self, consumer: str) -> list[Received]:
        """All that a consumer has handled of the contexts that it follows."""
        return [received for received in self.log(*FOLLOWS[consumer]) if self.has_handled(consumer, received)]

    @cached_property
    def about(self) -> Mapping[str, list[Received]]:
        """The events of reservation, payment and cleaning, by reservation."""
        found: dict[str, list[Received]] = defaultdict(list)
        for received in self.log("reservation", "payment", "cleaning"):
            reservation_id = getattr(received.event, "reservation_id", None)
            if reservation_id is not None:
                found[reservation_id].append(received)
        return found

    def told(self, reservation_id: str, *kinds: type[Event]) -> list[Received]:
        """What was told of a reservation, of these kinds."""
        return [received for received in self.about.get(reservation_id, ()) if isinstance(received.event, kinds)]

    @cached_property
    def last_touch(self) -> Mapping[str, datetime]:
        """When something last happened to a reservation or its payment."""
        found: dict[str, datetime] = {}

        def touch(reservation_id: str, moments: Iterable[datetime | None]) -> None:
            for moment in moments:
                if moment is not None and moment > found.get(reservation_id, _LONG_AGO):
                    found[reservation_id] = moment

        for reservation_id, events in self.about.items():
            touch(reservation_id, (received.time for received in events))
        for row in self.rows("reservations"):
            touch(row.id, (row.paying_since, row.requested_at))
        reservation_of = {row.id: row.reservation_id for row in self.rows("payments")}
        for row in self.rows("attempts"):
            if row.payment_id in reservation_of:
                touch(reservation_of[row.payment_id], (row.requested_at, row.sent_at, row.approved_at))
        for row in self.rows("refunds"):
            if row.payment_id in reservation_of:
                touch(reservation_of[row.payment_id], (row.requested_at, row.done_at))
        return found

    def is_resting(self, reservation_id: str) -> bool:
        """Whether nothing happened to it of late."""
        return self.is_quiet(self.last_touch.get(reservation_id, _LONG_AGO))


_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def won(amount_krw: int) -> str:
    """An amount for people."""
    return f"{amount_krw:,} won"
