"""T2's and T3's ceiling: aio-pika publishing the same events into one quorum queue, confirms pipelined, on uvloop."""

import asyncio
import sys
import time

import aio_pika

from messaging.envelope import CONTENT_TYPE
from tests.bench.bed import REFERENCE_QUEUE
from tests.bench.child import run, tell, told_to_go
from tests.bench.events import lives

WINDOW = 500


async def main(amqp_url: str, count: int) -> None:
    """Tells how many seconds it took."""
    messages = [
        aio_pika.Message(
            event.body,
            message_id=event.id,
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        for event in lives(count, only_reservation=True)
    ]
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue(REFERENCE_QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        tell(ready=True)
        await told_to_go()
        began = time.perf_counter()
        for start in range(0, count, WINDOW):
            window = messages[start : start + WINDOW]
            await asyncio.gather(
                *(channel.default_exchange.publish(each, routing_key=REFERENCE_QUEUE) for each in window)
            )
        tell(seconds=time.perf_counter() - began)


if __name__ == "__main__":
    run(main(sys.argv[1], int(sys.argv[2])))
