"""The process table and what really runs say the same."""

import pytest

from ssak3.background import ticks_of, workers_of
from ssak3.processes import PROCESSES
from tests.support.world import a_world

pytestmark = pytest.mark.asyncio

# Run by something else than a worker: answers by what was received, ticks by APScheduler.
ELSEWHERE = {"answering", "scheduler"}


async def test_every_worker_belongs_to_a_process_and_every_part_of_the_table_runs(tmp_path):
    """Embedded is the sum of the table's rows: nothing runs that no process would run."""
    table = {f"consume:{name}" for process in PROCESSES.values() for name in process.consumes}
    table |= {f"relay:{name}" for process in PROCESSES.values() for name in process.relays}
    table |= {name for process in PROCESSES.values() for name in process.loops}
    async with a_world(tmp_path) as world:
        assert set(workers_of(world.ssak3)) == table - ELSEWHERE
        ticks = [tick.name for tick in ticks_of(world.ssak3)]
    assert len(set(ticks)) == len(ticks)


async def test_a_process_opens_what_it_consumes_for_and_relays():
    """A context's inbox and outbox are in its own database."""
    for process in PROCESSES.values():
        assert {*process.consumes, *process.relays} <= set(process.opens)
