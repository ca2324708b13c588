"""Reads that are asked for at the same moment, as one statement."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from functools import cached_property
from typing import Generic, TypeVar

from aiodataloader import DataLoader

from services.shared_kernel.transient import Away

Asked = TypeVar("Asked", bound=Hashable)
Found = TypeVar("Found")

# Callers, in one statement.
MOST = 50


class Together(Generic[Asked, Found]):
    """Carries out at once what is asked in the same turn of the event loop. Nothing waits for company or is remembered.

    `read` answers each in its place. A database that is away is away for all of them; what fails otherwise is asked
    again one by one, so that each has the error, or the answer, that it would have had alone.
    """

    def __init__(self, read: Callable[[Sequence[Asked]], Awaitable[Sequence[Found]]]) -> None:
        self._read = read

    async def ask(self, asked: Asked) -> Found:
        """Its answer. Who is cancelled meanwhile takes nobody along."""
        # In a context without anything: the first one's trace and log fields aren't the others'.
        return await Context().run(self._loader.load, asked)

    @cached_property
    def _loader(self) -> DataLoader[Asked, Found]:
        # Made at the first question, when there is an event loop.
        return DataLoader(self._answers, max_batch_size=MOST, cache=False)

    async def _answers(self, asked: list[Asked]) -> list[Found]:
        try:
            return list(await self._read(asked))
        except Exception as error:
            if len(asked) == 1 or isinstance(error, Away):
                raise
        alone = await asyncio.gather(*(self._answers([one]) for one in asked), return_exceptions=True)
        return [one if isinstance(one, BaseException) else one[0] for one in alone]  # type: ignore[misc]  # raised by it
