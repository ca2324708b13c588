"""What a send's outcome means for its delivery, and whether another hop follows. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notification.events import NotificationEvent, NotificationFailed, NotificationSent, NotificationSuppressed
from services.notification.model import UNKNOWN, Delivery, Notification
from services.notification.policies import MOST_ATTEMPTS, first_channel, retry_at
from services.notification.ports import Accepted, Rejected, SendResult, Wait
from services.notification.values import Contact, DeliveryStatus

CANNOT_RENDER = "cannot_render"


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """The send broke off: nobody knows whether it went out. `repeatable` when sending it again can't show twice."""

    repeatable: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class NotRendered:
    """There is no card to send; another channel wouldn't help."""

    problem: str


@dataclass(frozen=True, kw_only=True)
class Unwanted:
    """Surely not sent, and it isn't to be."""

    reason: str


Outcome = SendResult | Unclear | NotRendered | Unwanted


def after(delivery: Delivery, outcome: Outcome, now: datetime, most: int = MOST_ATTEMPTS) -> Delivery:
    """The delivery after its send; of `most` attempts, if it went wrong for now."""
    match outcome:
        case Accepted():
            return delivery.sent(at=now)
        case Wait():
            return delivery.told_to_wait(until=max(outcome.until, now))
        case Unwanted():
            return delivery.told_to_wait(until=now).suppress(reason=outcome.reason)
        case NotRendered():
            return delivery.fail(reason=CANNOT_RENDER)
        case Rejected(permanent=True):
            return delivery.fail(reason=outcome.reason)
        case Unclear(repeatable=False):
            return delivery.lose()
        case Rejected() | Unclear():
            again = retry_at(delivery.attempts, now, most)
            if again is None:
                return delivery.fail(reason=outcome.reason)
            return delivery.wait(until=again, reason=outcome.reason)


def next_channel(
    delivery: Delivery, hops: Sequence[Delivery], contact: Contact | None, usable: Collection[str]
) -> str | None:
    """Where it goes next: another channel, or after an unknown send once more the same (rule 11); None: nowhere.

    What a broadcast may have sent is never repeated.
    """
    is_unknown = delivery.status is DeliveryStatus.UNKNOWN
    if delivery.reason == CANNOT_RENDER or (is_unknown and (delivery.again or delivery.broadcast_id is not None)):
        return None
    other = first_channel(contact, usable, [hop.channel for hop in hops if hop.channel is not None])
    return other or (delivery.channel if is_unknown else None)


def told(notification: Notification, delivery: Delivery) -> Sequence[NotificationEvent]:
    """What a finished delivery tells others."""
    about = {
        "notification_id": notification.id,
        "person_id": notification.recipient_id,
        "template": notification.template,
        "reservation_id": notification.reservation_id,
    }
    match delivery.status:
        case DeliveryStatus.SENT:
            return [NotificationSent(**about, version=delivery.hop, channel=delivery.channel or "")]  # type: ignore[arg-type]
        case DeliveryStatus.SUPPRESSED:
            return [NotificationSuppressed(**about, version=delivery.hop, reason=delivery.reason)]  # type: ignore[arg-type]
        case DeliveryStatus.FAILED | DeliveryStatus.UNKNOWN:
            return [
                NotificationFailed(
                    **about,  # type: ignore[arg-type]
                    version=delivery.hop,
                    channel=delivery.channel or "",
                    reason=delivery.reason,
                    unknown=delivery.reason == UNKNOWN,
                )
            ]
        case _:
            return []
