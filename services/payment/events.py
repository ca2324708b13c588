"""What happens to payments, refunds and compensations."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.shared_kernel.event import Event, registry


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event):
    """Base: `paid_krw` and `refunded_krw` are the payment's totals after the change, `version` its version."""

    payment_id: str
    reservation_id: str
    customer_id: str
    version: int
    paid_krw: int
    refunded_krw: int

    @property
    def subject(self) -> str:
        return self.payment_id


@dataclass(frozen=True, kw_only=True)
class PaymentPending(PaymentEvent):
    """The provider's answer isn't known yet; it is being found out."""

    TYPE: ClassVar[str] = "ssak3.payment.pending.v1"
    attempt_id: str
    amount_krw: int


@dataclass(frozen=True, kw_only=True)
class PaymentApproved(PaymentEvent):
    """One attempt took the money."""

    TYPE: ClassVar[str] = "ssak3.payment.approved.v1"
    attempt_id: str
    amount_krw: int
    method: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentDeclined(PaymentEvent):
    """One attempt surely took nothing. `settled_late` when an unknown one turned out unpaid."""

    TYPE: ClassVar[str] = "ssak3.payment.declined.v1"
    attempt_id: str
    code: str
    settled_late: bool


@dataclass(frozen=True, kw_only=True)
class PaymentRefunding(PaymentEvent):
    """A refund was taken up and will be sent until it is done."""

    TYPE: ClassVar[str] = "ssak3.payment.refunding.v1"
    refund_id: str
    amount_krw: int
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(PaymentEvent):
    """A refund is done. `external` when it was made outside of this system."""

    TYPE: ClassVar[str] = "ssak3.payment.refunded.v1"
    refund_id: str
    amount_krw: int
    cause: str
    method: str
    external: bool


@dataclass(frozen=True, kw_only=True)
class RefundDelayed(PaymentEvent):
    """A refund isn't done in time, or was refused and needs a person (`manual`)."""

    TYPE: ClassVar[str] = "ssak3.payment.refund_delayed.v1"
    refund_id: str
    amount_krw: int
    requested_at: datetime
    due_at: datetime
    tries: int
    manual: bool


@dataclass(frozen=True, kw_only=True)
class CompensationOwed(PaymentEvent):
    """The agency owes the customer beyond the refund; an operator pays it out."""

    TYPE: ClassVar[str] = "ssak3.payment.compensation_owed.v1"
    compensation_id: str
    amount_krw: int


@dataclass(frozen=True, kw_only=True)
class CompensationPaid(PaymentEvent):
    """An operator has paid a compensation out."""

    TYPE: ClassVar[str] = "ssak3.payment.compensation_paid.v1"
    compensation_id: str
    amount_krw: int
    paid_by: str


@dataclass(frozen=True, kw_only=True)
class PaymentAvailable(Event):
    """The provider takes payments again."""

    TYPE: ClassVar[str] = "ssak3.payment.available.v1"
    provider: str
    since: datetime

    @property
    def subject(self) -> str:
        return self.provider


ALL = registry(
    PaymentPending, PaymentApproved, PaymentDeclined, PaymentRefunding, PaymentRefunded, RefundDelayed,
    CompensationOwed, CompensationPaid, PaymentAvailable,
)  # fmt: skip
