"""The payment context's tables: made by migration as the code expects them, and guarding the rules themselves."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, update
from sqlalchemy.exc import IntegrityError

from messaging.broker import Delivery, Message
from messaging.consumer import Consumer
from messaging.envelope import Envelope, encode
from services.payment.model import Payment
from services.payment.reactions import PaymentReactions
from services.payment.results import Approved
from services.payment.values import AttemptStatus, Method, PaymentStatus
from services.reservation.events import RefundRequested, ReservationExpired
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import StaleVersion
from storage.payment import tables
from tests.support.fresh import Fresh
from tests.support.payment_shop import PRICE, Shop

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def shop(tmp_path: Path, fresh: Fresh) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path, fresh("payment"))
    await shop.open()
    yield shop
    await shop.close()


async def test_the_migration_makes_what_the_code_expects(shop: Shop) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"version_table": "payment_alembic_version"})
        return list(compare_metadata(context, tables.metadata))

    async with shop.database.read() as connection:
        assert await connection.run_sync(differences) == []


def begun(shop: Shop, attempt_id: str, payment: Payment | None = None) -> Payment:
    payment = payment or Payment.open(id="p1", reservation_id="r1", customer_id="c1")
    return payment.begin(
        attempt_id=attempt_id, amount_krw=PRICE, method=Method.CARD, at=shop.clock.now(),
        pay_by=shop.clock.now() + timedelta(minutes=15),
    )  # fmt: skip


async def test_the_database_allows_one_live_attempt(shop: Shop) -> None:
    payment = begun(shop, "a")
    async with shop.work() as work:
        await work.payments.save(None, payment, [])
    forgotten = replace(payment, attempts=())
    second = begun(shop, "b", forgotten)
    with pytest.raises(StaleVersion):
        async with shop.work() as work:
            await work.payments.save(forgotten, second, [])
    settled = replace(second, attempts=(replace(second.attempts[0], status=AttemptStatus.VOID),))
    async with shop.work() as work:
        await work.payments.save(forgotten, settled, [])


async def test_an_old_version_is_not_saved_and_a_reservation_has_one_payment(shop: Shop) -> None:
    payment = begun(shop, "a")
    async with shop.work() as work:
        await work.payments.save(None, payment, [])
        assert await work.payments.get("p1") == payment
    closed = payment.close()
    async with shop.work() as work:
        await work.payments.save(payment, closed, [])
    for old, new in ((payment, payment.close()), (None, replace(begun(shop, "z"), id="p2"))):
        with pytest.raises(StaleVersion):
            async with shop.work() as work:
                await work.payments.save(old, new, [])


async def test_a_fence_and_an_attempt_exclude_each_other(shop: Shop) -> None:
    async with shop.work() as work:
        await work.payments.fence("a", shop.clock.now())
        assert await work.payments.of_attempt("a") is None
    with pytest.raises(StaleVersion):
        async with shop.work() as work:
            await work.payments.save(None, begun(shop, "a"), [])
    async with shop.work() as work:
        await work.payments.save(None, begun(shop, "b"), [])
    with pytest.raises(StaleVersion):
        async with shop.work() as work:
            await work.payments.fence("b", shop.clock.now())


async def test_the_database_refunds_no_more_than_was_paid_and_books_nothing_twice(shop: Shop) -> None:
    assert isinstance(await shop.pay(), Approved)
    with pytest.raises(IntegrityError):
        async with shop.database.write() as connection:
            await connection.execute(update(tables.payment).values(refunded_krw=PRICE + 1))
    payment = await shop.use_cases.of_reservation(reservation_id="r1")
    assert payment is not None
    approved = (await shop.told())[0].event
    with pytest.raises(IntegrityError):
        async with shop.work() as work:
            await work.payments.save(payment, payment.noted(), [approved])  # type: ignore[list-item]


class OneDelivery:
    """A subscription with a single message, delivered `times` times."""

    def __init__(self, message: Message, times: int) -> None:
        self.left = [
            Delivery(message=message, attempt=1, redelivered=number > 0, handle=number) for number in range(times)
        ]
        self.acked = 0

    async def receive(self, most: int, wait_seconds: float, may_wait: Collection[str] = ()) -> list[Delivery]:
        given, self.left = self.left[:1], self.left[1:]
        return given

    async def ack(self, deliveries: list[Delivery]) -> None:
        self.acked += len(deliveries)


async def test_a_request_for_a_refund_comes_twice_and_acts_once(shop: Shop) -> None:
    paid = await shop.pay()
    assert isinstance(paid, Approved)
    request = RefundRequested(
        reservation_id="r1", customer_id="c1", version=3, payment_id=paid.payment_id, refund_id="f1",
        amount_krw=64_000, fee_krw=16_000, compensation_krw=0, cause="customer_cancelled", reason="사유",
    )  # fmt: skip
    event_id = shop.ids.new()
    envelope = Envelope(id=event_id, sequence=1, time=shop.clock.now(), causation_id=None, traceparent=None)
    message = Message(id=event_id, routing_key="reservation.refund_requested.v1", body=encode(request, envelope))
    deliveries = OneDelivery(message, 2)
    reactions = PaymentReactions(shop.clock, shop.ids).table()
    consumer: Consumer[Any] = Consumer("payment", deliveries, shop.work, reactions)  # type: ignore[arg-type]
    assert [await consumer.run_once() for _ in range(2)] == [1, 1]
    assert deliveries.acked == 2

    await shop.refunds.run_once()
    told = await shop.told()
    assert [type(received.event).__name__ for received in told] == [
        "PaymentApproved", "PaymentRefunding", "PaymentRefunded",
    ]  # fmt: skip
    assert [received.causation_id for received in told[1:]] == [event_id, event_id]
    assert [received.sequence for received in told] == [1, 2, 3]
    assert (await shop.use_cases.ledger_totals())["fee_income"] == -16_000


async def test_a_card_is_forgotten_once_no_attempt_may_need_it_again(shop: Shop) -> None:
    """Rule 3: what isn't settled is sent again with the very card it began with. Others' cards stay; twice is once."""
    assert isinstance(await shop.pay(), Approved)
    payment = await shop.use_cases.of_reservation(reservation_id="r1")
    assert payment is not None
    customer_id = payment.customer_id
    other = await shop.use_cases.card_of(customer_id="somebody else")
    for status, is_forgotten in ((AttemptStatus.UNKNOWN, False), (AttemptStatus.APPROVED, True)):
        async with shop.database.write() as connection:
            await connection.execute(update(tables.attempt).values(status=status))
        for _ in range(2):
            async with shop.work() as work:
                assert await work.cards.forget(customer_id) is is_forgotten
                assert (await work.cards.of_customer(customer_id) is None) is is_forgotten
    with pytest.raises(StaleVersion):  # who has read it before would put the card back
        async with shop.work() as work:
            await work.payments.save(payment, replace(payment, version=payment.version + 1), [])
    async with shop.work() as work:
        assert await work.cards.of_customer("somebody else") == other
        assert (await work.payments.get(payment.id)).attempts[0].card_id is None


async def test_what_was_saved_before_a_card_is_forgotten_stays_saved(shop: Shop) -> None:
    """In one batch of a consumer, one after the other."""
    assert isinstance(await shop.pay(), Approved)
    async with shop.work() as work:
        payment = await work.payments.of_reservation("r1")
        assert payment is not None
        await work.payments.save(payment, payment.noted(), [])
        assert await work.cards.forget(payment.customer_id)
        fresh = await work.payments.get(payment.id)
        assert (fresh.version, fresh.attempts[0].card_id) == (payment.version + 2, None)
        await work.payments.save(fresh, fresh.noted(), [])
    assert await shop.use_cases.get(payment_id=payment.id) == fresh.noted()


async def test_what_a_batch_is_about_is_read_at_once(shop: Shop) -> None:
    for number in range(3):
        assert isinstance(await shop.pay(f"a{number}", f"r{number}"), Approved)
    batch = [ended(shop, f"r{number}") for number in range(5)]
    reactions = PaymentReactions(shop.clock, shop.ids).table()
    asked: list[str] = []
    event.listen(shop.database.engine.sync_engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    async with shop.work() as work:
        await work.inbox.expect(batch)
        for received in batch:
            await reactions[type(received.event)](work, received)
    assert len([statement for statement in asked if "FROM payment_payment" in statement]) == 1
    for received in batch:
        closed = await shop.use_cases.of_reservation(reservation_id=received.subject)
        assert closed is not None
        assert (closed.status is PaymentStatus.CLOSED) is (closed.paid_krw == 0)


def ended(shop: Shop, reservation_id: str) -> Received:
    expired = ReservationExpired(
        reservation_id=reservation_id, customer_id="c1", version=2, starts_at=shop.clock.now(),
        hold_expires_at=shop.clock.now(),
    )  # fmt: skip
    return Received(
        id=shop.ids.new(), source="reservation", subject=reservation_id, sequence=1, time=shop.clock.now(),
        causation_id=None, traceparent=None, event=expired,
    )  # fmt: skip
