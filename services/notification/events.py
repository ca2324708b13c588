"""What happens to notifications and broadcasts."""

from dataclasses import dataclass
from typing import ClassVar

from services.shared_kernel.event import Event, registry


@dataclass(frozen=True, kw_only=True)
class NotificationEvent(Event):
    """Base: one recipient's notification about one cause, by one template."""

    notification_id: str
    person_id: str
    template: str
    version: int
    reservation_id: str | None = None

    @property
    def subject(self) -> str:
        return self.notification_id


@dataclass(frozen=True, kw_only=True)
class NotificationSent(NotificationEvent):
    """A channel took it."""

    TYPE: ClassVar[str] = "ssak3.notification.sent.v1"
    channel: str


@dataclass(frozen=True, kw_only=True)
class NotificationFailed(NotificationEvent):
    """No channel took it, or nobody knows whether it did (`unknown`)."""

    TYPE: ClassVar[str] = "ssak3.notification.failed.v1"
    channel: str
    reason: str
    unknown: bool


@dataclass(frozen=True, kw_only=True)
class NotificationSuppressed(NotificationEvent):
    """Not sent, on purpose: called off, opted out, no consent."""

    TYPE: ClassVar[str] = "ssak3.notification.suppressed.v1"
    reason: str


@dataclass(frozen=True, kw_only=True)
class BroadcastFinished(Event):
    """A broadcast reached its end, or nothing of a cancelled one is left. `unknown`: may have been sent."""

    TYPE: ClassVar[str] = "ssak3.notification.broadcast_finished.v1"
    broadcast_id: str
    sent: int
    failed: int
    suppressed: int
    unknown: int = 0

    @property
    def subject(self) -> str:
        return self.broadcast_id


ALL = registry(NotificationSent, NotificationFailed, NotificationSuppressed, BroadcastFinished)
