"""What every fact about a payment says."""

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from services.payment.model import Payment


class Told(TypedDict):
    """What every event of a payment says."""

    payment_id: str
    reservation_id: str
    customer_id: str
    version: int
    paid_krw: int
    refunded_krw: int


def told(payment: "Payment") -> Told:
    """Whose, for what, and the totals so far."""
    return {
        "payment_id": payment.id,
        "reservation_id": payment.reservation_id,
        "customer_id": payment.customer_id,
        "version": payment.version,
        "paid_krw": payment.paid_krw,
        "refunded_krw": payment.refunded_krw,
    }
