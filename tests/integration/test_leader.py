"""One of several schedulers leads; when it is gone, another follows by itself."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from ssak3.leader import LEASE_LIFE, Leader
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


def leader(database: Database, clock: FakeClock, name: str) -> Leader:
    return Leader(SqlLeases(database, lease, clock, name), "scheduler")


async def test_one_leads_and_keeps_leading_while_it_asks(database: Database, clock: FakeClock):
    first, second = leader(database, clock, "first"), leader(database, clock, "second")
    assert await first.stand()
    for _ in range(5):
        clock.advance(seconds=LEASE_LIFE.total_seconds() - 1)
        assert await first.stand()
        assert not await second.stand()
    assert (first.is_leader, second.is_leader) == (True, False)


async def test_a_killed_one_is_followed_when_its_lease_ends(database: Database, clock: FakeClock):
    first, second = leader(database, clock, "first"), leader(database, clock, "second")
    await first.stand()
    clock.advance(seconds=LEASE_LIFE.total_seconds() - 0.001)
    assert not await second.stand()
    clock.advance(seconds=0.001)
    assert await second.stand()
    assert not await first.stand(), "who was only asleep doesn't go on leading"
    assert not first.is_leader


async def test_one_that_stops_is_followed_at_once(database: Database, clock: FakeClock):
    first, second = leader(database, clock, "first"), leader(database, clock, "second")
    await first.stand()
    await second.resign()
    assert not await second.stand(), "only the holder can give it up"
    await first.resign()
    assert await second.stand()


async def test_with_the_database_away_nobody_leads(clock: FakeClock):
    class Away:
        async def take(self, name: str, life: timedelta) -> bool:
            raise ConnectionError

        async def give_up(self, name: str) -> None:
            raise ConnectionError

    lost = Leader(Away(), "scheduler")
    lost.is_leader = True
    with pytest.raises(ConnectionError):
        await lost.stand()
    assert not lost.is_leader


async def test_who_was_held_up_since_it_asked_does_not_hold_it(database: Database, clock: FakeClock):
    """Its own seconds count, whatever the clocks say."""
    now = 100.0
    first = Leader(SqlLeases(database, lease, clock, "first"), "sender", monotonic=lambda: now)
    assert not first.holds()
    await first.stand()
    now += 8.9
    assert first.holds()
    now += 0.2
    assert not first.holds(), "it would end before a send does"
    assert await first.keep()
    assert first.holds()


async def test_it_asks_again_when_it_is_time_to(clock: FakeClock):
    class Counting:
        asked = 0

        async def take(self, name: str, life: timedelta) -> bool:
            self.asked += 1
            return self.asked < 3

        async def give_up(self, name: str) -> None:
            """Nothing to give up."""

    now, leases = 100.0, Counting()
    one = Leader(leases, "sender", monotonic=lambda: now)
    for _ in range(3):
        assert await one.keep()
    assert leases.asked == 1
    now += 3.0
    assert await one.keep()
    assert leases.asked == 2
    now += 3.0
    assert not await one.keep()
    assert not await one.keep(), "who waits asks each time"
    assert leases.asked == 4
