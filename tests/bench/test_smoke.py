"""The benchmarks still run and yield figures. How fast it is isn't looked at.

Only those that start few processes: the others (T3, T5, T6, T9) start a whole fleet, the same way as `tests/distributed`.
"""

import math

import pytest

from tests.bench.bed import made
from tests.bench.machine import machine
from tests.bench.report import page
from tests.bench.runs import RUNS
from tests.support.time import MONDAY_AFTERNOON

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def servers(shared_postgresql, shared_rabbitmq):
    return made(shared_postgresql, shared_rabbitmq)


@pytest.mark.parametrize("target", ["T1", "T2", "T4"])
def test_it_yields_figures(servers, target):
    outcome = RUNS[target].tiny(servers, lambda doing: None)
    assert outcome.target == target
    figures = [*(series for _, series in outcome.goals), *outcome.measured.values()]
    assert outcome.goals
    assert all(math.isfinite(value) and value >= 0 for series in figures for value in series.values)
    assert any(value > 0 for value in outcome.goals[0][1].values)
    written = page([outcome], machine(servers.postgres, servers.rabbit), MONDAY_AFTERNOON, 1, 1, "0.1 0.1 0.1")
    assert f"| {target} | {outcome.title} | {outcome.goals[0][0]} |" in written
