"""The rules about asking again and about deadlines, as pure functions."""

import re
from datetime import datetime, timedelta

from services.shared_kernel.clock import kst

# Longer than any answer of the provider is waited for: a call that old is over, its process was killed.
LOST_AFTER = timedelta(seconds=20)
# After this the provider can't still be at it (Toss: an authenticated payment is confirmed within 10 min).
LONGEST_PROCESSING = timedelta(minutes=10)
# When a settled attempt couldn't be looked after.
LOOK_LATER = timedelta(minutes=10)
NOT_PAID = "NOT_PAID"
NO_CARD = "NO_REGISTERED_CARD"

_UNKNOWN_DELAYS = (2, 5, 10, 20, 30, 60, 120, 300)
_REFUND_DELAYS = (5, 15, 60, 300, 900, 3600)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_AFTER_VOID = (10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY)
_AFTER_APPROVAL = (_DAY, 2 * _DAY, 7 * _DAY, 20 * _DAY)

_ATTEMPT_ID = re.compile(r"[A-Za-z0-9_-]{1,50}")
_TAG = "ssak3:"
_LONGEST_REASON = 200
_SATURDAY = 5


def order_id(attempt_id: str) -> str:
    """The provider's name for an attempt, at most 64 characters; ValueError for an id that it couldn't carry."""
    if not _ATTEMPT_ID.fullmatch(attempt_id):
        raise ValueError("an attempt's id is 1 to 50 letters, digits, - or _")
    return f"ssak3-{attempt_id}"


def next_look(checks: int) -> timedelta:
    """When to ask again about an unsettled attempt, after asking `checks` times."""
    return timedelta(seconds=_UNKNOWN_DELAYS[min(checks, len(_UNKNOWN_DELAYS) - 1)])


def look_after_void(checks: int) -> timedelta | None:
    """When to make sure again that a void attempt took nothing; None when it has been sure for long enough."""
    return _AFTER_VOID[checks] if checks < len(_AFTER_VOID) else None


def look_after_approval(checks: int) -> timedelta | None:
    """When to look again for cancels that were made outside; None after a month."""
    return _AFTER_APPROVAL[checks] if checks < len(_AFTER_APPROVAL) else None


def surely_over(sent_at: datetime, now: datetime) -> bool:
    """Whether the provider's longest processing time has passed since it was last asked to charge (rule 3)."""
    return now - sent_at >= LONGEST_PROCESSING


def next_refund_try(tries: int) -> timedelta:
    """How long a refund waits after `tries` sendings."""
    return timedelta(seconds=_REFUND_DELAYS[min(max(tries - 1, 0), len(_REFUND_DELAYS) - 1)])


def business_days_later(moment: datetime, days: int) -> datetime:
    """The same time of day on the Korean clock, `days` days later that aren't a Saturday or Sunday."""
    later = kst(moment)
    while days > 0:
        later += timedelta(days=1)
        days -= later.weekday() < _SATURDAY
    return later.astimezone(moment.tzinfo)


def refund_due(requested_at: datetime) -> datetime:
    """The law gives three business days (전자상거래법 §18)."""
    return business_days_later(requested_at, 3)


def refund_alert(requested_at: datetime) -> datetime:
    """Operators are alerted a business day before that (rule 6)."""
    return business_days_later(requested_at, 2)


def tagged_reason(refund_id: str, reason: str) -> str:
    """The reason that the provider keeps, carrying our id, by which the refund is found in its list of cancels."""
    tag = f" [{_TAG}{refund_id}]"
    return (reason or "refund")[: _LONGEST_REASON - len(tag)] + tag


def is_tagged(refund_id: str, provider_reason: str) -> bool:
    """Whether a cancel in the provider's list is this refund."""
    return provider_reason.endswith(f"[{_TAG}{refund_id}]")
