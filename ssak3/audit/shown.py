"""N4: my page, and each reservation's own row, made again from the event logs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.mypage.projection import Row, apply, stuck, view
from services.shared_kernel.event import Received
from ssak3.audit.facts import Facts
from ssak3.audit.findings import Check, Finding, fault

PARTS = ("reservation", "payment", "job", "last")
PLAIN = ("customer_id", "as_of")
RESERVATION = "/ssak3/reservation"


def check_my_page(facts: Facts) -> Check:
    """Each row equals the projection of the events that my page has handled; an older one is there as a whole."""
    expected = _projected(facts.heard("mypage"))
    stored = {row.reservation_id: row for row in facts.rows("my_page")}
    found: list[Finding] = []
    heard = {subject for source, subject in facts.snapshot.messages["mypage"].position if source == RESERVATION}
    known = {row.id for row in facts.rows("reservations")}
    for reservation_id in sorted({*expected, *heard.intersection(known), *stored}):
        row, wanted = stored.get(reservation_id), expected.get(reservation_id)
        if row is None:
            found.append(fault(f"my page has no row of reservation {reservation_id}"))
        elif not facts.is_remembered(reservation_id):
            if row.status is None and reservation_id in known:
                found.append(fault(f"my page has only parts of reservation {reservation_id}"))
        elif wanted is None:
            found.append(fault(f"my page shows reservation {reservation_id}, of which no event tells"))
        else:
            found += [fault(f"my page of {reservation_id}: {difference}") for difference in _differences(row, wanted)]
    return Check(name="N4 my page", looked_at=len(stored), unit="rows", findings=found)


def check_reservations(facts: Facts) -> Check:
    """Each reservation stands where its last event left it, if its events are all remembered."""
    expected = _projected(facts.log("reservation"))
    found: list[Finding] = []
    for row in facts.rows("reservations"):
        if not facts.is_remembered(row.id):
            continue
        wanted = expected.get(row.id)
        if wanted is None:
            found.append(fault(f"reservation {row.id} ({row.status}) was never told of"))
            continue
        shown = view(wanted)
        if shown is None:  # its log lacks the beginning, and another check says so
            continue
        for name in ("status", "starts_at", "ends_at", "customer_id", "price_krw", "visit_revision"):
            stored, told = getattr(row, name), getattr(shown, name)
            if stored != told:
                found.append(fault(f"reservation {row.id}: {name} is {stored}, its events say {told}"))
    known = {row.id for row in facts.rows("reservations")}
    found += [fault(f"reservation {gone} was told of, and isn't there") for gone in sorted(expected.keys() - known)]
    return Check(name="13 reservations", looked_at=len(known), unit="reservations", findings=found)


def _projected(events: Iterable[Received]) -> Mapping[str, Row]:
    rows: dict[str, Row] = {}
    for received in sorted(events, key=lambda one: (one.source, one.subject, one.sequence)):
        reservation_id = getattr(received.event, "reservation_id", None)
        if reservation_id is not None:
            new = apply(rows.get(reservation_id), received)
            if new is not None:
                rows[reservation_id] = new
    return rows


def _differences(row: Any, wanted: Row) -> Iterator[str]:
    for part in PARTS:
        stored, told = getattr(row, part), getattr(wanted, part)
        for name in sorted({*stored, *told}):
            if stored.get(name) != told.get(name):
                yield f"{part}.{name} is {stored.get(name)!r}, its events say {told.get(name)!r}"
    shown = view(wanted)
    plain = {name: getattr(wanted, name) for name in PLAIN} | {
        "status": shown.status if shown else None,
        "starts_at": shown.starts_at if shown else None,
        "cleaner_id": shown.job.cleaner_id if shown and shown.job else None,
        "is_stuck": bool(stuck(wanted)),
    }
    for name, told in plain.items():
        if getattr(row, name) != told:
            yield f"{name} is {getattr(row, name)}, its events say {told}"
