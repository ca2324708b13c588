"""Processes that share one Telegram token, over PostgreSQL and RabbitMQ, against the emulator behind its proxy."""

import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg

from tests.chaos.apart.fleet import Fleet, Slot, launching
from tests.chaos.apart.inside import CLOCK, MARKS
from tests.chaos.apart.rig import quick_catalogue
from tests.chaos.apart.wire import wired
from tests.support.telegram import TOKEN, Telegram


@dataclass(kw_only=True)
class Speakers:
    """All processes, and what they wrote."""

    fleet: Fleet
    database: asyncpg.Pool
    telegram: Telegram
    folder: Path

    async def holder(self, context: str, lease: str) -> Slot:
        """Whose lease it is. ValueError when it is that of one who was killed."""
        name = await self.database.fetchval(f"SELECT holder FROM {context}_lease WHERE name = $1", lease)
        lives = [json.loads(line) for line in (self.folder / "marks").read_text().splitlines()]
        [pid] = [life["pid"] for life in lives if life["mark"] == "life" and life["name"] == name]
        [slot] = [slot for slot in self.fleet.slots if slot.pid == pid]
        return slot

    def let_pass(self, time: timedelta) -> None:
        """On everybody's clock."""
        fresh = self.folder / "clock.new"
        fresh.write_text(str(time.total_seconds()))
        fresh.replace(self.folder / "clock")


@asynccontextmanager
async def speakers(
    folder: Path, database_url: str, amqp_url: str, telegram: Telegram, *, rate: float, names: Sequence[str]
) -> AsyncIterator[Speakers]:  # fmt: skip
    """Started and ready; of `names` each is one process."""
    async with AsyncExitStack() as stack:
        launcher = await stack.enter_async_context(launching())
        (folder / "catalogue.toml").write_text(quick_catalogue())
        (folder / "clock").write_text("0")
        (folder / "marks").touch()
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "SSAK3_DATABASE_URL": database_url,
            "SSAK3_AMQP_URLS": amqp_url, "SSAK3_API_TOKEN": "a-token-of-the-tests", "SSAK3_LOG_FORMAT": "json",
            "SSAK3_DATA_DIR": str(folder / "data"), "SSAK3_CATALOG": str(folder / "catalogue.toml"),
            "SSAK3_PAYMENT_URL": "http://127.0.0.1:9", "SSAK3_TELEGRAM_TOKEN": TOKEN,
            "SSAK3_TELEGRAM_API_BASE": telegram.url, "SSAK3_TELEGRAM_RATE": str(rate),
            CLOCK: str(folder / "clock"), MARKS: str(folder / "marks"),
        }  # fmt: skip
        fleet = Fleet(launcher, folder, environment)
        stack.push_async_callback(fleet.close)
        status, printed = await fleet.run("migrate")
        assert status == 0, printed
        front = await stack.enter_async_context(wired(lambda: fleet.ports("bot")))
        environment |= {"SSAK3_BOT_URL": f"http://127.0.0.1:{front.port}"}
        environment |= {"SSAK3_PUBLIC_URL": environment["SSAK3_BOT_URL"]}
        for name in names:
            fleet.add(name)
        await fleet.ready()
        pool = await asyncpg.create_pool(database_url.replace("+asyncpg", ""), min_size=0, max_size=2)
        stack.push_async_callback(pool.close)
        yield Speakers(fleet=fleet, database=pool, telegram=telegram, folder=folder)
