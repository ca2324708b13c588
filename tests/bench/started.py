"""Programs that a benchmark starts: processes of ours as an operator starts them, and programs of this folder."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
END_SECONDS = 40.0
LOOK_SECONDS = 0.05


class Failed(RuntimeError):
    """The text ends with what the program said last."""


@dataclass(kw_only=True)
class Started:
    """A running program."""

    name: str
    process: "subprocess.Popen[str]"
    log: Path
    url: str = ""
    is_ending: bool = False

    @property
    def pid(self) -> int:
        return self.process.pid

    def says(self) -> Any:
        """The next thing that a program of this folder tells, in JSON."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise self.failed("ended without a word")
        return json.loads(line)

    def tell(self, order: str) -> None:
        """One line for a program of this folder."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()

    def failed(self, what: str) -> Failed:
        return Failed(f"{self.name} {what}:\n{self.log.read_text(errors='replace')[-3000:]}")

    def ask_to_end(self) -> None:
        """Once; a second signal may mean more."""
        if self.process.poll() is None and not self.is_ending:
            self.is_ending = True
            self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Asked to, and waited for; Failed if it doesn't end well."""
        self.ask_to_end()
        try:
            status = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise self.failed("didn't end") from None
        if status not in (0, -signal.SIGTERM):
            raise self.failed(f"ended with {status}")


@contextmanager
def start_ssak3(names: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Started]:
    """`ssak3 run NAME…` on a free port, until it says that it is ready; ended with the block."""
    label = "-".join(names)
    data = folder / label
    command = [sys.executable, "-m", "ssak3", "run", *names, "--port", "0", "--data", str(data)]
    with _process(label, command, folder, environment, is_ours=True) as started:
        deadline = time.monotonic() + START_SECONDS
        while not (started.url and _is_ready(started.url)):
            if started.process.poll() is not None or time.monotonic() > deadline:
                raise started.failed("isn't ready")
            time.sleep(LOOK_SECONDS)
            for path in (data / "run").glob(f"*-{started.pid}.json"):
                started.url = json.loads(path.read_text())["url"].removesuffix("/sandbox")
        yield started


@contextmanager
def start_module(
    name: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[Started]:  # fmt: skip
    """`python -m tests.bench.NAME`, whose first word is that it is ready, with its address if it has one."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *arguments]
    with _process(name, command, folder, environment) as started:
        started.url = started.says().get("url", "")
        yield started


@contextmanager
def _process(
    name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str], *, is_ours: bool = False
) -> Iterator[Started]:  # fmt: skip
    log = folder / f"{name}.log"
    own = {key: value for key, value in os.environ.items() if not key.startswith("SSAK3_")}
    with (
        log.open("w") as output,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**own, **environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=output if is_ours else subprocess.PIPE,
            stderr=output,
            text=True,
        ) as process,
    ):
        started = Started(name=name, process=process, log=log)
        try:
            yield started
        except BaseException:
            process.kill()
            raise
        started.end()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
