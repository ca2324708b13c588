"""T3: the whole way at full speed, producers running."""

import asyncio
from collections.abc import Callable, Mapping

from tests.bench.bed import Bed, Round
from tests.bench.cpu import spent
from tests.bench.draining import cpu_of, published, run_pipeline
from tests.bench.figures import Goal, Outcome, Series, ratios
from tests.bench.handled import until_handled
from tests.bench.producer import TASKS
from tests.bench.started import Started


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


def _whole(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        producer = producing(this, count, 0)
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


def producing(this: Round, count: int, pace: float) -> Started:
    """The producer, which waits to be told; relays and consumer run."""
    run_pipeline(this, apart=True)
    return this.module("producer", str(count), str(pace), label="producer")
