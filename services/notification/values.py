"""Values of the notification context: the table of delivery states, and what is kept of people and reservations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.notification.wording import Value

# What a notification remembers for its template: ids and codes in place of names, never a personal detail.
Values = Mapping[str, Value]


class DeliveryStatus(StrEnum):
    """Where one hop of a notification stands."""

    QUEUED = "QUEUED"
    DEFERRED = "DEFERRED"
    SENDING = "SENDING"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    SUPPRESSED = "SUPPRESSED"
    FELL_BACK = "FELL_BACK"


class DeliveryAction(StrEnum):
    """What can happen to a delivery."""

    DEFER = "defer"
    WAKE = "wake"
    SUPPRESS = "suppress"
    TAKE = "take"
    WAIT = "wait"
    SENT = "sent"
    DELIVERED = "delivered"
    FAIL = "fail"
    LOSE = "lose"
    FALL_BACK = "fall_back"


class ReminderKind(StrEnum):
    """What time alone brings about: a look at tomorrow, and two hours' notice."""

    EVENING = "evening"
    SOON = "soon"


class ReminderStatus(StrEnum):
    """Where a due row stands."""

    PLANNED = "PLANNED"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    CALLED_OFF = "CALLED_OFF"


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a person is reached: `channels` the preferred first, consents to advertising as the moments they were given.

    `name` is a cleaner's business name; other people's names stay with the bot. `areas`: where a cleaner works.
    `consent_withdrawn_at`: a consent was given, and taken back. `remind_consent_at`: when to remind of one.
    `blocked`: the channels of those where they don't want to hear from us.
    """

    person_id: str
    role: str
    language: str = "ko"
    channels: tuple[str, ...] = ()
    quiet_at_night: bool = False
    consent_day_at: datetime | None = None
    consent_night_at: datetime | None = None
    name: str = ""
    consent_withdrawn_at: datetime | None = None
    remind_consent_at: datetime | None = None
    areas: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Agency:
    """Who sends, as advertising has to say (정보통신망법 §50): a name, and how to reach them."""

    name: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class VisitPart:
    """What the reservation context has told."""

    customer_id: str
    version: int
    status: str
    service: str
    size_pyeong: int
    area: str
    details_id: str
    starts_at: datetime
    ends_at: datetime
    visit_revision: int
    price_krw: int
    fee_tiers: tuple[tuple[int, int], ...]
    moved_tier_percent: int
    add_ons: tuple[str, ...] = ()
    hold_expires_at: datetime | None = None
    paid_krw: int = 0
    confirmed_at: datetime | None = None
    cancel_reason: str = ""
    fee_krw: int = 0
    refund_krw: int = 0
    compensation_krw: int = 0


@dataclass(frozen=True, kw_only=True)
class PaymentPart:
    """What payment has told: the totals so far.

    `ended_by` is the event that gave the money of a cancelled job back, `ended_krw` how much.
    """

    payment_id: str
    version: int
    paid_krw: int
    refunded_krw: int
    method: str = ""
    ended_by: str = ""
    ended_krw: int = 0


@dataclass(frozen=True, kw_only=True)
class JobPart:
    """What cleaning has told. `cleaner_id` is who has the job, or had it when it was called off.

    `started_by` is the event that told of the start.
    """

    job_id: str
    version: int
    visit_revision: int
    payout_krw: int = 0
    cleaner_id: str | None = None
    cleaner_name: str = ""
    started_by: str = ""
    called_off: bool = False


@dataclass(frozen=True, kw_only=True)
class ReservationCopy:
    """What notices need of a reservation; each part from its owner's events only, in any order of arrival."""

    reservation_id: str
    visit: VisitPart | None = None
    payment: PaymentPart | None = None
    job: JobPart | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Somebody is to be told something. `cause` when another event than the one at hand has to be told.

    `overtaken`: what has happened since made it untrue; it is written down, and stays home.
    """

    recipient_id: str
    template: str
    cause: str | None = None
    overtaken: bool = False
    reservation_id: str | None = None
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """A moment at which somebody may have to be reminded of one revision of a visit."""

    reservation_id: str
    visit_revision: int
    kind: ReminderKind
    due_at: datetime

    @property
    def cause(self) -> str:
        """What the notifications that come of it name as their cause."""
        return f"reminder:{self.reservation_id}:{self.visit_revision}:{self.kind}"
