"""A rig over servers of its own, for one scenario."""

import random
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from tests.chaos.apart.play import Scenario, Stage
from tests.chaos.apart.rest import looking
from tests.chaos.apart.rig import a_rig
from tests.chaos.apart.wire import Wire, wired
from tests.support.servers.postgresql import PostgresServer, postgresql_server
from tests.support.servers.rabbitmq import RabbitServer, rabbitmq_cluster, rabbitmq_server


@asynccontextmanager
async def servers(nodes: int) -> AsyncIterator[tuple[list[RabbitServer], PostgresServer]]:
    """One after the other: a port that is free for one is free for the other, too."""
    with ExitStack() as stack:
        if nodes == 1:
            rabbit = [stack.enter_context(rabbitmq_server())]
        else:
            rabbit = stack.enter_context(rabbitmq_cluster(nodes))
        yield rabbit, stack.enter_context(postgresql_server(is_durable=True))


@asynccontextmanager
async def a_stage(
    folder: Path, scenario: Scenario, seed: int
) -> AsyncIterator[Stage]:  # fmt: skip
    """Its guests haven't come yet."""
    async with servers(scenario.nodes) as (rabbit, postgres):
        url, urls = postgres.create_database("ssak3"), [node.url for node in rabbit]
        async with wired(lambda: [rabbit[0].port]) as amqp, wired(lambda: [postgres.port]) as database:
            through = (_by(url, postgres.port, database), _by(urls[0], rabbit[0].port, amqp))
            async with (
                a_rig(
                    folder, url, urls, through=through if scenario.by_wire else (), replicas=scenario.replicas
                ) as rig,
                looking(rig) as looker,
            ):
                caller = rig.caller()
                yield Stage(
                    rig=rig,
                    looker=looker,
                    rabbit=rabbit,
                    postgres=postgres,
                    amqp=amqp,
                    database=database,
                    chance=random.Random(f"{seed} {scenario.name}"),
                    caller=caller,
                    crowd=rig.crowd(
                        caller,
                        scenario.guests,
                        seed=seed,
                        cleaned=scenario.cleaned,
                        poisonous=scenario.poisonous,
                        unpaid=scenario.unpaid,
                    ),
                )


def _by(url: str, port: int, wire: Wire) -> str:
    return url.replace(f":{port}/", f":{wire.port}/")
