"""A broadcast's report as a spreadsheet opens it: each recipient's line. No names, no numbers: ids say who it was."""

from services.notification.broadcasts.values import Recipient
from services.shared_kernel.clock import kst

COLUMNS = ("person_id", "role", "status", "channel", "reason", "sent_at")
# Without it Excel takes UTF-8 for something else.
BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet would take what begins so for a formula; a customer's id may be anything (the API's caller chose it).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line_of(one: Recipient) -> tuple[str, ...]:
    """In the order of COLUMNS; the time is Korean."""
    sent_at = kst(one.sent_at).isoformat(timespec="seconds") if one.sent_at else ""
    values = (one.person_id, one.role, one.status, one.channel, one.reason, sent_at)
    return tuple(f"'{value}" if value.startswith(_FORMULA) else value for value in values)
