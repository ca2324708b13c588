"""A private server process: on free ports of the loopback, in a temporary folder, never as root."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
START_SECONDS = 60.0

# A server that outlives the one who started it, for its owner's sake, isn't waited for.
_started: list["subprocess.Popen[bytes]"] = []


class MissingServer(RuntimeError):
    """What the tests need isn't installed."""

    def __init__(self, program: str) -> None:
        super().__init__(f"there is no {program}: `sh tests/setup/servers.sh` installs it")


class DidNotStart(RuntimeError):
    """The text ends with what the server said last."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server_user(wanted: str) -> str:
    """Whom the server runs as: its package's user, or nobody, when we are root; empty: as ourselves."""
    if os.geteuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return wanted if wanted in names else "nobody"


def make_folder(name: str, user: str) -> Path:
    """Directly under the system's temporary folder, since pytest's own lets no other user through."""
    folder = Path(tempfile.mkdtemp(prefix=f"ssak3-{name}-"))
    give_to(user, folder)
    return folder


def give_to(user: str, *paths: Path) -> None:
    for path in paths if user else ():
        shutil.chown(path, user, pwd.getpwnam(user).pw_gid)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run_as(user: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
    """What it prints; what it complains of goes where ours does. Raises CalledProcessError."""
    done = subprocess.run(
        command,
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        user=user or None,
        group=user or None,
        extra_groups=[] if user else None,
    )
    return done.stdout.strip()


class Daemon:
    """Starts and ends one command under a guard; `owner` is the process whose end ends the server too."""

    def __init__(self, name: str, folder: Path, user: str, owner: int | None = None) -> None:
        self.name = name
        self.folder = folder
        self.user = user
        self.owner = owner or os.getpid()
        self.output = folder / f"{name}.output"
        self._guard: subprocess.Popen[bytes] | None = None

    def __getstate__(self) -> Mapping[str, object]:
        """To be known in another process of the same run."""
        return {**self.__dict__, "_guard": None}

    def start(self, command: Sequence[str], environment: Mapping[str, str], is_up: Callable[[], bool]) -> None:
        with self.output.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", str(GUARD), str(self.owner), self.user, str(self.folder), *command],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        _started.append(self._guard)
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            if self._guard.poll() is not None or time.monotonic() > deadline:
                raise DidNotStart(f"{self.name} didn't start: {self.output.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def wait(self, seconds: float = 30.0) -> None:
        """For the server to end."""
        if self._guard is not None:
            self._guard.wait(seconds)
            self._guard = None

    def end(self) -> None:
        """The server is killed and its folder removed."""
        if self._guard is not None:
            self._guard.terminate()
            self.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def send(pid: int, signum: signal.Signals) -> None:
    """A stopped process is woken first, or it would never hear."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)
        os.kill(pid, signal.SIGCONT)
