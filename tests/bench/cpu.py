"""Processor seconds of servers and processes, read from the kernel's accounts."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Of a process, its living children and those it has buried. 0 once it is gone itself."""
    return sum(_own(each) for each in (pid, *_children(pid)))


def _own(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / TICKS


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue
    return found


@contextmanager
def spent(pids: Mapping[str, int]) -> Iterator[dict[str, float]]:
    """The seconds that each has used in the block, there when it ends; all are to be alive then."""
    before = {name: seconds_of(pid) for name, pid in pids.items()}
    used: dict[str, float] = {}
    yield used
    used.update({name: seconds_of(pid) - before[name] for name, pid in pids.items()})
