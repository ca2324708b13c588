"""Rule 10: whom each event had to tell, from the logs alone, against what notification's ledger holds."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from services.notification.reactions.audit import Expected, all_expected, gaps
from services.notification.reactions.copying import reservation_of
from services.notification.reactions.who import TOLD, To
from services.shared_kernel.bot_events import GONE
from services.shared_kernel.event import Received
from ssak3.audit.facts import Facts
from ssak3.audit.findings import QUIET, Check, Finding, fault, stuck

SOURCES = ("reservation", "payment", "cleaning", "bot")
UNFINISHED = ("QUEUED", "DEFERRED", "SENDING")

Key = tuple[str, str, str]


def check_notifications(facts: Facts) -> Check:
    """Nobody is left out, and nobody is told what is no news of theirs.

    Some lines of the table depend on what else was known. An event that was handled late may be judged by what was
    known then or when it happened: only what is wrong both ways is a finding. Of a visit that began before the logs do
    nobody knows whom it concerns.
    """
    log = [received for received in facts.log(*SOURCES) if facts.is_remembered(_whose(received))]
    inbox = facts.snapshot.messages["notification"].inbox
    handled = [replace(received, time=inbox[received.id]) for received in log if received.id in inbox]
    told = {(row.cause, row.recipient_id, row.template): row for row in facts.rows("notifications")}
    operators = _operators_before(facts)
    by_log, by_handling = all_expected(log, operators), all_expected(handled, operators)
    found = [
        *_left_out(facts, by_log, {one.key for one in by_handling}, told.keys()),
        *_surplus(facts, told, {one.key for one in (*by_log, *by_handling)}),
        *_without_delivery(facts),
    ]
    return Check(name="10 notifications", looked_at=len(by_log), unit="expected", findings=found)


def _whose(received: Received) -> str:
    """The visit that an event is about, or itself."""
    return reservation_of(received.event) or received.id


def _operators_before(facts: Facts) -> Sequence[str]:
    """Who is one now, and a person since before the logs begin: of the others the logs say since when."""
    people = [row.person_id for row in facts.rows("contacts") if row.role == "operator"]
    return [one for one in people if not facts.is_remembered(one)]


def _left_out(
    facts: Facts, expected: Sequence[Expected], also: Collection[Key], told: Collection[Key]
) -> Iterator[Finding]:
    for one in gaps(expected, told, facts.now - QUIET):
        # One that isn't handled yet is looked after by the messages' check.
        if one.key in also:
            yield fault(f"{one.recipient_id} wasn't told {one.template} about {one.event_type} {one.cause}")


def _surplus(facts: Facts, told: dict[Key, Any], expected: Collection[Key]) -> Iterator[Finding]:
    operators = {row.person_id for row in facts.rows("contacts") if row.role in ("operator", *GONE)}
    for key, row in sorted(told.items()):
        if row.cause_event_id is None or key in expected:
            continue
        if not facts.is_remembered(row.cause_event_id) or not facts.is_remembered(row.reservation_id or row.id):
            continue
        cause, recipient, template = key
        known = facts.logged.get(cause)
        if known is None or known[1].received is None:
            yield fault(f"{recipient} was told {template} about {cause}, and no log knows that event")
        elif not (recipient in operators and _may_tell_operators(known[1].received, template)):
            yield fault(f"{recipient} was told {template} about {known[1].type} {cause}, which is no news of theirs")


def _may_tell_operators(received: Received, template: str) -> bool:
    """Whether an operator who joined in that minute may have heard of it."""
    return any(line.to is To.OPERATORS and line.template == template for line in TOLD.get(type(received.event), ()))


def _without_delivery(facts: Facts) -> Iterator[Finding]:
    sent = {row.notification_id for row in facts.rows("deliveries")}
    for row in facts.rows("notifications"):
        if row.id not in sent:
            yield fault(f"notification {row.id} ({row.template} for {row.recipient_id}) has no delivery")


def check_deliveries(facts: Facts) -> Check:
    """What is to be sent goes out; of each lane the first that is unfinished holds up the others."""
    lanes: dict[str, list[Any]] = {}
    for row in sorted(facts.rows("deliveries"), key=lambda row: (row.position, row.hop)):
        lanes.setdefault(row.lane, []).append(row)
    found = [finding for lane in lanes.values() for finding in _lane(facts, lane)]
    return Check(name="10 sending", looked_at=len(facts.rows("deliveries")), unit="deliveries", findings=found)


def _lane(facts: Facts, lane: Sequence[Any]) -> Iterator[Finding]:
    waiting = [row for row in lane if row.status in UNFINISHED]
    if waiting:
        first = waiting[0]
        if _is_a_broadcasts(first):
            return
        since = _due_since(first, [row for row in lane if row.position < first.position])
        if facts.is_overdue(since):
            behind = f", {len(waiting) - 1} more behind it" if len(waiting) > 1 else ""
            yield stuck(f"delivery {first.id} to lane {first.lane} is {first.status} for {facts.waited(since)}{behind}")
    yield from _order(lane)


def _is_a_broadcasts(row: Any) -> bool:
    """It may wait for long, because its broadcast is large, paused or to come: `check_broadcasts` looks at those."""
    return row.broadcast_id is not None and row.status != "SENDING"


def _due_since(row: Any, earlier: Sequence[Any]) -> datetime:
    """From when it could have gone out: its time, and the end of those before it."""
    moments: list[datetime] = [row.not_before, *(one.sent_at for one in earlier if one.sent_at is not None)]
    if row.status == "SENDING" and row.lease_until is not None:
        moments.append(row.lease_until)
    return max(moments)


def _order(lane: Sequence[Any]) -> Iterator[Finding]:
    """First hops went out in the order in which they were queued."""
    sent = [row for row in lane if row.hop == 1 and row.sent_at is not None]
    for earlier, later in pairwise(sent):
        if later.sent_at < earlier.sent_at:
            yield fault(f"delivery {later.id} went out before {earlier.id}, which comes first in lane {later.lane}")
