"""A world whose process `bot` has a Telegram, with its workers running as a process runs them."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.channels.telegram.chat import TelegramChat
from ssak3.http.app import create_app
from ssak3.telegram import telegram_workers
from tests.support.serving import serving
from tests.support.telegram import TOKEN, Telegram, until
from tests.support.world import World, a_world

SECRET = "a-secret-of-the-tests"

_AT_REST = """
select (select count(*) from bot_update),
       (select count(*) from bot_update where handled_at is null),
       (select count(*) from bot_received where answered_at is null),
       (select count(*) from bot_link as link where blocked_at is null and exists (
          select 1 from bot_message as message
          where message.person_id = link.person_id and message.seq > link.sent_seq))
"""


@asynccontextmanager
async def a_telegram_world(
    folder: Path, telegram: Telegram, mode: str = "polling", **more: Any
) -> AsyncIterator[World]:  # fmt: skip
    """Nothing of it runs yet. With a webhook its door is open."""
    port = _free_port()
    settings: dict[str, Any] = {
        "telegram_token": SecretStr(TOKEN),
        "telegram_api_base": telegram.url,
        "telegram_mode": mode,
        "telegram_webhook_secret": SecretStr(SECRET),
        "public_url": f"http://127.0.0.1:{port}",
    } | more
    _make(folder)
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(a_world(folder, settings=settings))
        app = create_app(world.ssak3, is_demo=False, takes_work=lambda: True)
        await stack.enter_async_context(serving(app, port))
        yield world


@asynccontextmanager
async def running(world: World, chat: TelegramChat | None = None) -> AsyncIterator[None]:
    """Its Telegram, until the block ends; then it is stopped as a process stops it."""
    chat, stopping = chat or chat_of(world), asyncio.Event()
    tasks = [asyncio.create_task(worker.run(stopping)) for worker in telegram_workers(world.ssak3, chat)]
    try:
        yield
    finally:
        chat.stop_taking()
        stopping.set()
        await asyncio.gather(*tasks)
        await chat.finish()


def chat_of(world: World) -> TelegramChat:
    assert world.ssak3.telegram is not None
    return world.ssak3.telegram


async def rest(world: World, telegram: Telegram) -> None:
    """Until all that was said has been taken in, answered, and sent; then what the rest of the system does with it."""
    await until(lambda: is_at_rest(world, telegram))
    await world.settle()
    await until(lambda: is_at_rest(world, telegram))


def is_at_rest(world: World, telegram: Telegram) -> bool:
    taken, *open_ones = look(world, _AT_REST)[0]
    return taken >= telegram.enqueued and not any(open_ones)


def look(world: World, query: str) -> list[Any]:
    """What the database says."""
    with closing(sqlite3.connect(world.ssak3.settings.data_dir / "ssak3.db")) as database:
        return database.execute(query).fetchall()


def _make(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


def _free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
