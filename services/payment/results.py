"""How a call for payment ends."""

from dataclasses import dataclass
from datetime import datetime

from services.payment.refunds import Compensation


@dataclass(frozen=True, kw_only=True)
class Approved:
    """The money was taken."""

    payment_id: str
    amount_krw: int
    method: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Declined:
    """Surely nothing was taken. The reasons, if any, are short enough for brackets."""

    payment_id: str
    code: str
    reason_ko: str
    reason_en: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Nobody can say yet; it is being found out."""

    payment_id: str


@dataclass(frozen=True, kw_only=True)
class Fenced:
    """Nothing was taken by this attempt id, and nothing ever will be."""


@dataclass(frozen=True, kw_only=True)
class Unavailable:
    """The provider wasn't asked, or surely didn't hear; ask again, with a new attempt, in this many seconds."""

    retry_after_seconds: int


Result = Approved | Declined | Unknown | Fenced | Unavailable


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A compensation that is to be paid out, and to whom."""

    compensation: Compensation
    reservation_id: str
    customer_id: str
