"""What reservation, payment and cleaning must agree on: paid is a deal, unpaid is none, and a deal has a job."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.payment import events as payment
from services.reservation import events as reservation
from ssak3.audit.facts import Facts, won
from ssak3.audit.findings import Check, Finding, fault

DEALS = ("CONFIRMED", "IN_PROGRESS", "COMPLETED")
AHEAD = ("OFFERING", "ASSIGNED", "EN_ROUTE")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A reservation with its payment, attempts, refunds and job, each empty or None when there is none."""

    reservation: Any
    payment: Any
    attempts: list[Any]
    refunds: list[Any]
    job: Any

    @property
    def id(self) -> str:
        """The reservation's."""
        return str(self.reservation.id)

    @property
    def deal(self) -> Any:
        """The approved attempt that made it a deal, if one did."""
        wanted = self.reservation.paid_attempt_id
        if wanted is None or wanted in self.reservation.returned:
            return None
        return next((row for row in self.attempts if row.id == wanted and row.status == "APPROVED"), None)


def cases(facts: Facts) -> Iterator[Case]:
    """Every reservation with all that belongs to it."""
    payments = {row.reservation_id: row for row in facts.rows("payments")}
    attempts, refunds = facts.by("attempts", "payment_id"), facts.by("refunds", "payment_id")
    jobs = {row.reservation_id: row for row in facts.rows("jobs")}
    for row in facts.rows("reservations"):
        paid = payments.get(row.id)
        yield Case(
            reservation=row,
            payment=paid,
            attempts=attempts.get(paid.id, []) if paid else [],
            refunds=refunds.get(paid.id, []) if paid else [],
            job=jobs.get(row.id),
        )


def check_deals(facts: Facts) -> Check:
    """One charge for each deal; all other money goes back."""
    resting = [case for case in cases(facts) if facts.is_resting(case.id)]
    # Orders as the provider has them; None: it keeps no book.
    charges = Counter(charge.order_id for charge in facts.book.charges) if facts.book is not None else None
    return Check(
        name="2 3 deals",
        looked_at=len(resting),
        unit="reservations",
        findings=[*(found for case in resting for found in _deal(facts, case, charges)), *_nobodys(facts)],
    )


def _deal(facts: Facts, case: Case, charges: Mapping[str, int] | None) -> Iterator[Finding]:
    row = case.reservation
    named = f"reservation {row.id} ({row.status})"
    if row.status in DEALS:
        yield from _paid_once(case, named, charges)
    elif row.status == "AWAITING_PAYMENT" and row.paid_attempt_id is not None:
        yield fault(f"{named} is paid by attempt {row.paid_attempt_id}, and waits for payment")
    yield from _refunds_known(facts, case, named)
    yield from _rest_goes_back(facts, case, named)


def _paid_once(case: Case, named: str, charges: Mapping[str, int] | None) -> Iterator[Finding]:
    row, deal = case.reservation, case.deal
    if deal is None:
        yield fault(f"{named} has no approved payment")
        return
    if not row.price_krw == row.paid_krw == deal.amount_krw:
        amounts = f"{won(deal.amount_krw)} charged, {won(row.paid_krw)} noted"
        yield fault(f"{named} costs {won(row.price_krw)}: {amounts}")
    if charges is not None:
        count = charges.get(deal.order_id, 0)
        if count != 1:
            yield fault(f"{named} has {count} charges at the provider for attempt {deal.id} instead of one")


def _refunds_known(facts: Facts, case: Case, named: str) -> Iterator[Finding]:
    if case.payment is None or case.reservation.payment_id is None:
        return
    known, done = case.reservation.refunded_krw, case.payment.refunded_krw
    news = facts.told(case.id, payment.PaymentRefunded)
    if known != done and all(facts.has_handled("reservation", received) for received in news):
        yield fault(f"{named} knows of {won(known)} refunded, its payment of {won(done)}")


def _rest_goes_back(facts: Facts, case: Case, named: str) -> Iterator[Finding]:
    """Approved money that isn't the deal's, and what a cancellation returns: refunded, or a refund is under way."""
    deal = case.deal
    surplus = sum(row.amount_krw for row in case.attempts if row.status == "APPROVED" and row is not deal)
    cancellation = case.reservation.cancellation
    if cancellation and deal is not None:
        surplus += cancellation["refund_krw"]
    given = sum(row.amount_krw for row in case.refunds)
    if given < surplus and not _will_be_asked(facts, case):
        yield fault(f"{named} has to give back {won(surplus)}, and only {won(given)} is refunded or on its way")


def _will_be_asked(facts: Facts, case: Case) -> bool:
    """Whether news that lead to a refund are still on their way; then the messages' check looks after them."""
    approved = facts.told(case.id, payment.PaymentApproved)
    wanted = facts.told(case.id, reservation.RefundRequested)
    return any(not facts.has_handled("reservation", received) for received in approved) or any(
        not facts.has_handled("payment", received) for received in wanted
    )


def _nobodys(facts: Facts) -> Iterator[Finding]:
    known = {row.id for row in facts.rows("reservations")}
    for row in facts.rows("payments"):
        kept = row.paid_krw - row.refunded_krw - row.reserved_krw
        if row.reservation_id not in known and kept > 0 and facts.is_resting(row.reservation_id):
            yield fault(f"payment {row.id} keeps {won(kept)}, and there is no reservation {row.reservation_id}")


def check_jobs(facts: Facts) -> Check:
    """No job for an unpaid reservation, one for each confirmed one, none left of a cancelled one."""
    known = {row.id for row in facts.rows("reservations")}
    found = [
        fault(f"job {row.id} is for {row.reservation_id}, and there is no such reservation")
        for row in facts.rows("jobs")
        if row.reservation_id not in known
    ]
    found += [finding for case in cases(facts) for finding in _job(facts, case)]
    return Check(name="2 8 jobs", looked_at=len(facts.rows("jobs")), unit="jobs", findings=found)


def _job(facts: Facts, case: Case) -> Iterator[Finding]:
    row, job = case.reservation, case.job
    named = f"reservation {row.id} ({row.status})"
    confirmed = facts.told(row.id, reservation.ReservationConfirmed)
    if job is None:
        if any(facts.has_handled("cleaning", received) for received in confirmed):
            yield fault(f"{named} was confirmed, and has no job")
        elif row.status in DEALS and not confirmed:
            yield fault(f"{named} was never told to be confirmed, and has no job")
        return
    if not confirmed and facts.is_remembered(row.id):
        yield fault(f"job {job.id} ({job.status}) is for {named}, which was never paid")
    over = facts.told(row.id, reservation.ReservationCancelled)
    is_over = any(facts.has_handled("cleaning", received) for received in over)
    if is_over and job.status != "CALLED_OFF":
        yield fault(f"{named} is over, and job {job.id} is {job.status}")
    if job.status == "CALLED_OFF" and row.status != "CANCELLED":
        yield fault(f"job {job.id} was called off, and {named} wasn't cancelled")
    moved = facts.told(row.id, reservation.ReservationRescheduled)
    is_elsewhere = (job.starts_at, job.visit_revision) != (row.starts_at, row.visit_revision)
    if job.status in AHEAD and is_elsewhere and all(facts.has_handled("cleaning", one) for one in moved):
        yield fault(f"job {job.id} is planned for {job.starts_at:%Y-%m-%d %H:%M}Z, and {named} for another time")
