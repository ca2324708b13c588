"""Ticks run while their process leads; one that fails ends nothing, and one under way is finished before the end."""

import asyncio
from datetime import timedelta

import pytest

from services.shared_kernel.lease import Lease
from ssak3.background import Tick
from ssak3.scheduler import SCHEDULER, scheduling

pytestmark = pytest.mark.asyncio


class Leases:
    """Whether the lease is ours is up to the test."""

    def __init__(self, *, ours: bool) -> None:
        self.ours = ours
        self.given_up: list[str] = []

    async def take(self, name: str, life: timedelta) -> bool:
        return self.ours

    async def give_up(self, name: str) -> None:
        self.given_up.append(name)


async def test_a_tick_under_way_is_finished_and_then_the_lease_given_up():
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), []

    async def slow() -> int:
        begun.set()
        await may_end.wait()
        ended.append(leases.given_up.copy())
        return 1

    async def fails() -> int:
        raise ValueError("once more next time")

    leases = Leases(ours=True)
    ticks = [Tick(name="slow", run=slow, every_seconds=0.01), Tick(name="fails", run=fails, every_seconds=0.01)]
    async with scheduling(ticks, Lease(leases, SCHEDULER)):
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, may_end.set)
    assert ended == [[]]
    assert leases.given_up == ["scheduler"]


async def test_who_does_not_lead_does_nothing():
    called = asyncio.Event()

    async def tick() -> int:
        called.set()
        return 1

    leases = Leases(ours=False)
    async with scheduling([Tick(name="tick", run=tick, every_seconds=0.01)], Lease(leases, SCHEDULER)):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await called.wait()
    assert leases.given_up == []
