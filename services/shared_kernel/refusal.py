"""A command that the business refuses: expected, named, with nothing changed."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
TRIES = 3


class Refusal(Exception):
    """Base of every named refusal. Subclasses carry the figures that the answer to a person needs."""

    @property
    def name(self) -> str:
        """A stable English name, such as `SlotFull`."""
        return type(self).__name__


class NotFound(Refusal):
    """What was named isn't there (or isn't this caller's to see)."""


class StaleVersion(Refusal):
    """Somebody else changed it since it was read, or has it right now; read again and decide again."""


async def again_if_stale(do: Callable[[], Awaitable[T]]) -> T:
    """Do it, and when somebody else was quicker, once more from the beginning: what they did is seen then."""
    for _ in range(TRIES - 1):
        try:
            return await do()
        except StaleVersion:
            continue
    return await do()
