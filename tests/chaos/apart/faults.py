"""What is done to the system while guests come."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from tests.chaos.apart.fleet import Slot
from tests.chaos.apart.fuse import POINTS
from tests.chaos.apart.play import Stage

Fault = Callable[[Stage], Awaitable[None]]

FIRST_DEEDS_SECONDS = 60.0
# The provider is outside of the system, and is killed all the same.
IN_TURN = ("bot", "payment", "reservation", "cleaning", "notification", "mypage", "scheduler", "sandbox")


async def nothing(stage: Stage) -> None:
    """For comparison."""


async def kill(stage: Stage, slot: Slot) -> None:
    stage.rig.fleet.kill(slot)
    await slot.ended.wait()
    stage.done(f"kill -9 {slot.name}")


async def kills_in_turn(stage: Stage) -> None:
    """Each once; the next when it is back."""
    for name in IN_TURN:
        await kill(stage, stage.chance.choice(stage.rig.fleet.named(name)))
        await stage.rig.fleet.ready()


async def kills_at_random(stage: Stage) -> None:
    """As long as guests come, also while the last one that was killed starts."""
    while stage.crowd.is_coming:
        await kill(stage, stage.chance.choice(stage.rig.fleet.slots))
        await asyncio.sleep(stage.chance.uniform(0.2, 6.0))
    await stage.rig.fleet.ready()


async def kills(stage: Stage) -> None:
    await kills_in_turn(stage)
    await kills_at_random(stage)


def crash_points(lives: int, names: Sequence[str] = (), latest: int = 30) -> Fault:
    """Every process (of these names) kills itself so often, each time at another point, the `latest`-th time it is there."""

    async def crash(stage: Stage) -> None:
        fleet = stage.rig.fleet
        for slot in fleet.named(*(names or IN_TURN)):
            slot.fuses = fuses_for(slot, stage.chance, lives, latest)
            fleet.kill(slot)
        marks = len(stage.rig.read_marks())
        while stage.crowd.is_coming:  # noqa: ASYNC110 - others do it
            await asyncio.sleep(0.5)
        for slot in fleet.slots:
            slot.fuses = []
        for point in _burnt(stage, since=marks):
            stage.did[f"crash at “{point}”"] += 1
        assert stage.did, "no fuse has burnt"
        stage.done("all fuses out", 0)
        del stage.did["all fuses out"]

    return crash


def fuses_for(slot: Slot, chance: random.Random, lives: int, latest: int) -> list[str]:
    points = [point for point, names in POINTS.items() if slot.name in names]
    if not points:
        return []
    chance.shuffle(points)
    return [f"{points[life % len(points)]} {chance.randint(1, latest)}" for life in range(lives)]


def broker_stopped(seconds: float) -> Fault:
    """Bookings are taken all the same."""

    async def stop(stage: Stage) -> None:
        await stage.crowd.until_booked(0.1)
        before = stage.crowd.booked
        await asyncio.to_thread(stage.rabbit[0].stop)
        stage.done(f"broker stopped for {seconds:.0f} s")
        before = stage.crowd.booked
        await asyncio.sleep(seconds)
        taken = stage.crowd.booked - before
        await asyncio.to_thread(stage.rabbit[0].start)
        assert taken or before == len(stage.crowd.guests), "no booking was taken without the broker"
        stage.done("booking taken meanwhile", taken)

    return stop


def broker_killed(times: int, pause_seconds: float = 5.0) -> Fault:
    async def strike(stage: Stage) -> None:
        for time in range(times):
            await stage.crowd.until_booked(0.8 * time / times + 0.1)
            await asyncio.to_thread(stage.rabbit[0].kill)
            await asyncio.sleep(stage.chance.uniform(0, pause_seconds))
            await asyncio.to_thread(stage.rabbit[0].start)
            stage.done("broker killed and started")

    return strike


def memory_alarm(seconds: float) -> Fault:
    """The broker takes nothing in."""

    async def alarm(stage: Stage) -> None:
        await stage.crowd.until_booked(0.1)
        node = stage.rabbit[0]
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.00001")
        stage.done(f"memory alarm for {seconds:.0f} s")
        await asyncio.sleep(seconds)
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.4")

    return alarm


def database_restarted(times: int) -> Fault:
    """In turn as a good restart does, and by kill -9."""

    async def restart(stage: Stage) -> None:
        for time in range(times):
            await stage.crowd.until_booked(0.8 * time / times + 0.1)
            how, what = ((stage.postgres.kill, "killed"), (stage.postgres.stop, "stopped"))[time % 2]
            await asyncio.to_thread(how)
            await asyncio.sleep(stage.chance.uniform(0, 4))
            await asyncio.to_thread(stage.postgres.start)
            stage.done(f"PostgreSQL {what} and started")
            await stage.rig.fleet.ready()

    return restart


def frozen(seconds: float, rounds: Sequence[Sequence[str]]) -> Fault:
    """One process of each name at a time stands still, and goes on where it was."""

    async def freeze(stage: Stage) -> None:
        await stage.crowd.until_booked(0.1)
        for names in rounds:
            slots = [stage.chance.choice(stage.rig.fleet.named(name)) for name in names]
            for slot in slots:
                stage.rig.fleet.freeze(slot)
                stage.done(f"SIGSTOP {slot.name} for {seconds:.0f} s")
            await asyncio.sleep(seconds)
            for slot in slots:
                stage.rig.fleet.thaw(slot)
            await stage.rig.fleet.ready()

    return freeze


async def rolling_restart(stage: Stage, names: Sequence[str] = IN_TURN[:-1]) -> None:
    """One after another, the new one first where there is only one: no request fails, nothing is done again."""
    fleet = stage.rig.fleet
    await fleet.ready()
    await stage.crowd.until_booked(0.05)
    failures, marks = stage.caller.failures.total(), len(stage.rig.read_marks())
    for name in names:
        for slot in fleet.named(name):
            if not slot.is_wanted:
                continue
            if len([one for one in fleet.named(name) if one.is_wanted]) == 1:
                new = fleet.add(name)
                await fleet.ready([new])
                status = await fleet.stop(slot)
            else:
                status = await fleet.replace(slot)
            assert status == 0, (str(slot), status)
            stage.done(f"SIGTERM {name}, another in its place")
    assert stage.caller.failures.total() == failures, stage.caller.failures
    again = [mark for mark in stage.rig.read_marks()[marks:] if mark["mark"] == "repeat" and mark["redelivered"]]
    assert again == [], again


async def one_after_another(stage: Stage) -> None:
    """A restart that nobody notices; then crash points, kills, and the broker killed."""
    fleet = stage.rig.fleet
    await rolling_restart(stage, ("bot", "cleaning"))
    for slot in fleet.named("payment", "notification", "cleaning", "mypage"):
        slot.fuses = fuses_for(slot, stage.chance, lives=1, latest=2)
        await kill(stage, slot)
    await kill(stage, stage.chance.choice(fleet.named("bot")))
    await kill(stage, stage.chance.choice(fleet.named("reservation", "scheduler")))
    await broker_killed(1, pause_seconds=2.0)(stage)
    # Where processes start slowly, all guests had booked before.
    [late] = stage.rig.crowd(stage.caller, 1, seed=1).guests
    await stage.crowd.one_more(late)
    async with asyncio.timeout(FIRST_DEEDS_SECONDS):
        while not _burnt(stage):  # noqa: ASYNC110 - others do it
            await asyncio.sleep(0.2)


def _burnt(stage: Stage, since: int = 0) -> list[str]:
    return [mark["point"] for mark in stage.rig.read_marks()[since:] if mark["mark"] == "burnt"]
