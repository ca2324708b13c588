"""What a sender takes: deliveries, with what it has to know to send them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notification.broadcasts.store import BroadcastWork
from services.notification.broadcasts.values import Broadcast
from services.notification.model import Delivery, Notification
from services.notification.truth import visit_of
from services.notification.values import Contact


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A delivery that a sender holds, with what it needs."""

    delivery: Delivery
    notification: Notification
    contact: Contact | None
    broadcast: Broadcast | None = None


async def with_context(work: BroadcastWork, deliveries: Sequence[Delivery]) -> Sequence[Taken]:
    """Each with its notification, its recipient and its broadcast."""
    if not deliveries:
        return []
    notifications = await work.ledger.notifications({delivery.notification_id for delivery in deliveries})
    people = {notification.recipient_id for notification in notifications.values()}
    contacts = await work.contacts.find_all(people)
    broadcasts = await work.broadcasts.find_all({one.broadcast_id for one in deliveries if one.broadcast_id})
    return [
        Taken(
            delivery=delivery,
            notification=notifications[delivery.notification_id],
            contact=contacts.get(notifications[delivery.notification_id].recipient_id),
            broadcast=broadcasts.get(delivery.broadcast_id or ""),
        )
        for delivery in deliveries
    ]


async def without_visit(work: BroadcastWork, found: Sequence[Taken], now: datetime) -> Collection[str]:
    """Those of a broadcast about a day's visits, without a word of the visit itself, whose person has none left."""
    about: dict[str, list[Taken]] = defaultdict(list)
    for one in found:
        if one.broadcast and one.broadcast.segment.visit_on and visit_of(one.notification) is None:
            about[one.broadcast.id].append(one)
    gone: set[str] = set()
    for of_one in about.values():
        broadcast = of_one[0].broadcast
        assert broadcast is not None
        people = {one.notification.recipient_id for one in of_one}
        still = await work.broadcasts.with_visit(broadcast, people, now)
        gone |= {one.delivery.id for one in of_one if one.notification.recipient_id not in still}
    return gone
