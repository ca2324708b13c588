"""Refunds and compensations: what goes back to a customer, each an aggregate of its own beside its payment."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.payment.events import CompensationOwed, CompensationPaid, PaymentRefunding, RefundDelayed
from services.payment.facts import told
from services.payment.lifecycle import COMPENSATION, REFUND
from services.payment.model import Events, Payment
from services.payment.policies import LOST_AFTER, next_refund_try, refund_alert, refund_due
from services.payment.refusals import NotAllowed
from services.payment.values import CompensationAction, CompensationStatus, RefundAction, RefundStatus

EXTERNAL = "external"
LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True)
class Refund:
    """A return of part or all of one attempt. Its id is the caller's, and the provider's idempotency key.

    `next_try_at` is when to act on it again; `due_at` is the law's deadline; `caused_by` the id of the event that
    asked for it. `transaction_key` is the provider's name of the cancel once it is done.
    """

    id: str
    version: int
    payment_id: str
    attempt_id: str
    status: RefundStatus
    amount_krw: int
    cause: str
    reason: str
    requested_at: datetime
    due_at: datetime
    next_try_at: datetime | None
    tries: int = 0
    caused_by: str | None = None
    delayed_told: bool = False
    transaction_key: str | None = None
    done_at: datetime | None = None

    def send(self, *, at: datetime) -> "Refund":
        """About to ask the provider; if nothing is heard by `next_try_at`, the process was killed."""
        return self._next(RefundAction.SEND, tries=self.tries + 1, next_try_at=at + LOST_AFTER)

    def is_being_sent(self, now: datetime) -> bool:
        """Whether somebody asks the provider just now."""
        return self.status is RefundStatus.SENT and self.next_try_at is not None and now < self.next_try_at

    def bounce(self, *, at: datetime) -> "Refund":
        """The provider surely didn't hear."""
        return self._next(RefundAction.BOUNCE, next_try_at=at + next_refund_try(self.tries))

    def lose(self, *, at: datetime) -> "Refund":
        """No answer came: it may or may not be done."""
        return self._next(RefundAction.LOSE, next_try_at=at + next_refund_try(self.tries))

    def finish(self, *, transaction_key: str, at: datetime) -> "Refund":
        """The provider has returned it."""
        return self._next(RefundAction.FINISH, transaction_key=transaction_key, done_at=at, next_try_at=None)

    def refuse(self) -> "Refund":
        """The provider won't; a person has to."""
        refused = self._next(RefundAction.REFUSE, next_try_at=None)
        return refused._next(RefundAction.HAND_OVER)

    def hurry(self, *, at: datetime) -> "Refund":
        """Act on it at the next chance; no change to one that is finished or needs a person, or is being sent."""
        if self.status not in (RefundStatus.REQUESTED, RefundStatus.UNKNOWN):
            return self
        return replace(self, version=self.version + 1, next_try_at=at)

    def tell_delayed(self) -> "Refund":
        """Operators are told, once."""
        return replace(self, version=self.version + 1, delayed_told=True)

    def is_late(self, now: datetime) -> bool:
        """Not done within two business days."""
        return now >= refund_alert(self.requested_at)

    def _next(self, action: RefundAction, **changes: object) -> "Refund":
        status = REFUND.get((self.status, action))
        if status is None:
            raise NotAllowed("refund", self.status, action)
        return replace(self, version=self.version + 1, status=status, **changes)  # type: ignore[arg-type]


def request_refund(
    payment: Payment, *, refund_id: str, amount_krw: int, cause: str, reason: str, caused_by: str | None,
    at: datetime,
) -> tuple[Payment, Refund, Events]:  # fmt: skip
    """Promise the amount and note the refund; it is sent by a loop. RefundTooLarge."""
    new, attempt_id = payment.reserve(amount_krw, cause)
    refund = Refund(
        id=refund_id,
        version=1,
        payment_id=payment.id,
        attempt_id=attempt_id,
        status=RefundStatus.REQUESTED,
        amount_krw=amount_krw,
        cause=cause,
        reason=reason[:LONGEST_REASON],
        requested_at=at,
        due_at=refund_due(at),
        next_try_at=at,
        caused_by=caused_by,
    )
    return (
        new,
        refund,
        [PaymentRefunding(**told(new), refund_id=refund_id, amount_krw=amount_krw, due_at=refund.due_at)],
    )


def finish_refund(
    payment: Payment, refund: Refund, *, transaction_key: str, at: datetime
) -> tuple[Payment, Refund, Events]:
    """The provider has returned it; one that a person was to do, a person did (`external`)."""
    new, events = payment.give_back(
        refund.attempt_id,
        refund_id=refund.id,
        amount_krw=refund.amount_krw,
        cause=refund.cause,
        was_reserved=True,
        external=refund.status is RefundStatus.MANUAL,
    )
    return new, refund.finish(transaction_key=transaction_key, at=at), events


def book_external(
    payment: Payment, attempt_id: str, *, refund_id: str, amount_krw: int, reason: str, transaction_key: str,
    at: datetime,
) -> tuple[Payment, Refund, Events]:  # fmt: skip
    """A cancel in the provider's list that nobody here asked for."""
    new, events = payment.give_back(
        attempt_id, refund_id=refund_id, amount_krw=amount_krw, cause=EXTERNAL, was_reserved=False, external=True
    )
    refund = Refund(
        id=refund_id,
        version=1,
        payment_id=payment.id,
        attempt_id=attempt_id,
        status=RefundStatus.DONE,
        amount_krw=amount_krw,
        cause=EXTERNAL,
        reason=reason[:LONGEST_REASON],
        requested_at=at,
        due_at=at,
        next_try_at=None,
        delayed_told=True,
        transaction_key=transaction_key,
        done_at=at,
    )
    return new, refund, events


def tell_delayed(payment: Payment, refund: Refund) -> tuple[Payment, Refund, Events]:
    """Alert operators, once per refund; another time only if it now needs a person."""
    new = payment.noted()
    return (
        new,
        refund.tell_delayed(),
        [
            RefundDelayed(
                **told(new),
                refund_id=refund.id,
                amount_krw=refund.amount_krw,
                requested_at=refund.requested_at,
                due_at=refund.due_at,
                tries=refund.tries,
                manual=refund.status is RefundStatus.MANUAL,
            )
        ],
    )


@dataclass(frozen=True, kw_only=True)
class Compensation:
    """What the agency owes beyond a refund. Its id is the refund's that came with it."""

    id: str
    version: int
    payment_id: str
    status: CompensationStatus
    amount_krw: int
    owed_since: datetime
    caused_by: str | None = None
    paid_at: datetime | None = None
    paid_by: str | None = None

    def pay(self, *, by: str, at: datetime) -> "Compensation":
        """An operator has paid it out; again: no change."""
        status = COMPENSATION[self.status, CompensationAction.PAY]
        if status is self.status:
            return self
        return replace(self, version=self.version + 1, status=status, paid_at=at, paid_by=by)


def owe(
    payment: Payment, *, compensation_id: str, amount_krw: int, caused_by: str | None, at: datetime
) -> tuple[Payment, Compensation, Events]:
    """Note what the agency owes."""
    new = payment.noted()
    compensation = Compensation(
        id=compensation_id,
        version=1,
        payment_id=payment.id,
        status=CompensationStatus.OWED,
        amount_krw=amount_krw,
        owed_since=at,
        caused_by=caused_by,
    )
    return new, compensation, [CompensationOwed(**told(new), compensation_id=compensation_id, amount_krw=amount_krw)]


def pay_out(
    payment: Payment, compensation: Compensation, *, by: str, at: datetime
) -> tuple[Payment, Compensation, Events]:
    """An operator has paid it out."""
    paid = compensation.pay(by=by, at=at)
    if paid is compensation:
        return payment, compensation, []
    new = payment.noted()
    return (
        new,
        paid,
        [
            CompensationPaid(
                **told(new), compensation_id=compensation.id, amount_krw=compensation.amount_krw, paid_by=by
            )
        ],
    )
