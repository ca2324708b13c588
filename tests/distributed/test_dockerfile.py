"""The image's recipe: everything that it needs goes in, nothing else, and nothing runs as root."""

import re
import subprocess
from fnmatch import fnmatchcase

import pytest

from ssak3.settings import Settings
from tests.distributed.compose import ROOT
from tests.distributed.dockerfile import entrypoint, environment, healthcheck, instructions, is_sent, of_image

PACKAGES = ("bot", "messaging", "services", "ssak3", "storage")


def test_what_is_copied_is_there_and_is_sent():
    copied = [one.rest.split()[:-1] for one in instructions() if one.name == "COPY" and "--from=" not in one.rest]
    sources = {source for one in copied for source in one}
    assert sources == {*PACKAGES, "pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
    assert [source for source in sources if not (ROOT / source).exists() or not is_sent(source)] == []


def test_every_file_of_the_packages_is_sent_and_nothing_that_is_secret_or_large():
    listed = subprocess.run(["git", "ls-files", "--", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    files = listed.stdout.splitlines()
    assert len(files) > 100
    assert [path for path in files if not is_sent(path)] == []
    for path in (".env", "ssak3/.env", ".git/config", ".venv/bin/python", "data/api_token", "tests/conftest.py",
                 "bot/__pycache__/people.cpython-312.pyc", "docker-compose.yml"):  # fmt: skip
        assert not is_sent(path), path


def test_python_is_one_that_the_project_supports():
    """Both stages have the same: the environment that one makes runs in the other."""
    bases = {one.rest.split()[0] for one in instructions() if one.name == "FROM"}
    [base] = bases
    version = re.fullmatch(r"python:3\.(\d+)-slim", base)
    assert version is not None, "pinned to a minor version"
    wanted = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert wanted is not None
    assert int(version[1]) >= int(wanted[1])


def test_nothing_runs_as_root():
    """A number, so that an orchestrator can see it; the last instruction but those that only describe."""
    [user] = of_image("USER")
    assert int(user.rest) >= 1000
    names = [one.name for one in instructions()]
    assert not {"RUN", "COPY", "ADD"} & set(names[len(names) - names[::-1].index("USER") :])


def test_python_is_compiled_before_it_runs():
    """Who runs it can't write there. What pip installs is compiled by pip."""
    assert [one for one in of_image("RUN") if one.rest.startswith("python -m compileall ")]


def test_signals_and_health_reach_python_itself():
    """No shell in between; what is printed isn't held back."""
    assert entrypoint() == ["ssak3"]
    assert healthcheck()[0] == "python"
    compile(healthcheck()[-1], "healthcheck", "exec")
    assert f":{Settings.model_fields['http_port'].default}" in f":{of_image('EXPOSE')[0].rest}"
    assert environment()["PYTHONUNBUFFERED"] == "1"
    assert of_image("CMD") == []


def test_only_what_is_locked_is_installed():
    """With its hash, and the project on top of it, as the wheel's own test builds it; then what installs is removed."""
    pip = [one.rest for one in instructions() if one.name == "RUN" and one.rest.startswith("pip ")]
    assert pip == [
        "pip install --require-hashes --only-binary :all: -r requirements.lock",
        "pip install --no-deps --no-build-isolation .",
        "pip uninstall --yes setuptools wheel pip",
    ]
    assert not [one for one in instructions() if re.search(r"\b(curl|wget|apt-get|git)\b|https?:", one.rest)]


@pytest.mark.parametrize("word", ["TOKEN", "PASSWORD", "SECRET", "KEY"])
def test_no_secrets(word: str):
    """Neither baked in nor asked for while it is built."""
    assert not [one for one in instructions() if one.name in ("ENV", "ARG") and word in one.rest.upper()]


def test_its_settings_are_settings():
    names = {name.removeprefix("SSAK3_").lower() for name in environment() if fnmatchcase(name, "SSAK3_*")}
    assert names <= Settings.model_fields.keys()
