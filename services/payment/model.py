"""A reservation's payment and its attempts. Decisions return the new state and the facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.payment.events import (
    PaymentApproved,
    PaymentDeclined,
    PaymentEvent,
    PaymentPending,
    PaymentRefunded,
)
from services.payment.facts import told
from services.payment.lifecycle import ATTEMPT, PAYMENT
from services.payment.policies import (
    LOOK_LATER,
    LOST_AFTER,
    NOT_PAID,
    look_after_approval,
    look_after_void,
    next_look,
    order_id,
)
from services.payment.refusals import AlreadyPaid, AttemptLive, NotAllowed, PayByPassed, PaymentClosed, RefundTooLarge
from services.payment.values import LIVE, AttemptAction, AttemptStatus, Method, PaymentAction, PaymentStatus
from services.shared_kernel.refusal import NotFound

Events = Sequence[PaymentEvent]

# Their money is the one that came last: what came first belongs to the reservation.
_NEWEST_FIRST = ("duplicate", "late_approval")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at the provider. Its id is the caller's, and also the idempotency key.

    `sent_at` is when the provider was last asked to charge; `next_look_at` when to ask what became of it,
    after `looks` times. `payment_key` is the provider's name once it is known.
    """

    id: str
    order_id: str
    method: Method
    amount_krw: int
    pay_by: datetime
    status: AttemptStatus
    requested_at: datetime
    sent_at: datetime
    next_look_at: datetime | None
    looks: int = 0
    card_id: str | None = None
    payment_key: str | None = None
    approved_at: datetime | None = None
    code: str = ""
    reason_ko: str = ""
    reason_en: str = ""
    reserved_krw: int = 0
    refunded_krw: int = 0

    @property
    def is_live(self) -> bool:
        """Whether it may still take money."""
        return self.status in LIVE

    @property
    def left_krw(self) -> int:
        """What could still be given back of it."""
        if self.status is not AttemptStatus.APPROVED:
            return 0
        return self.amount_krw - self.refunded_krw - self.reserved_krw

    def step(self, action: AttemptAction) -> AttemptStatus:
        """Where the action leads; NotAllowed when nowhere."""
        status = ATTEMPT.get((self.status, action))
        if status is None:
            raise NotAllowed("attempt", self.status, action)
        return status


@dataclass(frozen=True, kw_only=True)
class Payment:
    """One per reservation. Totals are over all attempts; `reserved_krw` is promised to refunds under way."""

    id: str
    version: int
    reservation_id: str
    customer_id: str
    status: PaymentStatus
    paid_krw: int = 0
    refunded_krw: int = 0
    reserved_krw: int = 0
    attempts: tuple[Attempt, ...] = ()

    @classmethod
    def open(cls, *, id: str, reservation_id: str, customer_id: str) -> "Payment":
        """For a reservation that nobody has tried to pay yet."""
        return cls(id=id, version=1, reservation_id=reservation_id, customer_id=customer_id, status=PaymentStatus.OPEN)

    @property
    def card_holder(self) -> str:
        """Whose registered card is charged; also the provider's customer key."""
        return self.customer_id or self.reservation_id

    def attempt(self, attempt_id: str) -> Attempt:
        """NotFound if it isn't one of this payment's."""
        for attempt in self.attempts:
            if attempt.id == attempt_id:
                return attempt
        raise NotFound(attempt_id)

    # Attempts

    def begin(
        self, *, attempt_id: str, amount_krw: int, method: Method, pay_by: datetime, at: datetime,
        card_id: str | None = None, payment_key: str | None = None,
    ) -> "Payment":  # fmt: skip
        """Note the attempt before the provider is called. One live attempt at a time (rule 3)."""
        if amount_krw <= 0:
            raise ValueError(f"{amount_krw} won")
        if any(attempt.is_live for attempt in self.attempts):
            raise AttemptLive(self.id)
        if self.status is PaymentStatus.CLOSED:
            raise PaymentClosed(self.id)
        if self.status is not PaymentStatus.OPEN:
            raise AlreadyPaid(self.id)
        if at >= pay_by:
            raise PayByPassed(self.id)
        attempt = Attempt(
            id=attempt_id,
            order_id=order_id(attempt_id),
            method=method,
            amount_krw=amount_krw,
            pay_by=pay_by,
            status=AttemptStatus.REQUESTED,
            requested_at=at,
            sent_at=at,
            next_look_at=at + LOST_AFTER,
            card_id=card_id,
            payment_key=payment_key,
        )
        return self._next(attempts=(*self.attempts, attempt))

    def approve(
        self, attempt_id: str, *, payment_key: str, approved_at: datetime, at: datetime
    ) -> tuple["Payment", Events]:
        """The money was taken, be it late or a second time; the reservation decides what it is for."""
        old = self.attempt(attempt_id)
        status = old.step(AttemptAction.APPROVE)
        if status is old.status:
            return self, []
        after = look_after_approval(0)
        attempt = replace(
            old, status=status, payment_key=payment_key, approved_at=approved_at, looks=0,
            next_look_at=None if after is None else at + after,
        )  # fmt: skip
        new = self._with(attempt, status=self._step(PaymentAction.APPROVE), paid_krw=self.paid_krw + attempt.amount_krw)
        return new, [
            PaymentApproved(
                **told(new), attempt_id=attempt.id, amount_krw=attempt.amount_krw, method=attempt.method,
                approved_at=approved_at,
            )
        ]  # fmt: skip

    def decline(
        self, attempt_id: str, *, code: str, reason_ko: str = "", reason_en: str = ""
    ) -> tuple["Payment", Events]:
        """The provider's definite no."""
        old = self.attempt(attempt_id)
        status = old.step(AttemptAction.DECLINE)
        if status is old.status:
            return self, []
        attempt = replace(old, status=status, code=code, reason_ko=reason_ko, reason_en=reason_en, next_look_at=None)
        return self._told_declined(old, attempt)

    def lose(self, attempt_id: str, *, at: datetime) -> tuple["Payment", Events]:
        """No answer came: it may or may not have taken the money."""
        old = self.attempt(attempt_id)
        status = old.step(AttemptAction.LOSE)
        if not old.is_live:
            return self, []
        attempt = replace(old, status=status, looks=old.looks + 1, next_look_at=at + next_look(old.looks))
        new = self._with(attempt)
        if status is old.status:
            return new, []
        return new, [PaymentPending(**told(new), attempt_id=attempt.id, amount_krw=attempt.amount_krw)]

    def never_sent(self, attempt_id: str) -> "Payment":
        """The provider surely didn't hear of it. The caller is told at once, so there is no event."""
        old = self.attempt(attempt_id)
        if old.status is not AttemptStatus.REQUESTED:
            return self  # somebody has sent it again since
        return self._with(replace(old, status=old.step(AttemptAction.VOID), next_look_at=None))

    def give_up(self, attempt_id: str, *, at: datetime) -> tuple["Payment", Events]:
        """It took nothing in the longest time that the provider may need; it is looked after a little longer."""
        old = self.attempt(attempt_id)
        status = old.step(AttemptAction.VOID)
        if status is old.status:
            return self, []
        after = look_after_void(0)
        attempt = replace(
            old, status=status, code=NOT_PAID, looks=0, next_look_at=None if after is None else at + after
        )
        return self._told_declined(old, attempt)

    def sent_again(self, attempt_id: str, *, at: datetime) -> "Payment":
        """About to ask the provider once more, with the same key."""
        return self._with(replace(self.attempt(attempt_id), sent_at=at))

    def looked(self, attempt_id: str, *, at: datetime) -> "Payment":
        """A settled attempt was looked after, and there was nothing new."""
        old = self.attempt(attempt_id)
        looks = old.looks + 1
        after = look_after_void(looks) if old.status is AttemptStatus.VOID else look_after_approval(looks)
        return self._with(replace(old, looks=looks, next_look_at=None if after is None else at + after))

    def look_later(self, attempt_id: str, *, at: datetime) -> "Payment":
        """A settled attempt couldn't be looked after now."""
        return self._with(replace(self.attempt(attempt_id), next_look_at=at + LOOK_LATER))

    def _told_declined(self, old: Attempt, attempt: Attempt) -> tuple["Payment", Events]:
        new = self._with(attempt)
        late = old.status is AttemptStatus.UNKNOWN
        return new, [PaymentDeclined(**told(new), attempt_id=attempt.id, code=attempt.code, settled_late=late)]

    def close(self) -> "Payment":
        """The reservation ended; what was paid stays paid until it is refunded."""
        status = self._step(PaymentAction.CLOSE)
        return self if status is self.status else self._next(status=status)

    # Giving back

    def reserve(self, amount_krw: int, cause: str) -> tuple["Payment", str]:
        """Promise the amount to a refund, of one attempt whose id is the second answer. RefundTooLarge."""
        if amount_krw <= 0:
            raise ValueError(f"{amount_krw} won")
        approved = [attempt for attempt in self.attempts if attempt.approved_at is not None]
        approved.sort(key=_approved_at, reverse=cause in _NEWEST_FIRST)
        for attempt in approved:
            if attempt.left_krw >= amount_krw:
                attempt = replace(attempt, reserved_krw=attempt.reserved_krw + amount_krw)
                return self._with(attempt, reserved_krw=self.reserved_krw + amount_krw), attempt.id
        raise RefundTooLarge(max((attempt.left_krw for attempt in self.attempts), default=0))

    def give_back(
        self, attempt_id: str, *, refund_id: str, amount_krw: int, cause: str, was_reserved: bool, external: bool
    ) -> tuple["Payment", Events]:
        """The provider has returned it, for a refund of ours or for a cancel that was made outside."""
        reserved = amount_krw if was_reserved else 0
        old = self.attempt(attempt_id)
        attempt = replace(old, refunded_krw=old.refunded_krw + amount_krw, reserved_krw=old.reserved_krw - reserved)
        refunded = self.refunded_krw + amount_krw
        if refunded > self.paid_krw or attempt.refunded_krw > attempt.amount_krw:
            raise RefundTooLarge(self.paid_krw - self.refunded_krw)
        action = PaymentAction.REFUND_ALL if refunded == self.paid_krw else PaymentAction.REFUND
        new = self._with(
            attempt, status=self._step(action), refunded_krw=refunded, reserved_krw=self.reserved_krw - reserved
        )
        return new, [
            PaymentRefunded(
                **told(new), refund_id=refund_id, amount_krw=amount_krw, cause=cause, method=attempt.method,
                external=external,
            )
        ]  # fmt: skip

    def noted(self) -> "Payment":
        """Something about it is told that changes none of its figures."""
        return self._next()

    # Inside

    def _next(self, **changes: object) -> "Payment":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace

    def _with(self, changed: Attempt, **changes: object) -> "Payment":
        attempts = tuple(changed if attempt.id == changed.id else attempt for attempt in self.attempts)
        return self._next(attempts=attempts, **changes)

    def _step(self, action: PaymentAction) -> PaymentStatus:
        status = PAYMENT.get((self.status, action))
        if status is None:
            raise NotAllowed("payment", self.status, action)
        return status


def _approved_at(attempt: Attempt) -> datetime:
    assert attempt.approved_at is not None
    return attempt.approved_at
