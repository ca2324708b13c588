"""The payment context's tables and rules, one by one."""

from datetime import datetime, timedelta

import pytest

from services.payment.events import (
    CompensationOwed,
    CompensationPaid,
    PaymentApproved,
    PaymentDeclined,
    PaymentRefunded,
)
from services.payment.ledger import Account, Transaction, booked_for, fee_kept
from services.payment.lifecycle import ATTEMPT, COMPENSATION, PAYMENT, REFUND
from services.payment.model import Payment
from services.payment.policies import (
    business_days_later,
    is_tagged,
    look_after_approval,
    look_after_void,
    next_look,
    next_refund_try,
    order_id,
    refund_alert,
    refund_due,
    surely_over,
    tagged_reason,
)
from services.payment.refusals import AlreadyPaid, AttemptLive, NotAllowed, PayByPassed, PaymentClosed, RefundTooLarge
from services.payment.values import (
    AttemptAction,
    AttemptStatus,
    CompensationStatus,
    Method,
    PaymentAction,
    PaymentStatus,
    RefundAction,
    RefundStatus,
)
from services.shared_kernel.clock import KST
from services.shared_kernel.refusal import NotFound

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=KST)
PRICE = 80_000


def begun(payment: Payment | None = None, attempt_id: str = "a", at: datetime = NOW) -> Payment:
    payment = payment or Payment.open(id="p", reservation_id="r", customer_id="c")
    return payment.begin(
        attempt_id=attempt_id, amount_krw=PRICE, method=Method.CARD, pay_by=at + timedelta(minutes=15), at=at
    )


def paid() -> Payment:
    return begun().approve("a", payment_key="k", approved_at=NOW, at=NOW)[0]


def test_every_status_of_the_lifecycles_can_be_reached() -> None:
    for table, first, statuses in (
        (PAYMENT, PaymentStatus.OPEN, PaymentStatus),
        (ATTEMPT, AttemptStatus.REQUESTED, AttemptStatus),
        (REFUND, RefundStatus.REQUESTED, RefundStatus),
        (COMPENSATION, CompensationStatus.OWED, CompensationStatus),
    ):
        reached: set[object] = {first}
        before: set[object] = set()
        while reached != before:
            before = set(reached)
            reached |= {to for (of, _), to in table.items() if of in reached}
        assert reached == set(statuses)


def test_what_is_over_stays_over() -> None:
    assert (RefundStatus.DONE, RefundAction.SEND) not in REFUND
    assert (AttemptStatus.APPROVED, AttemptAction.DECLINE) not in ATTEMPT
    assert (AttemptStatus.APPROVED, AttemptAction.VOID) not in ATTEMPT
    assert PAYMENT[PaymentStatus.REFUNDED, PaymentAction.CLOSE] is PaymentStatus.REFUNDED


def test_one_live_attempt_at_a_time() -> None:
    live = begun()
    with pytest.raises(AttemptLive):
        begun(live, "b")
    unknown, _ = live.lose("a", at=NOW)
    with pytest.raises(AttemptLive):
        begun(unknown, "b")
    declined, _ = unknown.decline("a", code="X")
    assert begun(declined, "b").attempt("b").is_live


def test_no_attempt_on_what_is_paid_closed_or_too_late() -> None:
    with pytest.raises(AlreadyPaid):
        begun(paid(), "b")
    with pytest.raises(PaymentClosed):
        begun(Payment.open(id="p", reservation_id="r", customer_id="").close())
    with pytest.raises(PayByPassed):
        Payment.open(id="p", reservation_id="r", customer_id="").begin(
            attempt_id="a", amount_krw=1, method=Method.CARD, pay_by=NOW, at=NOW
        )
    with pytest.raises(NotFound):
        paid().attempt("b")


def test_news_twice_changes_nothing_and_a_no_after_the_yes_is_refused() -> None:
    payment = paid()
    assert payment.approve("a", payment_key="k", approved_at=NOW, at=NOW) == (payment, [])
    assert payment.lose("a", at=NOW) == (payment, [])
    assert payment.never_sent("a") is payment
    with pytest.raises(NotAllowed):
        payment.decline("a", code="X")


def test_money_for_a_void_attempt_is_put_on_the_books() -> None:
    unknown, _ = begun().lose("a", at=NOW)
    void, told = unknown.give_up("a", at=NOW)
    assert isinstance(told[0], PaymentDeclined)
    assert told[0].settled_late
    late, told = void.approve("a", payment_key="k", approved_at=NOW, at=NOW)
    assert isinstance(told[0], PaymentApproved)
    assert (late.status, late.paid_krw) == (PaymentStatus.PAID, PRICE)


def test_a_reservation_that_ended_takes_no_money_but_keeps_what_is_paid() -> None:
    assert begun().close().status is PaymentStatus.CLOSED
    payment = paid()
    assert payment.close() is payment


def test_refunds_reserve_and_never_exceed_what_was_paid() -> None:
    payment, attempt_id = paid().reserve(50_000, "goodwill")
    assert attempt_id == "a"
    with pytest.raises(RefundTooLarge) as refused:
        payment.reserve(30_001, "goodwill")
    assert refused.value.left_krw == 30_000
    with pytest.raises(ValueError, match="0 won"):
        payment.reserve(0, "goodwill")
    part, told = payment.give_back(
        "a", refund_id="f", amount_krw=50_000, cause="goodwill", was_reserved=True, external=False
    )
    assert (part.status, part.reserved_krw) == (PaymentStatus.PARTIALLY_REFUNDED, 0)
    assert isinstance(told[0], PaymentRefunded)
    assert told[0].refunded_krw == 50_000
    with pytest.raises(RefundTooLarge):
        part.give_back("a", refund_id="g", amount_krw=30_001, cause="x", was_reserved=False, external=True)


def test_a_duplicate_gives_back_what_came_last() -> None:
    void, _ = begun().lose("a", at=NOW)[0].give_up("a", at=NOW)
    both = begun(void, "b", NOW + timedelta(minutes=1))
    both, _ = both.approve("b", payment_key="kb", approved_at=NOW, at=NOW)
    both, _ = both.approve("a", payment_key="ka", approved_at=NOW + timedelta(minutes=2), at=NOW)
    assert both.paid_krw == 2 * PRICE
    assert both.reserve(PRICE, "duplicate")[1] == "a"
    assert both.reserve(PRICE, "customer_cancelled")[1] == "b"


@pytest.mark.parametrize(
    ("day", "hour", "days", "then"),
    [
        (20, 10, 3, (25, 10)),  # Friday → Wednesday
        (20, 10, 2, (24, 10)),
        (21, 23, 2, (24, 23)),  # Saturday → Tuesday
        (22, 0, 1, (23, 0)),
        (23, 9, 3, (26, 9)),
    ],
)
def test_business_days_skip_weekends(day: int, hour: int, days: int, then: tuple[int, int]) -> None:
    moment = datetime(2026, 11, day, hour, tzinfo=KST)
    assert business_days_later(moment, days) == datetime(2026, 11, then[0], then[1], tzinfo=KST)
    assert refund_alert(moment) < refund_due(moment)


def test_business_days_are_korean_days() -> None:
    late_friday_in_london = datetime.fromisoformat("2026-11-20T16:00:00+00:00")  # Saturday 01:00 in Seoul
    assert business_days_later(late_friday_in_london, 1) == datetime.fromisoformat("2026-11-22T16:00:00+00:00")


def test_waiting_grows_and_stays_bounded() -> None:
    looks = [next_look(number) for number in range(20)]
    assert looks == sorted(looks)
    assert looks[-1] <= timedelta(minutes=5)
    tries = [next_refund_try(number) for number in range(20)]
    assert tries == sorted(tries)
    assert tries[-1] <= timedelta(hours=1)
    assert look_after_void(99) is None
    assert look_after_approval(99) is None
    assert not surely_over(NOW, NOW + timedelta(minutes=9, seconds=59))
    assert surely_over(NOW, NOW + timedelta(minutes=10))


def test_order_ids_fit_the_provider() -> None:
    assert order_id("0190-a_B") == "ssak3-0190-a_B"
    assert len(order_id("x" * 50)) <= 64
    for wrong in ("", "x" * 51, "가", "a b", "a/b"):
        with pytest.raises(ValueError, match="attempt's id"):
            order_id(wrong)


def test_refunds_are_recognised_by_the_tag_in_the_reason() -> None:
    reason = tagged_reason("f1", "고객 변심 " * 100)
    assert len(reason) <= 200
    assert is_tagged("f1", reason)
    assert not is_tagged("f", reason)
    assert is_tagged("f2", tagged_reason("f2", ""))


def test_postings_sum_to_zero_and_move_the_events_amount() -> None:
    about = {
        "payment_id": "p", "reservation_id": "r", "customer_id": "c", "version": 1, "paid_krw": 1, "refunded_krw": 0,
    }  # fmt: skip
    owed = CompensationOwed(**about, compensation_id="f", amount_krw=16_000)  # type: ignore[arg-type]
    paid_out = CompensationPaid(**about, compensation_id="f", amount_krw=16_000, paid_by="o")  # type: ignore[arg-type]
    approved = PaymentApproved(**about, attempt_id="a", amount_krw=1, method="card", approved_at=NOW)  # type: ignore[arg-type]
    lines = [line for event in (approved, owed, paid_out) for line in booked_for(event)]
    lines += fee_kept("p", "f", 8_000)
    assert all(sum(won for _, won in line.postings) == 0 for line in lines)
    assert len({line.id for line in lines}) == len(lines) == 4
    payable = [won for line in lines for account, won in line.postings if account is Account.COMPENSATION_PAYABLE]
    assert sum(payable) == 0, "owed, then paid"
    assert list(fee_kept("p", "f", 0)) == []
    with pytest.raises(ValueError, match="0 won"):
        Transaction(id="x", payment_id="p", debit=Account.BANK, credit=Account.FEES, amount_krw=0)
    declined = PaymentDeclined(**about, attempt_id="a", code="X", settled_late=False)  # type: ignore[arg-type]
    assert list(booked_for(declined)) == []
