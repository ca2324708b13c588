"""What the notification context needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.notification.model import Delivery, Info, Notification
from services.notification.values import Agency, Contact, Reminder, ReservationCopy
from services.shared_kernel.card import Card
from services.shared_kernel.event import Event
from services.shared_kernel.unit_of_work import UnitOfWork
from services.shared_kernel.wording import Language


class Contacts(Protocol):
    """How people are reached."""

    async def find(self, person_id: str) -> Contact | None: ...

    async def find_all(self, person_ids: Collection[str]) -> Mapping[str, Contact]: ...

    async def hold(self, person_id: str) -> Contact | None:
        """As it is now, and stays until the end of this unit of work: nobody else writes it meanwhile."""
        ...

    async def operators(self) -> Sequence[str]:
        """The ids of all operators, in a fixed order."""
        ...

    async def save(self, old: Contact | None, new: Contact) -> None:
        """Write what has changed."""
        ...

    async def to_remind_of_consent(self, now: datetime, limit: int) -> Sequence[Contact]:
        """Those whose time to be reminded of their consent has come."""
        ...

    async def take_consent_reminder(self, contact: Contact, next_at: datetime) -> bool:
        """Move it on to the next; False when somebody else was quicker, or the consent was taken back."""
        ...


class Copies(Protocol):
    """What is known of reservations."""

    async def find(self, reservation_id: str) -> ReservationCopy | None: ...

    async def find_all(self, reservation_ids: Collection[str]) -> Mapping[str, ReservationCopy]: ...

    async def save(self, copy: ReservationCopy) -> None:
        """Write it over the one that was read."""
        ...


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One hop as people look at it: who was told what about which cause, and how it went."""

    notification: Notification
    delivery: Delivery


class Ledger(Protocol):
    """Notifications and deliveries."""

    async def add(self, notification: Info, delivery: Delivery) -> bool:
        """Queue it; False if this recipient has been told about this cause by this template already."""
        ...

    async def add_hop(self, delivery: Delivery) -> None:
        """The next hop of a notification that is there."""
        ...

    async def save(self, old: Delivery, new: Delivery) -> bool:
        """False if `old` isn't what is stored any more; then nothing was written."""
        ...

    async def save_all(self, changes: Sequence[tuple[Delivery, Delivery]]) -> frozenset[str]:
        """Many (old, new) at once; the ids of those that were written."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those to send now, the oldest first, at most one of each lane: the lowest that is unfinished.

        None of a broadcast's.
        """
        ...

    async def due_of_broadcasts(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those of running broadcasts to send now."""
        ...

    async def abandoned(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Those whose sender's lease is over."""
        ...

    async def notifications(self, ids: Collection[str]) -> Mapping[str, Notification]: ...

    async def get(self, delivery_id: str) -> Entry:
        """NotFound if there is none."""
        ...

    async def hops(self, notification_id: str) -> Sequence[Delivery]:
        """All hops so far, the first first."""
        ...

    async def of_reservation(self, reservation_id: str) -> Sequence[Entry]:
        """In the order they were queued."""
        ...

    async def waiting_count(self) -> int:
        """How many are neither sent nor given up, broadcasts' apart: those may wait on purpose."""
        ...

    async def waiting_of_broadcasts(self) -> int:
        """How many of running broadcasts are neither sent nor given up."""
        ...

    async def missed(self, person_id: str, channel: str, limit: int) -> Sequence[Delivery]:
        """Of this person's that failed because the channel was blocked, the newest; the oldest of those first.

        None of a broadcast's.
        """
        ...

    async def told(self, causes: Collection[str]) -> Sequence[tuple[str, str, str]]:
        """(cause, recipient, template) of every notification with one of these causes."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """The oldest notifications from before then, with their deliveries; how many.

        None of a broadcast's, and none of which something may still go out.
        """
        ...


class Reminders(Protocol):
    """Due rows."""

    async def plan(self, reminders: Sequence[Reminder]) -> None:
        """Those that are there already stay as they are."""
        ...

    async def call_off(self, reservation_id: str) -> None:
        """All that are still planned for this reservation."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Reminder]: ...

    async def take(self, reminder: Reminder, *, told: bool) -> bool:
        """Close a planned one (as done, or as skipped); False when somebody else was quicker, or it was called off."""
        ...

    async def purge(self, before: datetime) -> int:
        """Those that were due before then and are over; how many."""
        ...


class NotificationWork(UnitOfWork, Protocol):
    """A unit of work of this context."""

    @property
    def contacts(self) -> Contacts: ...

    @property
    def copies(self) -> Copies: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def reminders(self) -> Reminders: ...

    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        """From here on, events are caused by this one."""
        ...

    async def record(self, events: Sequence[Event]) -> None:
        """Tell these events with this commit."""
        ...


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    """What only the bot knows; empty when it was erased."""

    name: str = ""
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Advertising:
    """Whether somebody takes advertising now, and whether also at night (21:00-08:00 KST); neither when erased."""

    day: bool
    night: bool


class Directory(Protocol):
    """What the bot keeps of people, looked up at the last moment. May raise: the sender then tries again later."""

    async def of(self, person_id: str, details_id: str | None) -> PersonDetails:
        """Personal details, for one notice."""
        ...

    async def takes_advertising(self, person_id: str) -> Advertising:
        """Their consent as it is now: what contacts say of it has come by the broker, and may be old."""
        ...


class Addresses(Protocol):
    """Where a channel reaches somebody; the bot keeps them. May raise: the sender then tries again later."""

    async def of(self, person_id: str, channel: str) -> str | None:
        """None when the person isn't linked there, or has blocked us."""
        ...

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None:
        """From when on they have blocked us there; None when they can be reached, or never could."""
        ...

    async def blocked(self, channel: str, address: str) -> None:
        """Nobody can be reached there any more."""
        ...

    async def moved(self, channel: str, old: str, new: str) -> None:
        """Whoever was reached there is now reached elsewhere."""
        ...


class Names(Protocol):
    """Names of what is known here by id or code only. An id that it doesn't know comes back as it is."""

    @property
    def agency(self) -> Agency | None:
        """Who we are, as the catalogue says; None when it doesn't."""
        ...

    def service(self, service_id: str, size_pyeong: int, add_ons: Sequence[str], language: Language) -> str:
        """A service, its size and extras: 집청소 24평, 창문 청소; Home cleaning, 24 pyeong, Windows."""
        ...

    def area(self, area_id: str, language: Language) -> str: ...

    def method(self, method: str, language: Language) -> str:
        """A way of paying; empty when it isn't known."""
        ...

    def decline(self, code: str, language: Language) -> str:
        """Why a card company refused; empty when it isn't known."""
        ...


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The channel took it."""


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """Surely not sent. `permanent`: this channel will never take it for this person.

    `blocked_since`: from when on the person hasn't wanted to hear from us there, if that is why.
    """

    reason: str
    permanent: bool
    blocked_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Surely not sent: the channel asks to come back then; `everybody`, not only this person."""

    until: datetime
    everybody: bool = False


SendResult = Accepted | Rejected | Wait


class ChannelSender(Protocol):
    """One channel's sending end."""

    @property
    def idempotent(self) -> bool:
        """Whether the same delivery id, sent again, shows up once only."""
        ...

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        """Send it. Raising anything means that nobody knows whether it went out."""
        ...
