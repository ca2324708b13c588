"""What is done to the lines between processes, broker and database."""

import asyncio

from tests.chaos.apart.play import Stage
from tests.chaos.apart.wire import Wire


async def bad_lines(stage: Stage) -> None:
    """Each in turn resets everything, says nothing for a while, and is slow."""
    await stage.crowd.until_booked(0.1)
    for wire, whose in ((stage.amqp, "RabbitMQ"), (stage.database, "PostgreSQL")):
        await _reset(stage, wire, whose)
        await _stall(stage, wire, whose, 25.0)
        await _slow_down(stage, wire, whose, 15.0)
    await stage.rig.fleet.ready()


async def _reset(stage: Stage, wire: Wire, whose: str) -> None:
    for _ in range(3):
        wire.reset()
        stage.done(f"all lines to {whose} reset")
        await asyncio.sleep(stage.chance.uniform(0.5, 3))


async def _stall(stage: Stage, wire: Wire, whose: str, seconds: float) -> None:
    """Longer than a publish, a statement or a heartbeat is waited for."""
    wire.stall()
    stage.done(f"lines to {whose} silent for {seconds:.0f} s")
    await asyncio.sleep(seconds)
    wire.flow()
    await asyncio.sleep(3)


async def _slow_down(stage: Stage, wire: Wire, whose: str, seconds: float) -> None:
    wire.delay_seconds = 0.2 if whose == "RabbitMQ" else 0.03
    stage.done(f"lines to {whose} slower by {wire.delay_seconds * 1000:.0f} ms a piece for {seconds:.0f} s")
    await asyncio.sleep(seconds)
    wire.delay_seconds = 0.0
