"""docker-compose.yml without Docker: every replica of every service as a process of this machine.

Its command and environment are the file's own; only what is a matter of networks and folders is another: the names of
containers, the ports, where files are mounted.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from tests.distributed.compose import ROOT, Service, own_services, read_compose
from tests.distributed.dockerfile import entrypoint, environment, healthcheck
from tests.support.servers.daemon import free_port

READY_SECONDS = 120.0
PORT = "8000"
HERE = "127.0.0.1"


class Replica:
    """One container; what it printed in all its lives is in `printed`."""

    def __init__(self, service: Service, number: int, port: int, folder: Path, variables: Mapping[str, str]) -> None:
        self.name = f"{service.name}-{number}"
        self.url = f"http://{HERE}:{port}"
        self.variables = variables
        self._service = service
        self._port = str(port)
        self._folder = folder
        self._printed = folder / "printed.txt"
        self._process: Process | None = None

    @property
    def printed(self) -> str:
        return self._printed.read_text() if self._printed.exists() else ""

    def events(self) -> list[dict[str, Any]]:
        """Its log. ValueError if a line isn't JSON."""
        return [json.loads(line) for line in self.printed.splitlines()]

    async def start(self) -> None:
        """As the image does: its entrypoint with the service's command."""
        self._folder.mkdir(exist_ok=True)
        self._process = await self._run(*entrypoint(), *self._service.command)

    async def command(self, *words: str) -> tuple[int, str]:
        """What `docker compose exec SERVICE …` gives: exit status and output."""
        with (self._folder / "command.txt").open("w+b") as output:
            process = await self._run(*words, output=output)
            status = await asyncio.wait_for(process.wait(), READY_SECONDS)
            output.seek(0)
            return status, output.read().decode()

    async def _run(self, *words: str, output: Any = None) -> Process:
        program = [sys.executable, "-m", *words] if words[0] == "ssak3" else [sys.executable, *words[1:]]
        surroundings = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "PYTHONPATH": str(ROOT)}
        with self._printed.open("ab") as printed:
            return await asyncio.create_subprocess_exec(
                *program, cwd=self._folder, env={**surroundings, **_of_image(), **self.variables},
                stdin=asyncio.subprocess.DEVNULL, stdout=output or printed, stderr=output or printed,
            )  # fmt: skip

    async def is_healthy(self) -> bool:
        """By the image's own check."""
        status, _ = await self.command(*(word.replace(PORT, self._port) for word in healthcheck()))
        return status == 0

    async def why_not_ready(self) -> str:
        """Empty when it takes work."""
        assert self._process is not None
        assert self._process.returncode is None, self.printed
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{self.url}/health/ready") as answer:
                return "" if answer.status == 200 else str((await answer.json())["why"])
        except aiohttp.ClientError:
            return "doesn't listen"

    async def until_ready(self) -> None:
        async with asyncio.timeout(READY_SECONDS):
            while await self.why_not_ready():  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.1)

    async def end(self, how: signal.Signals, seconds: float) -> int | None:
        """Its exit status; None if it was still there after so long."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        try:
            return await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return None

    async def finish(self) -> int:
        """Of a one-shot: its exit status."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), READY_SECONDS)


class Stack:
    """All replicas by their service's name; `url` is where the page is published."""

    def __init__(
        self, folder: Path, variables: Mapping[str, str], servers: Mapping[str, str], scale: Mapping[str, int]
    ) -> None:
        services = own_services(read_compose(variables))
        ports = {name: [free_port() for _ in range(scale.get(name, 1))] for name in services}
        places = {**servers, **{f"{name}:{PORT}": f"{HERE}:{at[0]}" for name, at in ports.items()}}
        self.url = f"http://localhost:{ports['bot'][0]}"
        places[f"localhost:{PORT}"] = self.url.removeprefix("http://")
        self.replicas: dict[str, list[Replica]] = {}
        for name, service in services.items():
            self.replicas[name] = []
            for number, port in enumerate(ports[name], start=1):
                own = folder / f"{name}-{number}"
                given = {"SSAK3_HTTP_HOST": HERE, "SSAK3_HTTP_PORT": str(port), "SSAK3_DATA_DIR": str(own)}
                self.replicas[name].append(
                    Replica(service, number, port, own, _translated(service, places) | given)
                )  # fmt: skip

    def one(self, name: str) -> Replica:
        """The only replica, or the first."""
        return self.replicas[name][0]

    def processes(self) -> Sequence[Replica]:
        """All that stay."""
        return [one for name, replicas in self.replicas.items() if name != "migrate" for one in replicas]


def _of_image() -> Mapping[str, str]:
    return {name: value for name, value in environment().items() if name != "PATH"}


def _translated(service: Service, places: Mapping[str, str]) -> dict[str, str]:
    """The service's environment, with what its names and paths mean here."""
    here = {}
    for name, value in service.environment.items():
        for there, place in places.items():
            value = value.replace(there, place)
        here[name] = str(service.files.get(value, value))
    return here
