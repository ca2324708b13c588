"""Which tests go to one worker, because they share what is slow to make.

pytest-xdist's own way, the mark `xdist_group`, does nothing under pytest 9.2, which took away what it writes on.
"""

from xdist.scheduler import LoadGroupScheduling

TOGETHER = (
    "tests/acceptance/page/",
    "tests/architecture/test_import_contracts.py",
    "tests/bench/",
    "tests/integration/test_rabbitmq_trouble.py",
)


class Together(LoadGroupScheduling):  # type: ignore[misc]  # it has no types
    """Every other test goes wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)
