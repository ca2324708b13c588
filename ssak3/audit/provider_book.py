"""The sandbox provider's own book, read beside it: what it really charged and gave back."""

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 10


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
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    return _book(list(enumerate(lines, start=1)))


def ask_for_book(sandbox_url: str) -> ProviderBook | None:
    """The same from a sandbox that runs elsewhere, e.g. `http://sandbox:8000/sandbox`; None when it doesn't answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{sandbox_url}/book", timeout=PATIENCE_SECONDS) as answer:
            records = json.loads(answer.read())
    except (OSError, ValueError):
        return None
    return _book([(number, json.dumps(record).encode()) for number, record in enumerate(records, start=1)])


def _book(lines: Sequence[tuple[int, bytes]]) -> ProviderBook:
    charges: list[Charge] = []
    refunds: list[GivenBack] = []
    damaged: list[int] = []
    for number, line in lines:
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
