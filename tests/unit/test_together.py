"""Which questions are carried out at once, and what each of them hears."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import ContextVar

import pytest

from services.shared_kernel.transient import Away
from storage.together import MOST, Together

TRACE = ContextVar("TRACE", default="nobody's")


class Reads:
    """In the place of a database. `fault` says what a read with these in it raises."""

    def __init__(self) -> None:
        self.read: list[list[str]] = []
        self.traces: list[str] = []
        self.fault: Callable[[Sequence[str]], Exception | None] = lambda asked: None
        self.came, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.together = Together(self._read)

    async def _read(self, asked: Sequence[str]) -> Sequence[str]:
        self.read.append(list(asked))
        self.traces.append(TRACE.get())
        self.came.set()
        await self.open.wait()
        if (error := self.fault(asked)) is not None:
            raise error
        return [one.upper() for one in asked]


@pytest.mark.asyncio
async def test_what_is_asked_at_the_same_moment_is_read_at_once_and_each_gets_its_own():
    reads = Reads()
    found = await asyncio.gather(*(reads.together.ask(one) for one in ("a", "b", "a")))
    assert (found, reads.read) == (["A", "B", "A"], [["a", "b", "a"]])


@pytest.mark.asyncio
async def test_one_alone_is_read_at_once_and_nothing_is_remembered():
    reads = Reads()
    assert [await reads.together.ask("a") for _ in range(2)] == ["A", "A"]
    assert reads.read == [["a"], ["a"]]


@pytest.mark.asyncio
async def test_not_more_at_once_than_a_statement_should_carry():
    reads = Reads()
    await asyncio.gather(*(reads.together.ask(f"{number}") for number in range(2 * MOST + 1)))
    assert [len(asked) for asked in reads.read] == [MOST, MOST, 1]


@pytest.mark.asyncio
async def test_away_is_away_for_all_of_them_and_they_are_read_once():
    reads = Reads()
    reads.fault = lambda asked: Away("OSError")
    found = await asyncio.gather(*(reads.together.ask(one) for one in "abc"), return_exceptions=True)
    assert [type(one) for one in found] == [Away] * 3
    assert reads.read == [["a", "b", "c"]]


@pytest.mark.asyncio
async def test_what_fails_for_one_of_them_harms_no_other():
    reads = Reads()
    reads.fault = lambda asked: ValueError(f"in {len(asked)}") if "b" in asked else None
    found = await asyncio.gather(*(reads.together.ask(one) for one in "abc"), return_exceptions=True)
    assert (found[0], repr(found[1]), found[2]) == ("A", "ValueError('in 1')", "C")
    assert reads.read == [["a", "b", "c"], ["a"], ["b"], ["c"]]


@pytest.mark.asyncio
async def test_who_gives_up_meanwhile_takes_nobody_along():
    reads = Reads()
    reads.open.clear()
    hasty, patient = (asyncio.create_task(reads.together.ask(one)) for one in "ab")
    async with asyncio.timeout(5):
        await reads.came.wait()
    hasty.cancel()
    reads.open.set()
    assert await patient == "B"
    with pytest.raises(asyncio.CancelledError):
        await hasty


@pytest.mark.asyncio
async def test_the_first_ones_trace_is_not_the_others():
    reads = Reads()

    async def asked(one: str) -> None:
        TRACE.set(one)
        await reads.together.ask(one)
        assert TRACE.get() == one

    await asyncio.gather(asked("a"), asked("b"))
    assert (reads.read, reads.traces) == ([["a", "b"]], ["nobody's"])


def test_it_can_be_made_before_the_event_loop():
    reads = Reads()
    assert asyncio.run(reads.together.ask("a")) == "A"
