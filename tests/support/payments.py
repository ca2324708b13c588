"""The payment context on a table top: a store in memory, and a provider that misbehaves on request."""

from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.payment.ledger import booked_for
from services.payment.model import Payment
from services.payment.ports import Due
from services.payment.provider import (
    AlreadyProcessed,
    Cancelled,
    Charged,
    Declined,
    NotSent,
    OutcomeUnknown,
    Provider,
    ProviderCancel,
    ProviderPayment,
    ProviderStatus,
    RegisteredCard,
    StillProcessing,
    Unavailable,
)
from services.payment.refunds import Refund
from services.payment.values import IN_FLIGHT, Card, Checkout, CompensationStatus, RefundStatus
from services.shared_kernel.event import Event
from services.shared_kernel.refusal import NotFound, StaleVersion
from tests.support.time import FakeClock, FakeIds

# Longer than any provider promises, so that money also comes for attempts that were given up.
LATEST = timedelta(minutes=40)


@dataclass
class Store:
    """All that is stored; `events` with the id of what caused each."""

    payments: dict[str, Payment] = field(default_factory=dict)
    fences: set[str] = field(default_factory=set)
    refunds: dict[str, Refund] = field(default_factory=dict)
    compensations: dict[str, Any] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    postings: dict[tuple[str, str], int] = field(default_factory=dict)
    events: list[tuple[Event, str | None]] = field(default_factory=list)

    def work(self) -> "MemoryWork":
        return MemoryWork(self)


class MemoryWork:
    """Everything in one class; an exception puts the store back."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cause: str | None = None
        self.payments = MemoryPayments(self)
        self.refunds = MemoryRefunds(self)
        self.compensations = MemoryCompensations(self)
        self.ledger = MemoryLedger(self)
        self.cards = MemoryCards(self)

    async def __aenter__(self) -> "MemoryWork":
        self._before = {name: copy(value) for name, value in vars(self.store).items()}
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            vars(self.store).update(self._before)

    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        self.cause = event_id

    async def record(self, events: Sequence[Event]) -> None:
        self.store.events += [(event, self.cause) for event in events]


class MemoryPayments:
    def __init__(self, work: MemoryWork) -> None:
        self.work = work

    @property
    def rows(self) -> dict[str, Payment]:
        return self.work.store.payments

    async def get(self, payment_id: str) -> Payment:
        if payment_id not in self.rows:
            raise NotFound(payment_id)
        return self.rows[payment_id]

    async def get_all(self, payment_ids: Collection[str]) -> Sequence[Payment]:
        return [self.rows[each] for each in payment_ids if each in self.rows]

    async def of_reservation(self, reservation_id: str) -> Payment | None:
        return next((row for row in self.rows.values() if row.reservation_id == reservation_id), None)

    async def of_reservations(self, reservation_ids: Collection[str]) -> Mapping[str, Payment]:
        return {row.reservation_id: row for row in self.rows.values() if row.reservation_id in reservation_ids}

    async def of_attempt(self, attempt_id: str) -> Payment | None:
        return next((row for row in self.rows.values() if any(a.id == attempt_id for a in row.attempts)), None)

    async def used(self, attempt_ids: Collection[str]) -> Collection[str]:
        return [one for one in attempt_ids if one in self.work.store.fences or await self.of_attempt(one) is not None]

    async def fence(self, attempt_id: str, at: datetime) -> None:
        self.work.store.fences.add(attempt_id)

    async def save(self, old: Payment | None, new: Payment, events: Sequence[Any]) -> None:
        stored = self.rows.get(new.id)
        if (stored.version if stored else None) != (old.version if old else None):
            raise StaleVersion(new.id)
        assert sum(attempt.is_live for attempt in new.attempts) <= 1
        assert 0 <= new.refunded_krw <= new.paid_krw
        self.rows[new.id] = new
        await self.work.ledger.book([line for event in events for line in booked_for(event)])
        await self.work.record(events)

    async def attempts_due(self, now: datetime, limit: int) -> Sequence[Due]:
        due = [
            (attempt.next_look_at, attempt.id)
            for row in self.rows.values()
            for attempt in row.attempts
            if attempt.next_look_at is not None and attempt.next_look_at <= now
        ]
        return [Due(id=identifier, traceparent=None) for _, identifier in sorted(due)[:limit]]


class MemoryRefunds:
    def __init__(self, work: MemoryWork) -> None:
        self.work = work

    @property
    def rows(self) -> dict[str, Refund]:
        return self.work.store.refunds

    async def get(self, refund_id: str) -> Refund:
        if refund_id not in self.rows:
            raise NotFound(refund_id)
        return self.rows[refund_id]

    async def find(self, refund_id: str) -> Refund | None:
        return self.rows.get(refund_id)

    async def of_payment(self, payment_id: str) -> Sequence[Refund]:
        return [row for row in self.rows.values() if row.payment_id == payment_id]

    async def save(self, old: Refund | None, new: Refund) -> None:
        stored = self.rows.get(new.id)
        if (stored.version if stored else None) != (old.version if old else None):
            raise StaleVersion(new.id)
        others = [row for row in self.rows.values() if row.payment_id == new.payment_id and row.id != new.id]
        if new.status in IN_FLIGHT and any(row.status in IN_FLIGHT for row in others):
            raise StaleVersion(new.id)
        self.rows[new.id] = new

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        rows = [row for row in self.rows.values() if row.next_try_at is not None and row.next_try_at <= now]
        return [Due(id=row.id, traceparent=None) for row in rows][:limit]

    async def maybe_late(self, requested_before: datetime, limit: int) -> Sequence[Due]:
        finished = (RefundStatus.DONE, RefundStatus.MANUAL)
        return [
            Due(id=row.id, traceparent=None)
            for row in self.rows.values()
            if row.status not in finished and not row.delayed_told and row.requested_at <= requested_before
        ][:limit]


class MemoryCompensations:
    def __init__(self, work: MemoryWork) -> None:
        self.work = work

    @property
    def rows(self) -> dict[str, Any]:
        return self.work.store.compensations

    async def get(self, compensation_id: str) -> Any:
        if compensation_id not in self.rows:
            raise NotFound(compensation_id)
        return self.rows[compensation_id]

    async def find(self, compensation_id: str) -> Any:
        return self.rows.get(compensation_id)

    async def of_payment(self, payment_id: str) -> Sequence[Any]:
        return [row for row in self.rows.values() if row.payment_id == payment_id]

    async def owed(self, limit: int) -> Sequence[Any]:
        return [row for row in self.rows.values() if row.status is CompensationStatus.OWED][:limit]

    async def save(self, old: Any, new: Any) -> None:
        self.rows[new.id] = new


class MemoryLedger:
    def __init__(self, work: MemoryWork) -> None:
        self.work = work

    @property
    def rows(self) -> dict[tuple[str, str], int]:
        return self.work.store.postings

    async def book(self, transactions: Sequence[Any]) -> None:
        for transaction in transactions:
            for account, amount_krw in transaction.postings:
                assert (transaction.id, account) not in self.rows, "booked twice"
                self.rows[transaction.id, account] = amount_krw

    async def totals(self) -> dict[str, int]:
        totals: Counter[str] = Counter()
        for (_, account), amount_krw in self.rows.items():
            totals[account] += amount_krw
        return dict(totals)


class MemoryCards:
    def __init__(self, work: MemoryWork) -> None:
        self.work = work

    async def of_customer(self, customer_id: str) -> Card | None:
        mine = [card for card in self.work.store.cards if card.customer_id == customer_id]
        return mine[-1] if mine else None

    async def of_customers(self, customer_ids: Collection[str]) -> Mapping[str, Card]:
        return {card.customer_id: card for card in self.work.store.cards if card.customer_id in customer_ids}

    async def get(self, card_id: str) -> Card:
        return next(card for card in self.work.store.cards if card.id == card_id)

    async def add(self, cards: Sequence[Card]) -> None:
        self.work.store.cards += cards

    async def forget(self, customer_id: str) -> bool:
        store = self.work.store
        mine = {card.id for card in store.cards if card.customer_id == customer_id}
        if any(one.card_id in mine and one.is_live for paid in store.payments.values() for one in paid.attempts):
            return False
        store.cards[:] = [card for card in store.cards if card.id not in mine]
        return True

    async def remember_checkout(self, checkout: Checkout) -> None:
        self.work.store.checkouts[checkout.attempt_id] = checkout

    async def checkout(self, attempt_id: str) -> Checkout | None:
        return self.work.store.checkouts.get(attempt_id)


class FakeProvider(Provider):
    """Does what `script` says of each next call, then behaves. Remembers answers by key, as providers do.

    ok, declined, not_sent, unavailable, busy; `dropped`: does nothing and never answers; `unheard`: does it and
    never answers; `late`: never answers, and does it when `land` is called.
    """

    def __init__(self, clock: FakeClock, ids: FakeIds) -> None:
        self.clock, self.ids = clock, ids
        self.script: deque[str] = deque()
        self.deaf = False
        self.payments: dict[str, ProviderPayment] = {}
        self.answers: dict[str, Any] = {}
        self.charges: list[tuple[str, int]] = []
        self.refunds: list[tuple[str, int]] = []
        self.later: list[tuple[Any, datetime]] = []
        self.calls = 0

    def land(self) -> None:
        """What was on its way arrives now, if it isn't too old."""
        for act, until in self.later:
            if self.clock.now() <= until:
                act()
        self.later = []

    def _do(self, key: str, act: Any) -> Any:
        self.calls += 1
        how = self.script.popleft() if self.script else "ok"
        if self.deaf or how == "not_sent":
            raise NotSent("nobody there")
        if how == "unavailable":
            raise Unavailable(7.2)
        if how == "busy":
            raise StillProcessing("409")
        if how == "dropped":
            raise OutcomeUnknown("reset")
        if how == "late":
            self.later.append((lambda: self._once(key, act), self.clock.now() + LATEST))
            raise OutcomeUnknown("timeout")
        if how == "declined" and key not in self.answers:
            self.answers[key] = Declined("REJECT_CARD_PAYMENT", "한도 초과", "over the limit")
        answer = self._once(key, act)
        if how == "unheard":
            raise OutcomeUnknown("reset")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _once(self, key: str, act: Any) -> Any:
        if key not in self.answers:
            try:
                self.answers[key] = act()
            except Declined as no:
                self.answers[key] = no
        return self.answers[key]

    async def charge_card(
        self, *, order_id: str, amount_krw: int, card_key: str, customer_key: str, order_name: str,
        idempotency_key: str,
    ) -> Charged:  # fmt: skip
        answer: Charged = self._do(f"charge-{idempotency_key}", lambda: self._charge(order_id, amount_krw))
        return answer

    async def confirm(self, *, payment_key: str, order_id: str, amount_krw: int, idempotency_key: str) -> Charged:
        answer: Charged = self._do(f"confirm-{idempotency_key}", lambda: self._charge(order_id, amount_krw))
        return answer

    def _charge(self, order_id: str, amount_krw: int) -> Charged:
        if order_id in self.payments:
            raise AlreadyProcessed(order_id)
        at = self.clock.now()
        self.payments[order_id] = ProviderPayment(
            status=ProviderStatus.DONE, payment_key=f"pay-{order_id}", order_id=order_id, total_krw=amount_krw,
            balance_krw=amount_krw, method="카드", approved_at=at,
        )  # fmt: skip
        self.charges.append((order_id, amount_krw))
        return Charged(
            payment_key=f"pay-{order_id}", order_id=order_id, amount_krw=amount_krw, method="카드", approved_at=at
        )

    async def register_card(self, *, auth_key: str, customer_key: str) -> RegisteredCard:
        return RegisteredCard(card_key=f"card-{auth_key}", customer_key=customer_key, company="연습", number="****1")

    async def find(self, *, order_id: str) -> ProviderPayment | None:
        if self.deaf or (self.script and self.script[0] == "deaf" and self.script.popleft()):
            raise OutcomeUnknown("no answer")
        return self.payments.get(order_id)

    async def cancel(self, *, payment_key: str, amount_krw: int, reason: str, idempotency_key: str) -> Cancelled:
        answer: Cancelled = self._do(
            f"cancel-{idempotency_key}", lambda: self.cancel_by_hand(payment_key, amount_krw, reason)
        )
        return answer

    def cancel_by_hand(self, payment_key: str, amount_krw: int, reason: str) -> Cancelled:
        """As an operator would on the provider's own page."""
        order_id = payment_key.removeprefix("pay-")
        payment = self.payments[order_id]
        if amount_krw > payment.balance_krw:
            raise Declined("NOT_CANCELABLE_AMOUNT", "취소할 수 있는 금액보다 많음", "too much")
        key, at, left = f"tx-{self.ids.new()}", self.clock.now(), payment.balance_krw - amount_krw
        line = ProviderCancel(transaction_key=key, amount_krw=amount_krw, reason=reason, at=at)
        status = ProviderStatus.PARTIAL_CANCELED if left else ProviderStatus.CANCELED
        self.payments[order_id] = replace(payment, balance_krw=left, status=status, cancels=(*payment.cancels, line))
        self.refunds.append((order_id, amount_krw))
        return Cancelled(payment_key=payment_key, transaction_key=key, amount_krw=amount_krw, balance_krw=left, at=at)

    async def ping(self) -> None:
        if self.deaf:
            raise NotSent("nobody there")
