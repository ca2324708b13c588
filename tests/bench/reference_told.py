"""T4's reference: two inserts in a transaction, and the event published when it is committed. No outbox."""

import asyncio
import gc
import sys
from uuid import uuid4

import aio_pika
import asyncpg

from messaging.envelope import CONTENT_TYPE
from tests.bench.bed import REFERENCE_QUEUE
from tests.bench.child import run, tell, told_to_go
from tests.bench.events import lives

POOL = 10


async def main(amqp_url: str, dsn: str, count: int, pace: float) -> None:
    """So many, at a steady pace, whether or not the one before is through."""
    pool = await asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL)
    events = lives(count, only_reservation=True)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue(REFERENCE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})

        async def one(event_id: str, body: bytes) -> None:
            async with pool.acquire() as database, database.transaction():
                await database.execute("INSERT INTO booking (id, customer_id) VALUES ($1, $2)", event_id, str(uuid4()))
                await database.execute("INSERT INTO event (event_id, body) VALUES ($1, $2)", event_id, body)
            message = aio_pika.Message(
                body, message_id=event_id, content_type=CONTENT_TYPE, delivery_mode=aio_pika.DeliveryMode.PERSISTENT
            )
            await channel.default_exchange.publish(message, routing_key=REFERENCE_QUEUE)

        gc.freeze()
        tell(ready=True)
        await told_to_go()
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for number, event in enumerate(events):
                await asyncio.sleep(began + number / pace - loop.time())
                tasks.create_task(one(event.id, event.body))


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
