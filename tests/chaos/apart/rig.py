"""The system in as many processes as a deployment has, over private servers, with people who use it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from services.shared_kernel.clock import kst
from tests.chaos.apart.fleet import Fleet, Launcher, Slot, launching
from tests.chaos.apart.guests import Crowd, Places
from tests.chaos.apart.inside import CLOCK, MARKS, RECEIVER
from tests.chaos.apart.receipts import Receipts, receiving
from tests.chaos.apart.wire import Wire, wired
from tests.chaos.calls import Caller
from tests.chaos.chats import Chat, cleaner

TOKEN = "a-token-of-the-rig"
HIRED_WITHIN_SECONDS = 60
REPLICAS = {
    "sandbox": 1, "payment": 2, "bot": 2, "reservation": 1, "cleaning": 1, "notification": 2, "mypage": 1,
    "scheduler": 2,
}  # fmt: skip
CALL_SECONDS, MOST_CALLS = 30.0, 8
# When several may book for later on the same day.
FIRST_HOUR, LAST_HOUR = 8, 10


def quick_catalogue() -> str:
    """The packaged one, for as many visits as there are guests, and for visits within the hour."""
    text = (files("services.reservation") / "catalogue.toml").read_text()
    return re.sub(
        r"min_lead_hours = 3 ", "min_lead_hours = 0 ", re.sub(r"^(\w{3}) = \d$", r"\1 = 60", text, flags=re.M)
    )


def quick_policies() -> str:
    """The packaged ones, but a search goes on until the visit, and a cleaner may begin hours before it."""
    text = "\n".join((files(f"services.{name}") / "policies.toml").read_text() for name in ("reservation", "cleaning"))
    text = text.replace("unfilled_before_start_hours = 2 ", "unfilled_before_start_hours = 0 ")
    return text.replace("start_earliest_minutes = 30 ", "start_earliest_minutes = 1440 ")


class Rig:
    """Everything is asked and counted from here; `now` is what its processes' clocks say."""

    def __init__(self, folder: Path, database: asyncpg.Pool, amqp_urls: Sequence[str], launcher: Launcher) -> None:
        self.folder = folder
        self.database = database
        self.amqp_urls = amqp_urls
        self.launcher = launcher
        self.token = TOKEN
        self.clock = folder / "clock"
        self.marks = folder / "marks"
        self.places = Places(self.now)
        self.chats: list[Chat] = []
        self.guests_so_far = 0
        # Set by `a_rig`.
        self.fleet: Fleet
        self.front: Wire
        self.payments: Wire
        self.receipts: Receipts
        self.http: aiohttp.ClientSession

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.clock.read_text()))

    def put_forward(self, by: timedelta) -> None:
        """Everybody's clock."""
        ahead = float(self.clock.read_text()) + by.total_seconds()
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(ahead))
        fresh.replace(self.clock)

    def to_a_good_hour(self) -> None:
        """Somebody may book for today and be cleaned for; the cleaners are free again."""
        here = kst(self.now())
        there = here.replace(minute=0, second=0, microsecond=0)
        while there < here + timedelta(hours=3) or not FIRST_HOUR <= there.hour <= LAST_HOUR:
            there += timedelta(hours=1)
        self.put_forward(there - here)

    def address(self, path: str) -> str:
        """The front door, or payment's, which is for those within."""
        wire = self.payments if path.startswith("/payments") else self.front
        return f"http://127.0.0.1:{wire.port}{path}"

    @property
    def url(self) -> str:
        """Of the page, for phones."""
        return self.address("")

    def of(self, slot: Slot, path: str) -> str:
        return f"http://127.0.0.1:{slot.port}{path}"

    async def ledger(self) -> Any:
        """What the provider really did, by its own book."""
        [sandbox] = self.fleet.named("sandbox")
        async with self.http.get(self.of(sandbox, "/sandbox/ledger")) as answer:
            return await answer.json()

    async def provider(self, mode: str) -> None:
        [sandbox] = self.fleet.named("sandbox")
        async with self.http.put(self.of(sandbox, "/sandbox/mode"), json={"mode": mode}) as answer:
            answer.raise_for_status()

    def caller(self) -> Caller:
        """As patient as a busy machine needs, and with no more calls at a time than keep it busy."""
        return Caller(self, self.http, call_seconds=CALL_SECONDS, turn=asyncio.Semaphore(MOST_CALLS))

    def crowd(self, caller: Caller, count: int, *, seed: int, **what: Any) -> Crowd:
        """Guests who haven't come yet."""
        crowd = Crowd(caller, self.places, seed)
        crowd.invite(count, first=self.guests_so_far + 1, **what)
        self.guests_so_far += count
        return crowd

    def read_marks(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.marks.read_text().splitlines()]

    async def audit(self) -> str:
        """What `ssak3 audit` finds once all of this has been quiet for a minute and a half; empty: nothing."""
        data = self.folder / "data"
        (data / "demo_clock").write_text(str(float(self.clock.read_text()) + 90))
        status, printed = await self.fleet.run("audit", "--data", str(data))
        return printed if status else ""

    async def hire(self, count: int) -> list["asyncio.Task[None]"]:
        """Cleaners who take every job, each by a phone; until they are registered."""
        phones = []
        for number in range(1, count + 1):
            status, printed = await self.fleet.run("invite", "cleaner", "--data", str(self.folder / "shell"))
            assert status == 0, printed
            code = printed.split()[0]
            chat = Chat(self, "cleaner", f"c{number}", cleaner, invite=code)
            self.chats.append(chat)
            phones.append(asyncio.create_task(chat.live()))
        async with asyncio.timeout(HIRED_WITHIN_SECONDS):
            while len(self.places.cleaners) < count:
                known = await self.database.fetch("SELECT id, name FROM cleaning_cleaner")
                self.places.cleaners = {row["name"]: row["id"] for row in known}
                await asyncio.sleep(0.2)
        return phones


@asynccontextmanager
async def a_rig(
    folder: Path, database_url: str, amqp_urls: Sequence[str], *, through: Sequence[str] = (), cleaners: int = 3,
    replicas: Mapping[str, int] = REPLICAS,
) -> AsyncIterator[Rig]:  # fmt: skip
    """Started and ready. `through` are the addresses of database and broker as the processes know them, if others."""
    async with AsyncExitStack() as stack:
        launcher = await stack.enter_async_context(launching())
        pool = await asyncpg.create_pool(database_url.replace("+asyncpg", ""), min_size=0, max_size=4)
        stack.push_async_callback(pool.close)
        rig = Rig(folder, pool, amqp_urls, launcher)
        await _furnish(rig, stack, database_url, through, replicas)
        stack.push_async_callback(_cancel, await rig.hire(cleaners))
        yield rig


async def _furnish(
    rig: Rig, stack: AsyncExitStack, database_url: str, through: Sequence[str], replicas: Mapping[str, int]
) -> None:  # fmt: skip
    folder = rig.folder
    (folder / "catalogue.toml").write_text(quick_catalogue())
    (folder / "policies.toml").write_text(quick_policies())
    rig.clock.write_text("0")
    rig.marks.touch()
    rig.receipts, receipts_url = await stack.enter_async_context(receiving())
    rig.http = await stack.enter_async_context(
        # Each call on a connection of its own: whatever is idle may just be closed by the other side.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
    )
    environment = _environment(folder, *(through or (database_url, ",".join(rig.amqp_urls))))
    rig.fleet = Fleet(rig.launcher, folder, environment)
    stack.push_async_callback(rig.fleet.close)
    # With the machine's own time: from here on everything is new.
    status, printed = await rig.fleet.run("migrate", "--data", str(folder / "shell"))
    assert status == 0, printed
    rig.to_a_good_hour()
    sandbox = rig.fleet.add("sandbox")
    rig.front = await stack.enter_async_context(wired(lambda: rig.fleet.ports("bot")))
    rig.payments = await stack.enter_async_context(wired(lambda: rig.fleet.ports("payment")))
    environment |= {
        CLOCK: str(rig.clock),
        MARKS: str(rig.marks),
        RECEIVER: receipts_url,
        "SSAK3_TOSS_API_BASE": rig.of(sandbox, "/sandbox/toss"),
        "SSAK3_PAYMENT_URL": rig.address("/payments").removesuffix("/payments"),
        "SSAK3_BOT_URL": rig.address(""),
        "SSAK3_PUBLIC_URL": rig.address(""),
    }
    for name, count in replicas.items():
        for _ in range(count - len(rig.fleet.named(name))):
            rig.fleet.add(name)
    await rig.fleet.ready()


def _environment(folder: Path, database_url: str, amqp_urls: str) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "SSAK3_DATABASE_URL": database_url,
        "SSAK3_AMQP_URLS": amqp_urls,
        "SSAK3_API_TOKEN": TOKEN,
        "SSAK3_DATA_DIR": str(folder / "data"),
        "SSAK3_LOG_FORMAT": "json",
        "SSAK3_CATALOG": str(folder / "catalogue.toml"),
        "SSAK3_POLICIES": str(folder / "policies.toml"),
    }


async def _cancel(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
