"""The facts that a reservation tells, put together from its state."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from services.reservation.events import RefundRequested, ReservationCancelled, ReservationEvent
from services.reservation.policies import CancellationQuote
from services.reservation.values import Paid

if TYPE_CHECKING:
    from services.reservation.model import Reservation

_CAUSES = {"unfilled": "unfilled", "agency_fault": "agency_cancelled"}


class Told(TypedDict):
    """What every event of a reservation says."""

    reservation_id: str
    customer_id: str
    version: int


class VisitTold(TypedDict):
    """What events about the visit say besides."""

    service: str
    size_pyeong: int
    add_ons: tuple[str, ...]
    area: str
    details_id: str
    starts_at: datetime
    ends_at: datetime
    visit_revision: int
    price_krw: int
    policy_version: str
    fee_tiers: tuple[tuple[int, int], ...]
    moved_tier_percent: int


def told(reservation: "Reservation") -> Told:
    """Whose, which, and how often changed."""
    return {
        "reservation_id": reservation.id,
        "customer_id": reservation.customer_id,
        "version": reservation.version,
    }


def visit_told(reservation: "Reservation") -> VisitTold:
    """The whole visit."""
    visit = reservation.visit
    return {
        "service": visit.service,
        "size_pyeong": visit.size_pyeong,
        "add_ons": visit.add_ons,
        "area": visit.area,
        "details_id": visit.details_id,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "visit_revision": visit.revision,
        "price_krw": reservation.price_krw,
        "policy_version": reservation.policy.version,
        "fee_tiers": tuple((tier.days, tier.percent) for tier in reservation.policy.tiers),
        "moved_tier_percent": reservation.moved_tier_percent,
    }


def cancelled(reservation: "Reservation", quote: CancellationQuote, refund_id: str) -> Sequence[ReservationEvent]:
    """That it was cancelled and, if money goes back, the request for that."""
    cancellation = reservation.cancellation
    assert cancellation is not None
    fact = ReservationCancelled(
        **told(reservation),
        by=cancellation.by,
        reason=cancellation.reason,
        tier_percent=quote.tier_percent,
        paid_krw=quote.paid_krw,
        fee_krw=quote.fee_krw,
        refund_krw=quote.refund_krw,
        compensation_krw=quote.compensation_krw,
        policy_version=quote.policy_version,
        starts_at=reservation.visit.starts_at,
        cancelled_at=cancellation.cancelled_at,
        payment_unsettled=reservation.paying is not None,
    )
    if reservation.paid is None or quote.refund_krw + quote.compensation_krw == 0:
        return [fact]
    request = RefundRequested(
        **told(reservation),
        payment_id=reservation.paid.payment_id,
        refund_id=refund_id,
        amount_krw=quote.refund_krw,
        fee_krw=quote.fee_krw,
        compensation_krw=quote.compensation_krw,
        cause=_CAUSES.get(quote.reason, "customer_cancelled"),
        reason=cancellation.reason,
    )
    return [fact, request]


def return_payment(reservation: "Reservation", paid: Paid, refund_id: str, cause: str) -> RefundRequested:
    """All of a payment that found no reservation waiting for it."""
    return RefundRequested(
        **told(reservation),
        payment_id=paid.payment_id,
        refund_id=refund_id,
        amount_krw=paid.amount_krw,
        fee_krw=0,
        compensation_krw=0,
        cause=cause,
        reason=cause,
    )
