"""Values of the payment context."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PaymentStatus(StrEnum):
    """Where a reservation's payment stands."""

    OPEN = "OPEN"
    PAID = "PAID"
    CLOSED = "CLOSED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"


class PaymentAction(StrEnum):
    """What can happen to a payment; `refund` gives back a part, `refund_all` what was left."""

    APPROVE = "approve"
    CLOSE = "close"
    REFUND = "refund"
    REFUND_ALL = "refund_all"


class AttemptStatus(StrEnum):
    """Where one try at the provider stands. REQUESTED and UNKNOWN are live: they may still take money."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DECLINED = "DECLINED"
    UNKNOWN = "UNKNOWN"
    VOID = "VOID"


LIVE = (AttemptStatus.REQUESTED, AttemptStatus.UNKNOWN)


class AttemptAction(StrEnum):
    """What can happen to an attempt; `lose` is an answer that never came."""

    APPROVE = "approve"
    DECLINE = "decline"
    LOSE = "lose"
    VOID = "void"


class RefundStatus(StrEnum):
    """Where a refund stands. SENT and UNKNOWN are in flight; MANUAL needs a person."""

    REQUESTED = "REQUESTED"
    SENT = "SENT"
    DONE = "DONE"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"
    MANUAL = "MANUAL"


IN_FLIGHT = (RefundStatus.SENT, RefundStatus.UNKNOWN)


class RefundAction(StrEnum):
    """What can happen to a refund; `bounce`: it surely never reached the provider, and waits for another try."""

    SEND = "send"
    BOUNCE = "bounce"
    FINISH = "finish"
    LOSE = "lose"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"


class CompensationStatus(StrEnum):
    """Whether the agency has paid what it owes."""

    OWED = "OWED"
    PAID = "PAID"


class CompensationAction(StrEnum):
    """What can happen to a compensation."""

    PAY = "pay"


class Method(StrEnum):
    """How a customer pays: by a registered card at once, or with a new card in the provider's window."""

    CARD = "card"
    CHECKOUT = "checkout"


@dataclass(frozen=True, kw_only=True)
class Card:
    """A registered card. `card_key` charges it and is a secret; `label` may be shown."""

    id: str
    customer_id: str
    card_key: str
    label: str
    registered_at: datetime


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A visit to the provider's window that was begun: what the way back is compared with."""

    attempt_id: str
    reservation_id: str
    amount_krw: int
    opened_at: datetime
