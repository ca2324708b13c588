"""Rule 10, checked from the event logs alone: whom each event had to tell, against what the ledger holds. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush

from services.notification.reactions.copying import contact_after, copied, person_of, reservation_of
from services.notification.reactions.who import notices_for
from services.notification.values import Contact, ReservationCopy
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Received
from services.shared_kernel.transient import NotYet

# Somebody who became an operator a moment before or after an event may or may not have heard of it.
JUST_JOINED = timedelta(seconds=60)
_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Somebody who had to be told."""

    cause: str
    recipient_id: str
    template: str
    event_type: str
    at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """What a notification is unique on."""
        return (self.cause, self.recipient_id, self.template)


def in_causal_order(log: Iterable[Received]) -> list[Received]:
    """The events of several contexts' logs by time, each after its cause and its subject's event before."""
    events = {received.id: received for received in log}
    by_number = {(event.source, event.subject, event.sequence): event.id for event in events.values()}
    waits_for: dict[str, set[str]] = {}
    then: dict[str, list[str]] = defaultdict(list)
    for event in events.values():
        before = by_number.get((event.source, event.subject, event.sequence - 1))
        waits_for[event.id] = {one for one in (before, event.causation_id) if one is not None and one in events}
        for one in waits_for[event.id]:
            then[one].append(event.id)
    ready = [(event.time, event.id) for event in events.values() if not waits_for[event.id]]
    heapify(ready)
    ordered: list[Received] = []
    while ready:
        _, event_id = heappop(ready)
        ordered.append(events[event_id])
        for follower in then[event_id]:
            waits_for[follower].discard(event_id)
            if not waits_for[follower]:
                heappush(ready, (events[follower].time, follower))
    return ordered


class _Replay:
    """The copies and contacts as they would be after each event. Who `left` needn't have heard what operators hear:
    of events of other contexts it isn't settled which came first.
    """

    def __init__(self, left: Collection[str], operators: Collection[str]) -> None:
        self._left = left
        self._contacts: dict[str, Contact] = {}
        self._operator_since: dict[str, datetime] = dict.fromkeys(operators, _BEFORE)
        self._copies: dict[str, ReservationCopy] = {}

    def expected(self, received: Received) -> Sequence[Expected]:
        """Learn from the event, then say whom it had to tell. NotYet as in the reaction."""
        person_id = person_of(received.event)
        contact = contact_after(self._contacts.get(person_id), received) if person_id else None
        if contact is not None:
            self._contacts[contact.person_id] = contact
            if contact.role == "operator" and contact.person_id not in self._left:
                self._operator_since.setdefault(contact.person_id, received.time)
        reservation_id = reservation_of(received.event)
        copy = copied(self._copies.get(reservation_id), received) if reservation_id else None
        if copy is not None:
            self._copies[copy.reservation_id] = copy
        operators = [
            person_id for person_id, since in self._operator_since.items() if since + JUST_JOINED <= received.time
        ]
        return [
            Expected(
                cause=notice.cause or received.id,
                recipient_id=notice.recipient_id,
                template=notice.template,
                event_type=received.event.TYPE,
                at=received.time,
            )
            for notice in notices_for(received, copy, operators)
        ]


def all_expected(log: Iterable[Received], operators: Collection[str] = ()) -> list[Expected]:
    """Whom the events of all contexts' logs (reservation, payment, cleaning, bot) had to tell.

    `operators`: who is one since before the logs begin.
    """
    ordered = in_causal_order(log)
    left = {one.event.person_id for one in ordered if isinstance(one.event, bot.RoleTakenBack)}
    replay = _Replay(left, operators)
    expected: list[Expected] = []
    again: list[Received] = []
    for received in ordered:
        try:
            expected += replay.expected(received)
        except NotYet:
            again.append(received)
    for received in again:
        try:
            expected += replay.expected(received)
        except NotYet:
            continue
    return expected


def gaps(expected: Iterable[Expected], told: Collection[tuple[str, str, str]], until: datetime) -> list[Expected]:
    """Who wasn't told, of what happened before `until` (give now − 60 s: what is under way is no gap)."""
    known = frozenset(told)
    return [one for one in expected if one.at <= until and one.key not in known]
