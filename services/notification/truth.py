"""Whether what somebody is to be told of a visit is still true when it is sent. Pure."""

from datetime import datetime

from services.notification.model import Notification
from services.notification.values import ReservationCopy, Values
from services.shared_kernel.clock import kst_date

CALLED_OFF = "called_off"  # the visit was cancelled, or moved
VISITS = ("CONFIRMED", "IN_PROGRESS", "COMPLETED")  # the statuses of those that take place

# Not `Notification.reservation_id`: a broadcast belongs to no reservation's history, and waits in no lane of one.
_ABOUT, _ABOUT_AT = "about_visit", "about_visit_at"


def about_visit(copy: ReservationCopy) -> Values:
    """What a broadcast that tells of a visit keeps, to find out whether it is true when it is sent."""
    return {_ABOUT: copy.reservation_id} | ({_ABOUT_AT: copy.visit.starts_at} if copy.visit else {})


def visit_of(notification: Notification) -> str | None:
    """The reservation without which `why_untrue` can't tell; None for what is always true."""
    about = notification.values.get(_ABOUT)
    if about is None and notification.good_until is not None:
        return notification.reservation_id
    return str(about) if about is not None else None


def why_untrue(notification: Notification, copy: ReservationCopy | None, now: datetime) -> str:
    """Why a reminder, or a broadcast that tells of a visit, stays home: called_off or too_late; empty when true."""
    if _ABOUT in notification.values:
        return "" if copy and _is_as_told(notification, copy) else CALLED_OFF
    if notification.good_until is None:
        return ""
    if now > notification.good_until:
        return "too_late"
    visit = copy.visit if copy else None
    if visit is None or visit.status != "CONFIRMED":
        return CALLED_OFF
    this_visit = f"reminder:{notification.reservation_id}:{visit.visit_revision}:"
    return "" if notification.cause.startswith(this_visit) else CALLED_OFF


def _is_as_told(notification: Notification, copy: ReservationCopy) -> bool:
    """Still this person's visit, at the time that the words say; on the day, if they say none."""
    visit, cleaner_id = copy.visit, copy.job.cleaner_id if copy.job else None
    if visit is None or visit.status not in VISITS or notification.recipient_id not in (visit.customer_id, cleaner_id):
        return False
    told_of = notification.values.get(_ABOUT_AT)
    assert isinstance(told_of, datetime)
    if "visit_at" in notification.values:
        return visit.starts_at == told_of
    return kst_date(visit.starts_at) == kst_date(told_of)
