"""Notifications and their deliveries. Decisions return the new state."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notification.lifecycle import next_status
from services.notification.refusals import AdvertisingRefused, NotAllowed
from services.notification.values import DeliveryAction, DeliveryStatus, Values

UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What one recipient is to be told about one cause, by one template; unique on these three (rule 10).

    `cause` is an event's id, or `reminder:…`, `dead:…` and the like; `cause_event_id` is set for an event.
    `values` hold ids and codes; names, addresses and notes are looked up when it is sent.
    `good_until`: after that it would tell something untrue, and stays home.
    `traceparent`: of what it was queued for; sending it belongs to the same trace.
    """

    id: str
    cause: str
    cause_event_id: str | None
    recipient_id: str
    template: str
    values: Values
    created_at: datetime
    reservation_id: str | None = None
    good_until: datetime | None = None
    traceparent: str | None = None

    @property
    def lane(self) -> str:
        """Those of one lane go out one at a time, in order: one recipient's about one reservation."""
        return f"{self.recipient_id}:{self.reservation_id or self.id}"


@dataclass(frozen=True, kw_only=True)
class Info(Notification):
    """What a person has to know about their own business; goes out at any hour unless they asked otherwise."""


@dataclass(frozen=True, kw_only=True)
class Ad(Notification):
    """Advertising: another type, so that no path of information can send it by mistake (rule 12)."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One hop of a notification over one channel; `channel` is chosen when it is first taken, or by a fallback.

    `again` marks the one more time that an unknown send is repeated. `reason` says why it isn't simply sent;
    a hop that fell back after an unknown send keeps the reason `unknown`.
    `sending_by` may send until `lease_until`. One of a broadcast waits for that to run, and is never repeated.
    """

    id: str
    notification_id: str
    hop: int
    version: int
    status: DeliveryStatus
    not_before: datetime
    channel: str | None = None
    attempts: int = 0
    again: bool = False
    reason: str = ""
    sending_by: str | None = None
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    broadcast_id: str | None = None

    @classmethod
    def first(cls, notification: Notification, *, id: str) -> "Delivery":
        """The first hop, to be sent at once. AdvertisingRefused for an Ad."""
        if isinstance(notification, Ad):
            raise AdvertisingRefused(notification.template)
        return cls(
            id=id,
            notification_id=notification.id,
            hop=1,
            version=1,
            status=DeliveryStatus.QUEUED,
            not_before=notification.created_at,
        )

    @classmethod
    def of_broadcast(cls, notification: Notification, *, broadcast_id: str, starts_at: datetime) -> "Delivery":
        """The first hop of a broadcast's, not before it starts; it bears its notification's id."""
        return cls(
            id=notification.id,
            notification_id=notification.id,
            hop=1,
            version=1,
            status=DeliveryStatus.QUEUED,
            not_before=starts_at,
            broadcast_id=broadcast_id,
        )

    def defer(self, *, until: datetime, reason: str) -> "Delivery":
        """Not now: the night, or nobody to send to yet."""
        return self._step(DeliveryAction.DEFER, not_before=until, reason=reason)

    def wake(self) -> "Delivery":
        """What it was put off for is over."""
        return self._step(DeliveryAction.WAKE, reason="")

    def suppress(self, *, reason: str) -> "Delivery":
        """Not at all, on purpose."""
        return self._step(DeliveryAction.SUPPRESS, reason=reason)

    def take(self, *, channel: str, by: str, until: datetime) -> "Delivery":
        """A sender takes it, for itself until then."""
        return self._step(
            DeliveryAction.TAKE,
            channel=channel,
            sending_by=by,
            lease_until=until,
            attempts=self.attempts + 1,
            reason="",
        )

    def wait(self, *, until: datetime, reason: str) -> "Delivery":
        """Surely not sent: again later, as the same hop."""
        return self._step(DeliveryAction.WAIT, not_before=until, reason=reason, sending_by=None, lease_until=None)

    def told_to_wait(self, *, until: datetime) -> "Delivery":
        """The channel was never tried: as often as it likes, for tries are for what goes wrong."""
        return replace(self.wait(until=until, reason="told_to_wait"), attempts=self.attempts - 1)

    def sent(self, *, at: datetime) -> "Delivery":
        """The channel took it."""
        return self._step(DeliveryAction.SENT, sent_at=at, sending_by=None, lease_until=None)

    def delivered(self) -> "Delivery":
        """It reached the person."""
        return self._step(DeliveryAction.DELIVERED)

    def fail(self, *, reason: str) -> "Delivery":
        """The channel won't take it."""
        return self._step(DeliveryAction.FAIL, reason=reason, sending_by=None, lease_until=None)

    def lose(self) -> "Delivery":
        """Nobody knows whether it went out."""
        return self._step(DeliveryAction.LOSE, reason=UNKNOWN, sending_by=None, lease_until=None)

    def fall_back(self, *, id: str, channel: str | None, again: bool, at: datetime) -> tuple["Delivery", "Delivery"]:
        """This hop is given up for another: both. NotAllowed for a broadcast's that may have been sent (rule 11)."""
        if self.broadcast_id is not None and self.reason == UNKNOWN:
            raise NotAllowed(self.id, self.status, DeliveryAction.FALL_BACK)
        old = self._step(DeliveryAction.FALL_BACK)
        new = Delivery(
            id=id,
            notification_id=self.notification_id,
            hop=self.hop + 1,
            version=1,
            status=DeliveryStatus.QUEUED,
            not_before=at,
            channel=channel,
            again=again,
            broadcast_id=self.broadcast_id,
        )
        return old, new

    def may_be_sent(self, *, now: datetime, takes: timedelta) -> bool:
        """Whether the lease still covers a send that takes so long."""
        return self.lease_until is not None and now + takes <= self.lease_until

    def is_held(self, *, now: datetime) -> bool:
        """Whether whoever sends it may still say what came of it."""
        return self.lease_until is not None and now < self.lease_until

    def _step(self, action: DeliveryAction, **changes: object) -> "Delivery":
        status = next_status(self.status, action)
        if status is None:
            raise NotAllowed(self.id, self.status, action)
        return replace(self, status=status, version=self.version + 1, **changes)  # type: ignore[arg-type]  # replace checks names
