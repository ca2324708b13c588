"""T2: a full outbox drained by relay and consumer; beside it aio-pika, which only publishes."""

import asyncio
from collections.abc import Callable, Mapping

import asyncpg

from tests.bench.bed import Bed, Round
from tests.bench.cpu import spent
from tests.bench.events import lives
from tests.bench.figures import Goal, Outcome, Series, each, ratios
from tests.bench.handled import until_handled

COLUMNS = ["event_id", "routing_key", "body"]


def measure(bed: Bed, rounds: int, count: int, tell: Callable[[str], None], *, apart: bool = True) -> Outcome:
    """In turn; ours are two processes, `reservation` for its relay and `mypage` for its consumer."""
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: relay and consumer")
        ours.append(_ours(bed, count, apart))
        tell(f"round {number} of {rounds}: aio-pika publishes")
        theirs.append(published(bed, count))
    ratio = ratios([one["per_second"] for one in ours], [one["per_second"] for one in theirs])
    return Outcome(
        target="T2",
        title="Backlog drained, from the outbox to my page",
        goals=[(Goal(what="Ssak3 : aio-pika publishing", bound=0.5, at_least=True), ratio)],
        measured={
            "Ssak3: outbox → RabbitMQ → my page": Series(values=[one["per_second"] for one in ours], unit="/s"),
            "aio-pika: confirmed publishing alone": Series(values=[one["per_second"] for one in theirs], unit="/s"),
        },
        cpu={"Ssak3": cpu_of(ours), "aio-pika": cpu_of(theirs)},
        cpu_unit="ms per event",
        remarks=[
            f"{count:,} events of reservations. Ours pass the real exchange, which copies each into four quorum queues; "
            "the reference writes each into one.",
        ],
    )


def cpu_of(rounds: list[Mapping[str, float]]) -> Mapping[str, Series]:
    """Milliseconds for each event."""
    return each([{name: value for name, value in one.items() if name != "per_second"} for one in rounds], scale=1000)


def run_pipeline(this: Round, *, apart: bool) -> None:
    """Who relays and who consumes; in two OS processes, or in one."""
    if apart:
        this.run("mypage")
        this.run("reservation")
    else:
        this.run("mypage", "reservation")


def _ours(bed: Bed, count: int, apart: bool) -> Mapping[str, float]:
    with bed.round() as this:
        asyncio.run(_fill_outbox(this, count))
        run_pipeline(this, apart=apart)
        with spent(this.pids()) as cpu:
            handled = asyncio.run(until_handled(this.dsn, "mypage_inbox", count))
        return {"per_second": handled.per_second, **{name: used / count for name, used in cpu.items()}}


def published(bed: Bed, count: int) -> Mapping[str, float]:
    """The reference's round."""
    with bed.round() as this:
        publisher = this.module("reference_publish", this.amqp_url, str(count), label="aio-pika")
        with spent(this.pids()) as cpu:
            publisher.tell("go")
            seconds = publisher.says()["seconds"]
        return {"per_second": count / seconds, **{name: used / count for name, used in cpu.items()}}


async def _fill_outbox(this: Round, count: int) -> None:
    rows = [(event.id, event.routing_key, event.body) for event in lives(count, only_reservation=True)]
    connection = await asyncpg.connect(this.dsn)
    await connection.copy_records_to_table("reservation_outbox", records=rows, columns=COLUMNS)
    await connection.close()
