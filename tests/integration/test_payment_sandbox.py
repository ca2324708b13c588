"""Payment against the sandbox, over sockets and SQLite: one charge whatever happens, refunds until they are done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from services.payment.events import PaymentRefunded, RefundDelayed
from services.payment.provider import Charged, Provider
from services.payment.refusals import AlreadyPaid, AttemptLive, OtherAttempt, RefundTooLarge
from services.payment.results import Approved, Declined, Fenced, Unavailable, Unknown
from services.payment.values import AttemptStatus, PaymentStatus, RefundStatus
from services.shared_kernel.clock import KST
from tests.support.fresh import Fresh
from tests.support.payment_shop import PRICE, SLOW_SECONDS, Shop

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def shop(tmp_path: Path, fresh_sqlite: Fresh) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path, fresh_sqlite("payment"))
    await shop.open()
    yield shop
    await shop.close()


async def test_pays_once_however_often_it_is_asked(shop: Shop) -> None:
    first = await shop.pay()
    again = await shop.pay()

    assert isinstance(first, Approved)
    assert again == first
    assert (first.amount_krw, first.method) == (PRICE, "card")
    assert len((await shop.provider_ledger())["charges"]) == 1
    assert await shop.told_names() == ["PaymentApproved"]
    assert await shop.use_cases.ledger_totals() == {"provider": PRICE, "agency_sales": -PRICE}


async def test_two_taps_at_the_same_moment_are_one_charge(shop: Shop) -> None:
    results = await asyncio.gather(shop.pay("a"), shop.pay("a"), shop.pay("b"), return_exceptions=True)

    assert results[0] == results[1]
    assert isinstance(results[0], Approved)
    assert isinstance(results[2], AttemptLive | AlreadyPaid)
    assert len((await shop.provider_ledger())["charges"]) == 1


async def test_declined_takes_nothing_and_allows_another_attempt(shop: Shop) -> None:
    await shop.mode("declining")
    declined = await shop.pay("a")
    await shop.mode("normal")

    assert isinstance(declined, Declined)
    assert (declined.code, declined.reason_ko) == ("REJECT_CARD_COMPANY", "카드사 확인 필요")
    assert isinstance(await shop.pay("b"), Approved)
    assert await shop.told_names() == ["PaymentDeclined", "PaymentApproved"]


async def test_unknown_then_reconciled_is_exactly_one_charge(shop: Shop) -> None:
    await shop.mode("unknown")
    assert isinstance(await shop.pay("a"), Unknown)
    with pytest.raises(AttemptLive):
        await shop.pay("b")
    await shop.mode("normal")

    shop.clock.advance(seconds=3)
    assert await shop.attempts.run_once() == 1

    assert isinstance(await shop.use_cases.resolve(attempt_id="a"), Approved)
    assert len((await shop.provider_ledger())["charges"]) == 1
    assert await shop.told_names() == ["PaymentPending", "PaymentApproved"]


async def test_a_provider_that_resets_connections_charges_later_with_the_same_key(shop: Shop) -> None:
    await shop.mode("down")
    assert isinstance(await shop.pay("a"), Unknown)
    await shop.mode("normal")
    shop.clock.advance(seconds=3)
    await shop.attempts.run_once()

    charges = (await shop.provider_ledger())["charges"]
    assert [charge["order_id"] for charge in charges] == ["ssak3-a"]
    assert isinstance(await shop.use_cases.resolve(attempt_id="a"), Approved)


async def test_asking_what_became_of_it_does_not_put_off_the_loop(shop: Shop) -> None:
    await shop.mode("down")
    await shop.pay("a")
    await shop.mode("normal")
    for _ in range(9):
        assert isinstance(await shop.use_cases.resolve(attempt_id="a"), Unknown)
    shop.clock.advance(seconds=3)
    assert await shop.attempts.run_once() == 1
    assert isinstance(await shop.use_cases.resolve(attempt_id="a"), Approved)


async def test_nothing_taken_and_too_late_to_pay_is_given_up_after_ten_minutes(shop: Shop) -> None:
    await shop.mode("down")
    await shop.pay("a")
    shop.clock.advance(minutes=16)
    await shop.mode("normal")
    await shop.attempts.run_once()

    assert (await shop.provider_ledger())["charges"] == []
    result = await shop.use_cases.resolve(attempt_id="a")
    assert isinstance(result, Declined)
    assert result.code == "NOT_PAID"
    assert await shop.told_names() == ["PaymentPending", "PaymentDeclined"]
    assert (await shop.told())[-1].event.settled_late  # type: ignore[attr-defined]
    assert isinstance(await shop.pay("b"), Approved)


async def test_a_slow_provider_answers_after_nobody_waits_any_more(shop: Shop) -> None:
    await shop.mode("slow")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(shop.pay("a"), 0.05)
    await shop.use_cases.drain()
    assert await shop.told_names() == ["PaymentPending"]

    await shop.mode("normal")
    await asyncio.sleep(SLOW_SECONDS)  # the sandbox's own slowness
    shop.clock.advance(seconds=3)
    await shop.attempts.run_once()
    assert isinstance(await shop.pay("a"), Approved)
    assert len((await shop.provider_ledger())["charges"]) == 1


class Killed(Exception):
    """Stands for a kill between the provider's answer and its record."""


class KilledAfterCharge:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> object:
        return getattr(self._provider, name)

    async def charge_card(self, **asked: object) -> Charged:
        await self._provider.charge_card(**asked)  # type: ignore[arg-type]
        raise Killed


async def test_a_kill_between_the_answer_and_its_record_is_found_out(shop: Shop) -> None:
    shop.restart(KilledAfterCharge(shop.provider))  # type: ignore[arg-type]
    with pytest.raises(Killed):
        await shop.pay("a")
    shop.restart()

    assert await shop.attempts.run_once() == 0, "a call that young may still be under way"
    shop.clock.advance(seconds=61)
    assert await shop.attempts.run_once() == 1
    assert isinstance(await shop.pay("a"), Approved)
    assert len((await shop.provider_ledger())["charges"]) == 1


async def test_resolve_finds_out_at_once_after_a_kill(shop: Shop) -> None:
    shop.restart(KilledAfterCharge(shop.provider))  # type: ignore[arg-type]
    with pytest.raises(Killed):
        await shop.pay("a")
    shop.restart()

    assert isinstance(await shop.use_cases.resolve(attempt_id="a"), Approved)


async def test_an_id_nobody_used_is_fenced_off(shop: Shop) -> None:
    assert await shop.use_cases.resolve(attempt_id="a") == Fenced()
    assert await shop.use_cases.resolve(attempt_id="a") == Fenced()
    assert await shop.pay("a") == Fenced()
    assert (await shop.provider_ledger())["charges"] == []
    assert await shop.told() == []


async def test_open_breaker_answers_at_once_and_leaves_nothing_behind(shop: Shop) -> None:
    paid = await shop.pay("paid", "r8")
    await shop.mode("down")
    for number in range(3):
        await shop.pay(f"a{number}", f"r{number}")
    result = await shop.pay("b", "r9")
    assert isinstance(result, Unavailable)
    assert 1 <= result.retry_after_seconds <= 20
    assert await shop.use_cases.of_reservation(reservation_id="r9") is None
    assert await shop.pay("paid", "r8") == paid  # what is known needs no provider
    assert await shop.use_cases.resolve(attempt_id="b") == Fenced()
    assert await shop.availability.run_once() == 0

    await shop.mode("normal")
    shop.seconds += 21
    assert [await shop.availability.run_once() for _ in range(2)] == [1, 0]
    assert (await shop.told_names())[-1] == "PaymentAvailable"
    assert isinstance(await shop.pay("c", "r9"), Approved)


async def test_open_breaker_hides_nothing_that_is_known(shop: Shop) -> None:
    """What may have been taken isn't denied, and what came from the provider's window is over: a reload takes nothing."""
    await shop.pay("paid", "r0")
    await shop.mode("unknown")
    for number in range(3):
        assert isinstance(await shop.pay(f"a{number}", f"r{number + 1}"), Unknown)
    with pytest.raises(AttemptLive):
        await shop.pay("again", "r1")
    with pytest.raises(AlreadyPaid):
        await shop.pay("once-more", "r0")
    assert isinstance(await shop.pay("window", "r9", payment_key="from-the-window"), Unavailable)

    await shop.mode("normal")
    shop.seconds += 21
    assert await shop.pay("window", "r9", payment_key="from-the-window") == Fenced()


async def test_an_attempt_id_belongs_to_one_order(shop: Shop) -> None:
    await shop.pay("a", "r1")
    with pytest.raises(OtherAttempt):
        await shop.pay("a", "r2")


async def test_refund_goes_out_in_parts_and_never_more_than_was_paid(shop: Shop) -> None:
    paid = await shop.pay()
    assert isinstance(paid, Approved)
    refund = {"payment_id": paid.payment_id, "reason": "일정이 바뀌었어요"}
    for _ in range(2):
        await shop.use_cases.refund(refund_id="f1", amount_krw=30_000, **refund)
    await shop.use_cases.refund(refund_id="f2", amount_krw=50_000, **refund)
    with pytest.raises(RefundTooLarge) as refused:
        await shop.use_cases.refund(refund_id="f3", amount_krw=1, **refund)
    assert refused.value.left_krw == 0

    await shop.refunds.run_once()
    await shop.refunds.run_once()

    payment = await shop.use_cases.get(payment_id=paid.payment_id)
    assert (payment.status, payment.refunded_krw, payment.reserved_krw) == (PaymentStatus.REFUNDED, PRICE, 0)
    assert [line["amount_krw"] for line in (await shop.provider_ledger())["refunds"]] == [30_000, 50_000]
    assert await shop.told_names() == [
        "PaymentApproved", "PaymentRefunding", "PaymentRefunding", "PaymentRefunded", "PaymentRefunded",
    ]  # fmt: skip
    assert await shop.use_cases.ledger_totals() == {"provider": 0, "agency_sales": -PRICE, "refunds": PRICE}


async def test_unknown_refund_is_found_in_the_list_and_not_made_twice(shop: Shop) -> None:
    paid = await shop.pay()
    assert isinstance(paid, Approved)
    await shop.use_cases.refund(payment_id=paid.payment_id, refund_id="f1", amount_krw=30_000, reason="사유")
    await shop.mode("unknown")
    await shop.refunds.run_once()
    assert [refund.status for refund in await shop.use_cases.refunds_of(payment_id=paid.payment_id)] == [
        RefundStatus.UNKNOWN
    ]
    await shop.mode("normal")
    shop.clock.advance(seconds=10)
    await shop.refunds.run_once()

    assert len((await shop.provider_ledger())["refunds"]) == 1
    assert (await shop.use_cases.get(payment_id=paid.payment_id)).refunded_krw == 30_000


async def test_a_refund_that_takes_too_long_is_told_once(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 11, 27, 15, 0, tzinfo=KST))  # a Friday
    paid = await shop.pay()
    assert isinstance(paid, Approved)
    await shop.mode("down")
    cause = "01938000-0000-7000-8000-000000000001"
    await shop.use_cases.refund(
        payment_id=paid.payment_id, refund_id="f1", amount_krw=PRICE, reason="사유", caused_by=cause
    )
    for hours in (1, 60, 12, 24):
        shop.clock.advance(hours=hours)
        shop.seconds += 3600
        await shop.refunds.run_once()
    late = [received for received in await shop.told() if isinstance(received.event, RefundDelayed)]
    assert len(late) == 1
    assert late[0].causation_id == cause
    assert late[0].time == datetime(2026, 12, 1, 16, 0, tzinfo=KST), "Tuesday: the weekend doesn't count"
    assert late[0].event.due_at == datetime(2026, 12, 2, 15, 0, tzinfo=KST)  # type: ignore[attr-defined]

    await shop.mode("normal")
    shop.clock.advance(hours=2)
    shop.seconds += 3600
    await shop.refunds.run_once()
    done = (await shop.told())[-1]
    assert isinstance(done.event, PaymentRefunded)
    assert done.causation_id == cause


async def test_a_cancel_made_outside_is_booked_and_told(shop: Shop) -> None:
    paid = await shop.pay()
    assert isinstance(paid, Approved)
    attempt = (await shop.use_cases.get(payment_id=paid.payment_id)).attempts[0]
    assert attempt.payment_key is not None
    await shop.provider.cancel(
        payment_key=attempt.payment_key, amount_krw=20_000, reason="콘솔에서 취소", idempotency_key="by-hand"
    )
    shop.clock.advance(days=1, seconds=1)
    await shop.attempts.run_once()
    shop.clock.advance(days=3)
    await shop.attempts.run_once()

    told = [received.event for received in await shop.told() if isinstance(received.event, PaymentRefunded)]
    assert [(event.amount_krw, event.external) for event in told] == [(20_000, True)]
    assert (await shop.use_cases.get(payment_id=paid.payment_id)).status is PaymentStatus.PARTIALLY_REFUNDED


async def test_a_refused_refund_needs_a_person_and_is_closed_by_their_hand(shop: Shop) -> None:
    paid = await shop.pay()
    assert isinstance(paid, Approved)
    attempt = (await shop.use_cases.get(payment_id=paid.payment_id)).attempts[0]
    assert attempt.payment_key is not None
    await shop.use_cases.refund(payment_id=paid.payment_id, refund_id="f1", amount_krw=PRICE, reason="사유")
    await shop.provider.cancel(
        payment_key=attempt.payment_key, amount_krw=PRICE, reason="콘솔에서 취소", idempotency_key="by-hand"
    )
    await shop.refunds.run_once()

    assert await shop.told_names() == [
        "PaymentApproved", "PaymentRefunding", "RefundDelayed", "PaymentRefunded",
    ]  # fmt: skip
    payment = await shop.use_cases.get(payment_id=paid.payment_id)
    assert (payment.status, payment.reserved_krw) == (PaymentStatus.REFUNDED, 0)
    assert payment.attempts[0].status is AttemptStatus.APPROVED


async def test_late_money_of_a_void_attempt_is_told(shop: Shop) -> None:
    await shop.mode("down")
    await shop.pay("a")
    shop.clock.advance(minutes=16)
    await shop.mode("normal")
    await shop.attempts.run_once()
    assert isinstance(await shop.pay("b"), Approved)
    shop.clock.advance(minutes=1)
    await shop.provider.charge_card(
        order_id="ssak3-a", amount_krw=PRICE, card_key="test-card", customer_key="c1", order_name="Ssak3",
        idempotency_key="a",
    )  # fmt: skip
    shop.clock.advance(minutes=11)
    await shop.attempts.run_once()

    payment = await shop.use_cases.of_reservation(reservation_id="r1")
    assert payment is not None
    assert payment.paid_krw == 2 * PRICE
    assert (await shop.told_names())[-1] == "PaymentApproved"
    await shop.use_cases.refund(
        payment_id=payment.id, refund_id="f1", amount_krw=PRICE, reason="duplicate", cause="duplicate"
    )
    await shop.refunds.run_once()
    again = await shop.use_cases.get(payment_id=payment.id)
    assert [attempt.refunded_krw for attempt in again.attempts] == [PRICE, 0]


async def test_customers_without_a_card_are_told_so(shop: Shop) -> None:
    shop.restart(test_card=None)
    result = await shop.pay()
    assert isinstance(result, Declined)
    assert result.code == "NO_REGISTERED_CARD"
    card = await shop.use_cases.register_card(customer_id="c1", auth_key="one-time")
    assert card.label == "연습 00000000****000*"
    assert isinstance(await shop.pay("b"), Approved)
    assert (await shop.pay("c", "r2")) == await shop.pay("c", "r2")
