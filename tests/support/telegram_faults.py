"""Telegram, as far as sending goes: the independent emulator, and before it a proxy that does what the emulator won't."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "123456:AAsecret-of-the-token"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An answer in Telegram's place; its own, but late, if it `passes_on`. `resets`: none at all."""

    status: int = 200
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    passes_on: bool = False
    resets: bool = False
    after_seconds: float = 0.0
    body: str | None = None


def too_many(seconds: int) -> Fault:
    return Fault(
        status=429, description=f"Too Many Requests: retry after {seconds}", parameters={"retry_after": seconds}
    )


def migrated(to: int) -> Fault:
    return Fault(
        status=400,
        description="Bad Request: group chat was upgraded to a supergroup chat",
        parameters={"migrate_to_chat_id": to},
    )


def bad_request(words: str) -> Fault:
    return Fault(status=400, description=f"Bad Request: {words}")


FORBIDDEN = Fault(status=403, description="Forbidden: bot was blocked by the user")
UNAUTHORIZED = Fault(status=401, description="Unauthorized")
BAD_GATEWAY = Fault(status=502, body="<html>502 Bad Gateway</html>")
RESET = Fault(resets=True)
RESET_AFTER_SENDING = Fault(resets=True, passes_on=True)


def slow(seconds: float) -> Fault:
    return Fault(passes_on=True, after_seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that went out. `at`: when it came in, in seconds that only go forward."""

    at: float
    chat: str
    text: str
    markup: dict[str, Any] | None


class Telegram:
    """`faults` are taken one for each message, `of_chat` stay; what went out is in `sent`."""

    def __init__(self, emulator_url: str, session: aiohttp.ClientSession) -> None:
        self._emulator_url = emulator_url
        self._session = session
        self.url = ""
        self.faults: list[Fault | None] = []
        self.of_chat: dict[str, Fault] = {}
        self.asked: list[str] = []
        self.sent: list[Sent] = []
        self.on_sent: Callable[[], None] = lambda: None

    def texts(self, chat: str) -> list[str]:
        return [one.text for one in self.sent if one.chat == chat]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        at, form = time.monotonic(), {name: str(value) for name, value in (await request.post()).items()}
        if request.match_info["method"] != "sendMessage":
            return await self._pass_on(request, form)
        chat = form["chat_id"]
        self.asked.append(chat)
        fault = self.of_chat.get(chat) or (self.faults.pop(0) if self.faults else None) or Fault(passes_on=True)
        answer = None
        if fault.passes_on:
            answer = await self._pass_on(request, form)
            assert answer.status == 200, answer.text
            markup = json.loads(form["reply_markup"]) if "reply_markup" in form else None
            self.sent.append(Sent(at=at, chat=chat, text=form["text"], markup=markup))
            self.on_sent()
        await asyncio.sleep(fault.after_seconds)
        if fault.resets:
            assert request.transport is not None
            request.transport.abort()
        elif answer is not None:
            return answer
        if fault.body is not None:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        told = {"ok": False, "error_code": fault.status, "description": fault.description}
        return web.json_response(
            told | ({"parameters": fault.parameters} if fault.parameters else {}), status=fault.status
        )

    async def _pass_on(self, request: web.Request, form: dict[str, str]) -> web.Response:
        async with self._session.post(self._emulator_url + request.path, data=form) as answer:
            return web.Response(status=answer.status, text=await answer.text(), content_type="application/json")


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def faulty_telegram() -> AsyncIterator[Telegram]:
    emulator = import_module("lo_bot_api_emulator").LoBotApiEmulator()
    async with served(emulator.app()) as emulator_url, aiohttp.ClientSession() as session:
        telegram = Telegram(emulator_url, session)
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", telegram.handle)
        async with served(app) as telegram.url:
            yield telegram


async def forgotten(until: datetime) -> None:
    """A pause that nobody keeps."""


class FakeBot:
    """The bot's internal routes that pushes use. `addresses` by person; what it was told is in `told`."""

    TOKEN = "internal-token"

    def __init__(self) -> None:
        self.url = ""
        self.is_away = False
        self.addresses: dict[str, str] = {}
        self.blocked: dict[str, str] = {}
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.log: dict[str, dict[str, Any]] = {}

    @web.middleware
    async def guarded(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.TOKEN}":
            return web.json_response({}, status=401)
        if self.is_away:
            return web.json_response({}, status=503)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def address(self, request: web.Request) -> web.Response:
        assert request.query["channel"] == "telegram"
        person = request.match_info["person"]
        since = self.blocked.get(person)
        return web.json_response({"address": self.addresses.get(person), "blocked_since": since})

    async def details(self, request: web.Request) -> web.Response:
        return web.json_response({"name": "김OO", "address": "", "note": ""})

    async def change(self, request: web.Request) -> web.Response:
        old, what = request.match_info["address"], await request.json()
        self.told.append((old, what))
        people = [person for person, address in self.addresses.items() if address == old]
        for person in people:
            if what.get("blocked"):
                del self.addresses[person]
            else:
                self.addresses[person] = what["moved_to"]
        return web.json_response({})

    async def deliver(self, request: web.Request) -> web.Response:
        is_new = request.match_info["delivery"] not in self.log
        self.log.setdefault(request.match_info["delivery"], await request.json())
        return web.json_response({"new": is_new})

    def titles(self, person_id: str) -> list[str]:
        """What is on a person's page."""
        return [row["card"]["title"] for row in self.log.values() if row["person_id"] == person_id]


@asynccontextmanager
async def fake_bot() -> AsyncIterator[FakeBot]:
    bot = FakeBot()
    app = web.Application(middlewares=[bot.guarded])
    app.router.add_get("/internal/people/{person}/address", bot.address)
    app.router.add_get("/internal/people/{person}/details", bot.details)
    app.router.add_put("/internal/addresses/telegram/{address}", bot.change)
    app.router.add_put("/internal/deliveries/{delivery}", bot.deliver)
    async with served(app) as bot.url:
        yield bot
