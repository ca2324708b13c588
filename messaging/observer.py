"""Who hears how messages fare, without a say in it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Protocol

from services.shared_kernel.event import Received


class Outcome(StrEnum):
    """What became of an event at one consumer."""

    HANDLED = "handled"
    NOTED = "noted"  # of a type that this consumer doesn't act on: only its number is recorded
    REPEATED = "repeated"
    PARKED = "parked"
    RETRIED = "retried"
    DEAD = "dead"


class Observer(Protocol):
    """Told when it is so: after the commit. Costs next to nothing and never raises."""

    def handling(self, consumer: str, size: int) -> AbstractContextManager[object]:
        """Around a batch, its commit included."""
        ...

    def settled(self, consumer: str, events: Sequence[tuple[Received, Outcome]]) -> None:
        """They are committed."""
        ...

    def failed(self, consumer: str, event_type: str, outcome: Outcome) -> None:
        """One is to come again, or never. Its type is what the routing key says."""
        ...

    def publishing(self, context: str) -> AbstractContextManager[object]:
        """Around one batch on its way to the broker."""
        ...

    def published(self, context: str, confirmed: int, refused: int) -> None:
        """How many the broker has taken, and how many not."""
        ...


class Unobserved(Observer):
    """Nobody listens."""

    def handling(self, consumer: str, size: int) -> AbstractContextManager[object]:
        return nullcontext()

    def settled(self, consumer: str, events: Sequence[tuple[Received, Outcome]]) -> None:
        """Nobody is told."""

    def failed(self, consumer: str, event_type: str, outcome: Outcome) -> None:
        """Nobody is told."""

    def publishing(self, context: str) -> AbstractContextManager[object]:
        return nullcontext()

    def published(self, context: str, confirmed: int, refused: int) -> None:
        """Nobody is told."""
