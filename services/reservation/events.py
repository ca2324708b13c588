"""What happens to reservations."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.shared_kernel.event import Event, registry

# The reason of a cancellation that makes room for the same booking with something changed.
REPLACED = "replaced"


@dataclass(frozen=True, kw_only=True)
class ReservationEvent(Event):
    """Base: `version` is the reservation's after the change."""

    reservation_id: str
    customer_id: str
    version: int

    @property
    def subject(self) -> str:
        return self.reservation_id


@dataclass(frozen=True, kw_only=True)
class VisitEvent(ReservationEvent):
    """Base of those that tell the whole visit. Address and note stay with the bot, under `details_id` (ADR 4).

    `fee_tiers` are the snapshot policy's (days before the visit, percent kept), many days first;
    `moved_tier_percent` is the least percent after the customer's own moves.
    """

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
    fee_tiers: tuple[tuple[int, int], ...] = ()
    moved_tier_percent: int = 0


@dataclass(frozen=True, kw_only=True)
class ReservationRequested(VisitEvent):
    """A place is held; no deal yet."""

    TYPE: ClassVar[str] = "ssak3.reservation.requested.v1"
    hold_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentDeferred(ReservationEvent):
    """Payment can't be taken now; the place stays held until `hold_expires_at`."""

    TYPE: ClassVar[str] = "ssak3.reservation.payment_deferred.v1"
    hold_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentReopened(ReservationEvent):
    """Payment works again; the customer is called back."""

    TYPE: ClassVar[str] = "ssak3.reservation.payment_reopened.v1"
    hold_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationConfirmed(VisitEvent):
    """Paid: now it is a deal."""

    TYPE: ClassVar[str] = "ssak3.reservation.confirmed.v1"
    payment_id: str
    attempt_id: str
    paid_krw: int
    paid_at: datetime
    method: str


@dataclass(frozen=True, kw_only=True)
class ReservationRescheduled(VisitEvent):
    """The visit moved; `by` is customer, agency or cleaner."""

    TYPE: ClassVar[str] = "ssak3.reservation.rescheduled.v1"
    by: str
    old_starts_at: datetime
    old_ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationStarted(ReservationEvent):
    """The cleaner has started."""

    TYPE: ClassVar[str] = "ssak3.reservation.started.v1"
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationCompleted(ReservationEvent):
    """The cleaning is done."""

    TYPE: ClassVar[str] = "ssak3.reservation.completed.v1"
    completed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationCancelled(ReservationEvent):
    """Cancelled by customer, agency or cleaner, with what each side gets. Figures are 0 when nothing was paid.

    `payment_unsettled`: an attempt may yet turn out to have been charged; it is then refunded in full.
    """

    TYPE: ClassVar[str] = "ssak3.reservation.cancelled.v1"
    by: str
    reason: str
    tier_percent: int
    paid_krw: int
    fee_krw: int
    refund_krw: int
    compensation_krw: int
    policy_version: str
    starts_at: datetime
    cancelled_at: datetime
    payment_unsettled: bool = False


@dataclass(frozen=True, kw_only=True)
class ReservationExpired(ReservationEvent):
    """The hold ran out unpaid."""

    TYPE: ClassVar[str] = "ssak3.reservation.expired.v1"
    starts_at: datetime
    hold_expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundRequested(ReservationEvent):
    """Payment is to return `amount_krw` and owe `compensation_krw` beyond it.

    `cause`: customer_cancelled, agency_cancelled, unfilled, duplicate, late_approval, goodwill.
    """

    TYPE: ClassVar[str] = "ssak3.reservation.refund_requested.v1"
    payment_id: str
    refund_id: str
    amount_krw: int
    fee_krw: int
    compensation_krw: int
    cause: str
    reason: str


ALL = registry(
    ReservationRequested, PaymentDeferred, PaymentReopened, ReservationConfirmed, ReservationRescheduled,
    ReservationStarted, ReservationCompleted, ReservationCancelled, ReservationExpired, RefundRequested,
)  # fmt: skip
