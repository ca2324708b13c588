"""Notices become notifications in the ledger, each with its first delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notification.model import Delivery, Info
from services.notification.outcomes import told
from services.notification.policies import kept
from services.notification.ports import NotificationWork
from services.notification.templates import Templates
from services.notification.values import Notice
from services.shared_kernel.ids import Ids
from services.shared_kernel.tracing import current_traceparent


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why people are told: an event, or something else with a name of its own (`reminder:…`, `dead:…`)."""

    id: str
    event_id: str | None = None
    good_until: datetime | None = None


async def queue(
    work: NotificationWork, notices: Sequence[Notice], cause: Cause, *, templates: Templates, ids: Ids, now: datetime
) -> int:
    """Queue what hasn't been queued; how many that were."""
    added = 0
    for notice in notices:
        notification = Info(
            id=ids.new(),
            cause=notice.cause or cause.id,
            cause_event_id=notice.cause or cause.event_id,
            recipient_id=notice.recipient_id,
            template=notice.template,
            values=kept(notice.values, templates.variables(notice.template)),
            created_at=now,
            reservation_id=notice.reservation_id,
            good_until=cause.good_until,
            traceparent=current_traceparent(),
        )
        delivery = Delivery.first(notification, id=ids.new())
        if notice.overtaken:
            delivery = delivery.suppress(reason="overtaken")
        if await work.ledger.add(notification, delivery):
            added += 1
            await work.record(told(notification, delivery))
    return added
