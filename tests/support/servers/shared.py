"""One set of servers for a whole run of pytest, its workers included: made by the first test that asks.

The run's main process owns them, so that they end with it, whatever becomes of a worker.
"""

import fcntl
import os
import pickle
from collections.abc import Callable
from typing import TypeVar

import pytest

Server = TypeVar("Server")


def shared(
    config: pytest.Config, folders: pytest.TempPathFactory, name: str, make: Callable[[int], Server]
) -> Server:  # fmt: skip
    """The run's server of this name; `make` gets the process id of its owner."""
    is_worker = hasattr(config, "workerinput")
    base = folders.getbasetemp().parent if is_worker else folders.getbasetemp()
    kept = base / f"{name}.server"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            made = make(os.getppid() if is_worker else os.getpid())
            kept.write_bytes(pickle.dumps(made))
        server: Server = pickle.loads(kept.read_bytes())
    return server
