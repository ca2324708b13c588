"""The test bed: one PostgreSQL and one RabbitMQ for a whole run; for each round a database, and queues from scratch."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import aio_pika

from messaging.rabbitmq.topology import Topology
from ssak3.databases import open_databases
from ssak3.settings import Settings
from ssak3.system import SystemClock, SystemIds
from tests.bench.catalogue import AREAS, PLACES, free_catalogue
from tests.bench.started import Started, start_module, start_ssak3
from tests.support.servers.postgresql import PostgresServer, postgresql_server
from tests.support.servers.rabbitmq import RabbitServer, rabbitmq_server

TEMPLATE = "bench_empty"
PLANNED = """
INSERT INTO reservation_capacity (area, "window", capacity, held)
SELECT '{area}', at, {places}, 0 FROM generate_series(date_trunc('day', now()), now() + interval '62 days', '1 hour') AS at
"""
REFERENCE_QUEUE = "reference"
TOKEN = "for-the-bench-only"


@dataclass(kw_only=True)
class Bed:
    """Both servers."""

    postgres: PostgresServer
    rabbit: RabbitServer
    rounds: int = 0

    @contextmanager
    def round(self) -> Iterator["Round"]:
        """An empty database with everybody's tables, no queues yet, a folder; gone afterwards."""
        self.rounds += 1
        name = f"round_{self.rounds}"
        self.postgres.sql(f"create database {name} template {TEMPLATE}")
        try:
            with TemporaryDirectory(prefix="ssak3-bench-") as folder, ExitStack() as stack:
                this = Round(
                    bed=self,
                    name=name,
                    folder=Path(folder),
                    database_url=self.postgres.url_of(name),
                    amqp_url=self.rabbit.url,
                    stack=stack,
                )
                yield this
                for started in this.started.values():
                    started.ask_to_end()
        finally:
            asyncio.run(_delete_queues(self.rabbit.url))
            self.postgres.drop_database(name)


@dataclass(kw_only=True)
class Round:
    """What one side of one round works with. What it starts ends with it. `more` is told to those started later."""

    bed: Bed
    name: str
    folder: Path
    database_url: str
    amqp_url: str
    stack: ExitStack
    started: dict[str, Started] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def dsn(self) -> str:
        """For asyncpg itself."""
        return self.database_url.replace("+asyncpg", "")

    def sql(self, statement: str) -> str:
        """What psql prints."""
        return self.bed.postgres.sql(statement, self.name)

    def environment(self) -> Mapping[str, str]:
        """What every process of ours is told."""
        addresses = {
            "PAYMENT_URL": self.started["payment"].url if "payment" in self.started else "",
            "BOT_URL": self.started["bot"].url if "bot" in self.started else "",
            "TOSS_API_BASE": f"{self.started['sandbox'].url}/sandbox/toss" if "sandbox" in self.started else "",
        }
        settings = {
            "DATABASE_URL": self.database_url,
            "AMQP_URLS": self.amqp_url,
            "API_TOKEN": TOKEN,
            "CATALOG": str(free_catalogue(self.folder)),
            "LOG_FORMAT": "json",
            **{name: url for name, url in addresses.items() if url},
        }
        return {**{f"SSAK3_{name}": value for name, value in settings.items()}, **self.more}

    def run(self, *names: str) -> Started:
        """`ssak3 run NAME…`, ready; several in one OS process."""
        started = self.stack.enter_context(start_ssak3(names, self.folder, self.environment()))
        self.started |= dict.fromkeys(names, started)
        return started

    def module(self, name: str, *arguments: str, label: str) -> Started:
        """A program of `tests.bench`, once it has said that it is ready."""
        started = self.stack.enter_context(start_module(name, arguments, self.folder, self.environment()))
        self.started[label] = started
        return started

    def pids(self) -> Mapping[str, int]:
        """Whose processor time counts."""
        servers = {"PostgreSQL": self.bed.postgres.pid, "RabbitMQ": self.bed.rabbit.pid}
        return {**{name: each.pid for name, each in self.started.items()}, **servers}


@contextmanager
def bed() -> Iterator[Bed]:
    """Durable servers of our own."""
    with rabbitmq_server() as rabbit, postgresql_server(is_durable=True) as postgres:
        yield made(postgres, rabbit)


def made(postgres: PostgresServer, rabbit: RabbitServer) -> Bed:
    """Of servers that run."""
    asyncio.run(_make_template(postgres))
    return Bed(postgres=postgres, rabbit=rabbit)


async def _delete_queues(amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for name in (REFERENCE_QUEUE, *Topology().names()):
            await channel.queue_delete(name)


async def _make_template(postgres: PostgresServer) -> None:
    postgres.create_database(TEMPLATE)
    settings = Settings(database_url=postgres.url_of(TEMPLATE), amqp_urls="amqp://unused", _env_file=None)
    databases = open_databases(settings, SystemClock(), SystemIds(), lambda event: None)
    await databases.migrate()
    await databases.close()
    # As it is after some days of use: every window has its row.
    for area in AREAS:
        postgres.sql(PLANNED.format(area=area, places=PLACES), TEMPLATE)
