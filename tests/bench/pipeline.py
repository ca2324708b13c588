"""T3: the whole way at full speed, producers running. T4: how long an event takes from commit to handled, at 50/s."""

import asyncio
from collections.abc import Callable, Mapping

import asyncpg

from tests.bench.bed import Bed, Round
from tests.bench.cpu import spent
from tests.bench.draining import cpu_of, published, run_pipeline
from tests.bench.figures import Goal, Outcome, Series, ratios
from tests.bench.handled import until_handled
from tests.bench.producer import TASKS
from tests.bench.started import Started

PACE = 50


def measure(bed: Bed, rounds: int, count: int, tell: Callable[[str], None]) -> Outcome:
    """T3: in turn with aio-pika, which only publishes."""
    ours, theirs = [], []
    count -= count % TASKS
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: bookings, relays, consumer")
        ours.append(_whole(bed, count))
        tell(f"round {number} of {rounds}: aio-pika publishes")
        theirs.append(published(bed, count))
    ratio = ratios([one["per_second"] for one in ours], [one["per_second"] for one in theirs])
    return Outcome(
        target="T3",
        title="Whole pipeline, producers running",
        goals=[(Goal(what="Ssak3 : aio-pika publishing", bound=0.2, at_least=True), ratio)],
        measured={
            "Ssak3: use case → outbox → RabbitMQ → my page": Series(
                values=[one["per_second"] for one in ours], unit="/s"
            ),
            "aio-pika: confirmed publishing alone": Series(values=[one["per_second"] for one in theirs], unit="/s"),
        },
        cpu={"Ssak3": cpu_of(ours), "aio-pika": cpu_of(theirs)},
        cpu_unit="ms per event",
        remarks=[
            f"{count:,} requests for a reservation, {TASKS} at a time, each with one event.",
            "Each request is a real one: a lock, the customer's unpaid ones counted, every window of the visit held by guarded "
            "updates, the reservation, its number, outbox and log, through SQLAlchemy. Those that come while others are under "
            "way share a transaction. The goal was set by a prototype whose producer made two bare inserts.",
        ],
    )


def measure_latency(bed: Bed, rounds: int, count: int, tell: Callable[[str], None]) -> Outcome:
    """T4."""
    found = []
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: {PACE} bookings a second")
        found.append(_latencies(bed, count))
    p50, p99, longest = (Series(values=[one[name] for one in found], unit="ms") for name in ("p50", "p99", "max"))
    return Outcome(
        target="T4",
        title=f"From commit to handled, at {PACE} events a second",
        goals=[
            (Goal(what="p50 in ms", bound=5, at_least=False), p50),
            (Goal(what="p99 in ms", bound=15, at_least=False), p99),
        ],
        measured={"p50": p50, "p99": p99, "longest": longest},
        remarks=[
            f"{count:,} events each round; both moments are the database's own times of commit, of the transaction that "
            "made the event and of the one that shows it on my page.",
        ],
    )


def _whole(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        producer = _pipeline(this, count, 0)
        with spent(this.pids()) as cpu:
            producer.tell("go")
            handled = asyncio.run(until_handled(this.dsn, "mypage_inbox", count + TASKS))
        began = float(this.sql(BEGAN))
        producer.tell("end")
        return {
            "per_second": count / (handled.last_at - began),
            **{name: used / count for name, used in cpu.items()},
        }


# When the first event after those of the warm-up was committed.
BEGAN = f"""
SELECT extract(epoch FROM min(pg_xact_commit_timestamp(xmin))) FROM reservation_event_log WHERE position > {TASKS}
"""
LATENCIES = """
SELECT 1000 * extract(epoch FROM pg_xact_commit_timestamp(handled.xmin) - pg_xact_commit_timestamp(made.xmin))::float
FROM mypage_inbox AS handled JOIN reservation_event_log AS made USING (event_id)
WHERE made.position > $1 ORDER BY 1
"""


def _pipeline(this: Round, count: int, pace: float) -> Started:
    run_pipeline(this, apart=True)
    return this.module("producer", str(count), str(pace), label="producer")


def _latencies(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        producer = _pipeline(this, count, PACE)
        producer.tell("go")
        asyncio.run(until_handled(this.dsn, "mypage_inbox", count + TASKS))
        found = asyncio.run(_sorted_latencies(this))
        producer.tell("end")
    return {"p50": found[len(found) // 2], "p99": found[int(len(found) * 0.99)], "max": found[-1]}


async def _sorted_latencies(this: Round) -> list[float]:
    connection = await asyncpg.connect(this.dsn)
    try:
        return [row[0] for row in await connection.fetch(LATENCIES, TASKS)]
    finally:
        await connection.close()
