"""T1's reference: FastStream without its logging, on uvloop, doing one insert for each event. No inbox."""

import asyncio
import sys

import asyncpg
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue

from tests.bench.child import run, tell

PREFETCH = 100
POOL = 10
INSERT = "INSERT INTO handled (event_id, body) VALUES ($1, $2)"


async def main(amqp_url: str, dsn: str, queue: str) -> None:
    """Until it is told to end."""
    pool = await asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL)
    # The least that FastStream can do: nothing is checked, converted or even decoded on the way.
    broker = RabbitBroker(amqp_url, logger=None, apply_types=False)
    declared = RabbitQueue(queue, queue_type=QueueType.QUORUM, durable=True, declare=False)

    async def as_it_is(message: RabbitMessage) -> RabbitMessage:
        return message

    @broker.subscriber(
        declared, channel=Channel(prefetch_count=PREFETCH), ack_policy=AckPolicy.NACK_ON_ERROR, decoder=as_it_is
    )
    async def handle(message: RabbitMessage) -> None:
        await pool.execute(INSERT, message.message_id, message.body)

    await broker.start()
    tell(ready=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(main(*sys.argv[1:]))
