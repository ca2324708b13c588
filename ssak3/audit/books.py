"""Rule 7: money is conserved on the payment context's own books."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ssak3.audit.facts import Facts, won
from ssak3.audit.findings import Check, Finding, fault

# (transaction, account) → won
Lines = dict[tuple[str, str], int]


def check_books(facts: Facts) -> Check:
    """Postings sum to zero and follow from attempts, refunds and compensations; totals equal their parts."""
    return Check(
        name="7 books",
        looked_at=len(facts.rows("postings")),
        unit="postings",
        findings=[*_sums(facts), *_lines(facts), *_totals(facts)],
    )


def _sums(facts: Facts) -> Iterator[Finding]:
    sums: Counter[str] = Counter()
    for row in facts.rows("postings"):
        sums[row.transaction_id] += row.amount_krw
    for transaction, amount in sorted(sums.items()):
        if amount:
            yield fault(f"the postings of {transaction} sum to {won(amount)} instead of 0")
    if total := sum(sums.values()):
        yield fault(f"all postings sum to {won(total)} instead of 0")


def _expected(facts: Facts) -> Lines:
    lines: Lines = {}

    def book(transaction: str, debit: str, credit: str, amount: int) -> None:
        lines[transaction, debit], lines[transaction, credit] = amount, -amount

    for row in facts.rows("attempts"):
        if row.status == "APPROVED":
            book(f"charge:{row.id}", "provider", "agency_sales", row.amount_krw)
    for row in facts.rows("refunds"):
        if row.status == "DONE":
            book(f"refund:{row.id}", "refunds", "provider", row.amount_krw)
    for row in facts.rows("compensations"):
        book(f"owed:{row.id}", "compensation_expense", "compensation_payable", row.amount_krw)
        if row.status == "PAID":
            book(f"paid:{row.id}", "compensation_payable", "bank", row.amount_krw)
    return lines


def _lines(facts: Facts) -> Iterator[Finding]:
    expected = _expected(facts)
    refunds = {f"fee:{row.id}" for row in facts.rows("refunds")}
    booked = {(row.transaction_id, row.account): row.amount_krw for row in facts.rows("postings")}
    for (transaction, account), amount in sorted(expected.items()):
        found = booked.pop((transaction, account), None)
        if found != amount:
            said = "isn't booked" if found is None else f"is booked as {won(found)}"
            yield fault(f"{transaction} on {account} should be {won(amount)}, and {said}")
    for (transaction, account), amount in sorted(booked.items()):
        # What the fee should be is seen by the reservation's policy, in `fees`.
        if transaction not in refunds:
            yield fault(f"{transaction} on {account} books {won(amount)} for nothing that happened")


def _totals(facts: Facts) -> Iterator[Finding]:
    attempts, refunds = facts.by("attempts", "payment_id"), facts.by("refunds", "payment_id")
    for payment in facts.rows("payments"):
        yield from _payment(payment, attempts.get(payment.id, []), refunds.get(payment.id, []))


def _payment(payment: Any, attempts: list[Any], refunds: list[Any]) -> Iterator[Finding]:
    approved = [row for row in attempts if row.status == "APPROVED"]
    done = [row for row in refunds if row.status == "DONE"]
    promised = [row for row in refunds if row.status != "DONE"]
    named = f"payment {payment.id} of reservation {payment.reservation_id}"
    figures = {
        "paid": (payment.paid_krw, _sum(approved)),
        "refunded": (payment.refunded_krw, _sum(done)),
        "promised to refunds": (payment.reserved_krw, _sum(promised)),
    }
    for what, (told, counted) in figures.items():
        if told != counted:
            yield fault(f"{named} says {won(told)} {what}, and its parts make {won(counted)}")
    if payment.refunded_krw + payment.reserved_krw > payment.paid_krw:
        given = won(payment.refunded_krw + payment.reserved_krw)
        yield fault(f"{named} gives back {given} of {won(payment.paid_krw)}")
    if sum(row.status in ("REQUESTED", "UNKNOWN") for row in attempts) > 1:
        yield fault(f"{named} has more than one live attempt")
    yield from _per_attempt(approved, _by_attempt(done))


def _per_attempt(approved: list[Any], done: Mapping[str, int]) -> Iterator[Finding]:
    for attempt in approved:
        if attempt.refunded_krw != done.get(attempt.id, 0):
            told, counted = won(attempt.refunded_krw), won(done.get(attempt.id, 0))
            yield fault(f"attempt {attempt.id} says {told} refunded, and its refunds make {counted}")


def _by_attempt(refunds: list[Any]) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in refunds:
        found[row.attempt_id] += row.amount_krw
    return found


def _sum(rows: list[Any]) -> int:
    return sum(row.amount_krw for row in rows)
