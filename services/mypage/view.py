"""What my page shows: one row a reservation, put together from every context's own events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PaymentPart:
    """As payment tells it."""

    id: str
    status: str
    amount_krw: int
    refunded_krw: int
    method: str


@dataclass(frozen=True, kw_only=True)
class JobPart:
    """As cleaning tells it. `asked` is how many cleaners were asked so far."""

    id: str
    status: str
    visit_revision: int
    asked: int = 0
    cleaner_id: str | None = None
    cleaner_name: str | None = None
    payout_krw: int | None = None
    offer_deadline: datetime | None = None
    en_route_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CancellationPart:
    """As the reservation tells it."""

    by: str
    reason: str
    fee_krw: int
    refund_krw: int
    compensation_krw: int
    policy_version: str


@dataclass(frozen=True, kw_only=True)
class ReservationView:
    """A reservation as people read it. Address and note are looked up under `details_id`."""

    id: str
    version: int
    status: str
    customer_id: str
    service: str
    size_pyeong: int
    add_ons: tuple[str, ...]
    area: str
    details_id: str
    starts_at: datetime
    ends_at: datetime
    visit_revision: int
    price_krw: int
    hold_expires_at: datetime
    payment_state: str
    payment: PaymentPart | None
    job: JobPart | None
    cancellation: CancellationPart | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What became of a reservation's job and money, also where the reservation itself has told nothing yet."""

    reservation_id: str
    job_id: str | None
    refund_late: bool
    compensation_paid: bool


@dataclass(frozen=True, kw_only=True)
class Page:
    """Newest first; `as_of` is the time of the last event shown; `next` is the key of the page after."""

    reservations: Sequence[ReservationView]
    as_of: datetime | None
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """Something that needs a person: `kind` is unfilled, refund_late, no_show, compensation_owed, ..."""

    kind: str
    reservation_id: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Board:
    """An operator's day: visits by status, and what is stuck on any day."""

    counts: Mapping[str, int]
    stuck: Sequence[Stuck]
    as_of: datetime | None
