"""The main port of a world, served on this machine, for those who try its doors."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ssak3.http.app import create_app
from ssak3.http.demo import DemoSwitches
from ssak3.http.forward import Forward
from tests.support.serving import serving
from tests.support.world import World, a_world

PATIENCE_SECONDS = 20.0
CLOSED = "closed"


@dataclass(kw_only=True)
class Doors:
    """`client` is nobody yet: it keeps no cookies but those that it is given."""

    world: World
    client: httpx.AsyncClient
    url: str

    async def enter(self, role: str = "customer", **more: Any) -> httpx.Response:
        """Ask for a session as nobody in particular."""
        answer = await self.client.post("/chat/session", json={"role": role, **more})
        self.client.cookies.clear()
        return answer

    async def cookie(self, role: str = "customer", **more: Any) -> str:
        """`name=value` of a fresh session."""
        answer = await self.enter(role, **more)
        assert answer.status_code == 200, answer.text
        return answer.headers["set-cookie"].partition(";")[0]

    def socket(self, cookie: str, query: str = "role=customer", headers: Mapping[str, str] | None = None) -> connect:
        """A phone's connection, to be used with `async with`."""
        address = f"{self.url.replace('http', 'ws', 1)}/chat/ws?{query}"
        return connect(address, additional_headers={"Cookie": cookie, **(headers or {})})

    async def refusal(self, cookie: str, query: str = "role=customer", **headers: str) -> int | None:
        """The code that the socket is closed with before it says anything; None when it says something."""
        async with self.socket(cookie, query, headers) as phone:
            try:
                await asyncio.wait_for(phone.recv(), PATIENCE_SECONDS)
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else None
        return None


async def hear(phone: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            frame: dict[str, Any] = json.loads(await phone.recv())
            if frame["type"] == kind:
                return frame


@asynccontextmanager
async def open_doors(folder: Path, *, is_demo: bool = True) -> AsyncIterator[Doors]:
    """As `ssak3 demo` opens them, without workers."""
    async with a_world(folder) as world:
        app = create_app(world.ssak3, is_demo=is_demo, takes_work=lambda: True)
        demo = DemoSwitches(world.ssak3, Forward(world.session, world.sandbox_url))
        if is_demo:
            app.include_router(demo.router())
        async with serving(app) as url:
            try:
                async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                    yield Doors(world=world, client=client, url=url)
            finally:
                demo.feed.close()
