"""Calls that come at the same moment share a transaction, or a statement, as events do in a consumer's batch.

Whoever comes alone waits for nobody. Whoever comes while others are under way is carried out with all who came
meanwhile: a transaction costs much the same for one as for twenty.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from functools import partial
from typing import Any, Generic, TypeVar

import structlog

from services.shared_kernel.refusal import again_if_stale
from services.shared_kernel.transient import Away

log = structlog.get_logger(__name__)

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MOST = 50
# While one transaction waits for the database, the next is put together.
SIDE_BY_SIDE = 2
# Who takes longer waits for a lock, or for a slow server: others needn't.
TURN_SECONDS = 0.5


class ByItself(Exception):
    """An answer of `together`: this one has to be carried out alone."""


class Gathering(Generic[Asked, Answer]):
    """Carries out one kind of call: a command, or a read. Nothing is remembered.

    `together` answers some in one transaction, in their order; an answer that is an exception is raised to its caller
    alone, but for `ByItself`. When it raises, nothing of it has happened, and each is carried out by itself, so that
    none fails for another's sake. Two with the same `key`, where there is one, never share a transaction.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | Exception]]],
        key: Callable[[Asked], Hashable] | None = None,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        self._together = together
        self._key = key
        self._turn_seconds = turn_seconds
        self._waiting: list[_Call[Asked, Answer]] = []
        self._running: set[asyncio.Task[None]] = set()
        # Whose turn is over. Whoever waits for a lock there holds nobody up.
        self._apart: set[asyncio.Task[None]] = set()

    async def __call__(self, asked: Asked) -> Answer:
        """Its answer. Once begun it is carried out, whether or not the caller goes on waiting."""
        loop = asyncio.get_running_loop()
        call: _Call[Asked, Answer] = _Call(asked, loop.create_future())
        self._waiting.append(call)
        loop.call_soon(self._begin)  # with those who call in this turn of the loop
        return await call.answer

    def _begin(self) -> None:
        while len(self._running) < SIDE_BY_SIDE and (calls := self._take()):
            # Of nobody's trace, or log fields: each command brings its own.
            task = asyncio.create_task(self._carry_out(calls), context=Context())
            self._running.add(task)
            over = asyncio.get_running_loop().call_later(self._turn_seconds, self._turn_is_over, task)
            task.add_done_callback(partial(self._ended, over))

    def _take(self) -> "Sequence[_Call[Asked, Answer]]":
        taken: dict[Hashable, _Call[Asked, Answer]] = {}
        left = []
        for call in self._waiting:
            if call.answer.done():  # nobody waits any more
                continue
            key = self._key(call.asked) if self._key else call
            if len(taken) < MOST and key not in taken:
                taken[key] = call
            else:
                left.append(call)
        self._waiting = left
        return list(taken.values())

    def _turn_is_over(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._apart.add(task)
        self._begin()

    def _ended(self, over: asyncio.TimerHandle, task: asyncio.Task[None]) -> None:
        over.cancel()
        self._running.discard(task)
        self._apart.discard(task)
        self._begin()

    async def _carry_out(self, calls: "Sequence[_Call[Asked, Answer]]") -> None:
        if len(calls) == 1:
            await self._alone(calls[0])
            return
        try:
            answers = await self._together([call.asked for call in calls])
        except Away as error:  # whether it happened nobody knows: the callers may ask again
            answers = [error] * len(calls)
        except Exception as error:
            log.info("gathering.split", size=len(calls), error=type(error).__name__)
            answers = [ByItself()] * len(calls)
        except BaseException:
            _give_up(calls)
            raise
        for call, answer in zip(calls, answers, strict=True):
            if isinstance(answer, ByItself):
                task = asyncio.create_task(self._alone(call))
                self._apart.add(task)
                task.add_done_callback(self._apart.discard)
            else:
                call.tell(answer)

    async def _alone(self, call: "_Call[Asked, Answer]") -> None:
        try:
            [answer] = await again_if_stale(lambda: self._together([call.asked]))
        except Exception as error:
            answer = error
        except BaseException:
            _give_up([call])
            raise
        call.tell(answer)


class _Call(Generic[Asked, Answer]):
    def __init__(self, asked: Asked, answer: asyncio.Future[Answer]) -> None:
        self.asked = asked
        self.answer = answer

    def tell(self, answer: Answer | Exception) -> None:
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


def _give_up(calls: "Sequence[_Call[Any, Any]]") -> None:
    for call in calls:
        call.answer.cancel()
