"""The rules of sending: nights, tries, channels and reminders, as pure functions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from services.notification.model import Ad, Delivery, Notification
from services.notification.truth import why_untrue
from services.notification.values import (
    Contact,
    DeliveryStatus,
    Notice,
    Reminder,
    ReminderKind,
    ReservationCopy,
    Values,
)
from services.shared_kernel.bot_events import ERASED, FORMER
from services.shared_kernel.clock import KST, kst, kst_date
from services.shared_kernel.ids import short_code
from services.shared_kernel.money import floor_percent

NIGHT_BEGINS, NIGHT_ENDS = time(21), time(8)
LEASE = timedelta(seconds=30)
SEND_TAKES = timedelta(seconds=10)  # a send that takes longer is given up, its outcome unknown
BLOCKED = "blocked"  # how a channel says that the person doesn't want to hear from us
OPTED_OUT = "opted_out"  # of advertising
ERASED_SINCE = "erased"  # nothing is known of them any more
ROLE_OVER = "role_over"  # they were a cleaner or an operator, and it was taken back
COPYING_TAKES = timedelta(seconds=3)  # after a send outside: onto the page
RETRY_SECONDS = (1, 5, 15, 60, 300, 600)
MOST_ATTEMPTS = 12  # the last of them about an hour after the first
FEW_ATTEMPTS = 5  # about a minute and a half, where there is another channel to turn to

# A person's link may be told a moment after what they did: look again, for a while.
LOOK_AGAIN = timedelta(seconds=2)
UNREACHABLE_AFTER = timedelta(minutes=1)

REMIND_OF_CONSENT_AFTER_YEARS = 2  # 정보통신망법 §50의8
REMIND_OF_CONSENT_AT = time(10)

EVENING_AT = time(19)
SOON_BEFORE = timedelta(hours=2)
SOON_GOOD_FOR = timedelta(minutes=30)  # "in two hours" is no lie for so long


def end_of_night(now: datetime) -> datetime | None:
    """When the night that it is now will be over (08:00 KST); None by day."""
    local = kst(now)
    if NIGHT_ENDS <= local.time() < NIGHT_BEGINS:
        return None
    day = local.date() if local.time() < NIGHT_ENDS else local.date() + timedelta(days=1)
    return datetime.combine(day, NIGHT_ENDS, KST)


def why_no_advertising(contact: Contact | None) -> str:
    """Why somebody gets no advertising at all (rule 12): opted_out or no_consent; empty when they consented."""
    if contact is None or contact.consent_day_at is None:
        return OPTED_OUT if contact is not None and contact.consent_withdrawn_at else "no_consent"
    return ""


def advertising_waits_until(contact: Contact, now: datetime) -> datetime | None:
    """The end of the night for whoever hasn't consented to it, also when a send might only end in it (§50 ③)."""
    return None if contact.consent_night_at else end_of_night(now) or end_of_night(now + SEND_TAKES)


def put_off_until(contact: Contact, now: datetime, *, is_ad: bool) -> datetime | None:
    """The morning that what somebody is told waits for; None when it may go out then (rule 12)."""
    if is_ad:
        return advertising_waits_until(contact, now)
    return end_of_night(now) if contact.quiet_at_night else None


def contact_after_send(contact: Contact, delivery: Delivery) -> Contact:
    """What a send tells about the person: they have blocked us there, or not any more."""
    channel = delivery.channel
    if channel is None:
        return contact
    others = tuple(one for one in contact.blocked if one != channel)
    if delivery.reason == BLOCKED:
        return replace(contact, blocked=(*others, channel))
    return replace(contact, blocked=others) if delivery.status is DeliveryStatus.SENT else contact


def reach_of(contact: Contact) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where somebody is reached, and where they don't want to be: what linking changes, and a send."""
    return contact.channels, contact.blocked


def retry_at(attempts: int, now: datetime, most: int = MOST_ATTEMPTS) -> datetime | None:
    """When to try again after so many attempts; None: no more."""
    if attempts >= most:
        return None
    return now + timedelta(seconds=RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])


def first_channel(contact: Contact | None, usable: Collection[str], tried: Collection[str] = ()) -> str | None:
    """The person's preferred channel of those that this sender has and that weren't tried."""
    for channel in contact.channels if contact else ():
        if channel in usable and channel not in tried:
            return channel
    return None


def most_attempts(delivery: Delivery, contact: Contact | None, usable: Collection[str]) -> int:
    """How often its channel is tried: the first not for long, if the person can be reached on another."""
    has_other = first_channel(contact, usable, [delivery.channel or ""]) is not None
    return FEW_ATTEMPTS if has_other and delivery.hop == 1 else MOST_ATTEMPTS


def prepared(
    delivery: Delivery, notification: Notification, contact: Contact | None, copy: ReservationCopy | None,
    *, usable: Collection[str], by: str, now: datetime,
) -> Delivery:  # fmt: skip
    """What becomes of a due delivery: taken for sending, or put off, or suppressed."""
    channel = delivery.channel if delivery.channel in usable else first_channel(contact, usable)
    unwanted = why_no_advertising(contact) if isinstance(notification, Ad) else ""
    if contact is not None and contact.role == FORMER:
        unwanted = ROLE_OVER
    if contact is not None and contact.role == ERASED:
        unwanted = ERASED_SINCE
    if why := unwanted or why_untrue(notification, copy, now):
        return delivery.suppress(reason=why)
    if channel is None:
        if now - notification.created_at < UNREACHABLE_AFTER:
            return delivery.defer(until=now + LOOK_AGAIN, reason="no_channel_yet")
        return delivery.suppress(reason="no_channel")
    morning = put_off_until(contact, now, is_ad=isinstance(notification, Ad)) if contact else None
    if morning is not None:
        return delivery.defer(until=morning, reason="night")
    return delivery.take(channel=channel, by=by, until=now + LEASE)


def next_consent_reminder(after: datetime) -> datetime:
    """In the morning of the day two years later (정보통신망법 §50의8); of 29 February, on the 28th."""
    day = kst_date(after)
    year = day.year + REMIND_OF_CONSENT_AFTER_YEARS
    then = day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
    return datetime.combine(then, REMIND_OF_CONSENT_AT, KST)


def reminders_of(copy: ReservationCopy, now: datetime) -> Sequence[Reminder]:
    """The reminders of a confirmed visit that are still to come; one whose moment has passed is left out."""
    visit = copy.visit
    if visit is None or visit.status != "CONFIRMED":
        return []
    evening = datetime.combine(kst_date(visit.starts_at) - timedelta(days=1), EVENING_AT, KST)
    due = {ReminderKind.EVENING: evening, ReminderKind.SOON: visit.starts_at - SOON_BEFORE}
    return [
        Reminder(reservation_id=copy.reservation_id, visit_revision=visit.visit_revision, kind=kind, due_at=due_at)
        for kind, due_at in due.items()
        if due_at > now
    ]


def reminder_good_until(reminder: Reminder) -> datetime:
    """Until when the reminder is true: "tomorrow" ends with the day, "in two hours" a little later."""
    if reminder.kind is ReminderKind.EVENING:
        return datetime.combine(kst_date(reminder.due_at) + timedelta(days=1), time(), KST)
    return reminder.due_at + SOON_GOOD_FOR


def reminder_notices(reminder: Reminder, copy: ReservationCopy | None, now: datetime) -> Sequence[Notice]:
    """Whom a due reminder tells. Nobody, when it is too late, the visit moved or ended, or nobody comes to clean."""
    if copy is None or copy.visit is None or copy.job is None or now > reminder_good_until(reminder):
        return []
    visit, cleaner_id = copy.visit, copy.job.cleaner_id
    if visit.status != "CONFIRMED" or visit.visit_revision != reminder.visit_revision or cleaner_id is None:
        return []
    values: dict[str, Any] = {**values_of_copy(copy), "visit_time": visit.starts_at}
    if reminder.kind is ReminderKind.EVENING:
        values |= {"fee_today": _fee(copy, reminder.due_at), "fee_tomorrow": _fee(copy, visit.starts_at)}
        told = [(visit.customer_id, "customer_visit_tomorrow")]
    else:
        told = [(visit.customer_id, "customer_visit_soon"), (cleaner_id, "cleaner_visit_soon")]
    return [
        Notice(recipient_id=recipient, template=template, reservation_id=copy.reservation_id, values=values)
        for recipient, template in told
    ]


def _fee(copy: ReservationCopy, at: datetime) -> int:
    """What cancelling would cost a customer whose cleaner has accepted (rule 5), in won."""
    assert copy.visit is not None
    days = (kst_date(copy.visit.starts_at) - kst_date(at)).days
    tiers = copy.visit.fee_tiers
    tier = next((percent for least, percent in tiers if days >= least), tiers[-1][1] if tiers else 0)
    return floor_percent(copy.visit.paid_krw, max(tier, copy.visit.moved_tier_percent))


def values_of_copy(copy: ReservationCopy) -> Values:
    """What the copy of a reservation gives to templates: ids and codes."""
    values: dict[str, Any] = {}
    if copy.reservation_id:
        values |= {"reservation_id": copy.reservation_id, "reservation_code": short_code(copy.reservation_id)}
    if copy.visit is not None:
        visit = copy.visit
        values |= {
            "customer_id": visit.customer_id,
            "details_id": visit.details_id,
            "service": visit.service,
            "size_pyeong": visit.size_pyeong,
            "add_ons": ",".join(visit.add_ons),
            "area": visit.area,
            "visit_at": visit.starts_at,
            "price": visit.paid_krw or visit.price_krw,
            "payment_deadline": visit.hold_expires_at,
            "reservation_version": visit.version,
            "cancel_reason": visit.cancel_reason,
        }
    if copy.payment is not None:
        values["payment_method"] = copy.payment.method
    if copy.job is not None:
        job = copy.job
        values |= {"job_id": job.job_id, "visit_revision": job.visit_revision, "payout": job.payout_krw}
        values["cleaner_name"] = job.cleaner_name
    return {name: value for name, value in values.items() if value is not None}


# What is kept so that a variable can be written when the card is sent.
_KEPT_FOR: Mapping[str, tuple[str, ...]] = {
    "customer_name": ("customer_id", "details_id"),
    "address": ("customer_id", "details_id"),
    "note": ("customer_id", "details_id"),
    "service": ("service", "size_pyeong", "add_ons"),
}


def kept(values: Values, variables: Collection[str]) -> Values:
    """The part of the values that a template with these variables needs."""
    wanted = {name for variable in variables for name in _KEPT_FOR.get(variable, (variable,))}
    return {name: value for name, value in values.items() if name in wanted}
