"""What the sandbox knows: payments as Toss writes them, cards, answers by idempotency key. Rebuilt from the ledger."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from services.payment.adapters.sandbox.ledger import Record

TEST_CARD = "test-card"
DECLINED_TEST_CARD = "test-card-declined"
CONFIRM_WITHIN = timedelta(minutes=10)
PAID = frozenset({"DONE", "CANCELED", "PARTIAL_CANCELED"})

Document = dict[str, Any]
Answer = tuple[int, Document]


class Books:
    """An index over the ledger. A document in it is never changed, only replaced."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._payments: dict[str, Document] = {}
        self._keys_by_order: dict[str, str] = {}
        self._card_owners: dict[str, str | None] = {TEST_CARD: None, DECLINED_TEST_CARD: None}
        self.answers: dict[str, Answer] = {}
        self.charges: list[Document] = []
        self.refunds: list[Document] = []
        # What was answered to each charge and each refund, whole.
        self.answered: list[tuple[str, Document]] = []
        for record in records:
            self.apply(record)

    def apply(self, record: Record) -> None:
        """Take in one line of the ledger."""
        payment, answer = record.get("payment"), record["answer"]
        if record["scope"]:
            self.answers[record["scope"]] = (record["status"], answer)
        if payment is not None:
            self._payments[payment["paymentKey"]] = payment
            if not self.is_paid(payment["orderId"]):
                self._keys_by_order[payment["orderId"]] = payment["paymentKey"]
        if record["kind"] == "card":
            self._card_owners[answer["billingKey"]] = answer["customerKey"]
        elif record["kind"] == "charge":
            self.charges.append(_charge_line(answer))
            self.answered.append(("charge", answer))
        elif record["kind"] == "refund":
            self.refunds.append(_refund_line(answer))
            self.answered.append(("refund", answer))

    def payment(self, payment_key: str, now: datetime) -> Document | None:
        """The payment as it is at `now`: one that nobody confirmed in time has expired."""
        payment = self._payments.get(payment_key)
        if payment is None or payment["status"] != "IN_PROGRESS":
            return payment
        if datetime.fromisoformat(payment["requestedAt"]) + CONFIRM_WITHIN < now:
            return {**payment, "status": "EXPIRED"}
        return payment

    def payment_of_order(self, order_id: str, now: datetime) -> Document | None:
        """The order's paid payment, else its latest."""
        return self.payment(self._keys_by_order.get(order_id, ""), now)

    def is_paid(self, order_id: str) -> bool:
        """Whether money was ever taken for the order."""
        payment = self._payments.get(self._keys_by_order.get(order_id, ""))
        return payment is not None and payment["status"] in PAID

    def knows_card(self, card_key: str) -> bool:
        """Whether the card is registered."""
        return card_key in self._card_owners

    def may_charge(self, card_key: str, customer_key: str) -> bool:
        """Whether the card is this customer's; the test cards are everybody's."""
        return self._card_owners[card_key] in (None, customer_key)


def _charge_line(payment: Document) -> Document:
    return {
        "order_id": payment["orderId"],
        "payment_key": payment["paymentKey"],
        "amount_krw": payment["totalAmount"],
        "at": payment["approvedAt"],
    }


def _refund_line(payment: Document) -> Document:
    last = payment["cancels"][-1]
    return {"payment_key": payment["paymentKey"], "amount_krw": last["cancelAmount"], "at": last["canceledAt"]}
