"""The benchmarks still run and yield figures. How fast it is isn't looked at.

One of them, which has everything they share: bed, rounds, our processes, a reference, the page.
"""

import math

import pytest

from tests.bench import draining
from tests.bench.bed import made
from tests.bench.machine import machine
from tests.bench.report import page
from tests.support.time import MONDAY_AFTERNOON

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def servers(shared_postgresql, shared_rabbitmq):
    return made(shared_postgresql, shared_rabbitmq)


def test_it_yields_figures(servers):
    outcome = draining.measure(servers, 1, 300, lambda doing: None, apart=False)
    figures = [*(series for _, series in outcome.goals), *outcome.measured.values()]
    assert outcome.goals
    assert all(math.isfinite(value) and value >= 0 for series in figures for value in series.values)
    assert any(value > 0 for value in outcome.goals[0][1].values)
    written = page([outcome], machine(servers.postgres, servers.rabbit), MONDAY_AFTERNOON, 1, 1, "0.1 0.1 0.1")
    assert f"| T2 | {outcome.title} | {outcome.goals[0][0]} |" in written
