"""My page's row of a reservation, made from the parts that each context tells, in any order of arrival. Pure.

A status is taken only from its owner's events; sequences of different sources are never compared (rule 13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.cleaning import events as cleaning
from services.mypage.parts import TELLS, Part
from services.mypage.view import CancellationPart, JobPart, PaymentPart, ReservationView, Standing, Stuck
from services.payment import events as payment
from services.shared_kernel.event import Received, context_of

_TOLD_AT_FIRST = frozenset({"service", "status", "hold_expires_at"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One reservation: a part for each source (JSON values only), and the last number seen of each."""

    reservation_id: str
    customer_id: str
    reservation: Part
    payment: Part
    job: Part
    last: Mapping[str, int]
    as_of: datetime


def apply(row: Row | None, received: Received) -> Row | None:
    """The row after the event; None when it is about no reservation. An event seen before changes nothing."""
    event = received.event
    tell = TELLS.get(type(event))
    reservation_id = getattr(event, "reservation_id", None)
    if tell is None or reservation_id is None:
        return row
    source = context_of(event.TYPE)
    row = row or Row(
        reservation_id=reservation_id,
        customer_id=getattr(event, "customer_id", ""),
        reservation={},
        payment={},
        job={},
        last={},
        as_of=received.time,
    )
    if received.sequence <= row.last.get(source, 0):
        return row
    name = _part_of(source)
    old: Part = getattr(row, name)
    part: dict[str, Any] = {name: {**old, **tell(event), **_counted(old, received)}}
    return replace(row, last={**row.last, source: received.sequence}, as_of=max(row.as_of, received.time), **part)


def made_again(row: Row | None, told: Sequence[Received]) -> Row | None:
    """The row with one source's part anew, from all that this source has told; where it knows more, it stays as it is.

    Another source's part isn't touched, so that the sources' logs are gone through one after the other.
    """
    new: Row | None = None
    for received in told:
        new = apply(new, received)
    if new is None or row is None:
        return new or row
    [(source, last)] = new.last.items()
    if row.last.get(source, 0) > last:
        return row
    name = _part_of(source)
    part: dict[str, Any] = {name: getattr(new, name)}
    return replace(
        row, customer_id=new.customer_id, last={**row.last, source: last}, as_of=max(row.as_of, new.as_of), **part
    )


def _part_of(source: str) -> str:
    return source if source in ("reservation", "payment") else "job"


def _counted(old: Part, received: Received) -> Part:
    """What depends on more than the event's own fields."""
    match received.event:
        case cleaning.JobOffered():
            return {"asked": old.get("asked", 0) + 1}
        case payment.CompensationOwed():
            return {"compensation_since": received.time.isoformat()}
        case _:
            return {}


def view(row: Row) -> ReservationView | None:
    """What people read; None until the reservation itself has told what it is."""
    told = row.reservation
    if not _is_told(told):
        return None
    return ReservationView(
        id=row.reservation_id,
        customer_id=row.customer_id,
        version=told["version"],
        status=told["status"],
        service=told["service"],
        size_pyeong=told["size_pyeong"],
        add_ons=tuple(told["add_ons"]),
        area=told["area"],
        details_id=told["details_id"],
        starts_at=_time(told["starts_at"]),
        ends_at=_time(told["ends_at"]),
        visit_revision=told["visit_revision"],
        price_krw=told["price_krw"],
        hold_expires_at=_time(told["hold_expires_at"]),
        payment_state=_payment_state(row),
        payment=_payment_part(row.payment),
        job=_job_part(row.job, told["visit_revision"]),
        cancellation=CancellationPart(**told["cancellation"]) if told.get("cancellation") else None,
    )


def keys(row: Row) -> Mapping[str, Any]:
    """What a row is looked up by: as `view` would show it, which takes ten times as long."""
    told, job = row.reservation, row.job
    if not _is_told(told):
        return {"status": None, "starts_at": None, "cleaner_id": None}
    has_cleaner = "status" in job and not _is_from_before(job, told["visit_revision"])
    return {
        "status": told["status"],
        "starts_at": _time(told["starts_at"]),
        "cleaner_id": job.get("cleaner_id") if has_cleaner else None,
    }


def _is_told(part: Part) -> bool:
    """From its beginning on: of one that is older than all logs, whoever begins anew hears only what comes."""
    return part.keys() >= _TOLD_AT_FIRST


def stuck(row: Row) -> tuple[Stuck, ...]:
    """What needs a person now."""
    found = []
    status = row.reservation.get("status")
    marks: list[tuple[str, str | None]] = [
        ("unfilled", row.job.get("unfilled_since") if status == "CONFIRMED" else None),
        ("uncovered", row.job.get("uncovered_since") if status == "CONFIRMED" else None),
        ("no_show", row.job.get("no_show_since") if status == "CONFIRMED" else None),
        ("refund_late", row.payment.get("refund_late_since")),
        ("compensation_owed", row.payment.get("compensation_since")),
        ("worked_though_closed", row.job.get("started_at") if status in ("CANCELLED", "EXPIRED") else None),
    ]
    for kind, since in marks:
        if since:
            found.append(Stuck(kind=kind, reservation_id=row.reservation_id, since=_time(since)))
    return tuple(found)


def standing(row: Row) -> Standing:
    """What became of the job and the money."""
    owes = "compensation_since"  # a time once it is owed, nothing once it was paid, not there before
    return Standing(
        reservation_id=row.reservation_id,
        job_id=row.job.get("id"),
        refund_late=bool(row.payment.get("refund_late_since")),
        compensation_paid=owes in row.payment and row.payment[owes] is None,
    )


def _payment_state(row: Row) -> str:
    if row.reservation["status"] not in ("AWAITING_PAYMENT", "EXPIRED", "CANCELLED") or row.reservation.get("paid"):
        return "paid"
    if row.reservation.get("deferred"):
        return "deferred"
    return str(row.payment.get("attempt", "none"))


def _payment_part(part: Part) -> PaymentPart | None:
    if not part.get("paid_krw"):
        return None
    refunded, paid = part["refunded_krw"], part["paid_krw"]
    status = "PAID" if refunded == 0 else "REFUNDED" if refunded >= paid else "PARTIALLY_REFUNDED"
    return PaymentPart(
        id=part["id"], status=status, amount_krw=paid, refunded_krw=refunded, method=part.get("method", "card")
    )


def _job_part(part: Part, visit_revision: int) -> JobPart | None:
    if "status" not in part:
        return None
    if _is_from_before(part, visit_revision):
        # The visit has moved since: who was going to come hasn't said yet whether they still do.
        return JobPart(id=part["id"], status="OFFERING", visit_revision=visit_revision)
    return JobPart(
        id=part["id"],
        status=part["status"],
        visit_revision=part["visit_revision"],
        asked=part.get("asked", 0),
        cleaner_id=part.get("cleaner_id"),
        cleaner_name=part.get("cleaner_name"),
        payout_krw=part.get("payout_krw"),
        offer_deadline=_maybe(part.get("offer_deadline")),
        en_route_at=_maybe(part.get("en_route_at")),
        started_at=_maybe(part.get("started_at")),
        completed_at=_maybe(part.get("completed_at")),
    )


def _is_from_before(part: Part, visit_revision: int) -> bool:
    """Whether the visit has moved since the job said this."""
    return bool(part["visit_revision"] < visit_revision and part["status"] not in ("FINISHED", "CALLED_OFF"))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _time(text)


FOLLOWED = tuple(TELLS)
SOURCES = tuple(dict.fromkeys(context_of(event.TYPE) for event in FOLLOWED))
