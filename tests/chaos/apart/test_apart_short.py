"""The short form: every process apart, disturbed in the most telling ways, within a minute."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.apart import faults
from tests.chaos.apart.play import Scenario, Stage, play
from tests.chaos.apart.rest import looking
from tests.chaos.apart.rig import REPLICAS, a_rig
from tests.support.servers.postgresql import postgresql_server
from tests.support.servers.rabbitmq import rabbitmq_server

SEED = int(os.environ.get("SSAK3_CHAOS_SEED") or 7)
GUESTS = 70
ONE_OF_EACH = {**REPLICAS, "payment": 1, "notification": 1, "scheduler": 1}


async def one_after_another(stage: Stage) -> None:
    """Crash points, kills at random, the broker killed; then, with all of it over, a restart that nobody notices."""
    fleet = stage.rig.fleet
    for slot in fleet.named("payment", "notification", "cleaning", "mypage"):
        slot.fuses = faults._plan(slot, stage.chance, lives=2, latest=6)
        await faults.kill(stage, slot)
    await stage.crowd.until_booked(0.2)
    await faults.kill(stage, stage.chance.choice(fleet.named("bot")))
    await faults.kill(stage, stage.chance.choice(fleet.named("reservation", "scheduler")))
    await stage.crowd.until_booked(0.4)
    await faults.broker_killed(1, pause_seconds=2.0)(stage)
    for slot in fleet.slots:
        slot.fuses = []
    burnt = [mark["point"] for mark in stage.rig.read_marks() if mark["mark"] == "burnt"]
    assert burnt, "no fuse has burnt"
    await faults.rolling_restart(stage, ("bot", "cleaning"))


@pytest.mark.asyncio
@pytest.mark.timeout(600)
async def test_nothing_is_lost_doubled_or_stuck(tmp_path: Path):
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        both = (
            pool.submit(stack.enter_context, rabbitmq_server()),
            pool.submit(stack.enter_context, postgresql_server()),
        )
        rabbit, postgres = both[0].result(), both[1].result()
        url = postgres.create_database("ssak3")
        async with a_rig(tmp_path, url, [rabbit.url], replicas=ONE_OF_EACH) as rig, looking(rig) as looker:
            caller = rig.caller()
            stage = Stage(
                rig=rig, looker=looker, rabbit=[rabbit], postgres=postgres, chance=random.Random(SEED), caller=caller,
                crowd=rig.crowd(caller, GUESTS, seed=SEED, cleaned=3),
            )  # fmt: skip
            scenario = Scenario(name="short", faults=one_after_another, guests=GUESTS)
            _, count = await play(stage, scenario, in_a_hurry=True)
            assert count.faults == []
