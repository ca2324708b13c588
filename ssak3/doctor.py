"""`ssak3 doctor`: can everything be reached, are versions, clock and settings sound, and what to do if not."""

import asyncio
import os
import platform
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console

from services.notification.templates import FaultyTemplates, load_packaged
from ssak3.audit.provider_book import read_book
from ssak3.doorstep import RunningProcess, running_processes
from ssak3.examined import Line, examined, numbers
from ssak3.neighbours import ask, asked
from ssak3.rules import WrongFile, catalogue_of, dispatch_of, own_dispatch, policies_of
from ssak3.settings import Settings
from ssak3.system import DemoClock

LEAST_FREE_MB = 500
OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 35, 0)  # RETURNING

# From … up to, but without …; what `pyproject.toml` asks for.
LIBRARIES = {
    "SQLAlchemy": ("2.0.40", "2.1"),
    "alembic": ("1", "2"),
    "fastapi": ("0.100", "1"),
    "pydantic": ("2", "2.14"),
    "msgspec": ("0.18", "1"),
    "aiohttp": ("3.9", "4"),
    "APScheduler": ("3.11", "4"),
    "uvicorn": ("0.20", "1"),
}


async def examine_and_report(settings: Settings, console: Console) -> int:
    """Exit status 0 when all is sound, else 1."""
    lines = await diagnose(settings, DemoClock(settings.data_dir).now())
    for line in lines:
        if line.todo:
            console.print(f"✘ {line.name}: {line.found}\n    → {line.todo}", markup=False)
        else:
            console.print(f"✔ {line.name}: {line.found}", markup=False)
    return 1 if any(line.todo for line in lines) else 0


async def diagnose(settings: Settings, now: datetime) -> Sequence[Line]:
    """Everything, in the order in which it should be mended. Changes nothing."""
    running = list(running_processes(settings.data_dir))
    return [
        *_versions(),
        _data_folder(settings.data_dir),
        *[line for group in await examined(settings, now) for line in group],
        *_packaged(settings),
        _token(settings),
        _book(settings),
        await asyncio.to_thread(_port, settings, running),
        *await asked(settings, [process.url for process in running]),
    ]


def _versions() -> Iterator[Line]:
    python = platform.python_version()
    todo = "" if sys.version_info >= OLDEST_PYTHON else "Python 3.11 or newer is needed."
    yield Line(name="Python", found=python, todo=todo)
    todo = (
        "" if sqlite3.sqlite_version_info >= OLDEST_SQLITE else "SQLite 3.35 or newer is needed: a newer Python has it."
    )
    yield Line(name="SQLite", found=sqlite3.sqlite_version, todo=todo)
    found, wrong = [], []
    for name, (least, below) in LIBRARIES.items():
        try:
            there = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        found.append(f"{name} {there}")
        if not numbers(least) <= numbers(there) < numbers(below):
            wrong.append(f"{name} {there} isn't in [{least}, {below})")
    yield Line(
        name="libraries", found=", ".join([*wrong, *found]), todo="make (installs what is locked)" if wrong else ""
    )


def _data_folder(folder: Path) -> Line:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    free_mb = shutil.disk_usage(there).free // 1_000_000
    found = f"{folder.resolve()}, {free_mb:,} MB free" + ("" if there == folder else "; the first start makes it")
    todo = ""
    if not there.is_dir():
        todo = f"{there} is no folder; name another: --data DIR."
    elif not os.access(there, os.W_OK | os.X_OK):
        todo = f"It can't be written: chown or chmod {there}, or name another: --data DIR."
    elif free_mb < LEAST_FREE_MB:
        todo = f"Less than {LEAST_FREE_MB} MB are free: make room, or name another folder: --data DIR."
    return Line(name="data folder", found=found, todo=todo)


def _packaged(settings: Settings) -> Iterator[Line]:
    """What is read from files: parsed as the start would."""
    yield _parsed("catalogue", settings.catalog, "catalogue.toml", lambda: catalogue_of(settings))
    policies = _parsed("policies", settings.policies, "policies.toml", lambda: policies_of(settings))
    yield policies
    if not policies.todo:  # it may be the same file
        yield _parsed("dispatch", own_dispatch(settings.policies), "policies.toml", lambda: dispatch_of(settings))
    try:
        count = len(load_packaged().ids())
    except FaultyTemplates as faulty:
        yield Line(name="templates", found=str(faulty), todo="Mend these files, or reinstall the package.")
        return
    yield Line(name="templates", found=f"{count} templates in two languages")


def _parsed(name: str, own: Path | None, packaged: str, parse: Callable[[], object]) -> Line:
    shown = own or f"the packaged {packaged}"
    try:
        parse()
    except WrongFile as error:
        todo = f"Mend {own}." if own else "Reinstall the package."
        return Line(name=name, found=f"{shown}: {error.why}", todo=todo)
    return Line(name=name, found=f"{shown} parses")


def _token(settings: Settings) -> Line:
    path = settings.data_dir / "api_token"
    if settings.api_token.get_secret_value():
        return Line(name="API token", found="from SSAK3_API_TOKEN")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return Line(name="API token", found="the first start makes one")
    if mode & 0o077:
        return Line(name="API token", found=f"{path} has mode {mode:04o}: others can read it", todo=f"chmod 600 {path}")
    if path.stat().st_size == 0:
        return Line(name="API token", found=f"{path} is empty", todo=f"rm {path} (the next start makes one)")
    return Line(name="API token", found=f"{path}, mode {mode:04o}")


def _book(settings: Settings) -> Line:
    if settings.provider != "sandbox":
        return Line(name="sandbox", found=f"not used: the provider is {settings.provider}")
    path = settings.data_dir / "sandbox.jsonl"
    damaged = read_book(path).damaged
    if damaged:
        todo = f"Bring back a copy of {path}; the demo doesn't start with a damaged one."
        return Line(name="sandbox", found=f"{path}: line {damaged[0]} can't be read", todo=todo)
    return Line(name="sandbox", found=f"{path} is readable" if path.exists() else "the first start makes its ledger")


def _port(settings: Settings, running: Sequence[RunningProcess]) -> Line:
    for process in running:
        status, _ = ask(f"{process.url}/health/ready")
        if status == 200:
            return Line(name="port", found=f"process {process.pid} is ready at {process.url}")
        todo = f"Look at its log; if it stays so, stop it (kill {process.pid}) and start it again."
        return Line(name="port", found=f"process {process.pid} at {process.url} isn't ready ({status})", todo=todo)
    host, port = settings.http_host, settings.http_port
    if port == 0:
        return Line(name="port", found="any free one")
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
    except OSError as error:
        todo = "Stop what listens there, or take another port: --port 8001."
        return Line(name="port", found=f"{host}:{port} can't be listened on ({error.strerror})", todo=todo)
    return Line(name="port", found=f"{host}:{port} is free")
