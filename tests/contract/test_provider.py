"""What every Provider must do, over real sockets: Toss's adapter against the sandbox, bare and guarded."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from services.payment.adapters.guarded import GuardedProvider
from services.payment.adapters.sandbox import (
    DECLINED_TEST_CARD,
    SANDBOX_SECRET_KEY,
    TEST_CARD,
    Ledger,
    RunningSandbox,
    create_app,
    start,
)
from services.payment.adapters.toss import TossProvider
from services.payment.provider import (
    AlreadyProcessed,
    Charged,
    Declined,
    NotSent,
    OurFault,
    OutcomeUnknown,
    Provider,
    ProviderStatus,
    StillProcessing,
    Unavailable,
)
from services.shared_kernel.adapters.breaker import Breaker

pytestmark = pytest.mark.asyncio

HOME = "http://shop.test:8000"
SLOW_SECONDS = 0.3


@dataclass
class Clock:
    at: datetime = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class CountedIds:
    count: int = 0

    def new(self) -> str:
        self.count += 1
        return str(UUID(int=self.count))


@dataclass
class Bench:
    """A sandbox, and a provider that talks to it; `seconds` is the breaker's clock."""

    folder: Path
    session: aiohttp.ClientSession
    kind: str
    clock: Clock = field(default_factory=Clock)
    ids: CountedIds = field(default_factory=CountedIds)
    seconds: float = 0.0

    async def open(self, port: int = 0) -> None:
        self.ledger = Ledger.open(self.folder / "ledger.jsonl")
        app = create_app(self.ledger, clock=self.clock, ids=self.ids, return_base=HOME, slow_seconds=SLOW_SECONDS)
        self.sandbox: RunningSandbox = await start(app, port=port)
        self.breaker = Breaker("provider", 3, 20.0, now=lambda: self.seconds)
        self.provider = self.connect()

    def connect(self, *, timeout: float = 5.0, secret_key: str = SANDBOX_SECRET_KEY) -> Provider:
        toss = TossProvider(self.session, f"{self.sandbox.url}/toss", secret_key, timeout)
        return GuardedProvider(toss, self.breaker) if self.kind == "guarded" else toss

    async def close(self) -> None:
        await self.sandbox.close()
        self.ledger.close()

    async def mode(self, mode: str) -> None:
        async with self.session.put(f"{self.sandbox.url}/mode", json={"mode": mode}) as answer:
            assert answer.status == 200

    async def books(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        async with self.session.get(f"{self.sandbox.url}/ledger") as answer:
            ledger = await answer.json()
        charges = [(line["order_id"], line["amount_krw"]) for line in ledger["charges"]]
        return charges, [(line["payment_key"], line["amount_krw"]) for line in ledger["refunds"]]

    async def agree(self, order_id: str, amount_krw: int = 80_000) -> str:
        """The customer taps 결제하기 in the pay window; gives the payment key."""
        query = {
            "orderId": order_id,
            "amount": str(amount_krw),
            "orderName": "집청소",
            "successUrl": f"{HOME}/checkout/done",
            "failUrl": f"{HOME}/checkout/failed",
        }
        async with self.session.post(
            f"{self.sandbox.url}/window", params=query, data={"action": "approve"}, allow_redirects=False
        ) as answer:
            assert answer.status == 303
            return URL(answer.headers["Location"]).query["paymentKey"]


@pytest_asyncio.fixture(params=["bare", "guarded"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with aiohttp.ClientSession() as session:
        bench = Bench(folder=tmp_path, session=session, kind=request.param)
        await bench.open()
        yield bench
        await bench.close()


def charge(
    provider: Provider,
    order_id: str = "attempt-1",
    *,
    card_key: str = TEST_CARD,
    key: str = "",
    amount_krw: int = 80_000,
):
    return provider.charge_card(
        order_id=order_id,
        amount_krw=amount_krw,
        card_key=card_key,
        customer_key="customer-1",
        order_name="집청소 24평",
        idempotency_key=key or order_id,
    )


async def test_a_registered_card_is_charged_at_once(bench: Bench):
    done = await charge(bench.provider)
    assert (done.order_id, done.amount_krw, done.method) == ("attempt-1", 80_000, "카드")
    assert done.approved_at == bench.clock.at
    found = await bench.provider.find(order_id="attempt-1")
    assert found is not None
    assert (found.status, found.payment_key) == (ProviderStatus.DONE, done.payment_key)
    assert (found.total_krw, found.balance_krw, found.cancels) == (80_000, 80_000, ())
    assert await bench.books() == ([("attempt-1", 80_000)], [])


async def test_a_declined_card_costs_nothing_and_says_why(bench: Bench):
    with pytest.raises(Declined) as no:
        await charge(bench.provider, card_key=DECLINED_TEST_CARD)
    assert no.value.reason_ko == "한도 초과"
    found = await bench.provider.find(order_id="attempt-1")
    assert found is not None
    assert found.status.never_paid
    assert await bench.books() == ([], [])


async def test_another_attempt_after_a_decline_is_charged(bench: Bench):
    with pytest.raises(Declined):
        await charge(bench.provider, card_key=DECLINED_TEST_CARD)
    await charge(bench.provider, "attempt-2")
    assert await bench.books() == ([("attempt-2", 80_000)], [])


async def test_an_order_that_nobody_sent_is_not_found(bench: Bench):
    assert await bench.provider.find(order_id="attempt-0") is None
    await bench.provider.ping()


async def test_the_same_key_again_gives_the_first_answer(bench: Bench):
    first = await charge(bench.provider)
    bench.clock.at += timedelta(minutes=3)
    assert await charge(bench.provider) == first
    assert await bench.books() == ([("attempt-1", 80_000)], [])


async def test_an_order_is_charged_once_even_with_another_key(bench: Bench):
    await charge(bench.provider)
    with pytest.raises(AlreadyProcessed):
        await charge(bench.provider, key="another")
    assert await bench.books() == ([("attempt-1", 80_000)], [])


async def test_an_answer_about_another_order_is_not_believed(bench: Bench):
    await charge(bench.provider, "attempt-1", key="reused")
    with pytest.raises(OutcomeUnknown):
        await charge(bench.provider, "attempt-2", key="reused")
    assert await bench.provider.find(order_id="attempt-2") is None


async def test_one_key_many_times_at_once_is_one_charge(bench: Bench):
    results = await asyncio.gather(*(charge(bench.provider) for _ in range(20)), return_exceptions=True)
    assert {type(result) for result in results} <= {Charged, StillProcessing}
    assert len({result.payment_key for result in results if isinstance(result, Charged)}) == 1
    assert await bench.books() == ([("attempt-1", 80_000)], [])


async def test_the_pay_window_is_confirmed_once(bench: Bench):
    payment_key = await bench.agree("attempt-1")
    waiting = await bench.provider.find(order_id="attempt-1")
    assert waiting is not None
    assert waiting.status is ProviderStatus.IN_PROGRESS
    assert not waiting.status.paid
    assert not waiting.status.never_paid

    async def confirm(key: str) -> Charged:
        return await bench.provider.confirm(
            payment_key=payment_key, order_id="attempt-1", amount_krw=80_000, idempotency_key=key
        )

    done = await confirm("attempt-1")
    assert done.payment_key == payment_key
    with pytest.raises(AlreadyProcessed):
        await confirm("again")
    assert await bench.books() == ([("attempt-1", 80_000)], [])


async def test_confirming_another_amount_or_order_is_refused(bench: Bench):
    payment_key = await bench.agree("attempt-1")
    for order_id, amount_krw in (("attempt-1", 100), ("attempt-2", 80_000)):
        with pytest.raises(OurFault):
            await bench.provider.confirm(
                payment_key=payment_key, order_id=order_id, amount_krw=amount_krw, idempotency_key=f"{amount_krw}"
            )
    assert await bench.books() == ([], [])


async def test_confirming_too_late_is_a_definite_no(bench: Bench):
    payment_key = await bench.agree("attempt-1")
    bench.clock.at += timedelta(minutes=10, seconds=1)
    with pytest.raises(Declined) as no:
        await bench.provider.confirm(
            payment_key=payment_key, order_id="attempt-1", amount_krw=80_000, idempotency_key="attempt-1"
        )
    assert no.value.code == "NOT_FOUND_PAYMENT_SESSION"
    found = await bench.provider.find(order_id="attempt-1")
    assert found is not None
    assert found.status is ProviderStatus.EXPIRED


async def test_two_agreements_for_one_order_are_charged_once(bench: Bench):
    first, second = await bench.agree("attempt-1"), await bench.agree("attempt-1")
    await bench.provider.confirm(payment_key=first, order_id="attempt-1", amount_krw=80_000, idempotency_key="one")
    with pytest.raises(AlreadyProcessed):
        await bench.provider.confirm(payment_key=second, order_id="attempt-1", amount_krw=80_000, idempotency_key="two")
    found = await bench.provider.find(order_id="attempt-1")
    assert found is not None
    assert found.payment_key == first


async def test_a_card_from_the_card_window_is_charged_for_its_owner_only(bench: Bench):
    card = await bench.provider.register_card(auth_key="one-time", customer_key="customer-1")
    assert await bench.provider.register_card(auth_key="one-time", customer_key="customer-1") == card
    assert card.number.count("*") > 3
    await charge(bench.provider, card_key=card.card_key)
    stranger = await bench.provider.register_card(auth_key="another", customer_key="customer-2")
    with pytest.raises(OurFault):
        await charge(bench.provider, "attempt-2", card_key=stranger.card_key)
    with pytest.raises(Declined):
        await charge(bench.provider, "attempt-3", card_key="../payments/confirm?x=1#y")


async def test_part_then_the_rest_is_given_back(bench: Bench):
    key = (await charge(bench.provider)).payment_key
    part = await bench.provider.cancel(payment_key=key, amount_krw=30_000, reason="refund-1", idempotency_key="r1")
    again = await bench.provider.cancel(payment_key=key, amount_krw=30_000, reason="refund-1", idempotency_key="r1")
    assert part == again
    assert (part.amount_krw, part.balance_krw) == (30_000, 50_000)
    with pytest.raises(Declined) as no:
        await bench.provider.cancel(payment_key=key, amount_krw=50_001, reason="too much", idempotency_key="r2")
    assert no.value.code == "NOT_CANCELABLE_AMOUNT"
    rest = await bench.provider.cancel(payment_key=key, amount_krw=50_000, reason="refund-3", idempotency_key="r3")
    assert rest.balance_krw == 0
    with pytest.raises(AlreadyProcessed):
        await bench.provider.cancel(payment_key=key, amount_krw=1, reason="none left", idempotency_key="r4")
    found = await bench.provider.find(order_id="attempt-1")
    assert found is not None
    assert found.status is ProviderStatus.CANCELED
    assert [(line.reason, line.amount_krw) for line in found.cancels] == [("refund-1", 30_000), ("refund-3", 50_000)]
    assert found.cancels[0].transaction_key == part.transaction_key
    assert await bench.books() == ([("attempt-1", 80_000)], [(key, 30_000), (key, 50_000)])


async def test_nothing_is_given_back_of_what_was_not_paid(bench: Bench):
    payment_key = await bench.agree("attempt-1")
    for key, code in ((payment_key, "NOT_CANCELABLE_PAYMENT"), ("sbx_nobody", "NOT_FOUND_PAYMENT")):
        with pytest.raises(Declined) as no:
            await bench.provider.cancel(payment_key=key, amount_krw=1000, reason="why", idempotency_key=key)
        assert no.value.code == code


async def test_declining_refuses_charges_and_still_gives_back(bench: Bench):
    key = (await charge(bench.provider)).payment_key
    waiting = await bench.agree("attempt-2")
    await bench.mode("declining")
    for attempt in ("attempt-3", "attempt-4", "attempt-5", "attempt-6"):
        with pytest.raises(Declined) as no:
            await charge(bench.provider, attempt)
        assert no.value.code == "REJECT_CARD_COMPANY"
    with pytest.raises(Declined):
        await bench.provider.confirm(
            payment_key=waiting, order_id="attempt-2", amount_krw=80_000, idempotency_key="attempt-2"
        )
    await bench.provider.cancel(payment_key=key, amount_krw=80_000, reason="refund-1", idempotency_key="r1")
    assert bench.breaker.state == "closed"
    assert await bench.books() == ([("attempt-1", 80_000)], [(key, 80_000)])


@pytest.mark.parametrize("operation", ["charge", "confirm", "cancel", "register", "find", "ping"])
async def test_a_reset_leaves_every_operation_unknown_and_undone(bench: Bench, operation: str):
    paid, waiting = (await charge(bench.provider, "attempt-0")).payment_key, await bench.agree("attempt-2")
    before = await bench.books()
    await bench.mode("down")
    with pytest.raises(OutcomeUnknown):
        await operate(bench.provider, operation, paid, waiting)
    assert await bench.books() == before
    await bench.mode("normal")
    await operate(bench.provider, operation, paid, waiting)


@pytest.mark.parametrize("operation", ["charge", "confirm", "cancel", "register"])
async def test_unknown_acts_once_then_the_same_key_tells(bench: Bench, operation: str):
    paid, waiting = (await charge(bench.provider, "attempt-0")).payment_key, await bench.agree("attempt-2")
    await bench.mode("unknown")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await operate(bench.provider, operation, paid, waiting)
    charges, refunds = await bench.books()
    assert len(charges) + len(refunds) == (1 if operation == "register" else 2)
    assert await bench.provider.find(order_id="attempt-0") is not None
    await bench.mode("normal")
    await operate(bench.provider, operation, paid, waiting)
    assert await bench.books() == (charges, refunds)


async def operate(provider: Provider, operation: str, paid: str, waiting: str) -> None:
    match operation:
        case "charge":
            await charge(provider, "attempt-1")
        case "confirm":
            await provider.confirm(
                payment_key=waiting, order_id="attempt-2", amount_krw=80_000, idempotency_key="attempt-2"
            )
        case "cancel":
            await provider.cancel(payment_key=paid, amount_krw=1000, reason="refund-1", idempotency_key="r1")
        case "register":
            await provider.register_card(auth_key="one-time", customer_key="customer-1")
        case "find":
            await provider.find(order_id="attempt-0")
        case _:
            await provider.ping()


async def test_slow_is_unknown_to_the_hasty_and_charged_once(bench: Bench):
    hasty = bench.connect(timeout=0.1)
    await bench.mode("slow")
    with pytest.raises(OutcomeUnknown):
        await charge(hasty)
    with pytest.raises(StillProcessing):
        await charge(bench.provider)
    with pytest.raises(OutcomeUnknown):
        await hasty.find(order_id="attempt-1")
    await bench.mode("normal")
    found = await bench.provider.find(order_id="attempt-1")
    assert found is not None
    assert found.status is ProviderStatus.DONE
    assert await bench.books() == ([("attempt-1", 80_000)], [])


async def test_slow_is_only_slow_to_the_patient(bench: Bench):
    await bench.mode("slow")
    started = asyncio.get_running_loop().time()
    await charge(bench.provider)
    assert asyncio.get_running_loop().time() - started >= SLOW_SECONDS - 0.01  # the loop counts milliseconds


async def test_no_connection_is_surely_not_sent(bench: Bench):
    port = int(bench.sandbox.url.rpartition(":")[2])
    await bench.close()
    for operation in ("charge", "confirm", "cancel"):
        with pytest.raises(NotSent):
            await operate(bench.provider, operation, "paid", "waiting")
    await bench.open(port)
    await charge(bench.provider)


async def test_a_wrong_key_is_our_fault(bench: Bench):
    with pytest.raises(OurFault):
        await charge(bench.connect(secret_key="test_sk_wrong"))
    with pytest.raises(OurFault):
        await bench.connect(secret_key="키").ping()
    assert await bench.books() == ([], [])


async def test_a_restart_keeps_payments_cards_and_answers(bench: Bench):
    card = await bench.provider.register_card(auth_key="one-time", customer_key="customer-1")
    done = await charge(bench.provider, card_key=card.card_key)
    gone = await bench.provider.cancel(
        payment_key=done.payment_key, amount_krw=1000, reason="refund-1", idempotency_key="r1"
    )
    await bench.mode("declining")
    with pytest.raises(Declined):
        await charge(bench.provider, "attempt-2")
    before = await bench.books()
    await bench.close()
    await bench.open()
    assert await bench.books() == before
    assert await charge(bench.provider, card_key=card.card_key) == done
    assert (
        await bench.provider.cancel(
            payment_key=done.payment_key, amount_krw=1000, reason="refund-1", idempotency_key="r1"
        )
        == gone
    )
    with pytest.raises(Declined):
        await charge(bench.provider, "attempt-2")
    assert await bench.books() == before


@pytest.mark.parametrize("bench", ["guarded"], indirect=True)
async def test_the_breaker_opens_answers_at_once_and_recovers_by_a_ping(bench: Bench):
    await bench.mode("down")
    for attempt in range(3):
        with pytest.raises(OutcomeUnknown):
            await charge(bench.provider, f"attempt-{attempt}")
    with pytest.raises(Unavailable) as refused:
        await charge(bench.provider, "attempt-9")
    assert refused.value.retry_after == pytest.approx(20.0)
    await bench.mode("normal")
    with pytest.raises(Unavailable):
        await bench.provider.ping()
    bench.seconds += 20
    await bench.provider.ping()
    assert bench.breaker.state == "closed"
    await charge(bench.provider, "attempt-9")
    assert await bench.books() == ([("attempt-9", 80_000)], [])


@pytest.mark.parametrize("bench", ["guarded"], indirect=True)
async def test_our_own_faults_and_processing_leave_the_breaker_alone(bench: Bench):
    stranger = bench.connect(secret_key="test_sk_wrong")
    for _ in range(5):
        with pytest.raises(OurFault):
            await stranger.ping()
    assert bench.breaker.state == "closed"
