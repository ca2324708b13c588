"""What the sandbox decides: each method gives the line to write, or raises the error to answer."""

import re
from typing import Any

from services.payment.adapters.sandbox.books import DECLINED_TEST_CARD, PAID, Books, Document
from services.payment.adapters.sandbox.errors import TossError
from services.payment.adapters.sandbox.ledger import Record
from services.shared_kernel.clock import Clock, kst
from services.shared_kernel.ids import Ids

_ORDER_ID = re.compile(r"[A-Za-z0-9\-_=]{6,64}")
_MINIMUM_KRW = 100
_MAXIMUM_KRW = 10**10


class Teller:
    """Decides by the books as they are; writing is the till's."""

    def __init__(self, books: Books, clock: Clock, ids: Ids) -> None:
        self._books = books
        self._clock = clock
        self._ids = ids

    def register(self, body: Document) -> Record:
        """A card from the card window; any one-time key will do."""
        _text(body, "authKey", 300)
        card = {
            "mId": "sandbox",
            "customerKey": _text(body, "customerKey", 300),
            "authenticatedAt": self._now(),
            "method": "카드",
            "billingKey": f"sbx_card_{self._ids.new()}",
            "cardCompany": "연습",
            "cardNumber": "00000000****000*",
        }
        return _line("card", 200, card, None)

    def charge(self, card_key: str, body: Document, *, declining: bool) -> Record:
        """A registered card; `test-card-declined` is always over its limit."""
        order_id, amount_krw = order(body)
        order_name, customer_key = _text(body, "orderName", 100), _text(body, "customerKey", 300)
        if not self._books.knows_card(card_key):
            raise TossError("INVALID_BILL_KEY_REQUEST")
        if not self._books.may_charge(card_key, customer_key):
            raise TossError("NOT_MATCHES_CUSTOMER_KEY")
        if self._books.is_paid(order_id):
            raise TossError("DUPLICATED_ORDER_ID")
        payment = self._new_payment(order_id, order_name, amount_krw, "BILLING")
        if declining:
            return _abort(payment, TossError("REJECT_CARD_COMPANY"))
        if card_key == DECLINED_TEST_CARD:
            return _abort(payment, TossError("EXCEED_MAX_AMOUNT"))
        return self._approve(payment)

    def open(self, order_id: str, order_name: str, amount_krw: int) -> Record:
        """The customer agreed in the pay window; the shop has 10 min to confirm."""
        if self._books.is_paid(order_id):
            raise TossError("ALREADY_PROCESSED_PAYMENT")
        payment = self._new_payment(order_id, order_name, amount_krw, "NORMAL")
        return _line("opened", 200, payment, payment)

    def confirm(self, body: Document, *, declining: bool) -> Record:
        """The shop takes what the customer agreed to."""
        order_id, amount_krw = order(body)
        payment = self._existing(_text(body, "paymentKey", 200))
        if (payment["orderId"], payment["totalAmount"]) != (order_id, amount_krw):
            raise TossError("INVALID_REQUEST")
        if payment["status"] in PAID:
            raise TossError("ALREADY_PROCESSED_PAYMENT")
        if payment["status"] != "IN_PROGRESS":
            raise TossError("NOT_FOUND_PAYMENT_SESSION")
        if self._books.is_paid(order_id):
            raise TossError("DUPLICATED_ORDER_ID")
        if declining:
            return _abort(payment, TossError("REJECT_CARD_COMPANY"))
        return self._approve(payment)

    def cancel(self, payment_key: str, body: Document) -> Record:
        """Part of a payment, or all that is left without `cancelAmount`."""
        reason = _text(body, "cancelReason", 200)
        payment = self._existing(payment_key)
        if payment["status"] == "CANCELED":
            raise TossError("ALREADY_CANCELED_PAYMENT")
        if payment["status"] not in PAID:
            raise TossError("NOT_CANCELABLE_PAYMENT")
        balance_krw = payment["balanceAmount"]
        amount_krw = balance_krw if body.get("cancelAmount") is None else _won(body, "cancelAmount")
        if amount_krw < 1:
            raise TossError("INVALID_REQUEST")
        if amount_krw > balance_krw:
            raise TossError("NOT_CANCELABLE_AMOUNT")
        return self._give_back(payment, amount_krw, reason)

    def find(self, payment_key: str) -> Document:
        """One payment by its key."""
        return self._existing(payment_key)

    def find_order(self, order_id: str) -> Document:
        """One payment by its order."""
        return _there(self._books.payment_of_order(order_id, self._clock.now()))

    def _existing(self, payment_key: str) -> Document:
        return _there(self._books.payment(payment_key, self._clock.now()))

    def _give_back(self, payment: Document, amount_krw: int, reason: str) -> Record:
        balance_krw = payment["balanceAmount"] - amount_krw
        transaction_key = f"sbx_tx_{self._ids.new()}"
        cancel = {
            "transactionKey": transaction_key,
            "cancelAmount": amount_krw,
            "cancelReason": reason,
            "canceledAt": self._now(),
            "refundableAmount": balance_krw,
            "cancelStatus": "DONE",
        }
        cancelled = {
            **payment,
            "status": "PARTIAL_CANCELED" if balance_krw else "CANCELED",
            "balanceAmount": balance_krw,
            "lastTransactionKey": transaction_key,
            "cancels": [*(payment["cancels"] or ()), cancel],
        }
        return _line("refund", 200, cancelled, cancelled)

    def _approve(self, payment: Document) -> Record:
        approved = {**payment, "status": "DONE", "approvedAt": self._now()}
        return _line("charge", 200, approved, approved)

    def _new_payment(self, order_id: str, order_name: str, amount_krw: int, kind: str) -> Document:
        return {
            "mId": "sandbox",
            "version": "2022-11-16",
            "paymentKey": f"sbx_{self._ids.new()}",
            "lastTransactionKey": f"sbx_tx_{self._ids.new()}",
            "orderId": order_id,
            "orderName": order_name,
            "type": kind,
            "method": "카드",
            "currency": "KRW",
            "country": "KR",
            "status": "IN_PROGRESS",
            "requestedAt": self._now(),
            "approvedAt": None,
            "totalAmount": amount_krw,
            "balanceAmount": amount_krw,
            "cancels": None,
            "failure": None,
        }

    def _now(self) -> str:
        return kst(self._clock.now()).isoformat(timespec="seconds")


def order(body: Document) -> tuple[str, int]:
    """The order's id and amount in won, or the error that Toss answers."""
    order_id = _text(body, "orderId", 64)
    if not _ORDER_ID.fullmatch(order_id):
        raise TossError("INVALID_REQUEST")
    amount_krw = _won(body, "amount")
    if amount_krw < _MINIMUM_KRW:
        raise TossError("BELOW_MINIMUM_AMOUNT")
    return order_id, amount_krw


def _abort(payment: Document, error: TossError) -> Record:
    aborted = {**payment, "status": "ABORTED", "failure": error.body}
    return _line("aborted", error.status, error.body, aborted)


def _line(kind: str, status: int, answer: Document, payment: Document | None) -> Record:
    return {"kind": kind, "scope": "", "status": status, "answer": answer, "payment": payment}


def _there(payment: Document | None) -> Document:
    if payment is None:
        raise TossError("NOT_FOUND_PAYMENT")
    return payment


def _text(body: Document, name: str, longest: int) -> str:
    value: Any = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise TossError("INVALID_REQUEST")
    return value


def _won(body: Document, name: str) -> int:
    value: Any = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MAXIMUM_KRW:
        raise TossError("INVALID_REQUEST")
    return value
