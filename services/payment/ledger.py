"""Double entry: every movement of money as lines that sum to zero. A debit is positive, a credit negative."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.payment.events import CompensationOwed, CompensationPaid, PaymentApproved, PaymentEvent, PaymentRefunded


class Account(StrEnum):
    """`provider` is what the provider has taken for us and not given back; `bank` is the agency's own."""

    PROVIDER = "provider"
    SALES = "agency_sales"
    REFUNDS = "refunds"
    FEES = "fee_income"
    COMPENSATION_EXPENSE = "compensation_expense"
    COMPENSATION_PAYABLE = "compensation_payable"
    BANK = "bank"


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """One movement from the credited to the debited account. Its id names what happened, so it can be booked once."""

    id: str
    payment_id: str
    debit: Account
    credit: Account
    amount_krw: int

    def __post_init__(self) -> None:
        if self.amount_krw <= 0:
            raise ValueError(f"{self.id}: {self.amount_krw} won")

    @property
    def postings(self) -> Sequence[tuple[Account, int]]:
        """Account and won; they sum to zero."""
        return ((self.debit, self.amount_krw), (self.credit, -self.amount_krw))


def booked_for(event: PaymentEvent) -> Sequence[Transaction]:
    """What an event moves. Saving events books them, so that no money moves unrecorded."""
    match event:
        case PaymentApproved():
            name, debit, credit = f"charge:{event.attempt_id}", Account.PROVIDER, Account.SALES
        case PaymentRefunded():
            name, debit, credit = f"refund:{event.refund_id}", Account.REFUNDS, Account.PROVIDER
        case CompensationOwed():
            name = f"owed:{event.compensation_id}"
            debit, credit = Account.COMPENSATION_EXPENSE, Account.COMPENSATION_PAYABLE
        case CompensationPaid():
            name, debit, credit = f"paid:{event.compensation_id}", Account.COMPENSATION_PAYABLE, Account.BANK
        case _:
            return ()
    return (Transaction(id=name, payment_id=event.payment_id, debit=debit, credit=credit, amount_krw=event.amount_krw),)


def fee_kept(payment_id: str, refund_id: str, fee_krw: int) -> Sequence[Transaction]:
    """What the policy keeps of a cancelled sale; nothing for 0 won."""
    if fee_krw == 0:
        return ()
    return (
        Transaction(
            id=f"fee:{refund_id}",
            payment_id=payment_id,
            debit=Account.SALES,
            credit=Account.FEES,
            amount_krw=fee_krw,
        ),
    )
