"""Values of the reservation context."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a reservation stands."""

    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CONFIRMED = "CONFIRMED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Action(StrEnum):
    """What can be done to a reservation."""

    CONFIRM = "confirm"
    START = "start"
    COMPLETE = "complete"
    EXPIRE = "expire"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"


class PaymentState(StrEnum):
    """How paying stands, as the customer sees it."""

    NONE = "none"
    DEFERRED = "deferred"
    CONFIRMING = "confirming"
    PAID = "paid"
    DECLINED = "declined"


class Party(StrEnum):
    """Who does something, and so whose fault it is."""

    CUSTOMER = "customer"
    AGENCY = "agency"
    CLEANER = "cleaner"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What is asked for, where and when. `details_id` names address and note, which the bot keeps."""

    service: str
    size_pyeong: int
    add_ons: tuple[str, ...]
    area: str
    details_id: str
    starts_at: datetime
    ends_at: datetime
    revision: int = 1


@dataclass(frozen=True, kw_only=True)
class Paying:
    """The attempt at payment that isn't settled yet."""

    attempt_id: str
    method: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Paid:
    """The payment that made it a deal, and what has gone back since."""

    payment_id: str
    attempt_id: str
    amount_krw: int
    method: str
    paid_at: datetime
    refunded_krw: int = 0


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """Why and with which money it ended."""

    by: Party
    reason: str
    fee_krw: int
    refund_krw: int
    compensation_krw: int
    policy_version: str
    cancelled_at: datetime
    refunded_before_krw: int = 0
