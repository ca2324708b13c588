"""Whatever the provider does and whoever asks for what in whatever order, money is conserved (rules 3, 6, 7)."""

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.payment.events import PaymentApproved
from services.payment.loops import AttemptLoop, RefundLoop
from services.payment.model import Payment
from services.payment.reactions import PaymentReactions
from services.payment.refunds import EXTERNAL
from services.payment.use_cases import PaymentUseCases
from services.payment.values import AttemptStatus, PaymentStatus, RefundStatus
from services.reservation.events import RefundRequested, ReservationExpired
from services.shared_kernel.event import Event, Received
from services.shared_kernel.refusal import Refusal
from tests.support.payments import FakeProvider, Store
from tests.support.time import FakeClock, FakeIds

PRICE = 80_000
RESERVATIONS = ("r1", "r2")
HOW = st.lists(
    st.sampled_from(["ok", "declined", "dropped", "unheard", "late", "not_sent", "unavailable", "busy", "deaf"]),
    max_size=3,
)


class Money(RuleBasedStateMachine):
    """Two reservations, a customer who pays as often as they may, and operators who cancel by hand."""

    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.ids = FakeIds(self.clock)
        self.store = Store()
        self.provider = FakeProvider(self.clock, self.ids)
        self.use_cases = PaymentUseCases(self.store.work, self.clock, self.ids, self.provider, test_card="test-card")
        self.attempts = AttemptLoop(self.store.work, self.clock, self.ids, self.provider)
        self.refunds = RefundLoop(self.store.work, self.clock, self.ids, self.provider)
        self.reactions = PaymentReactions(self.clock, self.ids).table()
        self.runner = asyncio.Runner()
        self.asked: list[str] = []
        self.mine: dict[str, str] = {}
        self.seen = 0
        self.fees = 0

    def do(self, coroutine: Any) -> Any:
        try:
            return self.runner.run(coroutine)
        except Refusal as refusal:
            return refusal

    @rule(reservation=st.sampled_from(RESERVATIONS), how=HOW, minutes=st.integers(1, 30))
    def pay(self, reservation: str, how: list[str], minutes: int) -> None:
        self.provider.script.extend(how)
        attempt_id = self.ids.new()
        self.asked.append(attempt_id)
        self._pay(reservation, attempt_id, minutes)

    @rule(reservation=st.sampled_from(RESERVATIONS))
    def pay_with_money_that_comes_too_late(self, reservation: str) -> None:
        self.provider.script.clear()
        self.pay(reservation, ["late"], 5)
        self.wait(700)
        self.settle([])
        self.land()

    @precondition(lambda self: self.asked)
    @rule(reservation=st.sampled_from(RESERVATIONS), which=st.integers(0, 20))
    def pay_again(self, reservation: str, which: int) -> None:
        self._pay(reservation, self.asked[which % len(self.asked)], 15)

    def _pay(self, reservation: str, attempt_id: str, minutes: int) -> None:
        pay = self.use_cases.pay(
            reservation_id=reservation, customer_id="c1", attempt_id=attempt_id, amount_krw=PRICE, method="card",
            pay_by=self.clock.now() + timedelta(minutes=minutes),
        )  # fmt: skip
        self.do(pay)

    @rule(which=st.integers(0, 20), new=st.booleans())
    def resolve(self, which: int, new: bool) -> None:
        if new or not self.asked:
            self.asked.append(self.ids.new())  # fenced before anybody pays with it
            which = -1
        self.do(self.use_cases.resolve(attempt_id=self.asked[which % len(self.asked)]))

    @rule(seconds=st.sampled_from([1, 20, 70, 700, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule(how=HOW)
    def settle(self, how: list[str]) -> None:
        self.provider.script.extend(how)
        self.do(self.attempts.run_once())

    @rule(how=HOW)
    def send_refunds(self, how: list[str]) -> None:
        self.provider.script.extend(how)
        self.do(self.refunds.run_once())

    @rule()
    def land(self) -> None:
        self.provider.land()

    @rule(deaf=st.booleans())
    def down(self, deaf: bool) -> None:
        self.provider.deaf = deaf

    @rule()
    def hear(self) -> None:
        """The reservation's side: the first approval is its own, every other goes back in full."""
        events, self.seen = self.store.events[self.seen :], len(self.store.events)
        for event, _ in events:
            if not isinstance(event, PaymentApproved):
                continue
            own = self.mine.setdefault(event.reservation_id, event.attempt_id)
            if own != event.attempt_id:
                self._request(self.store.payments[event.payment_id], PRICE, 0, "duplicate")

    @rule(reservation=st.sampled_from(RESERVATIONS), percent=st.sampled_from([0, 10, 20, 30]))
    def cancel(self, reservation: str, percent: int) -> None:
        payment = next((p for p in self.store.payments.values() if p.reservation_id == reservation), None)
        if payment is None or payment.reserved_krw + payment.refunded_krw or payment.paid_krw != PRICE:
            return
        fee = PRICE * percent // 100
        self.fees += fee
        self._request(payment, PRICE - fee, fee, "customer_cancelled")

    @rule(reservation=st.sampled_from(RESERVATIONS))
    def expire(self, reservation: str) -> None:
        at = self.clock.now()
        self._react(
            ReservationExpired(
                reservation_id=reservation, customer_id="c1", version=2, starts_at=at, hold_expires_at=at
            )
        )

    @rule(amount=st.sampled_from([1, 30_000, 80_000]), which=st.integers(0, 5))
    def operator_refunds(self, amount: int, which: int) -> None:
        payments = list(self.store.payments.values())
        if payments:
            payment = payments[which % len(payments)]
            self.do(
                self.use_cases.refund(
                    payment_id=payment.id, refund_id=self.ids.new(), amount_krw=amount, reason="사과의 뜻"
                )
            )

    @precondition(lambda self: self.provider.payments)
    @rule(amount=st.sampled_from([500, 80_000]), which=st.integers(0, 5))
    def operator_cancels_at_provider(self, amount: int, which: int) -> None:
        payments = list(self.provider.payments.values())
        payment = payments[which % len(payments)]
        if payment.balance_krw >= amount:
            self.provider.cancel_by_hand(payment.payment_key, amount, "콘솔에서 취소")

    def _request(self, payment: Payment, amount_krw: int, fee_krw: int, cause: str) -> None:
        self._react(
            RefundRequested(
                reservation_id=payment.reservation_id, customer_id="c1", version=3, payment_id=payment.id,
                refund_id=self.ids.new(), amount_krw=amount_krw, fee_krw=fee_krw, compensation_krw=fee_krw,
                cause=cause, reason="일정이 바뀌었어요",
            )
        )  # fmt: skip

    def _react(self, event: Event) -> None:
        received = Received(
            id=self.ids.new(), source="/ssak3/reservation", subject=event.subject, sequence=1,
            time=self.clock.now(), causation_id=None, traceparent=None, event=event,
        )  # fmt: skip

        async def react() -> None:
            async with self.store.work() as work:
                await self.reactions[type(event)](work, received)

        self.do(react())

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "store"):
            return
        postings: dict[str, int] = {}
        for (transaction, _), won in self.store.postings.items():
            postings[transaction] = postings.get(transaction, 0) + won
        assert not any(postings.values())
        for payment in self.store.payments.values():
            approved = [a for a in payment.attempts if a.status is AttemptStatus.APPROVED]
            assert payment.paid_krw == sum(a.amount_krw for a in approved)
            assert 0 <= payment.refunded_krw <= payment.paid_krw
            assert {a.order_id for a in approved} <= set(self.provider.payments)
        orders = [order for order, _ in self.provider.charges]
        assert len(orders) == len(set(orders)), "charged twice for one attempt"

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        self.provider.script.clear()
        self.provider.deaf = False
        for seconds in (0, 70, 70, 700, 700, 4000, 4000, 30_000, 90_000, 90_000, 200_000, 700_000):
            self.provider.land()
            self.clock.advance(seconds=seconds)
            self.do(self.attempts.run_once())
            self.hear()
            self.do(self.refunds.run_once())
        self._everything_matches()
        self.runner.close()

    def _everything_matches(self) -> None:
        payments = self.store.payments.values()
        approved = [a for p in payments for a in p.attempts if a.status is AttemptStatus.APPROVED]
        assert sorted(a.order_id for a in approved) == sorted(order for order, _ in self.provider.charges)
        assert not any(a.is_live for p in payments for a in p.attempts)
        told = [event.attempt_id for event, _ in self.store.events if isinstance(event, PaymentApproved)]
        assert sorted(told) == sorted(a.id for a in approved), "each approval is told once"
        for a in approved:
            assert a.refunded_krw == sum(won for order, won in self.provider.refunds if order == a.order_id)
        done = [r for r in self.store.refunds.values() if r.status is RefundStatus.DONE]
        assert sum(r.amount_krw for r in done) == sum(won for _, won in self.provider.refunds)
        assert {r.status for r in self.store.refunds.values()} <= {RefundStatus.DONE, RefundStatus.MANUAL}
        totals = self.do(self.use_cases.ledger_totals())
        charged, returned = sum(w for _, w in self.provider.charges), sum(w for _, w in self.provider.refunds)
        assert totals.get("provider", 0) == charged - returned
        assert -totals.get("fee_income", 0) == self.fees <= charged * 30 // 100
        for p in payments:
            assert (p.status is PaymentStatus.REFUNDED) == (p.paid_krw > 0 and p.refunded_krw == p.paid_krw)
            external = any(r.cause == EXTERNAL for r in self.store.refunds.values() if r.payment_id == p.id)
            assert external or p.refunded_krw + p.reserved_krw <= p.paid_krw


TestMoney = Money.TestCase
