"""The breaker opens on failures only, lets one probe through, and closes when it succeeds."""

import asyncio

import pytest

from services.shared_kernel.adapters.breaker import Breaker, CircuitOpen

pytestmark = pytest.mark.asyncio


class Broken(Exception):
    """The callee failed."""


class No(Exception):
    """The callee works, and says no."""


class Ours(Exception):
    """Says nothing about the callee."""


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def call(breaker: Breaker, error: Exception | None = None) -> None:
    async with breaker.guard(answers=(No,), neutral=(Ours,)):
        if error is not None:
            raise error


async def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Broken):
            await call(breaker, Broken())


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(seconds: Seconds) -> Breaker:
    return Breaker("provider", 3, 20.0, now=seconds)


async def test_stays_closed_below_the_threshold_and_forgets_failures_after_a_success(breaker):
    await fail(breaker, 2)
    await call(breaker)
    await fail(breaker, 2)
    assert breaker.state == "closed"


async def test_opens_at_the_threshold_and_says_how_long(breaker, seconds):
    await fail(breaker, 3)
    seconds.now += 5
    with pytest.raises(CircuitOpen) as refused:
        await call(breaker)
    assert breaker.state == "open"
    assert refused.value.retry_after == breaker.open_for == pytest.approx(15.0)


async def test_is_half_open_after_its_time_and_closes_on_a_good_probe(breaker, seconds):
    await fail(breaker, 3)
    seconds.now += 20
    assert (breaker.state, breaker.open_for) == ("half-open", 0.0)
    await call(breaker)
    assert (breaker.state, breaker.open_for) == ("closed", 0.0)
    await fail(breaker, 2)
    assert breaker.state == "closed"


async def test_a_bad_probe_opens_it_again_for_the_whole_time(breaker, seconds):
    await fail(breaker, 3)
    seconds.now += 20
    await fail(breaker)
    assert breaker.state == "open"
    with pytest.raises(CircuitOpen) as refused:
        await call(breaker)
    assert refused.value.retry_after == pytest.approx(20.0)


async def test_a_no_is_a_success(breaker, seconds):
    for _ in range(10):
        with pytest.raises(No):
            await call(breaker, No())
    await fail(breaker, 2)
    with pytest.raises(No):
        await call(breaker, No())
    await fail(breaker, 2)
    assert breaker.state == "closed"
    await fail(breaker)
    seconds.now += 20
    with pytest.raises(No):
        await call(breaker, No())
    assert breaker.state == "closed"


async def test_neutral_counts_neither_way(breaker, seconds):
    await fail(breaker, 2)
    for _ in range(10):
        with pytest.raises(Ours):
            await call(breaker, Ours())
    assert breaker.state == "closed"
    await fail(breaker)
    assert breaker.state == "open"
    seconds.now += 20
    with pytest.raises(Ours):
        await call(breaker, Ours())
    assert breaker.state == "half-open"
    await call(breaker)
    assert breaker.state == "closed"


async def test_only_one_probe_at_a_time(breaker, seconds):
    await fail(breaker, 3)
    seconds.now += 20
    async with breaker.guard():
        with pytest.raises(CircuitOpen) as refused:
            await call(breaker)
        assert 0 < refused.value.retry_after <= 2
    assert breaker.state == "closed"


async def test_a_cancelled_probe_gives_its_place_back_and_decides_nothing(breaker, seconds):
    await fail(breaker, 3)
    seconds.now += 20
    started = asyncio.Event()

    async def hang() -> None:
        async with breaker.guard():
            started.set()
            await asyncio.Event().wait()

    probe = asyncio.create_task(hang())
    await started.wait()
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert breaker.state == "half-open"
    await call(breaker)
    assert breaker.state == "closed"


@pytest.mark.parametrize("late", [None, Broken()])
async def test_an_answer_that_comes_after_the_state_changed_is_ignored(breaker, seconds, late):
    release = asyncio.Event()
    entered = asyncio.Event()

    async def slow() -> None:
        async with breaker.guard():
            entered.set()
            await release.wait()
            if late is not None:
                raise late

    old = asyncio.create_task(slow())
    await entered.wait()
    await fail(breaker, 3)
    seconds.now += 20
    with pytest.raises(Ours):
        await call(breaker, Ours())
    release.set()
    await asyncio.gather(old, return_exceptions=True)
    assert breaker.state == "half-open"


async def test_many_failures_at_once_open_it(breaker):
    async def one() -> None:
        async with breaker.guard():
            await asyncio.sleep(0)
            raise Broken

    results = await asyncio.gather(*(one() for _ in range(20)), return_exceptions=True)
    assert all(isinstance(result, Broken) for result in results)
    assert breaker.state == "open"
