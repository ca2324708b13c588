"""The reservation: a place held for a customer, a deal only once paid. Decisions return the new state and the facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.reservation.events import (
    PaymentDeferred,
    PaymentReopened,
    ReservationCompleted,
    ReservationConfirmed,
    ReservationEvent,
    ReservationExpired,
    ReservationRequested,
    ReservationRescheduled,
    ReservationStarted,
)
from services.reservation.facts import cancelled, return_payment, told, visit_told
from services.reservation.lifecycle import next_status
from services.reservation.policies import (
    CancellationQuote,
    HoldPolicy,
    PaidVisit,
    RefundPolicy,
    quote_cancellation,
    quote_unpaid,
)
from services.reservation.refusals import (
    AlreadyPaid,
    AlreadyPaying,
    FiguresChanged,
    HoldExpired,
    NotAllowed,
    TooLate,
)
from services.reservation.values import Action, Cancellation, Paid, Party, Paying, PaymentState, Status, Visit

Events = Sequence[ReservationEvent]

# An answer within this is an answer at once; the first deadline still has its meaning then.
SOON = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """`version` counts the changes; `policy` is the refund policy of the day it was made.

    `returned` are the attempts whose approval came too late, and whose money has been sent back.
    """

    id: str
    version: int
    status: Status
    customer_id: str
    visit: Visit
    price_krw: int
    policy: RefundPolicy
    requested_at: datetime
    hold_expires_at: datetime
    payment_state: PaymentState = PaymentState.NONE
    paying: Paying | None = None
    paid: Paid | None = None
    returned: tuple[str, ...] = ()
    moved_tier_percent: int = 0
    cleaner_accepted: bool = False
    unfilled: bool = False
    cancellation: Cancellation | None = None

    @classmethod
    def request(
        cls, *, id: str, customer_id: str, visit: Visit, price_krw: int, policy: RefundPolicy, hold: HoldPolicy,
        at: datetime,
    ) -> tuple["Reservation", Events]:  # fmt: skip
        """A new one, its place held for a little while."""
        new = cls(
            id=id,
            version=1,
            status=Status.AWAITING_PAYMENT,
            customer_id=customer_id,
            visit=visit,
            price_krw=price_krw,
            policy=policy,
            requested_at=at,
            hold_expires_at=hold.first_deadline(visit.starts_at, at),
        )
        return new, [ReservationRequested(**told(new), **visit_told(new), hold_expires_at=new.hold_expires_at)]

    # Paying

    def begin_payment(self, *, attempt_id: str, method: str, at: datetime) -> tuple["Reservation", Events]:
        """Note the attempt before the payment is called, so that a lost answer can be found out."""
        if self.paid is not None:
            raise AlreadyPaid(self)
        if self.status is Status.EXPIRED or (self.status is Status.AWAITING_PAYMENT and self._hold_is_over(at)):
            raise HoldExpired(self)
        if self.status is not Status.AWAITING_PAYMENT:
            raise NotAllowed(self, "pay")
        if self.paying is not None:
            raise AlreadyPaying(self)
        paying = Paying(attempt_id=attempt_id, method=method, since=at)
        return self._next(paying=paying, payment_state=PaymentState.CONFIRMING), []

    def confirm(self, *, paid: Paid, refund_id: str) -> tuple["Reservation", Events]:
        """The payment was approved. One that finds no waiting reservation goes back in full (rule 3)."""
        status = self._step(Action.CONFIRM)
        if paid.attempt_id in self.returned or (self.paid is not None and self.paid.attempt_id == paid.attempt_id):
            return self, []
        if self.status is not Status.AWAITING_PAYMENT:
            return self._give_back(paid, refund_id)
        new = self._next(status=status, paid=paid, paying=None, payment_state=PaymentState.PAID)
        return new, [
            ReservationConfirmed(
                **told(new),
                **visit_told(new),
                payment_id=paid.payment_id,
                attempt_id=paid.attempt_id,
                paid_krw=paid.amount_krw,
                paid_at=paid.paid_at,
                method=paid.method,
            )
        ]

    def _give_back(self, paid: Paid, refund_id: str) -> tuple["Reservation", Events]:
        cause = "late_approval" if self.paid is None else "duplicate"
        new = self._next(paying=None, paid=self.paid or paid, returned=(*self.returned, paid.attempt_id))
        return new, [return_payment(new, paid, refund_id, cause)]

    def payment_failed(self, *, attempt_id: str, hold: HoldPolicy, at: datetime) -> tuple["Reservation", Events]:
        """The attempt surely took nothing. Late news about another attempt changes nothing.

        When it took long to find out, the customer gets time to pay anew: the place isn't lost to our doubt.
        """
        if self.paying is None or self.paying.attempt_id != attempt_id:
            return self, []
        deadline = max(self.hold_expires_at, hold.first_deadline(self.visit.starts_at, at))
        waits = self.status is Status.AWAITING_PAYMENT and at - self.paying.since > SOON
        if not waits or deadline == self.hold_expires_at:
            return self._next(paying=None, payment_state=PaymentState.DECLINED), []
        new = self._next(paying=None, payment_state=PaymentState.DECLINED, hold_expires_at=deadline)
        return new, [PaymentReopened(**told(new), hold_expires_at=deadline)]

    def defer_payment(self, *, attempt_id: str, hold: HoldPolicy, at: datetime) -> tuple["Reservation", Events]:
        """Payment can't be asked now: keep the place longer and call the customer back."""
        if self.paying is None or self.paying.attempt_id != attempt_id:
            return self, []
        if self.status is not Status.AWAITING_PAYMENT:
            return self._next(paying=None), []
        deadline = hold.deferred_deadline(self.visit.starts_at, at, self.hold_expires_at)
        new = self._next(paying=None, payment_state=PaymentState.DEFERRED, hold_expires_at=deadline)
        return new, [PaymentDeferred(**told(new), hold_expires_at=deadline)]

    def reopen_payment(self) -> tuple["Reservation", Events]:
        """Payment works again: call the customer back, once."""
        if self.status is not Status.AWAITING_PAYMENT or self.payment_state is not PaymentState.DEFERRED:
            return self, []
        new = self._next(payment_state=PaymentState.NONE)
        return new, [PaymentReopened(**told(new), hold_expires_at=new.hold_expires_at)]

    def expire(self, *, at: datetime) -> tuple["Reservation", Events]:
        """The hold ran out. Not while an attempt is unsettled (rule 2)."""
        if self.status is not Status.AWAITING_PAYMENT or self.paying is not None or not self._hold_is_over(at):
            raise NotAllowed(self, Action.EXPIRE)
        new = self._next(status=self._step(Action.EXPIRE))
        return new, [
            ReservationExpired(**told(new), starts_at=self.visit.starts_at, hold_expires_at=self.hold_expires_at)
        ]

    # Moving and cancelling

    def reschedule(
        self, *, starts_at: datetime, ends_at: datetime, by: Party, at: datetime
    ) -> tuple["Reservation", Events]:
        """Another time. What the customer's move would have cost as a cancellation stays the least fee."""
        status = self._step_or_refuse(Action.RESCHEDULE)
        if by is Party.CUSTOMER and at >= self.visit.starts_at:
            raise TooLate(self)
        if starts_at == self.visit.starts_at:
            return self, []
        tier = self.moved_tier_percent
        if by is Party.CUSTOMER and self.cleaner_accepted and not self.unfilled:
            tier = max(tier, self.policy.tier_percent(self.visit.starts_at, at))
        visit = replace(self.visit, starts_at=starts_at, ends_at=ends_at, revision=self.visit.revision + 1)
        new = self._next(status=status, visit=visit, moved_tier_percent=tier, unfilled=False)
        return new, [
            ReservationRescheduled(
                **told(new),
                **visit_told(new),
                by=by,
                old_starts_at=self.visit.starts_at,
                old_ends_at=self.visit.ends_at,
            )
        ]

    def cancellation_quote(self, *, by: Party, at: datetime) -> CancellationQuote:
        """What cancelling now would give."""
        self._step_or_refuse(Action.CANCEL)
        if self.paid is None:
            return quote_unpaid(self.policy)
        if by is Party.CUSTOMER and at >= self.visit.starts_at and not self.unfilled:
            raise TooLate(self)
        visit = PaidVisit(
            paid_krw=self.paid.amount_krw,
            paid_at=self.paid.paid_at,
            starts_at=self.visit.starts_at,
            moved_tier_percent=self.moved_tier_percent,
            cleaner_accepted=self.cleaner_accepted,
            unfilled=self.unfilled,
            refunded_krw=self.paid.refunded_krw,
        )
        return quote_cancellation(self.policy, visit, by, at)

    def cancel(
        self, *, by: Party, reason: str, expected_refund_krw: int | None, refund_id: str, at: datetime
    ) -> tuple["Reservation", Events]:
        """End it. `expected_refund_krw` is what was shown: FiguresChanged if it is another by now."""
        quote = self.cancellation_quote(by=by, at=at)
        if expected_refund_krw is not None and expected_refund_krw != quote.refund_krw:
            raise FiguresChanged(quote)
        cancellation = Cancellation(
            by=by,
            reason=reason,
            fee_krw=quote.fee_krw,
            refund_krw=quote.refund_krw,
            compensation_krw=quote.compensation_krw,
            policy_version=quote.policy_version,
            cancelled_at=at,
            refunded_before_krw=quote.refunded_before_krw,
        )
        new = self._next(status=self._step(Action.CANCEL), cancellation=cancellation)
        return new, cancelled(new, quote, refund_id)

    # What the cleaner's side tells

    def start(self, *, at: datetime) -> tuple["Reservation", Events]:
        """The cleaner has started; on one that is closed, nothing."""
        status = self._step(Action.START)
        if status is self.status:
            return self, []
        new = self._next(status=status)
        return new, [ReservationStarted(**told(new), started_at=at)]

    def complete(self, *, at: datetime) -> tuple["Reservation", Events]:
        """The cleaning is done; on one that is closed, nothing."""
        status = self._step(Action.COMPLETE)
        if status is self.status:
            return self, []
        new = self._next(status=status)
        return new, [ReservationCompleted(**told(new), completed_at=at)]

    def cleaner_found(self, *, visit_revision: int) -> "Reservation":
        """A cleaner accepted this visit (an acceptance of an earlier one says nothing)."""
        if visit_revision != self.visit.revision:
            return self
        return self._next(cleaner_accepted=True, unfilled=False)

    def cleaner_lost(self) -> "Reservation":
        """The cleaner can't come: from here no fee, until another accepts."""
        return self._next(cleaner_accepted=False)

    def nobody_found(self, *, visit_revision: int) -> "Reservation":
        """No cleaner in time for this visit."""
        if visit_revision != self.visit.revision or self.status is not Status.CONFIRMED:
            return self
        return self._next(cleaner_accepted=False, unfilled=True)

    def refunded(self, *, refunded_krw: int) -> "Reservation":
        """The payment's total of refunds so far."""
        if self.paid is None:
            return self
        return self._next(paid=replace(self.paid, refunded_krw=refunded_krw))

    # Inside

    def _next(self, **changes: object) -> "Reservation":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace

    def _hold_is_over(self, at: datetime) -> bool:
        return at >= self.hold_expires_at

    def _step(self, action: Action) -> Status:
        status = next_status(self.status, action)
        if status is None:
            raise NotAllowed(self, action)
        return status

    def _step_or_refuse(self, action: Action) -> Status:
        if self.status is Status.IN_PROGRESS:
            raise TooLate(self)
        return self._step(action)
