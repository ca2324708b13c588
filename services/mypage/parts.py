"""What each event adds to its source's part of my page's row. An event that changes nothing there is followed all the
same, for its number (rule 13).
"""

from collections.abc import Callable, Mapping
from typing import Any

from services.cleaning import events as cleaning
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel.event import Event

# JSON values only.
Part = Mapping[str, Any]


def _visit(event: reservation.VisitEvent) -> Part:
    return {
        "version": event.version,
        "service": event.service,
        "size_pyeong": event.size_pyeong,
        "add_ons": list(event.add_ons),
        "area": event.area,
        "details_id": event.details_id,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "visit_revision": event.visit_revision,
        "price_krw": event.price_krw,
    }


def _requested(event: reservation.ReservationRequested) -> Part:
    return {
        **_visit(event),
        "status": "AWAITING_PAYMENT",
        "hold_expires_at": event.hold_expires_at.isoformat(),
    }


def _deferred(event: reservation.PaymentDeferred) -> Part:
    return {"version": event.version, "deferred": True, "hold_expires_at": event.hold_expires_at.isoformat()}


def _reopened(event: reservation.PaymentReopened) -> Part:
    return {"version": event.version, "deferred": False, "hold_expires_at": event.hold_expires_at.isoformat()}


def _confirmed(event: reservation.ReservationConfirmed) -> Part:
    return {**_visit(event), "status": "CONFIRMED", "deferred": False, "paid": True}


def _cancelled(event: reservation.ReservationCancelled) -> Part:
    figures = ("by", "reason", "fee_krw", "refund_krw", "compensation_krw", "policy_version")
    cancellation = {name: getattr(event, name) for name in figures}
    return {"version": event.version, "status": "CANCELLED", "cancellation": cancellation}


def _status(status: str) -> Callable[[Any], Part]:
    return lambda event: {"version": event.version, "status": status}


def _totals(event: payment.PaymentEvent) -> Part:
    return {"id": event.payment_id, "paid_krw": event.paid_krw, "refunded_krw": event.refunded_krw}


def _approved(event: payment.PaymentApproved) -> Part:
    return {**_totals(event), "attempt": "paid", "method": event.method}


def _refunded(event: payment.PaymentRefunded) -> Part:
    return {**_totals(event), "refund_late_since": None}


def _refund_delayed(event: payment.RefundDelayed) -> Part:
    return {**_totals(event), "refund_late_since": event.requested_at.isoformat()}


def _attempt(state: str) -> Callable[[Any], Part]:
    return lambda event: {**_totals(event), "attempt": state}


def _job(event: cleaning.JobEvent, **more: Any) -> Part:
    return {"id": event.job_id, "visit_revision": event.visit_revision, **more}


_NOBODY: Part = {"cleaner_id": None, "cleaner_name": None, "en_route_at": None, "started_at": None}


def _offered(event: cleaning.JobOffered) -> Part:
    return _job(
        event,
        **_NOBODY,
        status="OFFERING",
        offer_deadline=event.deadline.isoformat(),
        payout_krw=event.payout_krw,
        unfilled_since=None,
    )


def _accepted(event: cleaning.OfferAccepted) -> Part:
    return _job(
        event,
        status="ASSIGNED",
        cleaner_id=event.cleaner_id,
        cleaner_name=event.cleaner_name,
        payout_krw=event.payout_krw,
        offer_deadline=None,
        uncovered_since=None,
    )


def _uncovered(event: cleaning.JobUncovered) -> Part:
    return _job(event, uncovered_since=event.starts_at.isoformat())


def _unfilled(event: cleaning.JobUnfilled) -> Part:
    return _job(event, **_NOBODY, status="UNFILLED", offer_deadline=None, unfilled_since=event.starts_at.isoformat())


def _withdrawn(event: cleaning.JobWithdrawn) -> Part:
    return _job(event, **_NOBODY, status="OFFERING")


def _en_route(event: cleaning.JobEnRoute) -> Part:
    return _job(event, status="EN_ROUTE", en_route_at=event.en_route_at.isoformat())


def _started(event: cleaning.JobStarted) -> Part:
    return _job(event, status="STARTED", started_at=event.started_at.isoformat(), no_show_since=None)


def _completed(event: cleaning.JobCompleted) -> Part:
    return _job(event, status="FINISHED", completed_at=event.completed_at.isoformat())


def _no_show(event: cleaning.JobNoShow) -> Part:
    return _job(event, no_show_since=event.starts_at.isoformat())


def _called_off(event: cleaning.JobCalledOff) -> Part:
    return _job(event, status="CALLED_OFF", offer_deadline=None)


def _nothing(event: Any) -> Part:
    return {}


TELLS: Mapping[type[Event], Callable[[Any], Part]] = {
    reservation.ReservationRequested: _requested,
    reservation.PaymentDeferred: _deferred,
    reservation.PaymentReopened: _reopened,
    reservation.ReservationConfirmed: _confirmed,
    reservation.ReservationRescheduled: _visit,
    reservation.ReservationStarted: _status("IN_PROGRESS"),
    reservation.ReservationCompleted: _status("COMPLETED"),
    reservation.ReservationCancelled: _cancelled,
    reservation.ReservationExpired: _status("EXPIRED"),
    reservation.RefundRequested: lambda event: {"version": event.version},
    payment.PaymentPending: _attempt("confirming"),
    payment.PaymentApproved: _approved,
    payment.PaymentDeclined: _attempt("declined"),
    payment.PaymentRefunding: _totals,
    payment.PaymentRefunded: _refunded,
    payment.RefundDelayed: _refund_delayed,
    payment.CompensationOwed: _totals,
    payment.CompensationPaid: lambda event: {**_totals(event), "compensation_since": None},
    cleaning.JobOffered: _offered,
    cleaning.JobUncovered: _uncovered,
    cleaning.OfferAccepted: _accepted,
    cleaning.OfferDeclined: _nothing,
    cleaning.OfferExpired: _nothing,
    cleaning.OfferRevoked: _nothing,
    cleaning.JobUnfilled: _unfilled,
    cleaning.JobWithdrawn: _withdrawn,
    cleaning.JobEnRoute: _en_route,
    cleaning.JobStarted: _started,
    cleaning.JobCompleted: _completed,
    cleaning.JobCalledOff: _called_off,
    cleaning.JobNoShow: _no_show,
}
