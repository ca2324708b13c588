"""Finds who carries out an effect, and whether this person may ask for it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.conversation.turn import Effect, Person
from services.shared_kernel.refusal import Refusal, again_if_stale

Handler = Callable[[Any, Person], Awaitable[Any]]
Table = Mapping[type[Effect[Any]], Handler]


class NotYours(Refusal):
    """This role may not do this."""


class Runner:
    """One table for everybody, and one more for each role: an effect of another role's is refused."""

    def __init__(self, everybody: Table, by_role: Mapping[str, Table]) -> None:
        self._everybody = everybody
        self._by_role = by_role

    async def __call__(self, effect: Effect[Any], person: Person) -> Any:
        """The effect's result. Its refusals come through; NotYours for an effect of another role."""
        handler = self._everybody.get(type(effect)) or self._by_role.get(person.role, {}).get(type(effect))
        if handler is None:
            raise NotYours(type(effect).__name__)
        carry_out = handler
        return await again_if_stale(lambda: carry_out(effect, person))
