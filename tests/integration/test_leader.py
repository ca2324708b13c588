"""One of several schedulers leads; when it is gone, another follows by itself."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from services.shared_kernel.lease import LIFE, Lease
from storage.engine import Database
from storage.leases import SqlLeases
from storage.notification.tables import lease
from tests.support.fresh import Fresh
from tests.support.time import FakeClock

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def database(fresh: Fresh) -> AsyncIterator[Database]:
    opened = Database(fresh("notification"))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def leader(database: Database, clock: FakeClock, name: str) -> Lease:
    return Lease(SqlLeases(database, lease, clock, name), "scheduler")


async def test_one_leads_and_keeps_leading_while_it_asks(database: Database, clock: FakeClock):
    first, second = leader(database, clock, "first"), leader(database, clock, "second")
    assert await first.ask()
    for _ in range(5):
        clock.advance(seconds=LIFE.total_seconds() - 1)
        assert await first.ask()
        assert not await second.ask()
    assert (first.is_ours, second.is_ours) == (True, False)


async def test_a_killed_one_is_followed_when_its_lease_ends(database: Database, clock: FakeClock):
    first, second = leader(database, clock, "first"), leader(database, clock, "second")
    await first.ask()
    clock.advance(seconds=LIFE.total_seconds() - 0.001)
    assert not await second.ask()
    clock.advance(seconds=0.001)
    assert await second.ask()
    assert not await first.ask(), "who was only asleep doesn't go on leading"
    assert not first.is_ours


async def test_one_that_stops_is_followed_at_once(database: Database, clock: FakeClock):
    first, second = leader(database, clock, "first"), leader(database, clock, "second")
    await first.ask()
    await second.give_up()
    assert not await second.ask(), "only the holder can give it up"
    await first.give_up()
    assert await second.ask()


async def test_with_the_database_away_nobody_leads(clock: FakeClock):
    class Away:
        async def take(self, name: str, life: timedelta) -> bool:
            raise ConnectionError

        async def give_up(self, name: str) -> None:
            raise ConnectionError

    lost = Lease(Away(), "scheduler")
    lost.is_ours = True
    with pytest.raises(ConnectionError):
        await lost.ask()
    assert not lost.is_ours


async def test_who_was_held_up_since_it_asked_does_not_hold_it(database: Database, clock: FakeClock):
    """Its own seconds count, whatever the clocks say."""
    now = 100.0
    first = Lease(SqlLeases(database, lease, clock, "first"), "sender", now=lambda: now)
    assert not first.is_safe()
    await first.ask()
    now += 8.9
    assert first.is_safe()
    now += 0.2
    assert not first.is_safe(), "it would end before a send does"
    assert await first.hold()
    assert first.is_safe()


async def test_it_asks_again_when_it_is_time_to(clock: FakeClock):
    class Counting:
        asked = 0

        async def take(self, name: str, life: timedelta) -> bool:
            self.asked += 1
            return self.asked < 3

        async def give_up(self, name: str) -> None:
            """Nothing to give up."""

    now, leases = 100.0, Counting()
    one = Lease(leases, "sender", now=lambda: now)
    for _ in range(3):
        assert await one.hold()
    assert leases.asked == 1
    now += 3.0
    assert await one.hold()
    assert leases.asked == 2
    now += 3.0
    assert not await one.hold()
    assert not await one.hold(), "who waits asks each time"
    assert leases.asked == 4


async def test_who_waits_may_ask_less_often(clock: FakeClock):
    class Never:
        asked = 0

        async def take(self, name: str, life: timedelta) -> bool:
            self.asked += 1
            return False

        async def give_up(self, name: str) -> None:
            """Nothing to give up."""

    now, leases = 100.0, Never()
    one = Lease(leases, "telegram 7", ask_seconds=2.0, now=lambda: now)
    for _ in range(3):
        assert not await one.hold()
    assert leases.asked == 1
    now += 2.0
    assert not await one.hold()
    assert leases.asked == 2


async def test_a_pause_outlives_its_holder(database: Database, clock: FakeClock):
    first, second = (SqlLeases(database, lease, clock, name) for name in ("first", "second"))
    assert await second.paused_until("sender") is None
    for seconds in (60, 5):
        until = clock.now() + timedelta(seconds=seconds)
        await first.pause("sender", until)
        assert await second.paused_until("sender") == until
    assert await second.take("sender", LIFE), "it is no lease"
    assert await second.paused_until("scheduler") is None
