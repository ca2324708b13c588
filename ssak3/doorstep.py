"""Before anything runs: the port, the token that programs need, and the file that says where we are."""

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ssak3.processes import PROCESSES
from ssak3.settings import Settings, WrongSettings
from ssak3.system import token


class CannotStart(Exception):
    """Why, and what to do."""


class RabbitMQAway(CannotStart):
    """What a command looks for is in its queues."""

    def __init__(self, why: str) -> None:
        said = f" ({why})" if why else ""
        super().__init__(
            f"RabbitMQ can't be reached{said}: is it running, are host, user and password in SSAK3_AMQP_URLS right?"
        )


@dataclass(frozen=True, kw_only=True)
class RunningProcess:
    """An OS process that has left its address in the data folder; `name` is its label."""

    name: str
    pid: int
    url: str


def stop_signal() -> asyncio.Event:
    """Set when somebody asks this OS process to stop (SIGINT, SIGTERM)."""
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    return stopping


@contextmanager
def listening(settings: Settings) -> Iterator[tuple[socket.socket, str]]:
    """The main port, bound before anything else needs its number, and the address that people are given."""
    sock = socket.socket(socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.http_host, settings.http_port))
    except OSError as error:
        sock.close()
        todo = "Is SSAK3_HTTP_HOST an address of this machine?"
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            todo = "Is it running already? Another port: --port 8001 (make demo ARGS='--port 8001')."
        place = f"{settings.http_host}:{settings.http_port}"
        raise CannotStart(f"{place} can't be listened on ({error.strerror}). {todo}") from None
    with contextlib.closing(sock):
        host = "127.0.0.1" if settings.http_host in ("0.0.0.0", "::") else settings.http_host
        address = f"http://{f'[{host}]' if ':' in host else host}:{sock.getsockname()[1]}"
        yield sock, settings.public_url or address


def api_token(settings: Settings) -> str:
    """The token of the settings; embedded, one is made once and kept in `<DATA_DIR>/api_token` (mode 0600)."""
    given = settings.api_token.get_secret_value()
    if given:
        return given
    if settings.is_distributed:
        raise WrongSettings(
            "SSAK3_API_TOKEN: every process needs the same one. Make it with: python3 -c 'import secrets; "
            "print(secrets.token_urlsafe(32))'"
        )
    path = settings.data_dir / "api_token"
    if not path.exists() or not path.read_text().strip():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write(token())
            f.flush()
            os.fsync(f.fileno())
        fresh.replace(path)  # whole or not at all: an empty token would let everybody in
    return path.read_text().strip()


def label_of(processes: Sequence[str]) -> str:
    """What an OS process is called in logs and in its run file."""
    return "embedded" if len(processes) == len(PROCESSES) else "-".join(processes)


@contextmanager
def run_file(settings: Settings, processes: Sequence[str]) -> Iterator[None]:
    """Where this OS process listens, for whoever started it with a free port."""
    name = label_of(processes)
    path = settings.data_dir / "run" / f"{name}-{os.getpid()}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    url = settings.public_url
    if settings.is_distributed:
        url = f"http://127.0.0.1:{settings.http_port}"
    else:
        for left_by_a_killed_one in path.parent.glob(f"{name}-*"):  # the folder is ours alone: see `open_sandbox`
            left_by_a_killed_one.unlink(missing_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"process": name, "pid": os.getpid(), "url": url}))
    fresh.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_processes(folder: Path) -> Iterator[RunningProcess]:
    """Those of this data folder that are alive; what a killed one left behind doesn't count."""
    for path in sorted((folder / "run").glob("*.json")):
        try:
            told = json.loads(path.read_text())
            os.kill(int(told["pid"]), 0)
            yield RunningProcess(name=str(told["process"]), pid=int(told["pid"]), url=str(told["url"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue


def address_of_the_page(settings: Settings) -> str:
    """What people are told, else where it runs now by its data folder, else where it would."""
    if settings.public_url:
        return settings.public_url
    with_page = (each for each in running_processes(settings.data_dir) if {"embedded", "bot"} & {*each.name.split("-")})
    found = next(with_page, None)
    return found.url if found else f"http://127.0.0.1:{settings.http_port}"
