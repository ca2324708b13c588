"""T1: how many events one consumer process handles in a second, its queue being full; and FastStream beside it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import aio_pika

from messaging.catalogue import FOLLOWS, queue_name
from messaging.envelope import CONTENT_TYPE
from messaging.rabbitmq.topology import Topology
from tests.bench.bed import REFERENCE_QUEUE, Bed, Round
from tests.bench.cpu import spent
from tests.bench.events import UNDER_WAY, Sent, lives
from tests.bench.figures import Goal, Outcome, Series, each, ratios
from tests.bench.handled import rows_of, until_handled

WINDOW = 500


def measure(bed: Bed, rounds: int, count: int, tell: Callable[[str], None]) -> Outcome:
    """Ours and the reference's in turn, each with a full queue, an empty database and fresh processes."""
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: Ssak3's my page")
        ours.append(_ours(bed, count))
        tell(f"round {number} of {rounds}: FastStream")
        theirs.append(_theirs(bed, count))
    ratio = ratios([one["per_second"] for one in ours], [one["per_second"] for one in theirs])
    return Outcome(
        target="T1",
        title="Events handled by one consumer process",
        goals=[(Goal(what="Ssak3 : FastStream", bound=3, at_least=True), ratio)],
        measured={
            "Ssak3: inbox, sequence and my page's row": Series(values=[one["per_second"] for one in ours], unit="/s"),
            "FastStream: one insert": Series(values=[one["per_second"] for one in theirs], unit="/s"),
        },
        cpu={"Ssak3": _cpu(ours), "FastStream": _cpu(theirs)},
        cpu_unit="ms per event",
        remarks=[
            f"{count:,} events each round, {UNDER_WAY} reservations under way at a time, so that no batch holds two "
            "events of one row. Both queues are quorum queues, full before the process starts; the rate is taken from "
            "the times of commit.",
        ],
    )


def _ours(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        asyncio.run(_fill(this, queue_name("mypage"), lives(count)))
        return _rate(this, lambda: this.run("mypage"), "mypage_inbox", count)


def _theirs(bed: Bed, count: int) -> Mapping[str, float]:
    with bed.round() as this:
        this.sql("CREATE TABLE handled (event_id text PRIMARY KEY, body bytea NOT NULL)")
        asyncio.run(_fill(this, REFERENCE_QUEUE, lives(count)))
        arguments = (this.amqp_url, this.dsn, REFERENCE_QUEUE)
        return _rate(
            this, lambda: this.module("reference_faststream", *arguments, label="FastStream"), "handled", count
        )


async def _fill(this: Round, queue: str, events: Sequence[Sent]) -> None:
    async with await aio_pika.connect(this.amqp_url) as connection:
        channel = await connection.channel()
        await Topology().declare(channel, FOLLOWS)
        await channel.declare_queue(REFERENCE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        for start in range(0, len(events), WINDOW):
            window = events[start : start + WINDOW]
            await asyncio.gather(
                *(channel.default_exchange.publish(_message(event), routing_key=queue) for event in window)
            )


def _message(event: Sent) -> aio_pika.Message:
    return aio_pika.Message(
        event.body, message_id=event.id, content_type=CONTENT_TYPE, delivery_mode=aio_pika.DeliveryMode.PERSISTENT
    )


def _rate(this: Round, start: Callable[[], object], table: str, count: int) -> Mapping[str, float]:
    start()
    already = asyncio.run(rows_of(this.dsn, table))
    with spent(this.pids()) as cpu:
        handled = asyncio.run(until_handled(this.dsn, table, count))
    per_event = {name: seconds / max(1, count - already) for name, seconds in cpu.items()}
    return {"per_second": handled.per_second, **per_event}


def _cpu(rounds: Sequence[Mapping[str, float]]) -> Mapping[str, Series]:
    return each([{name: value for name, value in one.items() if name != "per_second"} for one in rounds], scale=1000)
