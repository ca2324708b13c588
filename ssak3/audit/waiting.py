"""What time should have settled by now: payments under way, holds, reminders, jobs."""

from collections.abc import Iterator

from ssak3.audit.facts import Facts
from ssak3.audit.findings import Check, Finding, stuck


def check_waiting(facts: Facts) -> Check:
    """Nothing is left unsettled for 15 minutes."""
    found = [*_attempts(facts), *_reservations(facts), *_due_rows(facts)]
    looked_at = sum(len(facts.rows(name)) for name in ("attempts", "reservations", "reminders", "jobs"))
    return Check(name="2 3 14 waiting", looked_at=looked_at, unit="rows", findings=found)


def _attempts(facts: Facts) -> Iterator[Finding]:
    for row in facts.rows("attempts"):
        if row.status in ("REQUESTED", "UNKNOWN") and facts.is_overdue(row.requested_at):
            yield stuck(f"attempt {row.id} is {row.status} for {facts.waited(row.requested_at)}")


def _reservations(facts: Facts) -> Iterator[Finding]:
    for row in facts.rows("reservations"):
        if row.paying_since is not None and facts.is_overdue(row.paying_since):
            yield stuck(f"reservation {row.id} waits for attempt {row.attempt_id} for {facts.waited(row.paying_since)}")
        elif row.status == "AWAITING_PAYMENT" and facts.is_overdue(row.hold_expires_at):
            yield stuck(f"reservation {row.id} should have expired {facts.waited(row.hold_expires_at)} ago")


def _due_rows(facts: Facts) -> Iterator[Finding]:
    for row in facts.rows("reminders"):
        if row.status == "PLANNED" and facts.is_overdue(row.due_at):
            yield stuck(f"reminder {row.kind} of {row.reservation_id} was due {facts.waited(row.due_at)} ago")
    for row in facts.rows("jobs"):
        if row.due_at is not None and facts.is_overdue(row.due_at):
            yield stuck(f"job {row.id} ({row.status}) was to be looked at {facts.waited(row.due_at)} ago")
