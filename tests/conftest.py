"""What every test shares: Hypothesis gives the same examples everywhere, with no deadline on a busy machine.

`SSAK3_HYPOTHESIS=long` looks much longer, at other examples each time.
"""

import os

import pytest
import uvloop
from hypothesis import HealthCheck, settings

from tests.support.fresh import fresh, fresh_postgresql, fresh_sqlite
from tests.support.servers.fixtures import (
    emptied_quick_rabbitmq,
    emptied_rabbitmq,
    postgresql,
    rabbitmq,
    shared_postgresql,
    shared_rabbitmq,
)

__all__ = [
    "emptied_quick_rabbitmq", "emptied_rabbitmq", "fresh", "fresh_postgresql", "fresh_sqlite", "postgresql", "rabbitmq",
    "shared_postgresql", "shared_rabbitmq",
]  # fmt: skip


SERVED = {"shared_postgresql", "shared_rabbitmq"}
LONGEST = "tests/distributed/"
SERVED_KINDS = ("[apart", "[postgresql", "[rabbitmq")


def pytest_asyncio_loop_factories(config, item):
    """Every test on the loop that the program itself runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """One more than there are cores: a test that has servers often waits for them."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from tests.support.together import Together

    return Together(config, log)


def pytest_collection_modifyitems(items):
    """One that needs the servers comes first and starts them; meanwhile the others do all that needs none.

    Of those that need them the longest comes first, so that it isn't what everybody waits for in the end.
    """
    served: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        needs = SERVED.intersection(item.fixturenames) or any(kind in item.nodeid for kind in SERVED_KINDS)
        (served if needs else others).append(item)
    starter, rest = served[:1], served[1:]
    items[:] = [*starter, *others, *sorted(rest, key=lambda item: not item.nodeid.startswith(LONGEST))]


settings.register_profile(
    "ci",
    deadline=None,
    max_examples=12,
    stateful_step_count=20,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", deadline=None, max_examples=500, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("SSAK3_HYPOTHESIS", "ci"))
