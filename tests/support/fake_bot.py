"""The bot as pushes see it: its internal routes, and what it was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.support.telegram import served


async def forgotten(until: datetime) -> None:
    """A pause that nobody keeps."""


class FakeBot:
    """The bot's internal routes that pushes use. `addresses` by person; what it was told is in `told`.

    `requests`: for each that brought a list, its path and how many were in it.
    """

    TOKEN = "internal-token"

    def __init__(self) -> None:
        self.url = ""
        self.is_away = False
        self.addresses: dict[str, str] = {}
        self.blocked: dict[str, str] = {}
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.log: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, int]] = []

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
        wanted = await self._list_of(request)
        return web.json_response([{"name": "김OO", "address": "", "note": ""} for _ in wanted])

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
        answers = []
        for notice in await self._list_of(request):
            answers.append({"new": notice["delivery_id"] not in self.log})
            self.log.setdefault(notice["delivery_id"], notice)
        return web.json_response(answers)

    async def _list_of(self, request: web.Request) -> list[dict[str, Any]]:
        many: list[dict[str, Any]] = await request.json()
        self.requests.append((request.path, len(many)))
        return many

    def titles(self, person_id: str) -> list[str]:
        """What is on a person's page."""
        return [row["card"]["title"] for row in self.log.values() if row["person_id"] == person_id]


@asynccontextmanager
async def fake_bot() -> AsyncIterator[FakeBot]:
    bot = FakeBot()
    app = web.Application(middlewares=[bot.guarded])
    app.router.add_get("/internal/people/{person}/address", bot.address)
    app.router.add_post("/internal/details", bot.details)
    app.router.add_put("/internal/addresses/telegram/{address}", bot.change)
    app.router.add_post("/internal/deliveries", bot.deliver)
    async with served(app) as bot.url:
        yield bot
