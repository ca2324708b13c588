"""Every story gets a world of its own: in one process, with every process apart, and with people on Telegram."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ssak3.settings import CONTEXTS
from tests.support.apart import a_world_apart
from tests.support.telegram_story import a_world_on_telegram
from tests.support.world import OpenWorld, World, a_world

# Those that people chat through. With Telegram only the way in and out is another: without SSAK3_ON_TELEGRAM=all, the
# ones with most of the talk.
CHATTED = ("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "p1", "p2", "p3")
TALKATIVE = ("f1", "f7", "p1", "p2")
ON_TELEGRAM = tuple(
    f"test_{name}_" for name in (CHATTED if os.environ.get("SSAK3_ON_TELEGRAM") == "all" else TALKATIVE)
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "open_world" in metafunc.fixturenames:
        is_chat = metafunc.module.__name__.rpartition(".")[2].startswith(ON_TELEGRAM)
        forms = ["together", "apart", *(["telegram"] if is_chat else [])]
        metafunc.parametrize("open_world", forms, indirect=True)


@pytest.fixture
def open_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenWorld]:
    """Opens the story's world, with whatever it wants of its surroundings; again: as it was left."""
    if request.param == "together":
        yield lambda **outside: a_world(tmp_path, **outside)
        return
    if request.param == "telegram":
        yield lambda **outside: a_world_on_telegram(tmp_path, **outside)
        return
    vhost = request.getfixturevalue("emptied_rabbitmq")
    url = request.getfixturevalue("fresh_postgresql")(*CONTEXTS)
    yield lambda **outside: a_world_apart(tmp_path, url, vhost.url, **outside)


@pytest_asyncio.fixture
async def world(open_world: OpenWorld) -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened
