"""T4: how long an event takes from commit to handled, at 50 a second; and FastStream beside it."""

import asyncio
from collections.abc import Callable, Mapping

import asyncpg

from tests.bench.bed import REFERENCE_QUEUE, Bed, Round
from tests.bench.figures import Goal, Outcome, Series
from tests.bench.handled import until_handled
from tests.bench.pipeline import producing
from tests.bench.producer import TASKS

PACE = 50
LATENCIES = """
SELECT 1000 * extract(epoch FROM pg_xact_commit_timestamp(handled.xmin) - pg_xact_commit_timestamp(made.xmin))::float
FROM {handled} AS handled JOIN {made} AS made USING (event_id)
WHERE made.position > $1 ORDER BY 1
"""
REFERENCE_TABLES = """
CREATE TABLE handled (event_id text PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE booking (id text PRIMARY KEY, customer_id text NOT NULL);
CREATE TABLE event (position bigserial PRIMARY KEY, event_id text NOT NULL, body bytea NOT NULL);
"""


def measure(bed: Bed, rounds: int, count: int, tell: Callable[[str], None]) -> Outcome:
    """In turn."""
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: {PACE} bookings a second")
        ours.append(_ours(bed, count))
        tell(f"round {number} of {rounds}: FastStream, {PACE} a second")
        theirs.append(_theirs(bed, count))
    p50, p99, longest = (Series(values=[one[name] for one in ours], unit="ms") for name in ("p50", "p99", "longest"))
    return Outcome(
        target="T4",
        title=f"From commit to handled, at {PACE} events a second",
        goals=[
            (Goal(what="p50 in ms", bound=5, at_least=False), p50),
            (Goal(what="p99 in ms", bound=15, at_least=False), p99),
        ],
        measured={
            "Ssak3: p50": p50,
            "Ssak3: p99": p99,
            "Ssak3: longest": longest,
            **{f"FastStream: {name}": Series(values=[one[name] for one in theirs], unit="ms") for name in theirs[0]},
        },
        remarks=[
            f"{count:,} events each round; both moments are the database's own times of commit, of the transaction that "
            "made the event and of the one that shows it on my page.",
            "The reference makes two bare inserts, publishes after the commit, which loses an event when it is killed in "
            "between, and its consumer makes one insert, without an inbox: what the machine takes for the least there is.",
        ],
    )


def _ours(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        producer = producing(this, count, PACE)
        producer.tell("go")
        asyncio.run(until_handled(this.dsn, "mypage_inbox", count + TASKS))
        found = asyncio.run(_latencies(this, "mypage_inbox", "reservation_event_log"))
        producer.tell("end")
    return found


def _theirs(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        this.sql(REFERENCE_TABLES)
        teller = this.module("reference_told", this.amqp_url, this.dsn, str(count + TASKS), str(PACE), label="producer")
        this.module("reference_faststream", this.amqp_url, this.dsn, REFERENCE_QUEUE, label="FastStream")
        teller.tell("go")
        asyncio.run(until_handled(this.dsn, "handled", count + TASKS))
        return asyncio.run(_latencies(this, "handled", "event"))


async def _latencies(this: Round, handled: str, made: str) -> Mapping[str, float]:
    connection = await asyncpg.connect(this.dsn)
    try:
        rows = await connection.fetch(LATENCIES.format(handled=handled, made=made), TASKS)
    finally:
        await connection.close()
    found = [row[0] for row in rows]
    return {"p50": found[len(found) // 2], "p99": found[int(len(found) * 0.99)], "longest": found[-1]}
