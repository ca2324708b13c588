"""What the figures were measured on."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tests.support.servers.postgresql import PostgresServer
from tests.support.servers.rabbitmq import RabbitServer

LIBRARIES = (
    "aio-pika", "aiormq", "asyncpg", "SQLAlchemy", "msgspec", "FastAPI", "pydantic", "uvicorn", "httptools", "aiohttp",
    "uvloop", "FastStream",
)  # fmt: skip


def machine(postgres: PostgresServer, rabbit: RabbitServer) -> Mapping[str, str]:
    """Name and version of all that matters."""
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": _memory(),
        "system": f"{_distribution()}, Linux {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": f"{postgres.sql('show server_version').split()[0]}, fsync and synchronous_commit on",
        "RabbitMQ": f"{rabbit.ctl('version')}, one node, quorum queues",
        "load": f"{_version('siege')}, {_version('wrk')}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _distribution() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)["PRETTY_NAME"].strip('"')


def _version(program: str) -> str:
    """As it says itself; siege, where it has never run, speaks of its settings first."""
    done = subprocess.run([program, "--version"], capture_output=True, check=False, text=True)
    lines = (done.stdout + done.stderr).splitlines()
    return next(" ".join(line.split()[:2]) for line in lines if line.lower().startswith(program))
