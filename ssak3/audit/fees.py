"""Rules 5 and 7: the fee that was kept, computed again from the reservation's own policy and what was known then."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.cleaning import events as cleaning
from services.reservation import events as reservation
from services.reservation.policies import CancellationQuote, PaidVisit, RefundPolicy, Tier, quote_cancellation
from services.reservation.values import Party
from services.shared_kernel.event import Received
from ssak3.audit.deals import Case, cases
from ssak3.audit.facts import Facts, won
from ssak3.audit.findings import Check, Finding, fault

FIGURES = ("fee_krw", "refund_krw", "compensation_krw")
BY_CANCELLING = ("customer_cancelled", "agency_cancelled", "unfilled")


def check_fees(facts: Facts) -> Check:
    """Paid − refunded by the cancellation = the fee that the policy gives, which is also what is booked as such.

    What the policy gives depends on who had accepted by then, which only the logs know.
    """
    resting = [case for case in cases(facts) if facts.is_resting(case.id) and facts.is_remembered(case.id)]
    over = [case for case in resting if case.reservation.cancellation]
    fees = _fees_booked(facts)
    found = [finding for case in over for finding in _fee(facts, case, fees)]
    return Check(name="5 7 fees", looked_at=len(over), unit="cancellations", findings=found)


def _fees_booked(facts: Facts) -> Mapping[str, int]:
    """What is on the books as a fee, in won, by the refund that left it."""
    booked: Counter[str] = Counter()
    for row in facts.rows("postings"):
        if row.account == "agency_sales":
            booked[row.transaction_id.removeprefix("fee:")] += row.amount_krw
    return booked


def _fee(facts: Facts, case: Case, fees: Mapping[str, int]) -> Iterator[Finding]:
    row, told = case.reservation, case.reservation.cancellation
    named = f"reservation {row.id}"
    figures = tuple(told[name] for name in FIGURES)
    if case.deal is None:
        if any(figures):
            yield fault(f"{named} was never paid, and its cancellation has figures: {_said(figures)}")
        return
    allowed = {_figures(quote) for quote in _quotes(facts, row)}
    if figures not in allowed:
        should = " or ".join(_said(each) for each in sorted(allowed))
        yield fault(f"{named} was cancelled with {_said(figures)}; its policy gives {should}")
    if any(not facts.has_handled("payment", one) for one in facts.told(row.id, reservation.RefundRequested)):
        return
    yield from _carried_out(facts, case, figures, fees)


def _carried_out(facts: Facts, case: Case, figures: tuple[int, ...], fees: Mapping[str, int]) -> Iterator[Finding]:
    """What payment made of it: the refund, the fee on the books, the compensation."""
    fee, refund, compensation = figures
    named = f"reservation {case.id}"
    ours = [row for row in case.refunds if row.cause in BY_CANCELLING]
    given = sum(row.amount_krw for row in ours)
    if given != refund:
        yield fault(f"{named} was to get {won(refund)} back by cancelling, and its refunds are {won(given)}")
    kept = max(0, case.deal.amount_krw - given - case.reservation.cancellation.get("refunded_before_krw", 0))
    # Goodwill may have left less than the fee.
    if kept > fee or (kept < fee and given):
        yield fault(f"{named} keeps {won(kept)}, and its fee is {won(fee)}")
    booked = sum(fees.get(row.id, 0) for row in ours)
    if ours and booked != fee:
        yield fault(f"{named} has a fee of {won(fee)}, and {won(booked)} is booked as one")
    wanted = facts.told(case.id, reservation.RefundRequested)
    owed = {one.event.refund_id for one in wanted if isinstance(one.event, reservation.RefundRequested)}
    found = sum(row.amount_krw for row in facts.rows("compensations") if row.id in owed)
    if found != compensation:
        yield fault(f"{named} is owed a compensation of {won(compensation)}, and {won(found)} is noted")


def _figures(quote: CancellationQuote) -> tuple[int, ...]:
    return (quote.fee_krw, quote.refund_krw, quote.compensation_krw)


def _said(figures: tuple[int, ...]) -> str:
    fee, refund, compensation = figures
    return f"fee {fee:,} / refund {refund:,} / compensation {compensation:,}"


def _quotes(facts: Facts, row: Any) -> list[CancellationQuote]:
    """The figures by what the reservation knew of its cleaner then; more than one when both came in one moment."""
    policy = dict(row.policy)
    policy["tiers"] = tuple(Tier(**tier) for tier in policy["tiers"])
    by, at = Party(row.cancellation["by"]), datetime.fromisoformat(row.cancellation["cancelled_at"])
    visit = PaidVisit(
        paid_krw=row.paid_krw,
        paid_at=row.paid_at,
        starts_at=row.starts_at,
        moved_tier_percent=row.moved_tier_percent,
        cleaner_accepted=False,
        unfilled=False,
        refunded_krw=row.cancellation.get("refunded_before_krw", 0),
    )
    return [
        quote_cancellation(
            RefundPolicy(**policy),
            replace(visit, cleaner_accepted=known.accepted, unfilled=known.unfilled),
            by,
            at,
        )
        for known in _known_at(facts, row.id, at)
    ]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the reservation knew of its cleaner."""

    revision: int = 1
    accepted: bool = False
    unfilled: bool = False

    def after(self, received: Received) -> "_Known":
        """As the lifecycle has it: news about an earlier visit say nothing."""
        match received.event:
            case reservation.ReservationRescheduled(visit_revision=revision):
                return replace(self, revision=revision, unfilled=False)
            case cleaning.OfferAccepted(visit_revision=revision) if revision == self.revision:
                return replace(self, accepted=True, unfilled=False)
            case cleaning.JobUnfilled(visit_revision=revision) if revision == self.revision:
                return replace(self, accepted=False, unfilled=True)
            case cleaning.JobWithdrawn():
                return replace(self, accepted=False)
            case _:
                return self


def _known_at(facts: Facts, reservation_id: str, at: datetime) -> set[_Known]:
    """Own events count from when they were told, a cleaner's from when the reservation handled them."""
    inbox = facts.snapshot.messages["reservation"].inbox
    kinds = (reservation.ReservationRescheduled, cleaning.OfferAccepted, cleaning.JobUnfilled, cleaning.JobWithdrawn)
    moments = []
    for received in facts.told(reservation_id, *kinds):
        own = isinstance(received.event, reservation.ReservationRescheduled)
        moment = received.time if own else inbox.get(received.id)
        if moment is not None and moment <= at:
            # In one moment: first the move, which its offers follow.
            moments.append((moment, getattr(received.event, "visit_revision", 0), not own, received.sequence, received))
    known, found = _Known(), set[_Known]()
    for moment, *_, received in sorted(moments, key=lambda each: each[:4]):
        if moment == at:
            found.add(known)
        known = known.after(received)
    return {*found, known}
