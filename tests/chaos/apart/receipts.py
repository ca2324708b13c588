"""What reached people, counted outside of the system: the other end of the bare channel."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class Receipts:
    """`by_delivery` counts messages by the delivery that they came as, `titles` by (person, title)."""

    def __init__(self) -> None:
        self.by_delivery: Counter[str] = Counter()
        self.titles: Counter[tuple[str, str]] = Counter()

    async def take(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.by_delivery[message["delivery_id"]] += 1
        self.titles[message["person_id"], message["title"]] += 1
        return web.json_response({})


@asynccontextmanager
async def receiving() -> AsyncIterator[tuple[Receipts, str]]:
    """The counter, and the address to send to."""
    receipts = Receipts()
    app = web.Application()
    app.router.add_post("/receipts", receipts.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield receipts, f"http://127.0.0.1:{runner.addresses[0][1]}/receipts"
    finally:
        await runner.cleanup()
