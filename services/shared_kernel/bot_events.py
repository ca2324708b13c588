"""What happens to people at the front door. Here because services may not import the bot (ADR 2)."""

from dataclasses import dataclass
from typing import ClassVar

from services.shared_kernel.event import Event, registry

# The role of whoever had one until it was taken back. They are told nothing, and open no door.
FORMER = "former"


@dataclass(frozen=True, kw_only=True)
class PersonEvent(Event):
    """Base: `role` is customer, cleaner, operator or former; `language` is ko or en."""

    person_id: str
    role: str
    language: str
    version: int

    @property
    def subject(self) -> str:
        return self.person_id


@dataclass(frozen=True, kw_only=True)
class PersonLinked(PersonEvent):
    """A person can now be reached on a channel (web, console, telegram, kakao)."""

    TYPE: ClassVar[str] = "ssak3.bot.person_linked.v1"
    channel: str


@dataclass(frozen=True, kw_only=True)
class ContactChanged(PersonEvent):
    """Language or quiet hours changed. `quiet_at_night`: no information 21:00–08:00 KST."""

    TYPE: ClassVar[str] = "ssak3.bot.contact_changed.v1"
    quiet_at_night: bool


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(PersonEvent):
    """Consent to advertising, by day and by night, as of the event's time."""

    TYPE: ClassVar[str] = "ssak3.bot.consent_changed.v1"
    day: bool
    night: bool


@dataclass(frozen=True, kw_only=True)
class HandoverRequested(PersonEvent):
    """A customer asks for a person."""

    TYPE: ClassVar[str] = "ssak3.bot.handover_requested.v1"
    thread_id: str


@dataclass(frozen=True, kw_only=True)
class RoleTakenBack(PersonEvent):
    """Whoever `was` a cleaner or an operator is `former` now. `by` is an operator's person id, or shell."""

    TYPE: ClassVar[str] = "ssak3.bot.role_taken_back.v1"
    was: str
    by: str


ALL = registry(PersonLinked, ContactChanged, ConsentChanged, HandoverRequested, RoleTakenBack)
