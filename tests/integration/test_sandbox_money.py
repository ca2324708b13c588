"""Whatever is asked in whatever order, the sandbox charges an order once and never gives back more than it took."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.payment.adapters.sandbox.books import Books
from services.payment.adapters.sandbox.ledger import Ledger, Record
from services.payment.adapters.sandbox.till import Till

ORDERS = [f"attempt-{number}" for number in range(3)]
CARDS = ["test-card", "test-card-declined", "nobody's"]


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class CountedIds:
    count = 0

    def new(self) -> str:
        self.count += 1
        return str(self.count)


STEPS = st.one_of(
    st.tuples(st.just("charge"), st.sampled_from(ORDERS), st.sampled_from(CARDS), st.booleans()),
    st.tuples(st.just("open"), st.sampled_from(ORDERS), st.just(""), st.just(False)),
    st.tuples(st.just("confirm"), st.integers(0, 9), st.sampled_from(ORDERS), st.booleans()),
    st.tuples(st.just("cancel"), st.integers(0, 9), st.sampled_from([None, 1, 400, 999, 1000, 0, -1]), st.just(False)),
    st.tuples(st.just("wait"), st.integers(1, 11), st.just(""), st.just(False)),
)
KEYS = st.sampled_from(["", "k1", "k2", "k3", "k4", "k5"])


def decide(till: Till, payments: list[str], step: tuple[str, Any, Any, bool]) -> Record:
    kind, first, second, declining = step
    payment_key = payments[first % len(payments)] if isinstance(first, int) and payments else "sbx_nobody"
    if kind == "charge":
        body = {"orderId": first, "orderName": "집청소", "amount": 1000, "customerKey": "c"}
        return till.teller.charge(second, body, declining=declining)
    if kind == "open":
        return till.teller.open(first, "집청소", 1000)
    if kind == "confirm":
        body = {"paymentKey": payment_key, "orderId": second, "amount": 1000}
        return till.teller.confirm(body, declining=declining)
    return till.teller.cancel(payment_key, {"cancelReason": "r", "cancelAmount": second})


async def play(path: Path, steps: list[tuple[tuple[str, Any, Any, bool], str]]) -> Till:
    ledger, clock = Ledger.open(path), Clock()
    till = Till(ledger, clock, CountedIds(), 0.0)
    payments: list[str] = []
    for step, key in steps:
        if step[0] == "wait":
            clock.at += timedelta(minutes=step[1])
            continue
        status, answer = await till.act(key, partial(decide, till, payments, step))
        if status == 200:
            payments.append(answer["paymentKey"])
    ledger.close()
    return till


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(STEPS, KEYS), max_size=25))
def test_money_is_conserved_and_a_restart_forgets_nothing(steps):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        books = asyncio.run(play(path, steps)).books
        orders = [line["order_id"] for line in books.charges]
        assert len(orders) == len(set(orders))
        taken = {line["payment_key"]: line["amount_krw"] for line in books.charges}
        for refund in books.refunds:
            assert refund["amount_krw"] > 0
            taken[refund["payment_key"]] -= refund["amount_krw"]
        assert all(left >= 0 for left in taken.values())
        again = Ledger.open(path)
        reborn = Books(again.found)
        again.close()
        assert (reborn.charges, reborn.refunds, reborn.answers) == (books.charges, books.refunds, books.answers)
        late = datetime(2027, 1, 1, tzinfo=UTC)
        for order_id in ORDERS:
            payment = reborn.payment_of_order(order_id, late)
            assert payment == books.payment_of_order(order_id, late)
            if payment is not None and payment["paymentKey"] in taken:
                assert payment["balanceAmount"] == taken[payment["paymentKey"]]
