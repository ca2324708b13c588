"""Fixtures: `rabbitmq` and `postgresql` give each test a virtual host, a database, of its own on the run's servers."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

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


@pytest.fixture(scope="session")
def shared_postgresql(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """The run's server, for tests that don't stop it; it may lose what it wrote if the machine stops."""
    return shared(pytestconfig, tmp_path_factory, "postgresql", lambda owner: make_postgresql(owner=owner))


@pytest.fixture
def postgresql(shared_postgresql: PostgresServer) -> Iterator[TestDatabase]:
    name = f"test_{uuid4().hex[:12]}"
    yield TestDatabase(url=shared_postgresql.create_database(name), server=shared_postgresql)
    shared_postgresql.drop_database(name)
