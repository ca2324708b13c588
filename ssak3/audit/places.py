"""Rule 1: no place is given twice, and what is held is what visits need."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ssak3.audit.facts import Facts
from ssak3.audit.findings import Check, Finding, fault

CLOSED = ("CANCELLED", "EXPIRED")
HOUR = timedelta(hours=1)

Place = tuple[str, datetime]


def check_places(facts: Facts) -> Check:
    """Counted from the visits themselves, against capacity, `held` and allocations; all in one transaction's tables."""
    return Check(
        name="1 places",
        looked_at=len(facts.rows("capacity")),
        unit="windows",
        findings=[*_allocations(facts), *_windows(facts)],
    )


def _needed(reservation: Any) -> set[Place]:
    """The hours that a visit overlaps."""
    if reservation.status in CLOSED:
        return set()
    hour = reservation.starts_at.replace(minute=0, second=0, microsecond=0)
    found = set()
    while hour < reservation.ends_at:
        found.add((reservation.area, hour))
        hour += HOUR
    return found


def _allocations(facts: Facts) -> Iterator[Finding]:
    taken: dict[str, set[Place]] = {}
    for row in facts.rows("allocations"):
        taken.setdefault(row.reservation_id, set()).add((row.area, row.window))
    for reservation in facts.rows("reservations"):
        has, needs = taken.pop(reservation.id, set()), _needed(reservation)
        named = f"reservation {reservation.id} ({reservation.status})"
        for area, window in sorted(needs - has):
            yield fault(f"{named} has no allocation in {area} at {window:%Y-%m-%d %H:%M}Z")
        for area, window in sorted(has - needs):
            yield fault(f"{named} holds {area} at {window:%Y-%m-%d %H:%M}Z, which it doesn't need")
    for reservation_id in sorted(taken):
        yield fault(f"places are held for {reservation_id}, and there is no such reservation")


def _windows(facts: Facts) -> Iterator[Finding]:
    needed = Counter(place for reservation in facts.rows("reservations") for place in _needed(reservation))
    allocated = Counter((row.area, row.window) for row in facts.rows("allocations"))
    planned = {(row.area, row.window): row for row in facts.rows("capacity")}
    for place in sorted({*needed, *allocated, *planned}):
        area, window = place
        named = f"{area} at {window:%Y-%m-%d %H:%M}Z"
        row = planned.get(place)
        if row is None:
            yield fault(f"{named} is in use, and no capacity was planned for it")
            continue
        if needed[place] > row.capacity:
            yield fault(f"{named} is booked {needed[place]} times, with a capacity of {row.capacity}")
        if row.held != allocated[place]:
            yield fault(f"{named} counts {row.held} held, and has {allocated[place]} allocations")
