"""What a recogniser found, and how several findings become one answer or one question."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.meaning import Ask, Choice, Why

T = TypeVar("T")

# Read text is overwritten with a mark of the same length, so that the next recogniser can't read it again
DATE, TIME, SIZE, PLACE, OTHER = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
MARKS = re.compile("[\ue000-\ue004]+")


@dataclass(frozen=True, kw_only=True)
class Mention(Generic[T]):
    """One finding at text[start:end]: a value, or a reason for asking, with what to choose from."""

    start: int
    end: int
    value: T | None = None
    choices: tuple[T, ...] = ()
    why: Why | None = None


@dataclass(frozen=True, kw_only=True)
class Slot(Generic[T]):
    """What all findings of one field come to: a value, a question, both (a day that is past), or nothing."""

    value: T | None = None
    choices: tuple[T, ...] = ()
    why: Why | None = None

    @property
    def said(self) -> bool:
        """Whether anything about this field was said."""
        return self.value is not None or self.why is not None


def mask(text: str, spans: Iterable[tuple[int, int]], mark: str) -> str:
    """The text with the spans overwritten."""
    for start, end in spans:
        text = text[:start] + mark * (end - start) + text[end:]
    return text


_NOT_AFTER = re.compile(words_ko.NOT_THIS)
_NOT_BEFORE = re.compile(words_en.NOT_THIS_BEFORE)


def rejected(text: str, mention: Mention[T]) -> bool:
    """Whether the text says "not this one": 금요일 말고, not Friday."""
    return bool(_NOT_AFTER.match(text, mention.end) or _NOT_BEFORE.search(text[: mention.start]))


def settle(text: str, mentions: list[Mention[T]]) -> Slot[T]:
    """One value if the mentions agree, else the question to ask."""
    wanted = [mention for mention in mentions if not rejected(text, mention)]
    if not wanted:
        return Slot(why=Why.EXCLUDED) if mentions else Slot()
    if len(wanted) == 1:
        return Slot(value=wanted[0].value, choices=wanted[0].choices, why=wanted[0].why)
    certain = list(dict.fromkeys(m.value for m in wanted if m.value is not None and m.why is None))
    if len(certain) == 1:
        return Slot(value=certain[0])
    if certain:
        return Slot(choices=tuple(certain), why=Why.EITHER)
    every = tuple(dict.fromkeys(choice for m in wanted for choice in m.choices))
    return Slot(choices=every, why=wanted[0].why)


def question(field: str, slot: Slot[T], choices: tuple[Choice, ...] = ()) -> tuple[Ask, ...]:
    """The slot's question as an `Ask`, or nothing."""
    return (Ask(field=field, choices=choices, why=slot.why),) if slot.why else ()
