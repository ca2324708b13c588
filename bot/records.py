"""What the bot keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.shared_kernel.card import Card


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
    """A talk between a customer and the operators.

    `waiting_since`: the customer's words aren't answered yet. `left_at`: the customer has ended it; the operators, who
    may still have something to do, have it until they close it.
    """

    id: str
    customer_id: str
    opened_at: datetime
    waiting_since: datetime | None
    closed_at: datetime | None
    left_at: datetime | None = None


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
