"""Real use cases, without the HTTP in front: `request` of reservations, in the composition of the bot's process.

Its relay runs beside, as in the bot. `pace` is bookings a second; 0: as fast as so many tasks can.
"""

import asyncio
import gc
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count as counting

from services.shared_kernel.clock import kst
from ssak3.background import workers_of
from ssak3.composition import Ssak3
from ssak3.needs import until_ready
from tests.bench.catalogue import AREAS
from tests.bench.child import run, tell, told_to_go
from tests.bench.composed import composed

TASKS = 64
LOOK_SECONDS = 0.01


class Producer:
    """Holds places, one event each."""

    def __init__(self, ssak3: Ssak3) -> None:
        self._ssak3 = ssak3
        self._numbers: Iterator[int] = counting()

    async def some(self, how_many: int) -> None:
        """One after the other."""
        for _ in range(how_many):
            await self.one()

    async def one(self) -> None:
        number, ids = next(self._numbers), self._ssak3.ids
        await self._ssak3.reservations.request(
            reservation_id=ids.new(),
            customer_id=ids.new(),
            service="home",
            size_pyeong=24,
            area=AREAS[number % len(AREAS)],
            details_id=ids.new(),
            starts_at=start_of(self._ssak3.clock.now(), number),
        )

    async def paced(self, how_many: int, per_second: float) -> None:
        """At a steady pace, whether or not the one before is through."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        tasks = []
        for number in range(how_many):
            await asyncio.sleep(began + number / per_second - loop.time())
            tasks.append(asyncio.create_task(self.one()))
        await asyncio.gather(*tasks)


def start_of(now: datetime, number: int) -> datetime:
    """A visit's: spread over days and hours."""
    day = kst(now) + timedelta(days=2 + number % 50)
    return day.replace(hour=9 + number % 9, minute=0, second=0, microsecond=0)


async def main(how_many: int, pace: float) -> None:
    """Until all are made and published."""
    async with composed(payment_url="http://127.0.0.1:9") as ssak3:  # nobody pays here
        await until_ready(ssak3)
        await ssak3.broker.start()
        while not ssak3.broker.is_connected:  # noqa: ASYNC110 - the server changes it
            await asyncio.sleep(LOOK_SECONDS)
        stopping = asyncio.Event()
        workers = [asyncio.create_task(worker.run(stopping)) for worker in workers_of(ssak3).values()]
        producer = Producer(ssak3)
        # As it will be measured: a consumer that has just been busy rests for a while.
        await (producer.paced(TASKS, pace) if pace else producer.some(TASKS))
        gc.freeze()  # as a process does when it is ready
        tell(ready=True)
        await told_to_go()
        if pace:
            await producer.paced(how_many, pace)
        else:
            await asyncio.gather(*(producer.some(how_many // TASKS) for _ in range(TASKS)))
        tell(done=True)
        await told_to_go()
        stopping.set()
        await asyncio.gather(*workers)


if __name__ == "__main__":
    run(main(int(sys.argv[1]), float(sys.argv[2])))
