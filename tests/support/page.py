"""The page as people use it: the real demo in a process of its own, and its phones in a real browser."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx
from playwright.async_api import Locator, Page, expect

from services.shared_kernel.clock import kst

ROOT = Path(__file__).parents[2]
ADDRESS = "OO로 12, 101동 502호"
# A day that is always far enough for a booking and near enough for one.
WISH = "모레 {time} {area} 24평 집청소"
PAY = "80,000원 결제하기"
START_SECONDS = 60
STOP_SECONDS = 40


class Demo:
    """`ssak3 demo`, started as a person would; what it prints is kept in `output`."""

    def __init__(self, folder: Path, command: Sequence[str] = ("demo",)) -> None:
        self.data = folder / "data"
        self.url = ""
        self._command = command
        self._printed = folder / "printed.txt"
        self._process: Process | None = None

    @property
    def output(self) -> str:
        """Everything printed so far, by all its processes."""
        return self._printed.read_text()

    @property
    def token(self) -> str:
        """What programs show."""
        return (self.data / "api_token").read_text().strip()

    def address(self, path: str) -> str:
        """Of one of its pages or routes."""
        return self.url + path

    async def start(self, port: int = 0) -> None:
        """Until it takes work."""
        self._printed.parent.mkdir(parents=True, exist_ok=True)
        with self._printed.open("ab") as printed:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ssak3", *self._command, "--port", str(port), "--data", str(self.data),
                cwd=self._printed.parent, env=_environment(), stdout=printed, stderr=printed,
            )  # fmt: skip
        self.url = await asyncio.wait_for(self._address(self._process), START_SECONDS)

    async def shell(self, *words: str) -> str:
        """Another command of ours, beside it; what that prints."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ssak3", *words, "--data", str(self.data), cwd=self._printed.parent,
            env=_environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed, _ = await asyncio.wait_for(process.communicate(), START_SECONDS)
        assert process.returncode == 0, printed.decode()
        return printed.decode()

    async def _address(self, process: Process) -> str:
        run_file = self.data / "run" / f"embedded-{process.pid}.json"
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                assert process.returncode is None, self.output
                try:
                    url = str(json.loads(run_file.read_text())["url"])
                    if (await client.get(f"{url}/health/ready")).status_code == 200:
                        return url
                except (OSError, ValueError, httpx.TransportError):
                    pass
                await asyncio.sleep(0.05)

    async def stop(self) -> int:
        """As Ctrl-C does; its exit status."""
        return await self._end(signal.SIGINT)

    async def kill(self) -> None:
        """Without a chance to finish anything."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await asyncio.wait_for(self._process.wait(), STOP_SECONDS)

    async def invites(self) -> dict[str, str]:
        """The newest one-time codes that it printed, by role."""
        while "Ctrl-C stops" not in self.output.rpartition("is running")[2]:  # noqa: ASYNC110 - another process prints
            await asyncio.sleep(0.05)
        return {role: re.findall(rf"/\?{role}=(\w+)", self.output)[-1] for role in ("cleaner", "operator")}

    async def put(self, path: str, **body: object) -> None:
        """Turn one of the demo's switches."""
        async with httpx.AsyncClient(trust_env=False, base_url=self.url) as client:
            (await client.put(path, json=body)).raise_for_status()

    async def now(self) -> datetime:
        """The demo's own time, on a Korean clock."""
        async with httpx.AsyncClient(trust_env=False, base_url=self.url) as client:
            return kst(datetime.fromisoformat((await client.get("/demo/state")).json()["now"]))


def _environment() -> dict[str, str]:
    """Nothing of ours but what a test gives."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SSAK3_")}
    return {**environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


class PhoneOnPage:
    """One of the three phones, by what a person sees of it."""

    def __init__(self, page: Page, role: str) -> None:
        self.page = page
        self.role = role
        self.root = page.get_by_test_id(f"phone-{role}")
        self.log = self.root.get_by_test_id("chat-log")
        self.input = self.root.get_by_test_id("chat-input")
        self.state = self.root.get_by_test_id("connection")
        self.banner = self.root.get_by_test_id("banner")
        self.replies = self.root.get_by_test_id("quick-replies")

    async def join(self) -> None:
        """By the demo's button."""
        await self.root.get_by_test_id("join-demo").click()
        await expect(self.log).to_be_visible()

    async def say(self, text: str) -> None:
        """Type and send."""
        await self.input.fill(text)
        await self.root.get_by_test_id("chat-send").click()

    def button(self, label: str) -> Locator:
        """The newest button of that label."""
        return self.root.get_by_role("button", name=label, exact=True).last

    async def tap(self, label: str) -> None:
        await self.button(label).click()

    async def reads(self, *sentences: str) -> None:
        """Wait until all of these are in the log."""
        for sentence in sentences:
            await expect(self.log).to_contain_text(sentence)

    def bubble(self, text: str) -> Locator:
        """The newest message with that text in it."""
        return self.log.locator(".row").filter(has_text=text).last

    def notice(self, title: str) -> Locator:
        """The newest notice of that title."""
        return self.log.locator(".notice").filter(has_text=title).last

    @asynccontextmanager
    async def getting(self, shown: Locator) -> AsyncIterator[None]:
        """Waits for one more of these than there were before."""
        before = await shown.count()
        yield
        await expect(shown).to_have_count(before + 1)

    async def hold(self, time: str, area: str) -> None:
        """Ask for a visit, up to the button that pays."""
        async with self.getting(self.root.get_by_role("button", name=PAY, exact=True)):
            await self.say(WISH.format(time=time, area=area))
            await self.say(f"{area}구 {ADDRESS}")
            await self.tap("없어요")

    async def book(self, time: str, area: str) -> None:
        """Ask for a visit and pay it."""
        await self.hold(time, area)
        async with self.getting(self.log.locator(".bubble", has_text="예약이 확정됐어요")):
            await self.tap(PAY)
