"""docker-compose.yml, up: beside nothing but a PostgreSQL and a RabbitMQ that don't know it yet."""

import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from signal import SIGKILL
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.distributed.compose import ROOT, read_env
from tests.distributed.servers import Servers
from tests.distributed.stack import Stack
from tests.support.servers.postgresql import PostgresServer
from tests.support.servers.rabbitmq import RabbitServer


@pytest.fixture
def variables(tmp_path: Path) -> Mapping[str, str]:
    """As `make env` writes them, and an agency's own policies."""
    (tmp_path / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
    subprocess.run(["sh", str(ROOT / "deploy" / "env.sh")], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    return {**read_env(tmp_path / ".env"), "SSAK3_POLICIES": str(own_policies(tmp_path))}


def own_policies(folder: Path) -> Path:
    """The packaged ones, but cleaners may start long before the visit: no test waits for one."""
    money = (files("services.reservation") / "policies.toml").read_text()
    dispatch = (files("services.cleaning") / "policies.toml").read_text()
    early = dispatch.replace("start_earliest_minutes = 30 ", "start_earliest_minutes = 43200 ")
    assert early != dispatch
    path = folder / "policies.toml"
    path.write_text(money + early)
    return path


@pytest.fixture
def servers(variables: Mapping[str, str], shared_postgresql: PostgresServer, shared_rabbitmq: RabbitServer):
    used = Servers(shared_postgresql, shared_rabbitmq, f"compose-{uuid4().hex[:12]}", variables)
    yield used
    used.drop()


@pytest_asyncio.fixture
async def stack(tmp_path: Path, variables: Mapping[str, str], servers: Servers) -> AsyncIterator[Stack]:
    """Nothing runs yet; nothing is left running."""
    stack = Stack(tmp_path, variables, servers.places, scale={"cleaning": 3})
    yield stack
    for replica in stack.processes():
        with suppress(AssertionError):
            await replica.end(SIGKILL, 10)
