"""The processes of the rig: started, watched, killed, frozen, stopped, and started again whenever they end."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.support.page import ROOT
from tests.support.servers.daemon import free_port

LOOK_SECONDS = 0.2
# Of those that nobody is sent to.
CALM_SECONDS = 2.0
BALANCED = ("bot", "payment")
LOOK_LASTS = aiohttp.ClientTimeout(total=3.0)
# Who doesn't answer so often in a row is frozen rather than busy.
MOST_SILENCES = 2
START_SECONDS = 180.0
# As whoever runs containers does: not at once, so that what can't start doesn't spin.
AGAIN_SECONDS = 0.2


@dataclass(eq=False)
class Slot:
    """The place of one process: its name, its port, and who is there now. `fuses` are burnt one a life."""

    name: str
    number: int
    port: int
    output: Path
    more: dict[str, str] = field(default_factory=dict)
    fuses: list[str] = field(default_factory=list)
    pid: int = 0
    is_wanted: bool = True
    is_ready: bool = False
    statuses: list[int] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __str__(self) -> str:
        return f"{self.name}-{self.number}"


class Launcher:
    """Our end of `launch.py`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._begun: asyncio.Queue[int] = asyncio.Queue()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._turn = asyncio.Lock()
        self._reading = asyncio.create_task(self._read())

    async def start(self, command: Sequence[str], environment: Mapping[str, str], output: Path) -> int:
        """The new process's id."""
        wanted = {"command": [*command], "environment": dict(environment), "output": str(output)}
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            return await self._begun.get()

    async def end_of(self, pid: int) -> int:
        """Its exit status, once it has one."""
        return await asyncio.shield(self._end(pid))

    def _end(self, pid: int) -> "asyncio.Future[int]":
        return self._ends.setdefault(pid, asyncio.get_running_loop().create_future())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            told = json.loads(line)
            if "status" in told:
                self._end(told["pid"]).set_result(told["status"])
            else:
                self._begun.put_nowait(told["pid"])

    async def close(self) -> None:
        """Whatever it started ends with it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reading


@asynccontextmanager
async def launching() -> AsyncIterator[Launcher]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.apart.launch", cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=1 << 20,
        env={name: value for name, value in os.environ.items() if not name.startswith("SSAK3_")},
    )  # fmt: skip
    launcher = Launcher(process)
    try:
        yield launcher
    finally:
        await launcher.close()


class Fleet:
    """All slots. `environment` is everybody's; a slot's own comes on top of it."""

    def __init__(self, launcher: Launcher, folder: Path, environment: Mapping[str, str]) -> None:
        self._launcher = launcher
        self._folder = folder
        self._environment = environment
        self.slots: list[Slot] = []
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, name: str) -> Slot:
        number = len(self.named(name)) + 1
        slot = Slot(name, number, free_port(), self._folder / f"{name}-{number}.log")
        self.slots.append(slot)
        self._tasks += [asyncio.create_task(self._keep(slot)), asyncio.create_task(self._watch(slot))]
        return slot

    def named(self, *names: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.name in names]

    def ports(self, name: str) -> list[int]:
        """Of those that take work."""
        return [slot.port for slot in self.named(name) if slot.is_ready]

    async def _watch(self, slot: Slot) -> None:
        """Ask it whether it takes work, as a load balancer does."""
        silences = 0
        async with aiohttp.ClientSession(timeout=LOOK_LASTS) as http:
            while True:
                try:
                    slot.is_ready = await _takes_work(http, slot.port)
                    silences = 0
                except TimeoutError:
                    silences += 1
                    slot.is_ready = slot.is_ready and silences < MOST_SILENCES
                await asyncio.sleep(CALM_SECONDS if slot.is_ready and slot.name not in BALANCED else LOOK_SECONDS)

    async def _keep(self, slot: Slot) -> None:
        while True:
            slot.ended.clear()
            command = ("run", slot.name, "--port", str(slot.port))
            environment = {**self._environment, **slot.more}
            if slot.fuses:
                environment["CHAOS_FUSE"] = slot.fuses.pop(0)
            slot.pid = await self._launcher.start(command, environment, slot.output)
            status = await self._launcher.end_of(slot.pid)
            slot.is_ready = False
            slot.statuses.append(status)
            slot.ended.set()
            await asyncio.sleep(AGAIN_SECONDS)
            while not slot.is_wanted:  # noqa: ASYNC110 - it is a plain switch
                await asyncio.sleep(AGAIN_SECONDS)

    async def run(self, *command: str) -> tuple[int, str]:
        """The exit status of a command of the same program, and what it prints."""
        output = self._folder / f"{'-'.join(command[:2])}-{os.urandom(4).hex()}.txt"
        pid = await self._launcher.start(command, self._environment, output)
        return await self._launcher.end_of(pid), output.read_text()

    def kill(self, slot: Slot) -> None:
        """Without a chance to finish anything; it is started again."""
        self._signal(slot, signal.SIGKILL)

    def freeze(self, slot: Slot) -> None:
        self._signal(slot, signal.SIGSTOP)

    def thaw(self, slot: Slot) -> None:
        self._signal(slot, signal.SIGCONT)

    def _signal(self, slot: Slot, what: signal.Signals) -> None:
        if not slot.ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.kill(slot.pid, what)

    async def stop(self, slot: Slot) -> int:
        """Asked to, and waited for; its exit status. It stays away until it `is_wanted`."""
        slot.is_wanted = False
        self._signal(slot, signal.SIGTERM)
        await slot.ended.wait()
        return slot.statuses[-1]

    async def replace(self, slot: Slot) -> int:
        """Stopped, and started anew until it is ready; the old one's exit status."""
        status = await self.stop(slot)
        slot.is_wanted = True
        await self.ready([slot])
        return status

    async def ready(self, slots: Sequence[Slot] = ()) -> None:
        """Until all of these (else all) take work."""
        async with asyncio.timeout(START_SECONDS):
            # Polled, as all else that other processes do.
            while not all(slot.is_ready for slot in slots or self.slots if slot.is_wanted):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Nobody is started again, and nobody is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for slot in self.slots:
            self._signal(slot, signal.SIGKILL)


async def _takes_work(http: aiohttp.ClientSession, port: int) -> bool:
    """By its own word; nobody there takes none. TimeoutError."""
    try:
        async with http.get(f"http://127.0.0.1:{port}/health/ready") as answer:
            return answer.status == 200
    except TimeoutError:
        raise
    except (aiohttp.ClientError, OSError):
        return False
