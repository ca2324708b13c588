"""A worker outlives whatever fails, however often."""

import asyncio
from unittest.mock import Mock

import pytest

from ssak3.worker import LONGEST_BACKOFF_SECONDS, Worker

pytestmark = pytest.mark.asyncio


async def test_it_goes_on_after_a_night_of_failures(monkeypatch: pytest.MonkeyPatch):
    """A database that is away for hours: the pause stops growing, and then it works again."""
    monkeypatch.setattr("ssak3.worker.log", Mock())
    stopping, tries, pauses = asyncio.Event(), 0, list[float]()

    async def run_once() -> int:
        nonlocal tries
        tries += 1
        if tries <= 1_100:
            raise ConnectionError
        stopping.set()
        return 1

    async def rest(seconds: float) -> None:
        pauses.append(seconds)

    worker = Worker(name="relay:bot", run_once=run_once, every_seconds=1.0)
    monkeypatch.setattr(worker, "_rest", rest)
    await asyncio.wait_for(worker.run(stopping), 10)
    assert (pauses[0], pauses[-1], len(pauses)) == (2.0, LONGEST_BACKOFF_SECONDS, 1_100)


async def test_told_to_stop_it_rests_no_longer():
    stopping = asyncio.Event()
    worker = Worker(name="relay:bot", run_once=Mock(side_effect=_nothing), every_seconds=3600)
    running = asyncio.create_task(worker.run(stopping))
    await asyncio.sleep(0)
    stopping.set()
    await asyncio.wait_for(running, 5)


async def test_what_comes_in_a_pause_is_done_together_and_at_once_after_it(monkeypatch: pytest.MonkeyPatch):
    stopping, came, done, pauses = asyncio.Event(), ["a"], list[list[str]](), list[float]()

    async def run_once() -> int:
        done.append(list(came))
        came.clear()
        return len(done[-1])

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 1:
            for name in ("b", "c"):
                came.append(name)
                worker.wake()
        else:
            stopping.set()

    worker = Worker(name="sender", run_once=run_once, every_seconds=3600, pause_seconds=0.05)
    monkeypatch.setattr("ssak3.worker.asyncio.sleep", pause)
    await asyncio.wait_for(worker.run(stopping), 5)
    assert (done, pauses) == ([["a"], ["b", "c"]], [0.05, 0.05])


async def _nothing() -> int:
    return 0
