"""Fixtures: `rabbitmq` and `postgresql` give each test a virtual host, a database, of its own on the run's servers.

`emptied_rabbitmq` and `emptied_quick_rabbitmq` give a worker's tests the same virtual host, emptied: thirty-five
queues take longer to make than most stories to tell.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import aiormq
import pytest

from tests.support.servers.postgresql import PostgresServer, make_postgresql
from tests.support.servers.rabbitmq import RabbitServer, make_rabbitmq
from tests.support.servers.shared import shared


@dataclass(frozen=True, kw_only=True)
class Vhost:
    """A virtual host of one test."""

    url: str
    name: str
    server: RabbitServer


@dataclass(frozen=True, kw_only=True)
class TestDatabase:
    """A database of one test."""

    __test__ = False

    url: str
    server: PostgresServer


@pytest.fixture(scope="session")
def shared_rabbitmq(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> RabbitServer:
    """The run's server, for tests that don't stop it."""
    return shared(
        pytestconfig, tmp_path_factory, "rabbitmq", lambda owner: make_rabbitmq(with_http=True, owner=owner)[1]
    )


@pytest.fixture
def rabbitmq(shared_rabbitmq: RabbitServer) -> Iterator[Vhost]:
    name = f"test-{uuid4().hex[:12]}"
    yield Vhost(url=shared_rabbitmq.make_vhost(name), name=name, server=shared_rabbitmq)
    shared_rabbitmq.drop_vhost(name)


@pytest.fixture
def emptied_rabbitmq(shared_rabbitmq: RabbitServer) -> Vhost:
    return _emptied("stories", shared_rabbitmq)


@pytest.fixture
def emptied_quick_rabbitmq(shared_rabbitmq: RabbitServer) -> Vhost:
    """For `tests.support.brokers`, whose queues have shorter delays."""
    return _emptied("quick", shared_rabbitmq)


_KEPT: dict[str, Vhost] = {}


def _emptied(purpose: str, server: RabbitServer) -> Vhost:
    name = f"{purpose}-{os.getpid()}"
    if name not in _KEPT:
        _KEPT[name] = Vhost(url=server.make_vhost(name), name=name, server=server)
        return _KEPT[name]
    listed = cast(list[dict[str, str]], server.api("GET", f"queues/{name}?columns=name"))
    asyncio.run(_empty(_KEPT[name].url, [queue["name"] for queue in listed]))
    return _KEPT[name]


async def _empty(url: str, queues: list[str]) -> None:
    connection = await aiormq.connect(url)
    try:
        channel = await connection.channel()
        for queue in queues:
            # Looking costs a quorum queue nothing, being emptied a write to its disk.
            if (await channel.queue_declare(queue, passive=True, timeout=10)).message_count:
                await channel.queue_purge(queue, timeout=10)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def shared_postgresql(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """The run's server, for tests that don't stop it; it may lose what it wrote if the machine stops."""
    return shared(pytestconfig, tmp_path_factory, "postgresql", lambda owner: make_postgresql(owner=owner))


@pytest.fixture
def postgresql(shared_postgresql: PostgresServer) -> Iterator[TestDatabase]:
    name = f"test_{uuid4().hex[:12]}"
    yield TestDatabase(url=shared_postgresql.create_database(name), server=shared_postgresql)
    shared_postgresql.drop_database(name)
