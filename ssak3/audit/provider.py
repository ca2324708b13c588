"""Rules 3 and 6: what the provider did, line by line, against what is on our books."""

from collections.abc import Iterator
from typing import Any

from services.payment.policies import is_tagged
from ssak3.audit.facts import Facts, won
from ssak3.audit.findings import Check, Finding, fault, stuck
from ssak3.audit.provider_book import Charge, GivenBack, ProviderBook

NO_BOOK = "the provider's own list can't be read from here"
LIVE = ("REQUESTED", "UNKNOWN")


def check_charges(facts: Facts) -> Check:
    """Every charge belongs to one approved attempt; every approved attempt has one charge of that amount."""
    if facts.book is None:
        return Check(name="3 charges", looked_at=0, unit="charges", unseen=NO_BOOK)
    damaged = [fault(f"line {number} of the provider's book can't be read") for number in facts.book.damaged]
    return Check(
        name="3 charges",
        looked_at=len(facts.book.charges),
        unit="charges",
        findings=[*damaged, *_charges(facts, facts.book), *_attempts(facts, facts.book)],
    )


def _charges(facts: Facts, book: ProviderBook) -> Iterator[Finding]:
    attempts = {row.order_id: row for row in facts.rows("attempts")}
    for charge in book.charges:
        if facts.is_quiet(charge.at):
            yield from _charge(facts, charge, attempts.get(charge.order_id))


def _charge(facts: Facts, charge: Charge, attempt: Any) -> Iterator[Finding]:
    named = f"the provider's charge {charge.payment_key} of {won(charge.amount_krw)} for {charge.order_id}"
    if attempt is None or attempt.payment_id is None:
        yield fault(f"{named} belongs to no attempt")
    elif attempt.status in LIVE:
        if facts.is_overdue(charge.at):
            yield stuck(f"{named} hasn't been found out by attempt {attempt.id} for {facts.waited(charge.at)}")
    elif attempt.status != "APPROVED":
        yield fault(f"{named} was made, and attempt {attempt.id} is {attempt.status}")
    elif attempt.payment_key != charge.payment_key:
        yield fault(f"{named} is one too many: attempt {attempt.id} was paid by {attempt.payment_key}")
    elif attempt.amount_krw != charge.amount_krw:
        yield fault(f"{named}: attempt {attempt.id} says {won(attempt.amount_krw)}")


def _attempts(facts: Facts, book: ProviderBook) -> Iterator[Finding]:
    charges: dict[str, list[Charge]] = {}
    for charge in book.charges:
        charges.setdefault(charge.payment_key, []).append(charge)
    for attempt in facts.rows("attempts"):
        if attempt.status != "APPROVED" or not facts.is_quiet(attempt.approved_at):
            continue
        found = charges.get(attempt.payment_key, [])
        if len(found) != 1:
            yield fault(
                f"attempt {attempt.id} is approved over {won(attempt.amount_krw)}, "
                f"and the provider has {len(found)} charges {attempt.payment_key}"
            )


def check_refunds(facts: Facts) -> Check:
    """Refunds and the provider's list, one to one; money is on its way back for no longer than it takes."""
    found = list(_undone(facts))
    if facts.book is not None:
        found += [*_provider_refunds(facts, facts.book), *_our_refunds(facts, facts.book)]
    unseen = NO_BOOK if facts.book is None else ""
    return Check(name="6 refunds", looked_at=len(facts.rows("refunds")), unit="refunds", findings=found, unseen=unseen)


def _undone(facts: Facts) -> Iterator[Finding]:
    for refund in facts.rows("refunds"):
        if refund.status != "DONE" and facts.is_overdue(refund.requested_at):
            waited = facts.waited(refund.requested_at)
            yield stuck(f"refund {refund.id} of {won(refund.amount_krw)} is {refund.status} after {waited}")


def _provider_refunds(facts: Facts, book: ProviderBook) -> Iterator[Finding]:
    done = facts.by("refunds", "transaction_key")
    attempts = {row.id: row for row in facts.rows("attempts")}
    for line in book.refunds:
        if not facts.is_quiet(line.at):
            continue
        named = f"the provider's refund {line.transaction_key} of {won(line.amount_krw)} on {line.payment_key}"
        found = done.get(line.transaction_key, [])
        if not found:
            yield from _unbooked(facts, line, named)
        for refund in found:
            attempt = attempts.get(refund.attempt_id)
            if refund.amount_krw != line.amount_krw or attempt is None or attempt.payment_key != line.payment_key:
                yield fault(f"{named} is refund {refund.id} of {won(refund.amount_krw)} here")


def _unbooked(facts: Facts, line: GivenBack, named: str) -> Iterator[Finding]:
    ours = [row for row in facts.rows("refunds") if row.status != "DONE" and is_tagged(row.id, line.reason)]
    if not ours:
        yield fault(f"{named} is on no book of ours")
    elif facts.is_overdue(line.at):
        yield stuck(f"{named} was made {facts.waited(line.at)} ago, and refund {ours[0].id} is {ours[0].status}")


def _our_refunds(facts: Facts, book: ProviderBook) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for line in book.refunds:
        lines[line.transaction_key] = lines.get(line.transaction_key, 0) + 1
    for refund in facts.rows("refunds"):
        if refund.status == "DONE" and lines.get(refund.transaction_key, 0) != 1:
            count = lines.get(refund.transaction_key, 0)
            yield fault(
                f"refund {refund.id} of {won(refund.amount_krw)} is done, "
                f"and stands {count} times in the provider's list"
            )
