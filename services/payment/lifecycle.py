"""The lifecycles of payment, attempt, refund and compensation: (status, action) → status; else refused."""

from collections.abc import Mapping

from services.payment.values import (
    AttemptAction,
    AttemptStatus,
    CompensationAction,
    CompensationStatus,
    PaymentAction,
    PaymentStatus,
    RefundAction,
    RefundStatus,
)

PA, P = PaymentAction, PaymentStatus

PAYMENT: Mapping[tuple[PaymentStatus, PaymentAction], PaymentStatus] = {
    (P.OPEN, PA.APPROVE): P.PAID,
    (P.OPEN, PA.CLOSE): P.CLOSED,
    (P.CLOSED, PA.CLOSE): P.CLOSED,
    (P.PAID, PA.REFUND): P.PARTIALLY_REFUNDED,
    (P.PAID, PA.REFUND_ALL): P.REFUNDED,
    (P.PARTIALLY_REFUNDED, PA.REFUND): P.PARTIALLY_REFUNDED,
    (P.PARTIALLY_REFUNDED, PA.REFUND_ALL): P.REFUNDED,
    # A late or second approval: the money is there, so it is on the books until it is sent back (rule 3).
    (P.CLOSED, PA.APPROVE): P.PAID,
    (P.PAID, PA.APPROVE): P.PAID,
    (P.PARTIALLY_REFUNDED, PA.APPROVE): P.PARTIALLY_REFUNDED,
    (P.REFUNDED, PA.APPROVE): P.PARTIALLY_REFUNDED,
    # The reservation ended when the money was already taken.
    (P.PAID, PA.CLOSE): P.PAID,
    (P.PARTIALLY_REFUNDED, PA.CLOSE): P.PARTIALLY_REFUNDED,
    (P.REFUNDED, PA.CLOSE): P.REFUNDED,
}

AA, A = AttemptAction, AttemptStatus

ATTEMPT: Mapping[tuple[AttemptStatus, AttemptAction], AttemptStatus] = {
    (A.REQUESTED, AA.APPROVE): A.APPROVED,
    (A.REQUESTED, AA.DECLINE): A.DECLINED,
    (A.REQUESTED, AA.LOSE): A.UNKNOWN,
    (A.REQUESTED, AA.VOID): A.VOID,
    (A.UNKNOWN, AA.APPROVE): A.APPROVED,
    (A.UNKNOWN, AA.DECLINE): A.DECLINED,
    (A.UNKNOWN, AA.LOSE): A.UNKNOWN,
    (A.UNKNOWN, AA.VOID): A.VOID,
    # Money that was taken after all.
    (A.VOID, AA.APPROVE): A.APPROVED,
    (A.DECLINED, AA.APPROVE): A.APPROVED,
    # The same news twice, or an answer that comes after the query that found it out.
    (A.APPROVED, AA.APPROVE): A.APPROVED,
    (A.APPROVED, AA.LOSE): A.APPROVED,
    (A.DECLINED, AA.DECLINE): A.DECLINED,
    (A.DECLINED, AA.LOSE): A.DECLINED,
    (A.DECLINED, AA.VOID): A.DECLINED,
    (A.VOID, AA.VOID): A.VOID,
    (A.VOID, AA.DECLINE): A.VOID,
    (A.VOID, AA.LOSE): A.VOID,
}

RA, R = RefundAction, RefundStatus

REFUND: Mapping[tuple[RefundStatus, RefundAction], RefundStatus] = {
    (R.REQUESTED, RA.SEND): R.SENT,
    (R.SENT, RA.BOUNCE): R.REQUESTED,
    (R.SENT, RA.FINISH): R.DONE,
    (R.SENT, RA.LOSE): R.UNKNOWN,
    (R.SENT, RA.REFUSE): R.REFUSED,
    (R.UNKNOWN, RA.FINISH): R.DONE,
    (R.UNKNOWN, RA.SEND): R.SENT,
    (R.UNKNOWN, RA.LOSE): R.UNKNOWN,
    (R.REFUSED, RA.HAND_OVER): R.MANUAL,
    # An operator cancelled it at the provider by hand.
    (R.MANUAL, RA.FINISH): R.DONE,
    # It was believed not to have reached the provider, and yet stands in its list.
    (R.REQUESTED, RA.FINISH): R.DONE,
}

COMPENSATION: Mapping[tuple[CompensationStatus, CompensationAction], CompensationStatus] = {
    (CompensationStatus.OWED, CompensationAction.PAY): CompensationStatus.PAID,
    (CompensationStatus.PAID, CompensationAction.PAY): CompensationStatus.PAID,
}
