"""What the API answers, in JSON: times on a Korean clock, with their offset."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from services.cleaning.model import Job
from services.mypage.view import JobPart, PaymentPart, ReservationView
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote
from services.reservation.values import Paid
from services.shared_kernel.clock import kst

KoreanTime = Annotated[
    datetime,
    PlainSerializer(lambda moment: kst(moment).isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-27T14:00:00+09:00"]}),
]
ReservationStatus = Literal["AWAITING_PAYMENT", "CONFIRMED", "IN_PROGRESS", "COMPLETED", "CANCELLED", "EXPIRED"]


class PaymentOut(BaseModel):
    """The payment that made it a deal, and what went back since."""

    id: str
    status: str = Field(examples=["PAID"], description="PAID, PARTIALLY_REFUNDED or REFUNDED.")
    amount_krw: int
    refunded_krw: int
    method: str


class CancellationOut(BaseModel):
    """Why, and with which money, it ended."""

    by: str
    reason: str
    fee_krw: int
    refund_krw: int
    compensation_krw: int
    policy_version: str


class ReservationOut(BaseModel):
    """A reservation. Until `hold_expires_at` an unpaid one keeps its place."""

    id: str = Field(description="Opaque; sorts by time.")
    version: int
    status: ReservationStatus
    customer_id: str
    service: str
    size_pyeong: int
    add_ons: list[str]
    area: str
    address: str | None = Field(description="null once it was erased.")
    note: str | None
    starts_at: KoreanTime
    ends_at: KoreanTime
    price_krw: int
    hold_expires_at: KoreanTime
    payment_state: Literal["none", "deferred", "confirming", "paid", "declined"]
    payment: PaymentOut | None
    cancellation: CancellationOut | None


class JobOnMyPage(BaseModel):
    """How the cleaner's side stands."""

    id: str
    status: str
    cleaner_name: str | None


class ReservationOnMyPage(ReservationOut):
    """A reservation as its customer reads it."""

    job: JobOnMyPage | None


class MyPageOut(BaseModel):
    """Newest first. `as_of` is the last thing that is shown; `next` goes into `after` for the page that follows."""

    reservations: list[ReservationOnMyPage]
    as_of: KoreanTime | None
    next: str | None


class QuoteOut(BaseModel):
    """What cancelling now gives. `tier` is the percent that the policy keeps (or owes)."""

    paid_krw: int
    fee_krw: int
    refund_krw: int
    compensation_krw: int
    tier: int
    reason: str = Field(description="unpaid, grace, no_cleaner, tier, agency_fault or unfilled.")
    policy_version: str
    free_until: KoreanTime | None


class SlotOut(BaseModel):
    """A visit that could be booked."""

    starts_at: KoreanTime
    ends_at: KoreanTime
    left: int = Field(description="Places left.")


class SlotsOut(BaseModel):
    """The free ones, by start."""

    slots: list[SlotOut]


class JobOut(BaseModel):
    """A job, as its cleaner's action left it."""

    id: str
    version: int
    status: str
    reservation_id: str
    visit_revision: int
    cleaner_id: str | None
    cleaner_name: str | None
    service: str
    size_pyeong: int
    area: str
    starts_at: KoreanTime
    ends_at: KoreanTime
    payout_krw: int


def slots_out(free: list[tuple[datetime, datetime, int]]) -> list[SlotOut]:
    """Free starts as slots."""
    return [SlotOut(starts_at=start, ends_at=end, left=left) for start, end, left in free]


def quote_out(quote: CancellationQuote) -> QuoteOut:
    """The figures of a cancellation."""
    return QuoteOut(
        paid_krw=quote.paid_krw,
        fee_krw=quote.fee_krw,
        refund_krw=quote.refund_krw,
        compensation_krw=quote.compensation_krw,
        tier=quote.tier_percent,
        reason=quote.reason,
        policy_version=quote.policy_version,
        free_until=quote.free_until,
    )


def payment_out(part: Paid | PaymentPart | None) -> PaymentOut | None:
    """Of the aggregate, or of my page."""
    if part is None:
        return None
    if isinstance(part, PaymentPart):
        ident, status = part.id, part.status
    else:
        ident, status = part.payment_id, _status(part)
    return PaymentOut(
        id=ident, status=status, amount_krw=part.amount_krw, refunded_krw=part.refunded_krw, method=part.method
    )


def _status(paid: Paid) -> str:
    if paid.refunded_krw == 0:
        return "PAID"
    return "REFUNDED" if paid.refunded_krw >= paid.amount_krw else "PARTIALLY_REFUNDED"


def cancellation_out(reservation: Reservation | ReservationView) -> CancellationOut | None:
    """Of the aggregate, or of my page."""
    part = reservation.cancellation
    if part is None:
        return None
    return CancellationOut(
        by=part.by,
        reason=part.reason,
        fee_krw=part.fee_krw,
        refund_krw=part.refund_krw,
        compensation_krw=part.compensation_krw,
        policy_version=part.policy_version,
    )


def job_on_my_page(part: JobPart | None) -> JobOnMyPage | None:
    """How the job stands."""
    return None if part is None else JobOnMyPage(id=part.id, status=part.status, cleaner_name=part.cleaner_name)


def job_out(job: Job) -> JobOut:
    """The whole job."""
    return JobOut(
        id=job.id,
        version=job.version,
        status=job.status,
        reservation_id=job.reservation_id,
        visit_revision=job.visit.revision,
        cleaner_id=job.cleaner_id,
        cleaner_name=job.cleaner_name,
        service=job.visit.service,
        size_pyeong=job.visit.size_pyeong,
        area=job.visit.area,
        starts_at=job.visit.starts_at,
        ends_at=job.visit.ends_at,
        payout_krw=job.payout_krw,
    )
