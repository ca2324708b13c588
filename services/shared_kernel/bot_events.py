"""What happens to people at the front door. Here because services may not import the bot (ADR 2)."""

from dataclasses import dataclass
from typing import ClassVar

from services.shared_kernel.event import Event, registry

# The role of whoever had one until it was taken back. They are told nothing, and open no door.
FORMER = "former"
# The role of whoever was erased: an id, of which nothing is known any more (ADR 24).
ERASED = "erased"
# No door opens for these, and nothing is told to them.
GONE = (FORMER, ERASED)


@dataclass(frozen=True, kw_only=True)
class PersonEvent(Event):
    """Base: `role` is customer, cleaner, operator, former or erased; `language` is ko or en."""

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


@dataclass(frozen=True, kw_only=True)
class PersonErased(PersonEvent):
    """What is kept of them is to be erased (개인정보 보호법 제21조, 제36조). `was` is customer or former.

    `by` is an operator's person id, shell, or their own id.
    """

    TYPE: ClassVar[str] = "ssak3.bot.person_erased.v1"
    was: str
    by: str


ALL = registry(PersonLinked, ContactChanged, ConsentChanged, HandoverRequested, RoleTakenBack, PersonErased)
