"""How a conversation goes: what was said comes in, what to do is asked for, what to say comes out. Pure.

A conversation is a generator. It yields effects (`FreeStarts`, `Pay`, …), gets each one's result back,
or its refusal as an exception, and returns a Turn. Whoever runs it does the effects; tests script them.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.conversation.draft import Draft
from services.reservation.catalogue import Catalogue
from services.shared_kernel.card import Card

R = TypeVar("R", covariant=True)


class Effect(Generic[R]):
    """Something to be done or looked up outside; R is its result."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is talking. `role` is customer, cleaner or operator; `language` is ko or en."""

    id: str
    role: str
    language: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A text that was typed, or the action of a button that was tapped (with its label as text)."""

    text: str = ""
    action: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a turn may know without asking.

    `fresh_id` belongs to this message: if the message is handled again after a crash, it is the same,
    so that what it creates is created once.
    """

    person: Person
    now: datetime
    catalogue: Catalogue
    fresh_id: str


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Where the conversation stands now, and what is said.

    `live`: the last card stays open under this key, to be changed in place later.
    """

    draft: Draft
    says: tuple[Card, ...]
    live: str = ""


Conversation = Generator[Effect[Any], Any, Turn]


def ask(effect: Effect[R]) -> Generator[Effect[Any], Any, R]:
    """`result = yield from ask(effect)`: typed. The effect's refusal is raised here."""
    result: R = yield effect
    return result
