"""What is installed is what was written: the locks are whole, and the wheel has every file."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "messaging", "services", "ssak3", "storage")
LOCKS = {"requirements.lock": ["build"], "requirements-dev.lock": ["build", "dev"]}


def wanted(groups: list[str]) -> set[str]:
    """Names of the distributions that pyproject.toml asks for."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        pyproject = tomllib.load(file)
    asked = list(pyproject["project"]["dependencies"])
    for group in groups:
        asked += pyproject["dependency-groups"][group]
    return {re.split(r"[^A-Za-z0-9-]", name)[0].lower() for name in asked}


def pinned(lock: str) -> dict[str, str]:
    """Name → its whole entry, continuation lines included."""
    text = (ROOT / lock).read_text()
    return {entry.split("==")[0].split("[")[0]: entry for entry in re.split(r"\n(?=\S)", text)}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_what_is_asked_for(lock: str) -> None:
    """`make lock` was run after the last change of pyproject.toml, and every entry has a hash."""
    entries = pinned(lock)
    assert wanted(LOCKS[lock]) <= entries.keys()
    assert [name for name, entry in entries.items() if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_index(lock: str) -> None:
    """Where packages are fetched from is the reader's own setting."""
    assert not re.search(r"://|--(extra-)?index-url|--find-links", (ROOT / lock).read_text())


def test_development_has_the_same_versions() -> None:
    """What is tested is what runs."""
    runtime, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    version = re.compile(r"==([^ ;\\]+)")
    assert [
        name for name in runtime if version.findall(runtime[name])[0] != version.findall(development[name])[0]
    ] == []


def test_wheel_has_every_file(tmp_path: Path) -> None:
    """Static files, templates, catalogue and migrations are installed with the code."""
    tree = tmp_path / "tree"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(tree)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    written = {str(path.relative_to(tree)) for p in PACKAGES for path in (tree / p).rglob("*") if path.is_file()}
    installed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert sorted(written - installed) == []
    assert sorted(installed - written) == []
