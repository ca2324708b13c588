"""Rules 10 and 11 for broadcasts: who was approved is in the ledger once, and nothing is left lying."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ssak3.audit.facts import Facts
from ssak3.audit.findings import Check, Finding, fault, stuck

CAUSE = "broadcast:"
UNFINISHED = ("QUEUED", "DEFERRED", "SENDING")
TAKEN = ("SENT", "DELIVERED", "UNKNOWN")  # it went out, or may have
OVER = ("FINISHED", "CANCELLED")


def check_broadcasts(facts: Facts) -> Check:
    """Each approved recipient has one notification, each notification one outcome; what is over has nothing left."""
    told: dict[str, list[Any]] = {}
    for row in facts.rows("notifications"):
        if row.cause.startswith(CAUSE) and row.template == "broadcast":
            told.setdefault(row.cause.removeprefix(CAUSE), []).append(row)
    hops: dict[str, list[Any]] = {}
    for row in facts.rows("deliveries"):
        if row.broadcast_id is not None:
            hops.setdefault(row.notification_id, []).append(row)
    found: list[Finding] = []
    for row in facts.rows("broadcasts"):
        its = told.pop(row.id, [])
        if row.finished_at is None or facts.is_kept(row.finished_at):
            found += _broadcast(facts, row, its, hops)
    found += [
        fault(f"{len(rows)} notifications name broadcast {name}, which isn't there") for name, rows in told.items()
    ]
    return Check(name="10 11 broadcasts", looked_at=len(facts.rows("deliveries")), unit="deliveries", findings=found)


def _broadcast(facts: Facts, row: Any, told: Sequence[Any], hops: Mapping[str, Sequence[Any]]) -> Iterator[Finding]:
    approved = row.selected - sum(row.excluded.values()) if row.approved_at is not None else 0
    if len(told) != approved:
        yield fault(f"broadcast {row.id} was approved for {approved}, and {len(told)} are in the ledger")
    for person_id, times in Counter(one.recipient_id for one in told).items():
        if times > 1:
            yield fault(f"broadcast {row.id} has {person_id} {times} times")
    waiting: list[Any] = []
    sent: list[datetime] = []
    for one in told:
        its = hops.get(one.id, [])
        last = [hop for hop in its if hop.status != "FELL_BACK"]
        if len(last) != 1:
            yield fault(f"broadcast {row.id}: {one.recipient_id} has {len(last)} outcomes")
        if sum(hop.status in TAKEN or hop.reason == "unknown" for hop in its) > 1:
            yield fault(f"broadcast {row.id} may have gone to {one.recipient_id} twice")
        if one.kind != row.kind:
            yield fault(f"broadcast {row.id} is {row.kind}, and {one.recipient_id}'s is {one.kind}")
        waiting += [hop for hop in last if hop.status in UNFINISHED]
        sent += [hop.sent_at for hop in its if hop.sent_at is not None]
    yield from _left(facts, row, waiting, sent)


def _left(facts: Facts, row: Any, waiting: Sequence[Any], sent: Sequence[datetime]) -> Iterator[Finding]:
    if row.status in OVER and row.finished_at is not None and waiting:
        yield fault(f"broadcast {row.id} is over, and {len(waiting)} of it wait")
    if row.status == "SCHEDULED" and facts.is_overdue(row.starts_at):
        yield stuck(f"broadcast {row.id} was to begin {facts.waited(row.starts_at)} ago")
    if row.status != "RUNNING" or any(one.not_before > facts.now for one in waiting):
        return
    since = max([row.started_at, *(one.not_before for one in waiting), *sent])
    if facts.is_overdue(since):
        yield stuck(f"broadcast {row.id} hasn't moved for {facts.waited(since)}, {len(waiting)} wait")
