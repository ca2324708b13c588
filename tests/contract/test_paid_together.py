"""Payments that come at the same moment: two transactions for all, and each ends as it would alone."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payment.provider import Charged
from services.payment.refusals import AlreadyPaid, OtherAttempt
from services.payment.results import Approved, Declined, Fenced, Result, Unavailable, Unknown
from services.payment.use_cases import PaymentUseCases
from services.shared_kernel.tracing import PASSING_ON
from storage.payment import tables
from tests.support.fresh import Fresh
from tests.support.payment_shop import PRICE, Shop
from tests.support.payments import FakeProvider

pytestmark = pytest.mark.asyncio


class AtOnce(FakeProvider):
    """Answers nobody before so many have asked."""

    together = asyncio.Barrier(1)

    async def charge_card(self, **asked: Any) -> Charged:
        try:
            return await super().charge_card(**asked)
        finally:
            await self.together.wait()


class Till:
    """A shop whose transactions are counted."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shop = shop
        self.provider = AtOnce(shop.clock, shop.ids)
        self.transactions = 0
        write = shop.database.write

        def counted() -> AbstractAsyncContextManager[AsyncConnection]:
            self.transactions += 1
            return write()

        monkeypatch.setattr(shop.database, "write", counted)
        shop.restart(self.provider)

    async def pay(self, number: int, attempt_id: str | None = None, by: PaymentUseCases | None = None) -> Result:
        return await (by or self.shop.use_cases).pay(
            reservation_id=f"r{number}", customer_id=f"c{number}", attempt_id=attempt_id or f"a{number}",
            amount_krw=PRICE, method="card", pay_by=self.shop.clock.now() + timedelta(minutes=15),
        )  # fmt: skip

    async def at_once(self, *payments: Coroutine[Any, Any, Result], sent: int | None = None) -> list[Any]:
        """All at the same moment; so many of them come to the provider."""
        self.provider.together = asyncio.Barrier(len(payments) if sent is None else sent)
        self.transactions = 0
        try:
            async with asyncio.timeout(10):
                return list(await asyncio.gather(*payments, return_exceptions=True))
        finally:
            await self.provider.together.abort()  # whoever waits for others that don't come

    async def pay_all(self, *numbers: int) -> list[Any]:
        return await self.at_once(*(self.pay(number) for number in numbers))

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        async with self.shop.database.read() as connection:
            return [dict(row._mapping) for row in await connection.execute(select(table))]


@pytest_asyncio.fixture
async def till(tmp_path: Path, fresh: Fresh, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    shop = Shop(tmp_path, fresh("payment"))
    await shop.open()
    yield Till(shop, monkeypatch)
    await shop.close()


async def test_they_share_both_transactions(till: Till) -> None:
    answers = await till.pay_all(*range(6))
    assert {type(answer) for answer in answers} == {Approved}
    assert till.transactions == 2
    assert len(till.provider.charges) == 6
    told = await till.shop.told()
    assert [type(received.event).__name__ for received in told] == ["PaymentApproved"] * 6
    assert {received.sequence for received in told} == {1}
    assert await till.shop.use_cases.ledger_totals() == {"provider": 6 * PRICE, "agency_sales": -6 * PRICE}


async def test_several_leave_what_each_alone_leaves(till: Till) -> None:
    own = {
        "id", "reservation_id", "customer_id", "payment_id", "order_id", "payment_key", "card_id", "transaction_id",
    }  # fmt: skip
    for numbers in ((0,), (1, 2, 3)):
        assert {type(answer) for answer in await till.pay_all(*numbers)} == {Approved}
        assert till.transactions == 2
    for table, count in ((tables.payment, 4), (tables.attempt, 4), (tables.card, 4), (tables.posting, 8)):
        rows = await till.rows(table)
        assert len(rows) == count
        assert len({str({name: value for name, value in row.items() if name not in own}) for row in rows}) == count // 4
    for payment in await till.rows(tables.payment):
        [attempt] = [row for row in await till.rows(tables.attempt) if row["payment_id"] == payment["id"]]
        [card] = [row for row in await till.rows(tables.card) if row["id"] == attempt["card_id"]]
        number = payment["reservation_id"][1:]
        assert (attempt["id"], card["customer_id"]) == (f"a{number}", f"c{number}")


async def test_each_keeps_its_own_trace(till: Till) -> None:
    traces = {f"a{number}": f"00-{number + 1:032x}-00f067aa0ba902b7-00" for number in range(3)}

    async def pay(number: int) -> Result:
        with PASSING_ON.begin("test", traces[f"a{number}"]):
            return await till.pay(number)

    await till.at_once(*(pay(number) for number in range(3)))
    assert till.transactions == 2
    assert {row["id"]: row["traceparent"] for row in await till.rows(tables.attempt)} == traces
    told = {getattr(received.event, "attempt_id", ""): received.traceparent for received in await till.shop.told()}
    assert told == traces


async def test_what_is_refused_or_declined_harms_none_beside_it(till: Till) -> None:
    await till.pay_all(0)
    async with till.shop.work() as work:
        await work.payments.fence("a4", till.shop.clock.now())
    till.provider.script.extend(["ok", "declined", "not_sent", "dropped"])
    refused = (till.pay(0, "again"), till.pay(4), till.pay(6, "a0"))
    answers = await till.at_once(till.pay(1), till.pay(2), till.pay(3), *refused, till.pay(5), sent=4)
    kinds = [Approved, Declined, Unavailable, AlreadyPaid, Fenced, OtherAttempt, Unknown]
    assert [type(answer) for answer in answers] == kinds
    assert till.transactions == 2
    told = ["PaymentApproved", "PaymentApproved", "PaymentDeclined", "PaymentPending"]
    assert sorted(await till.shop.told_names()) == told
    assert len(till.provider.charges) == 2
    assert "again" not in {row["id"] for row in await till.rows(tables.attempt)}


async def test_while_the_provider_rests_nothing_is_noted(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    await till.pay_all(0)
    monkeypatch.setattr(till.provider, "rests_for", lambda: 4.2)
    answers = await till.at_once(till.pay(1), till.pay(2), till.pay(0, "again"))
    assert answers[:2] == [Unavailable(retry_after_seconds=5)] * 2
    assert isinstance(answers[2], AlreadyPaid)
    assert till.transactions == 1
    assert len(await till.rows(tables.attempt)) == len(await till.rows(tables.card)) == 1


async def test_one_without_a_card_is_declined_beside_those_who_have_one(till: Till) -> None:
    for number in (1, 2):
        await till.shop.use_cases.card_of(customer_id=f"c{number}")
    till.shop.restart(till.provider, test_card=None)
    answers = await till.at_once(*(till.pay(number) for number in range(3)), sent=2)
    assert [type(answer) for answer in answers] == [Declined, Approved, Approved]
    assert till.transactions == 2


async def test_the_same_attempt_asked_twice_at_once_is_charged_once(till: Till) -> None:
    """From two replicas, and from one; it may still be under way when the second is answered."""
    first = till.shop.use_cases
    till.shop.restart(till.provider)
    answers = await till.at_once(
        till.pay(1), till.pay(2), till.pay(1, by=first), till.pay(3, by=first), till.pay(1), sent=3
    )
    assert [type(answers[number]) for number in (1, 3)] == [Approved, Approved]
    assert {type(answers[number]) for number in (0, 2, 4)} <= {Approved, Unknown}
    assert sorted(order for order, _ in till.provider.charges) == ["ssak3-a1", "ssak3-a2", "ssak3-a3"]


async def test_one_attempt_id_for_two_reservations_is_charged_for_one(till: Till) -> None:
    answers = await till.at_once(till.pay(1, "same"), till.pay(2, "same"), till.pay(3), sent=2)
    assert sorted(type(answer).__name__ for answer in answers) == ["Approved", "Approved", "OtherAttempt"]
    assert len(till.provider.charges) == 2
    assert any(isinstance(answer, OtherAttempt) for answer in answers[:2])


async def test_one_that_was_changed_meanwhile_is_decided_anew(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    charge = till.provider.charge_card

    async def close_meanwhile(**asked: Any) -> Charged:
        if asked["idempotency_key"] == "a1":
            async with till.shop.work() as work:
                old = await work.payments.of_reservation("r1")
                assert old is not None
                await work.payments.save(old, old.close(), [])
        return await charge(**asked)

    monkeypatch.setattr(till.provider, "charge_card", close_meanwhile)
    answers = await till.pay_all(0, 1, 2)
    assert {type(answer) for answer in answers} == {Approved}
    assert till.transactions == 4  # begun, closed, found to be changed, recorded
    found = {row["reservation_id"]: (row["version"], row["paid_krw"]) for row in await till.rows(tables.payment)}
    assert found == {"r0": (3, PRICE), "r1": (4, PRICE), "r2": (3, PRICE)}
    assert await till.shop.told_names() == ["PaymentApproved"] * 3
