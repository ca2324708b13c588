"""What the bot keeps, and how."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.shared_kernel.card import Card
from services.shared_kernel.event import Event
from services.shared_kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """Somebody at the front door. Consents hold the time they were given, or None."""

    id: str
    version: int
    role: str
    language: str
    name: str
    quiet_at_night: bool
    consent_day_at: datetime | None
    consent_night_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Invite:
    """A one-time way in, known by the hash of its code. `made_by`: the operator who invites; None from a shell."""

    code_hash: str
    role: str
    expires_at: datetime
    used_at: datetime | None
    used_by: str | None = None
    made_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Link:
    """A chat elsewhere, and whose it is. `sent_seq`: the last row of the person's log that went out to it."""

    channel: str
    address: str
    person_id: str
    linked_at: datetime
    blocked_at: datetime | None
    sent_seq: int


@dataclass(frozen=True, kw_only=True)
class LinkCode:
    """A one-time way to link a chat to somebody who is known, by the hash of its code."""

    code_hash: str
    person_id: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChannelUpdate:
    """What a channel brought, as it came. Once handled, `body` is empty."""

    bot_id: int
    update_id: int
    chat_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Details:
    """What only the bot knows of a visit: erased here, it is gone everywhere."""

    id: str
    person_id: str
    address: str
    phone: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line of a person's log: `sender` is me or bot.

    What was changed in place comes again, with a new `seq`, and `place` says where it stands: the `seq` that it had
    first. While it `is_open` it will be changed.
    """

    seq: int
    sender: str
    at: datetime
    client_id: str | None
    card: Card
    place: int | None = None
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenEntry:
    """A line of somebody's log that will be changed in place."""

    person_id: str
    key: str
    card: Card


@dataclass(frozen=True, kw_only=True)
class ReceivedMessage:
    """Something a person said, kept until it is answered."""

    position: int
    person_id: str
    client_id: str
    fresh_id: str
    text: str
    action: str
    traceparent: str | None


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A talk between a customer and the operators. `waiting_since`: the customer's words aren't answered yet."""

    id: str
    customer_id: str
    opened_at: datetime
    waiting_since: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ThreadLine:
    """One thing said in it."""

    person_id: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """One idempotency key, as one caller uses it on one route."""

    caller: str
    route: str
    key: str


@dataclass(frozen=True, kw_only=True)
class KeyedCall:
    """What is known of a call with a key. `status` and `answer` are there once it is finished."""

    body_hash: str
    fresh_id: str
    running_until: datetime | None
    status: int | None
    answer: bytes | None


class Persons(Protocol):
    async def find(self, person_id: str) -> PersonRecord | None: ...
    async def find_all(self, person_ids: Collection[str]) -> Mapping[str, PersonRecord]:
        """Those that are there, by their ids."""
        ...

    async def save(self, old: PersonRecord | None, new: PersonRecord, events: Sequence[Event]) -> None: ...
    async def with_role(self, role: str) -> Sequence[PersonRecord]: ...
    async def hold_role(self, role: str) -> Sequence[PersonRecord]:
        """The same, held until the end: nobody else takes the role back meanwhile."""
        ...


class Invites(Protocol):
    async def add(self, invite: Invite) -> None: ...
    async def find(self, code_hash: str) -> Invite | None: ...
    async def use(self, code_hash: str, person_id: str, at: datetime) -> bool:
        """By a guarded update: False when somebody else was first."""
        ...

    async def void_of(self, person_id: str, at: datetime) -> None:
        """Those that this person made, and nobody has used, are over."""
        ...

    async def purge(self, before: datetime) -> int: ...


class Drafts(Protocol):
    async def load(self, person_id: str) -> Mapping[str, Any] | None: ...
    async def save(self, person_id: str, body: Mapping[str, Any], at: datetime) -> None: ...
    async def purge(self, before: datetime) -> int: ...


class MessageLog(Protocol):
    async def append(
        self, person_id: str, sender: str, card: Card, at: datetime, *, client_id: str | None = None,
        delivery_id: str | None = None, key: str | None = None,
    ) -> bool:  # fmt: skip
        """False when this delivery is there already, or the person was erased.

        With a `key` it is open, and the one before with it no more.
        """
        ...

    async def change(self, person_id: str, key: str, card: Card, *, is_final: bool = False) -> bool:
        """Another card in the place of the open entry; with `is_final` it is open no more. False: nothing to do."""
        ...

    async def open_ones(self) -> Sequence[OpenEntry]: ...
    async def after(self, person_id: str, seq: int, limit: int) -> Sequence[Message]: ...
    async def last(self, person_id: str, limit: int) -> Sequence[Message]: ...


class ReceivedMessages(Protocol):
    async def add(
        self, person_id: str, client_id: str, fresh_id: str, text: str, action: str, at: datetime,
        traceparent: str | None,
    ) -> bool:  # fmt: skip
        """False when it is there already, or the person was erased."""
        ...

    async def next_of(self, person_id: str) -> ReceivedMessage | None: ...
    async def answered(self, position: int, at: datetime) -> bool:
        """By a guarded update: False when another process has answered it."""
        ...

    async def people_waiting(self, received_before: datetime) -> Sequence[str]: ...
    async def purge(self, before: datetime, limit: int) -> int:
        """Drop what was answered before, at most so many; how many."""
        ...


class DetailsApart(Protocol):
    """For whoever needs nothing else of the bot: each call is a transaction by itself."""

    async def keep(self, details: Details) -> None: ...

    async def of(self, details_ids: Collection[str]) -> Mapping[str, Details]:
        """Those that are there, by their ids."""
        ...


class DetailsStore(Protocol):
    async def add(self, details: Details) -> None:
        """NotFound when there is no such person, or they were erased meanwhile."""
        ...

    async def find(self, details_id: str) -> Details | None: ...


class Threads(Protocol):
    async def open_of(self, customer_id: str) -> Thread | None: ...
    async def find(self, thread_id: str) -> Thread | None: ...
    async def save(self, thread: Thread) -> None: ...
    async def say(self, thread_id: str, line: ThreadLine) -> None: ...
    async def lines(self, thread_id: str) -> Sequence[ThreadLine]: ...
    async def open_ones(self) -> Sequence[Thread]: ...


class KeyedCalls(Protocol):
    async def add(
        self, use: KeyUse, *, body_hash: str, fresh_id: str, running_until: datetime, at: datetime
    ) -> bool:  # fmt: skip
        """False when this key was used before."""
        ...

    async def find(self, use: KeyUse) -> KeyedCall | None: ...
    async def resume(self, use: KeyUse, *, now: datetime, running_until: datetime) -> bool:
        """By a guarded update: False when it is running or finished."""
        ...

    async def finish(self, use: KeyUse, *, status: int, answer: bytes) -> None:
        """The first answer stays."""
        ...

    async def let_go(self, use: KeyUse) -> None:
        """It stopped unfinished; the same call goes on with it at once."""
        ...

    async def forget(self, use: KeyUse) -> None:
        """Nothing was begun; the key is free again."""
        ...

    async def purge(self, before: datetime) -> int: ...


class ChannelLinks(Protocol):
    async def find(self, channel: str, address: str) -> Link | None: ...
    async def of_person(self, person_id: str, channel: str) -> Sequence[Link]:
        """Those that aren't blocked, the newest first; none of somebody whose role was taken back."""
        ...

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None: ...

    async def add(self, link: Link) -> bool:
        """False when the chat has somebody already."""
        ...

    async def save(self, link: Link) -> None: ...
    async def remove(self, channel: str, address: str) -> None: ...
    async def behind(self, channel: str, limit: int) -> Sequence[str]: ...
    async def sent(self, link: Link, seq: int) -> bool:
        """By a guarded update: False when the chat is somebody else's by now, or this has gone out before."""
        ...

    async def show(self, link: Link, place: int, message_id: int) -> None:
        """What stands there in the log is that message of the chat."""
        ...

    async def shown(self, link: Link, place: int) -> int | None: ...
    async def forget(self, link: Link, place: int) -> None: ...


class LinkCodes(Protocol):
    async def add(self, code: LinkCode) -> None: ...
    async def find(self, code_hash: str) -> LinkCode | None: ...
    async def use(self, code_hash: str, at: datetime) -> bool:
        """By a guarded update: False when it is over, or somebody else was first."""
        ...

    async def void_of(self, person_id: str, at: datetime) -> None:
        """Those that nobody has used are over."""
        ...

    async def purge(self, before: datetime) -> int: ...


class ChannelUpdates(Protocol):
    async def add(self, new: ChannelUpdate, at: datetime) -> bool: ...
    async def chats_waiting(self, bot_id: int) -> Sequence[str]: ...
    async def next_of(self, bot_id: int, chat_id: str) -> ChannelUpdate | None: ...
    async def handled(self, done: ChannelUpdate, at: datetime) -> None: ...
    async def purge(self, before: datetime) -> int: ...


class Traces(Protocol):
    """All that is kept of one person besides who they are: what they said, were told, gave and are reached by."""

    async def erase(self, person: PersonRecord, named: Collection[str], at: datetime) -> None:
        """Delete it; in what others were shown about them, strike it out.

        `named`: the ids of their reservations and jobs.
        """
        ...

    async def purge(self) -> int:
        """Drop what was written about anybody in the very moment that they were erased; how many rows."""
        ...


class BotWork(UnitOfWork, Protocol):
    """A unit of work of the bot."""

    @property
    def persons(self) -> Persons: ...
    @property
    def invites(self) -> Invites: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def log(self) -> MessageLog: ...
    @property
    def received(self) -> ReceivedMessages: ...
    @property
    def details(self) -> DetailsStore: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def keyed_calls(self) -> KeyedCalls: ...
    @property
    def links(self) -> ChannelLinks: ...
    @property
    def link_codes(self) -> LinkCodes: ...
    @property
    def updates(self) -> ChannelUpdates: ...
    @property
    def traces(self) -> Traces: ...
    def because_of_id(self, event_id: str | None, traceparent: str | None = None) -> None:
        """From here on, events are caused by this one, if any, and belong to this trace."""
        ...

    async def record(self, events: Sequence[Event]) -> None: ...
