"""The values that an event and the copy of its reservation give to templates: ids and codes, no personal details."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.cleaning import events as cleaning
from services.notification.policies import values_of_copy
from services.notification.values import ReservationCopy, Values
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Event

# Said to a customer when the cleaner sets out only after the visit should have begun.
TRAVEL = timedelta(minutes=30)
_NOTHING = 0  # what a cancelled job pays its cleaner

Facts = Mapping[str, Any]


def values_of(event: Event, copy: ReservationCopy) -> Values:
    """All that templates about this event may need; what the event says beats what the copy says."""
    values: dict[str, Any] = dict(values_of_copy(copy))
    if isinstance(event, cleaning.JobEvent):
        values |= {"job_id": event.job_id, "visit_revision": event.visit_revision, "visit_at": event.starts_at}
    more = _MORE.get(type(event))
    if more is not None:
        values |= more(event, copy)
    return {name: value for name, value in values.items() if value is not None}


def _rescheduled(event: reservation.ReservationRescheduled, copy: ReservationCopy) -> Facts:
    return {"old_visit_at": event.old_starts_at, "new_visit_at": event.starts_at}


def _started(event: reservation.ReservationStarted, copy: ReservationCopy) -> Facts:
    assert copy.visit is not None
    length = copy.visit.ends_at - copy.visit.starts_at
    return {"started_time": event.started_at, "expected_end_time": event.started_at + length}


def _completed(event: reservation.ReservationCompleted, copy: ReservationCopy) -> Facts:
    return {"completed_time": event.completed_at}


def _cancelled(event: reservation.ReservationCancelled, copy: ReservationCopy) -> Facts:
    figures: dict[str, Any] = {"refund": event.refund_krw, "fee": event.fee_krw, "compensation": event.compensation_krw}
    if event.paid_krw:
        figures["price"] = event.paid_krw
    return figures | {"cancel_reason": event.reason, "visit_at": event.starts_at}


def _expired(event: reservation.ReservationExpired, copy: ReservationCopy) -> Facts:
    return {"visit_at": event.starts_at, "payment_deadline": event.hold_expires_at}


def _refund_requested(event: reservation.RefundRequested, copy: ReservationCopy) -> Facts:
    return {"refund": event.amount_krw, "refund_id": event.refund_id}


def _pending(event: payment.PaymentPending, copy: ReservationCopy) -> Facts:
    return {"price": event.amount_krw}


def _declined(event: payment.PaymentDeclined, copy: ReservationCopy) -> Facts:
    return {"decline_reason": event.code}


def _refunded(event: payment.PaymentRefunded, copy: ReservationCopy) -> Facts:
    return {"refund": event.amount_krw, "payment_method": event.method, "payout": _NOTHING}


def _refund_delayed(event: payment.RefundDelayed, copy: ReservationCopy) -> Facts:
    return {
        "refund": event.amount_krw,
        "refund_id": event.refund_id,
        "refund_deadline": event.due_at,
        "tries": event.tries,
    }


def _compensation(event: payment.CompensationOwed | payment.CompensationPaid, copy: ReservationCopy) -> Facts:
    return {"compensation": event.amount_krw}


def _available(event: payment.PaymentAvailable, copy: ReservationCopy) -> Facts:
    return {"provider": event.provider}


def _offered(event: cleaning.JobOffered, copy: ReservationCopy) -> Facts:
    return {
        "answer_deadline": event.deadline,
        "payout": event.payout_krw,
        "price": event.price_krw,
        "area": event.area,
        "service": event.service,
        "size_pyeong": event.size_pyeong,
        "old_visit_at": event.moved_from,
        "new_visit_at": event.starts_at,
    }


def _named(event: Any, copy: ReservationCopy) -> Facts:
    return {"cleaner_name": event.cleaner_name}


def _en_route(event: cleaning.JobEnRoute, copy: ReservationCopy) -> Facts:
    return {"cleaner_name": event.cleaner_name, "arrival_time": _arrival(event.starts_at, event.en_route_at)}


def _arrival(starts_at: datetime, set_out_at: datetime) -> datetime:
    return starts_at if set_out_at <= starts_at else set_out_at + TRAVEL


def _called_off(event: cleaning.JobCalledOff, copy: ReservationCopy) -> Facts:
    refund = copy.payment.ended_krw if copy.payment else 0
    return {"cancel_reason": event.reason, "refund": refund, "payout": _NOTHING}


def _handover(event: bot.HandoverRequested, copy: ReservationCopy) -> Facts:
    return {"customer_id": event.person_id, "thread_id": event.thread_id}


_MORE: Mapping[type[Event], Callable[[Any, ReservationCopy], Facts]] = {
    reservation.ReservationRescheduled: _rescheduled,
    reservation.ReservationStarted: _started,
    reservation.ReservationCompleted: _completed,
    reservation.ReservationCancelled: _cancelled,
    reservation.ReservationExpired: _expired,
    reservation.RefundRequested: _refund_requested,
    payment.PaymentPending: _pending,
    payment.PaymentDeclined: _declined,
    payment.PaymentRefunded: _refunded,
    payment.RefundDelayed: _refund_delayed,
    payment.CompensationOwed: _compensation,
    payment.CompensationPaid: _compensation,
    payment.PaymentAvailable: _available,
    cleaning.JobOffered: _offered,
    cleaning.OfferAccepted: _named,
    cleaning.JobEnRoute: _en_route,
    cleaning.JobStarted: _named,
    cleaning.JobCalledOff: _called_off,
    bot.HandoverRequested: _handover,
}
