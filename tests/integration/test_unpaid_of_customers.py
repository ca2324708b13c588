"""Who is about to hold a place: their unpaid ones are found by customer, by whatever plan PostgreSQL made of no rows."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from storage.migrate import migrate
from tests.support.branch import Branch
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

# After so many times, PostgreSQL makes the plan that it keeps.
OFTEN = 8
UNPAID = text("""
INSERT INTO reservation_reservation (
    id, version, status, customer_id, service, size_pyeong, add_ons, area, details_id, starts_at, ends_at,
    visit_revision, price_krw, policy, requested_at, hold_expires_at, payment_state, refunded_krw, returned,
    moved_tier_percent, cleaner_accepted, unfilled)
SELECT 'r' || n, 1, 'AWAITING_PAYMENT', 'other ' || n, 'home', 24, '[]', 'mapo', 'd' || n, now(), now(),
    1, 60000, '{}', now(), now(), 'NONE', 0, '[]', 0, false, false
FROM generate_series(1, 600) AS n
""")
READ = text(
    "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'reservation_reservation'"
)


@pytest_asyncio.fixture
async def branch(fresh_postgresql: Fresh) -> AsyncIterator[Branch]:
    """PostgreSQL knows nothing of its tables yet."""
    clock = FakeClock()
    made = Branch(fresh_postgresql(), clock, FakeIds(clock))
    await migrate({"reservation": made.database})
    yield made
    await made.database.close()


async def test_unpaid_ones_of_others_are_not_read(branch: Branch):
    wanted = [f"customer {number}" for number in range(20)]
    async with branch.work() as work:
        for _ in range(OFTEN):
            await work.reservations.before_holding(wanted, wanted)
        await work.connection.execute(UNPAID)
        await work.reservations.before_holding(wanted, wanted)
        assert (await work.connection.execute(READ)).one() == (0, 0)
