"""What a request for a refund does, when it comes once, twice, too early or too large."""

from datetime import timedelta
from typing import Any

import pytest

from services.payment.events import CompensationOwed, CompensationPaid, PaymentRefunding, RefundDelayed
from services.payment.loops import RefundLoop
from services.payment.model import Payment
from services.payment.provider import Cancelled
from services.payment.reactions import PaymentNotThereYet, PaymentReactions
from services.payment.refusals import NotAllowed, PaymentClosed, RefundTooLarge
from services.payment.results import Approved
from services.payment.use_cases import PaymentUseCases
from services.payment.values import CompensationStatus, RefundStatus
from services.reservation.events import RefundRequested, ReservationExpired
from services.shared_kernel.event import Event, Received
from tests.support.payments import FakeProvider, Store
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

PRICE = 80_000


class Desk:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ids = FakeIds(self.clock)
        self.store = Store()
        self.provider = FakeProvider(self.clock, self.ids)
        self.use_cases = PaymentUseCases(self.store.work, self.clock, self.ids, self.provider, test_card="test-card")
        self.loop = RefundLoop(self.store.work, self.clock, self.ids, self.provider)
        self.table = PaymentReactions(self.clock, self.ids).table()

    async def pay(self) -> Payment:
        result = await self.use_cases.pay(
            reservation_id="r1", customer_id="c1", attempt_id="a", amount_krw=PRICE, method="card",
            pay_by=self.clock.now() + timedelta(minutes=15),
        )  # fmt: skip
        assert isinstance(result, Approved)
        return await self.use_cases.get(payment_id=result.payment_id)

    async def hear(self, event: Event, event_id: str = "e1") -> None:
        received = Received(
            id=event_id, source="/ssak3/reservation", subject=event.subject, sequence=1, time=self.clock.now(),
            causation_id=None, traceparent=None, event=event,
        )  # fmt: skip
        async with self.store.work() as work:
            work.because_of_id(event_id)
            await self.table[type(event)](work, received)


def asked(payment_id: str, amount: int, fee: int = 0, compensation: int = 0) -> RefundRequested:
    return RefundRequested(
        reservation_id="r1", customer_id="c1", version=3, payment_id=payment_id, refund_id="f1", amount_krw=amount,
        fee_krw=fee, compensation_krw=compensation, cause="customer_cancelled", reason="일정이 바뀌었어요",
    )  # fmt: skip


async def test_a_cancelled_reservation_gets_its_money_and_the_agency_its_fee() -> None:
    desk = Desk()
    payment = await desk.pay()
    for _ in range(2):
        await desk.hear(asked(payment.id, 64_000, fee=16_000))
    await desk.loop.run_once()

    assert desk.provider.refunds == [("ssak3-a", 64_000)]
    assert await desk.use_cases.ledger_totals() == {
        "provider": 16_000, "agency_sales": -64_000, "refunds": 64_000, "fee_income": -16_000,
    }  # fmt: skip
    refunding = [(event, cause) for event, cause in desk.store.events if isinstance(event, PaymentRefunding)]
    assert len(refunding) == 1
    assert desk.store.events[-1][1] == "e1", "the loop names the event that asked for it"


async def test_compensation_alone_makes_no_refund_and_is_paid_once() -> None:
    desk = Desk()
    payment = await desk.pay()
    await desk.hear(asked(payment.id, 0, compensation=16_000))
    assert desk.store.refunds == {}
    owed = await desk.use_cases.owed_compensations()
    assert [(line.compensation.id, line.compensation.amount_krw) for line in owed] == [("f1", 16_000)]
    assert [(line.reservation_id, line.customer_id) for line in owed] == [(payment.reservation_id, payment.customer_id)]

    for _ in range(2):
        paid = await desk.use_cases.pay_compensation(compensation_id="f1", by="operator-1")
        assert (paid.status, paid.paid_by) == (CompensationStatus.PAID, "operator-1")
    told = [type(event) for event, _ in desk.store.events]
    assert told.count(CompensationOwed) == told.count(CompensationPaid) == 1
    totals = await desk.use_cases.ledger_totals()
    assert (totals["compensation_expense"], totals["compensation_payable"], totals["bank"]) == (16_000, 0, -16_000)


async def test_an_unknown_payment_is_tried_again_later() -> None:
    desk = Desk()
    with pytest.raises(PaymentNotThereYet):
        await desk.hear(asked("nobody", 1))


async def test_more_than_was_paid_is_refused_whole() -> None:
    desk = Desk()
    payment = await desk.pay()
    with pytest.raises(RefundTooLarge):
        await desk.hear(asked(payment.id, PRICE + 1, fee=1, compensation=1))
    assert (desk.store.refunds, desk.store.compensations) == ({}, {})


async def test_an_expired_reservation_can_no_longer_be_paid() -> None:
    desk = Desk()
    at = desk.clock.now()
    gone = ReservationExpired(reservation_id="r1", customer_id="c1", version=2, starts_at=at, hold_expires_at=at)
    await desk.hear(gone)
    await desk.hear(gone)
    with pytest.raises(PaymentClosed):
        await desk.pay()
    assert desk.provider.charges == []


async def test_a_lost_answer_is_matched_before_it_is_sent_again() -> None:
    desk = Desk()
    payment = await desk.pay()
    await desk.use_cases.refund(payment_id=payment.id, refund_id="f1", amount_krw=30_000, reason="사유")
    desk.provider.script.append("unheard")
    await desk.loop.run_once()
    calls = desk.provider.calls
    desk.clock.advance(minutes=1)
    await desk.loop.run_once()

    assert desk.store.refunds["f1"].status is RefundStatus.DONE
    assert (desk.provider.calls, desk.provider.refunds) == (calls, [("ssak3-a", 30_000)])


async def test_a_kill_between_the_answer_and_its_record_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    payment = await desk.pay()
    await desk.use_cases.refund(payment_id=payment.id, refund_id="f1", amount_krw=30_000, reason="사유")
    cancel = desk.provider.cancel

    async def killed(**asked: Any) -> Cancelled:
        await cancel(**asked)
        raise RuntimeError("stands for a kill")

    monkeypatch.setattr(desk.provider, "cancel", killed)
    await desk.loop.run_once()
    assert (await desk.use_cases.try_refund_now(refund_id="f1")).status is RefundStatus.SENT
    monkeypatch.undo()
    assert await desk.loop.run_once() == 0, "it may still be under way"
    desk.clock.advance(seconds=61)
    assert await desk.loop.run_once() == 1
    assert desk.store.refunds["f1"].status is RefundStatus.DONE
    assert desk.provider.refunds == [("ssak3-a", 30_000)]


async def test_one_refund_of_a_payment_is_in_flight_at_a_time() -> None:
    desk = Desk()
    payment = await desk.pay()
    for refund_id in ("f1", "f2"):
        await desk.use_cases.refund(payment_id=payment.id, refund_id=refund_id, amount_krw=10_000, reason="사유")
    desk.provider.script.append("dropped")
    await desk.loop.run_once()
    assert [refund.status for refund in desk.store.refunds.values()] == [RefundStatus.UNKNOWN, RefundStatus.REQUESTED]
    desk.clock.advance(minutes=1)
    await desk.loop.run_once()
    assert {refund.status for refund in desk.store.refunds.values()} == {RefundStatus.DONE}


async def test_a_refused_refund_alerts_operators_at_once() -> None:
    desk = Desk()
    payment = await desk.pay()
    await desk.use_cases.refund(payment_id=payment.id, refund_id="f1", amount_krw=10_000, reason="사유")
    desk.provider.script.append("declined")
    await desk.loop.run_once()
    refund = desk.store.refunds["f1"]
    assert refund.status is RefundStatus.MANUAL
    alerts = [event for event, _ in desk.store.events if isinstance(event, RefundDelayed)]
    assert [(alert.manual, alert.tries) for alert in alerts] == [(True, 1)]
    with pytest.raises(NotAllowed):
        refund.send(at=desk.clock.now())
    assert (await desk.use_cases.try_refund_now(refund_id="f1")).status is RefundStatus.MANUAL


async def test_an_operator_need_not_wait_for_the_next_try() -> None:
    desk = Desk()
    payment = await desk.pay()
    await desk.use_cases.refund(payment_id=payment.id, refund_id="f1", amount_krw=10_000, reason="사유")
    desk.provider.script.append("not_sent")
    await desk.loop.run_once()
    assert await desk.loop.run_once() == 0
    await desk.use_cases.try_refund_now(refund_id="f1")
    assert await desk.loop.run_once() == 1
    assert desk.store.refunds["f1"].status is RefundStatus.DONE
