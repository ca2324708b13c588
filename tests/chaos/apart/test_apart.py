"""Every process apart, disturbed, and counted: what was promised is kept, nothing is done twice, nothing is stuck.

`make chaos` is the long form, and writes docs/RELIABILITY.md. `SSAK3_CHAOS_SEED` repeats a run, `ARGS="-k killed"`
plays some of it.
"""

import os
import time
from pathlib import Path

import pytest

from tests.chaos.apart import faults, special
from tests.chaos.apart.bed import a_stage
from tests.chaos.apart.play import Scenario, play, show
from tests.chaos.apart.proxied import bad_lines
from tests.chaos.apart.report import write
from tests.chaos.apart.rig import REPLICAS

IS_LONG = os.environ.get("SSAK3_CHAOS") == "long"
SEED = int(os.environ.get("SSAK3_CHAOS_SEED") or (time.time_ns() % 100_000 if IS_LONG else 7))
ONE_OF_MOST = {**REPLICAS, "payment": 1, "notification": 1, "scheduler": 1}

FROZEN = (("notification", "payment"), ("cleaning", "scheduler"), ("reservation", "bot"), ("mypage", "payment"))

SHORT = Scenario(
    name="short",
    faults=faults.one_after_another,
    guests=30,
    replicas=ONE_OF_MOST,
    in_a_hurry=True,
    pause_seconds=5.0,
)
LONG = (
    Scenario(name="undisturbed", faults=faults.nothing, guests=200),
    Scenario(name="killed in turn, then at random", faults=faults.kills, guests=2000, pause_seconds=0.5),
    Scenario(name="killed at crash points", faults=faults.crash_points(lives=9), guests=500),
    Scenario(name="broker stopped", faults=faults.broker_stopped(60), guests=300, pause_seconds=2.0),
    Scenario(name="broker killed", faults=faults.broker_killed(3), guests=300),
    Scenario(name="broker out of memory", faults=faults.memory_alarm(40), guests=300, pause_seconds=1.0),
    Scenario(name="queue leaders killed, three nodes", faults=special.leaders_killed, guests=500, nodes=3),
    Scenario(name="PostgreSQL restarted", faults=faults.database_restarted(4), guests=300),
    Scenario(name="lines reset, silent, slow", faults=bad_lines, guests=400, by_wire=True, pause_seconds=1.5),
    Scenario(name="standing still for 40 s", faults=faults.frozen(40, FROZEN), guests=400, pause_seconds=2.0),
    Scenario(name="leading scheduler killed", faults=special.scheduler_killed, guests=100, cleaned=0, unpaid=True),
    Scenario(name="rolling restart", faults=faults.rolling_restart, guests=500, pause_seconds=1.0),
    Scenario(name="poison among thousands", faults=special.poison, after=special.replayed, guests=400, poisonous=5),
    Scenario(
        name="one attempt at two replicas of payment",
        faults=special.one_attempt_twice,
        guests=100,
        cleaned=0,
        unpaid=True,
    ),
)


@pytest.mark.asyncio
@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("scenario", LONG if IS_LONG else [SHORT], ids=lambda scenario: scenario.name)
async def test_nothing_is_lost_doubled_or_stuck(tmp_path: Path, scenario: Scenario):
    show(f"SSAK3_CHAOS_SEED={SEED}")
    async with a_stage(tmp_path, scenario, SEED) as stage:
        row, count = await play(stage, scenario)
        used = {"RabbitMQ": stage.rabbit[0].ctl("version"), "PostgreSQL": stage.postgres.sql("show server_version")}
    if IS_LONG:
        write(row, used)
    assert count.faults == []
