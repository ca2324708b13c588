"""Dead letters: what was set aside for an operator, by consumer and cause. Either broker has them behind this port."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from messaging.envelope import Malformed, decode


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One event that one consumer couldn't handle in `attempt` tries. `subject` is empty where the body is no event."""

    id: str
    type: str
    consumer: str
    cause: str
    attempt: int
    at: datetime
    body: bytes

    @property
    def subject(self) -> str:
        return subject_of(self.body)


def subject_of(body: bytes) -> str:
    """What a message is about; empty where it is no event."""
    try:
        return decode(body).subject
    except Malformed:
        return ""


@dataclass(frozen=True, kw_only=True)
class DeadGroup:
    """Dead letters of one consumer with one cause; `first_at` is when the first was set aside."""

    consumer: str
    cause: str
    count: int
    types: tuple[str, ...]
    first_at: datetime


class DeadLetters(Protocol):
    """Raises BrokerUnavailable when the broker can't be asked."""

    async def groups(self) -> Sequence[DeadGroup]:
        """The largest first."""
        ...

    async def letters(self, consumer: str, cause: str) -> Sequence[DeadLetter]:
        """Those of a group, the oldest first."""
        ...

    async def replay(self, consumer: str, cause: str) -> int:
        """Put a group back into its consumer's queue, as first attempts; how many."""
        ...

    async def discard(self, consumer: str, cause: str) -> int:
        """Throw a group away for good; how many."""
        ...


def grouped(letters: Iterable[DeadLetter]) -> list[DeadGroup]:
    """The groups that these letters make, the largest first."""
    groups: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault((letter.consumer, letter.cause), []).append(letter)
    made = [
        DeadGroup(
            consumer=consumer,
            cause=cause,
            count=len(same),
            types=tuple(sorted({letter.type for letter in same})),
            first_at=min(letter.at for letter in same),
        )
        for (consumer, cause), same in groups.items()
    ]
    return sorted(made, key=lambda group: -group.count)
