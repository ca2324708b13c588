"""What whoever sends notices asks of the bot, for many at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.shared_kernel.card import Card


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One delivery, as its recipient is to read it."""

    delivery_id: str
    person_id: str
    card: Card


@dataclass(frozen=True, kw_only=True)
class Named:
    """What one notice says of a person and of their visit; empty where it was erased."""

    name: str = ""
    address: str = ""
    note: str = ""


class Notices(Protocol):
    """Each call is a transaction by itself."""

    async def append(self, notices: Sequence[Notice], at: datetime) -> Collection[str]:
        """Into the recipients' message logs, in this order; the delivery ids that weren't there yet."""
        ...

    async def named(self, wanted: Sequence[tuple[str, str | None]]) -> Sequence[Named]:
        """For each person's id and details' id, in this order."""
        ...
