"""Which commands share a transaction, and what each caller hears."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar

import pytest

from services.shared_kernel.gathering import MOST, SIDE_BY_SIDE, ByItself, Gathering
from services.shared_kernel.refusal import NotFound, StaleVersion
from services.shared_kernel.transient import Away

pytestmark = pytest.mark.asyncio

somebody: ContextVar[str] = ContextVar("somebody", default="nobody")


class Shop:
    """Answers each number with its tenfold, once it may; each call is noted with the numbers of it."""

    def __init__(self, wrong: Callable[[Sequence[int]], Exception | None] = lambda numbers: None) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.served: list[list[int]] = []
        self.who: list[str] = []
        self._wrong = wrong
        self.ask = Gathering(self._serve, key=lambda number: number % 1000)

    async def _serve(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.served.append(list(numbers))
        self.who.append(somebody.get())
        await self.open.wait()
        if error := self._wrong(numbers):
            raise error
        return [NotFound(str(number)) if number < 0 else number * 10 for number in numbers]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def begun(shop: Shop, *numbers: int) -> list[asyncio.Task[int]]:
    """The shop is closed, and all its places are taken by somebody; then these come, one after the other."""
    shop.open.clear()
    tasks = []
    for number in (*range(900, 900 + SIDE_BY_SIDE), *numbers):
        tasks.append(asyncio.create_task(shop.ask(number)))
        await turns()
    shop.served.clear()
    return tasks[SIDE_BY_SIDE:]


async def test_who_comes_alone_waits_for_nobody():
    shop = Shop()
    assert [await shop.ask(1), await shop.ask(2)] == [10, 20]
    assert shop.served == [[1], [2]]


async def test_who_comes_in_the_same_turn_is_served_together():
    shop = Shop()
    assert await asyncio.gather(*(shop.ask(number) for number in range(5))) == [0, 10, 20, 30, 40]
    assert shop.served == [[0, 1, 2, 3, 4]]


async def test_who_comes_meanwhile_is_served_together_next():
    shop = Shop()
    tasks = await begun(shop, 1, 2, 3)
    assert shop.served == []
    shop.open.set()
    assert await asyncio.gather(*tasks) == [10, 20, 30]
    assert shop.served == [[1, 2, 3]]


async def test_not_more_than_so_many_at_once():
    shop = Shop()
    await asyncio.gather(*(shop.ask(number) for number in range(2 * MOST + 1)))
    assert [len(numbers) for numbers in shop.served] == [MOST, MOST, 1]


async def test_two_of_the_same_key_never_meet():
    shop = Shop()
    assert await asyncio.gather(*(shop.ask(number) for number in (1, 1001, 2, 1002))) == [10, 10010, 20, 10020]
    assert shop.served == [[1, 2], [1001, 1002]]


async def test_without_a_key_the_same_may_come_twice():
    served: list[Sequence[int]] = []

    async def serve(numbers: Sequence[int]) -> Sequence[int]:
        served.append(numbers)
        return numbers

    ask = Gathering(serve)
    assert list(await asyncio.gather(ask(1), ask(2), ask(1))) == [1, 2, 1]
    assert served == [[1, 2, 1]]


async def test_a_refusal_is_its_own_callers():
    shop = Shop()
    answers = await asyncio.gather(*(shop.ask(number) for number in (1, -2, 3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, NotFound, int]
    assert len(shop.served) == 1


async def test_what_fails_together_is_done_one_by_one():
    shop = Shop(lambda numbers: ValueError("7") if 7 in numbers else None)
    answers = await asyncio.gather(*(shop.ask(number) for number in (6, 7, 8)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, ValueError, int]
    assert shop.served == [[6, 7, 8], [6], [7], [8]]


async def test_one_that_cannot_be_decided_with_the_others_is_done_alone():
    served: list[list[int]] = []

    async def serve(numbers: Sequence[int]) -> Sequence[int | Exception]:
        served.append(list(numbers))
        return [ByItself() if number == 7 and len(numbers) > 1 else number for number in numbers]

    ask = Gathering(serve)
    assert list(await asyncio.gather(ask(6), ask(7), ask(8))) == [6, 7, 8]
    assert served == [[6, 7, 8], [7]]


@pytest.mark.parametrize("alone", [True, False])
async def test_who_has_to_wait_long_holds_nobody_up(alone: bool):
    """For a lock, say: alone, or after a batch of theirs has failed."""
    waiting = asyncio.Event()

    async def serve(numbers: Sequence[int]) -> Sequence[int]:
        if 7 in numbers and len(numbers) > 1:
            raise StaleVersion("7")
        if 7 in numbers:
            await waiting.wait()
        return numbers

    ask = Gathering(serve, turn_seconds=0.0 if alone else 3600.0)
    tasks = []
    for _ in range(SIDE_BY_SIDE):
        tasks += [asyncio.create_task(ask(number)) for number in ([7] if alone else [7, 8])]
        await turns()
    async with asyncio.timeout(5):
        assert await ask(9) == 9
    waiting.set()
    assert await asyncio.gather(*tasks) == ([7] if alone else [7, 8]) * SIDE_BY_SIDE


@pytest.mark.parametrize("count", [1, 2])
async def test_nobody_waits_for_what_was_broken_off(count: int):
    async def serve(numbers: Sequence[int]) -> Sequence[int]:
        raise asyncio.CancelledError

    ask = Gathering(serve)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(ask(number) for number in range(count)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError] * count


async def test_alone_it_is_tried_again_when_somebody_else_was_quicker():
    tries = Counter[int]()

    def quicker(numbers: Sequence[int]) -> Exception | None:
        tries.update(numbers)
        return StaleVersion("1") if tries[1] < 3 else None

    shop = Shop(quicker)
    assert await shop.ask(1) == 10
    assert tries[1] == 3


async def test_when_the_database_is_away_nothing_is_repeated():
    """It may have happened: whether to ask again is for each caller to say."""
    shop = Shop(lambda numbers: Away("x"))
    answers = await asyncio.gather(*(shop.ask(number) for number in (1, 2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Away, Away]
    assert shop.served == [[1, 2]]


async def test_who_has_gone_before_their_turn_is_left_out():
    shop = Shop()
    _, gone, _ = tasks = await begun(shop, 1, 2, 3)
    gone.cancel()
    await turns()
    shop.open.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [int, asyncio.CancelledError, int]
    assert shop.served == [[1, 3]]


async def test_who_goes_once_it_has_begun_stops_nobody():
    shop = Shop()
    shop.open.clear()
    one, other = (asyncio.create_task(shop.ask(number)) for number in (1, 2))
    await turns()
    one.cancel()
    with suppress(asyncio.CancelledError):
        await one
    shop.open.set()
    assert await other == 20
    assert shop.served == [[1, 2]]


async def test_what_is_done_together_is_in_nobodys_context():
    shop = Shop()
    somebody.set("me")
    await shop.ask(1)
    assert shop.who == ["nobody"]
