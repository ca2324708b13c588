"""Every story gets a world of its own: once in one process, once with every process apart."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ssak3.settings import CONTEXTS
from tests.support.apart import a_world_apart
from tests.support.world import OpenWorld, World, a_world


@pytest.fixture(params=["together", "apart"])
def open_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenWorld]:
    """Opens the story's world, with whatever it wants of its surroundings; again: as it was left."""
    if request.param == "together":
        yield lambda **outside: a_world(tmp_path, **outside)
        return
    vhost = request.getfixturevalue("emptied_rabbitmq")
    url = request.getfixturevalue("fresh_postgresql")(*CONTEXTS)
    yield lambda **outside: a_world_apart(tmp_path, url, vhost.url, **outside)


@pytest_asyncio.fixture
async def world(open_world: OpenWorld) -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened
