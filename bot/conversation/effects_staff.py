"""What an operator's conversation asks for about who works here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.turn import Effect


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """A cleaner or an operator; operators have no name here unless they were given one."""

    id: str
    role: str
    name: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class StaffList(Effect[Sequence[StaffMember]]):
    """Operators, then cleaners."""


@dataclass(frozen=True, kw_only=True)
class TakeRoleBack(Effect[None]):
    """Taken back already: no change. Refusals: NotFound, LastOperator."""

    person_id: str
