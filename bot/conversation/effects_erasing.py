"""What conversations ask for about erasing somebody."""

from dataclasses import dataclass

from bot.conversation.turn import Effect
from bot.erasure import OpenAffair


@dataclass(frozen=True, kw_only=True)
class ToErase:
    """What would be erased, and what stands in the way. `visits`: past ones, which stay without a name."""

    person_id: str
    role: str
    visits: int
    still_open: tuple[OpenAffair, ...]


@dataclass(frozen=True, kw_only=True)
class LookBeforeErasing(Effect[ToErase]):
    """An operator's: of anybody. Refusal: NotFound."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class ErasePerson(Effect[None]):
    """An operator's. Erased already: no change. Refusals: NotFound, StillStaff, StillOpen."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class LookBeforeErasingMe(Effect[ToErase]):
    """A customer's, of themselves."""


@dataclass(frozen=True, kw_only=True)
class EraseMe(Effect[None]):
    """A customer's, of themselves. After it, nothing that is answered reaches them. Refusal: StillOpen."""
