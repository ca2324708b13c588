"""Who may import whom: the tree keeps every contract, and every contract is seen to bite."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "messaging", "services", "ssak3", "storage")

# Contract → (module, the line that breaks it). A contract without a case fails the last test.
CASES = {
    "layers": [
        ("services.payment.adapters", "import ssak3"),
        ("services.cleaning.use_cases", "import storage"),
        ("services.shared_kernel", "import bot"),
        ("bot.ports", "import messaging"),
        ("bot.people", "import storage"),
        ("messaging.broker", "import bot"),
        ("storage.engine", "import ssak3"),
    ],
    "contexts": [
        ("services.reservation.use_cases", "import services.payment.events"),
        ("services.payment.reactions", "import services.reservation.model"),
        ("services.mypage.projection", "import services.cleaning.use_cases"),
        ("services.shared_kernel.money", "import services.cleaning.values"),
    ],
    "stored-apart": [
        ("storage.reservation", "import storage.payment"),
        ("storage.bot", "import storage.mypage"),
    ],
    "inside-a-context": [
        ("services.payment.use_cases", "import services.payment.adapters"),
        ("services.payment.adapters", "import services.payment.reactions"),
        ("services.cleaning.ports", "import services.cleaning.use_cases"),
        ("services.reservation.model", "import services.reservation.ports"),
        ("services.notification.values", "import services.notification.model"),
        ("services.mypage.ports", "import services.mypage.projection"),
    ],
    "deciding-is-pure": [
        ("services.reservation.model", "import random"),
        ("services.cleaning.policies", "import time"),
        ("services.payment.lifecycle", "import asyncio"),
        ("bot.conversation.parse", "from pathlib import Path"),
        ("services.shared_kernel.money", "import os"),
    ],
    "home-of-the-database": [
        ("services.payment.use_cases", "import sqlalchemy"),
        ("bot.people", "from alembic import command"),
        ("messaging.broker", "import asyncpg"),
        ("ssak3.composition", "import aiosqlite"),
    ],
    "home-of-the-wire-format": [
        ("storage.outbox", "import msgspec"),
        ("bot.api", "from msgspec import json"),
    ],
    "home-of-rabbitmq": [
        ("messaging.relay", "import aio_pika"),
        ("messaging.consumer", "import aiormq"),
        ("ssak3.composition", "import aio_pika"),
    ],
    "home-of-telegram": [
        ("bot.channels.web", "import aiogram"),
        ("services.payment.adapters", "from telegram import Bot"),
    ],
    "home-of-the-scheduler": [
        ("bot.people", "import apscheduler"),
        ("ssak3.composition", "from apscheduler.schedulers.asyncio import AsyncIOScheduler"),
    ],
    "home-of-the-web-framework": [
        ("ssak3.composition", "import fastapi"),
        ("services.shared_kernel.adapters", "from starlette.requests import Request"),
        ("bot.people", "from fastapi import Request"),
    ],
    "home-of-the-metrics": [
        ("messaging.consumer", "import prometheus_client"),
        ("services.notification.sender", "from prometheus_client import Counter"),
    ],
    "home-of-the-traces": [
        ("messaging.relay", "from opentelemetry import trace"),
        ("ssak3.composition", "import opentelemetry"),
    ],
    "home-of-the-http-client": [
        ("bot.dialogue", "import aiohttp"),
        ("ssak3.composition", "import stamina"),
        ("services.notification.sender", "from aiodataloader import DataLoader"),
        ("storage.rows", "from aiodataloader import DataLoader"),
        ("services.payment.use_cases", "import purgatory"),
    ],
}
INJECTIONS = [(contract, module, line) for contract, cases in CASES.items() for module, line in cases]


def contract_ids() -> set[str]:
    """Ids of the contracts that pyproject.toml declares."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return {contract["id"] for contract in tomllib.load(file)["tool"]["importlinter"]["contracts"]}


def file_of(tree: Path, module: str) -> str:
    """The file of a module or package, relative to the tree."""
    base = Path(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if (tree / path).is_file():
            return str(path)
    return ""


def imports_something(tree: Path, line: str) -> bool:
    """Whether the line imports a module that is there; one that isn't would break nothing."""
    name = line.split()[1]
    return name.split(".")[0] not in PACKAGES or bool(file_of(tree, name))


@pytest.fixture(scope="session")
def what_breaks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """(module, line) → the contracts that one line breaks, each tried alone in a copy of the packages."""
    tree = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    cases = [
        (module, line) for _, module, line in INJECTIONS if file_of(tree, module) and imports_something(tree, line)
    ]
    request = json.dumps([str(tree), [(file_of(tree, module), line) for module, line in cases]])
    script = Path(__file__).with_name("broken_contracts.py")
    done = subprocess.run(
        [sys.executable, script], input=request, capture_output=True, text=True, cwd=tree, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(cases, json.loads(done.stdout.splitlines()[-1]), strict=True))


def test_tree_keeps_every_contract() -> None:
    """The report names each contract that is broken, with the line of each import that breaks it."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "160"}
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


# One worker: trying them all takes long enough once.
@pytest.mark.xdist_group("contracts")
@pytest.mark.parametrize(("contract", "module", "line"), INJECTIONS)
def test_violation_is_caught(
    contract: str, module: str, line: str, what_breaks: dict[tuple[str, str], list[str]]
) -> None:
    """One wrong import breaks its contract, and no other."""
    assert (module, line) in what_breaks, f"`{module}` or what `{line}` names is gone: let the case name another module"
    assert what_breaks[module, line] == [contract]


def test_every_contract_has_a_violation() -> None:
    """A contract nobody has seen broken may check nothing."""
    assert contract_ids() == set(CASES)
