"""The sandbox provider's own book, read beside it: what it really charged and gave back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Money that the provider took."""

    order_id: str
    payment_key: str
    amount_krw: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class GivenBack:
    """Money that the provider returned; `reason` carries our refund's id."""

    transaction_key: str
    payment_key: str
    amount_krw: int
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProviderBook:
    """All lines. `damaged` are the numbers of those that can't be read."""

    charges: Sequence[Charge] = ()
    refunds: Sequence[GivenBack] = ()
    damaged: Sequence[int] = ()


def read_book(path: Path) -> ProviderBook:
    """The book as it is now, without its lock; a line that is just being written isn't counted. No file: empty."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return ProviderBook()
    charges: list[Charge] = []
    refunds: list[GivenBack] = []
    damaged: list[int] = []
    for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), start=1):
        try:
            record = json.loads(line)
            if record["kind"] == "charge":
                charges.append(_charge(record["answer"]))
            elif record["kind"] == "refund":
                refunds.append(_given_back(record["answer"]))
        except (ValueError, KeyError, TypeError, IndexError):
            damaged.append(number)
    return ProviderBook(charges=charges, refunds=refunds, damaged=damaged)


def _charge(answer: Any) -> Charge:
    return Charge(
        order_id=answer["orderId"],
        payment_key=answer["paymentKey"],
        amount_krw=int(answer["totalAmount"]),
        at=datetime.fromisoformat(answer["approvedAt"]),
    )


def _given_back(answer: Any) -> GivenBack:
    last = answer["cancels"][-1]
    return GivenBack(
        transaction_key=last["transactionKey"],
        payment_key=answer["paymentKey"],
        amount_krw=int(last["cancelAmount"]),
        reason=last["cancelReason"],
        at=datetime.fromisoformat(last["canceledAt"]),
    )
