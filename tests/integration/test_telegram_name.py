"""The bot's name is asked for once, within a limit, and its absence has a reason; the token is never shown."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.links import DeepLink
from services.payment.adapters.session import new_session
from ssak3 import telegram_name
from ssak3.settings import Settings
from ssak3.telegram_name import TelegramName, telegram_lines
from tests.support.telegram import TOKEN, served

pytestmark = pytest.mark.asyncio


class Door:
    """Something with Telegram's getMe."""

    def __init__(self) -> None:
        self.status, self.asked, self.waits = 200, 0, False
        self.settings = Settings()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.waits:
            await asyncio.Event().wait()
        return web.json_response({"ok": True, "result": {"username": "ssak3_bot"}}, status=self.status)


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    door, app = Door(), web.Application()
    app.router.add_post(f"/bot{TOKEN}/getMe", door.answer)
    async with served(app) as url:
        given: dict[str, Any] = {"telegram_token": TOKEN, "telegram_api_base": url, "_env_file": None}
        door.settings = Settings(**given)
        yield door


async def test_it_is_asked_for_once(door: Door):
    async with new_session() as session:
        name = TelegramName(session, door.settings)
        assert [(await name.link(code)).url for code in ("AB", "CD")] == [
            "https://t.me/ssak3_bot?start=AB",
            "https://t.me/ssak3_bot?start=CD",
        ]
    assert door.asked == 1


async def test_why_there_is_no_link_and_when_it_is_asked_again(door: Door):
    now = 100.0
    async with new_session() as session:
        name = TelegramName(session, door.settings, lambda: now)
        door.status = 401
        assert await name.link("AB") == DeepLink(why="token")
        door.status = 502
        assert await name.link("AB") == DeepLink(why="token"), "not at once"
        now += telegram_name.ASK_AGAIN_SECONDS
        assert await name.link("AB") == DeepLink(why="away")
        now += telegram_name.ASK_AGAIN_SECONDS
        door.status = 200
        assert (await name.link("AB")).url
    assert door.asked == 3


async def test_nobody_waits_for_long(door: Door, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(telegram_name, "PATIENCE_SECONDS", 0.05)
    door.waits = True
    async with new_session() as session:
        assert await TelegramName(session, door.settings).link("AB") == DeepLink(why="away")


async def test_what_the_command_line_prints(door: Door):
    assert await telegram_lines(door.settings, ["AB"]) == ["https://t.me/ssak3_bot?start=AB"]
    door.status = 404
    assert await telegram_lines(door.settings, ["AB"]) == [
        "No Telegram link, because it doesn't know the token; in the bot: /start AB"
    ]
    nobody = door.settings.model_copy(update={"telegram_api_base": "http://127.0.0.1:9"})
    [line] = await telegram_lines(nobody, ["AB"])
    assert line.startswith("No Telegram link, because it doesn't answer")
    without: dict[str, Any] = {"_env_file": None}
    assert await telegram_lines(Settings(**without), ["AB", "CD"]) == ["", ""]
