"""Who blocks the only channel that they have: operators hear of it, and what was missed is sent when they come back."""

from collections.abc import Collection
from datetime import datetime

from services.notification.model import Delivery, Notification
from services.notification.policies import first_channel, values_of_copy
from services.notification.ports import NotificationWork
from services.notification.queueing import Cause
from services.notification.templates import Templates
from services.notification.use_cases import alert
from services.notification.values import Contact, ReservationCopy
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

# Of what was missed: the newest.
MOST_AGAIN = 20

_TEMPLATES = {"customer": "operator_customer_blocked", "cleaner": "operator_cleaner_blocked"}


async def tell_of_blocked(
    work: NotificationWork, notification: Notification, contact: Contact | None, channel: str, since: datetime, *,
    usable: Collection[str], templates: Templates, ids: Ids, clock: Clock,
) -> int:  # fmt: skip
    """Once a person and block, if it was about a paid visit to come and there is no other way; how many were told."""
    template = _TEMPLATES.get(contact.role if contact else "")
    if template is None or first_channel(contact, usable, [channel]) is not None or not notification.reservation_id:
        return 0
    copy = await work.copies.find(notification.reservation_id)
    if copy is None or not _is_paid_and_to_come(copy, clock.now()):
        return 0
    cause = Cause(id=f"blocked:{notification.recipient_id}:{since.isoformat()}")
    return await alert(work, template, cause, values_of_copy(copy), templates=templates, ids=ids, clock=clock)


async def send_again(work: NotificationWork, person_id: str, channel: str, *, ids: Ids, now: datetime) -> int:
    """What this person missed while it was blocked, as far as the visit is still to come; how many."""
    missed = await work.ledger.missed(person_id, channel, MOST_AGAIN)
    notifications = await work.ledger.notifications({delivery.notification_id for delivery in missed})
    again = 0
    for delivery in missed:
        if await _is_of_use(work, notifications[delivery.notification_id], now):
            again += await _once_more(work, delivery, channel, ids, now)
    return again


async def _is_of_use(work: NotificationWork, notification: Notification, now: datetime) -> bool:
    if notification.reservation_id is None:
        return False
    copy = await work.copies.find(notification.reservation_id)
    visit = copy.visit if copy else None
    return visit is not None and visit.status in ("AWAITING_PAYMENT", "CONFIRMED") and now < visit.starts_at


async def _once_more(work: NotificationWork, delivery: Delivery, channel: str, ids: Ids, now: datetime) -> bool:
    old, hop = delivery.fall_back(id=ids.new(), channel=channel, again=False, at=now)
    if not await work.ledger.save(delivery, old):
        return False
    await work.ledger.add_hop(hop)
    return True


def _is_paid_and_to_come(copy: ReservationCopy, now: datetime) -> bool:
    return copy.visit is not None and copy.visit.status == "CONFIRMED" and now < copy.visit.starts_at
