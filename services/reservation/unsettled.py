"""Whether anything is still open between a customer and us in a reservation. Pure."""

from datetime import datetime
from enum import StrEnum

from services.reservation.model import Reservation
from services.reservation.values import Status


class Unsettled(StrEnum):
    """What is open: a visit to come or to pay, one that nobody began in its time, one under way, a payment being
    looked at, a refund on its way.
    """

    UNPAID = "unpaid"
    UPCOMING = "upcoming"
    NOT_BEGUN = "not_begun"
    UNDER_WAY = "under_way"
    PAYING = "paying"
    REFUNDING = "refunding"


_BY_STATUS = {
    Status.AWAITING_PAYMENT: Unsettled.UNPAID,
    Status.CONFIRMED: Unsettled.UPCOMING,
    Status.IN_PROGRESS: Unsettled.UNDER_WAY,
}


def unsettled(reservation: Reservation, at: datetime) -> Unsettled | None:
    """None when it is over, and the money is where it belongs."""
    if reservation.paying is not None:
        return Unsettled.PAYING
    if found := _BY_STATUS.get(reservation.status):
        is_past = found is Unsettled.UPCOMING and reservation.visit.ends_at <= at
        return Unsettled.NOT_BEGUN if is_past else found
    return Unsettled.REFUNDING if _owed_krw(reservation) > 0 else None


def _owed_krw(reservation: Reservation) -> int:
    """What was promised back and hasn't arrived, in won."""
    paid, cancellation = reservation.paid, reservation.cancellation
    if paid is None:
        return 0
    if paid.attempt_id in reservation.returned:
        return paid.amount_krw - paid.refunded_krw
    if cancellation is None:
        return 0
    return cancellation.refunded_before_krw + cancellation.refund_krw - paid.refunded_krw
