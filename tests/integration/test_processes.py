"""The process table and what really runs say the same."""

import pytest
from fastapi import FastAPI

from services.payment.adapters.session import new_session
from ssak3.background import ticks_of, workers_of
from ssak3.http.server import Server
from ssak3.processes import PROCESSES
from tests.support.world import a_world

pytestmark = pytest.mark.asyncio

# Run by something else than a worker: ticks by APScheduler.
ELSEWHERE = {"scheduler"}


async def test_every_worker_belongs_to_a_process_and_every_part_of_the_table_runs(tmp_path):
    """Embedded is the sum of the table's rows: nothing runs that no process would run."""
    table = {f"consume:{name}" for process in PROCESSES.values() for name in process.consumes}
    table |= {f"relay:{name}" for process in PROCESSES.values() for name in process.relays}
    table |= {name for process in PROCESSES.values() for name in process.loops}
    async with a_world(tmp_path) as world:
        workers, contexts = workers_of(world.ssak3), world.ssak3.databases.contexts
        assert set(workers) == table - ELSEWHERE
        for name, relay in world.ssak3.relays.items():
            assert contexts[name].handover is relay.handover
            assert contexts[name].on_commit == workers[f"relay:{name}"].wake
        ticks = [tick.name for tick in ticks_of(world.ssak3)]
    assert len(set(ticks)) == len(ticks)


async def test_whoever_sends_ends_an_idle_connection_first():
    """A request on a connection that the other side is just closing has an unknown outcome."""
    async with new_session() as session:
        assert session.connector is not None
        kept_by_clients = session.connector._keepalive_timeout
    assert kept_by_clients is not None
    assert Server(FastAPI()).config.timeout_keep_alive > kept_by_clients


async def test_a_process_opens_what_it_consumes_for_and_relays():
    """A context's inbox and outbox are in its own database."""
    for process in PROCESSES.values():
        assert {*process.consumes, *process.relays} <= set(process.opens)
