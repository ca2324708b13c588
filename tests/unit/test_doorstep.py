"""Where the page is, for a command beside the process that serves it."""

import json
import os

import pytest

from ssak3.doorstep import address_of_the_page
from ssak3.settings import Settings

NOBODY = 2**22 + 1  # more than Linux ever gives to a process


@pytest.fixture
def place(tmp_path):
    """Writes a run file; then asks, as a command with these settings would."""

    def ask(name: str = "", pid: int = 0, **values: str) -> str:
        if name:
            (tmp_path / "run").mkdir(exist_ok=True)
            told = {"process": name, "pid": pid or os.getpid(), "url": f"http://127.0.0.1:9000/{name}"}
            (tmp_path / "run" / f"{name}-1.json").write_text(json.dumps(told))
        return address_of_the_page(Settings(data_dir=tmp_path, _env_file=None, **values))  # type: ignore[arg-type]

    return ask


def test_where_nothing_runs_it_is_where_it_would(place):
    assert place() == "http://127.0.0.1:8000"
    assert place(http_port="9001") == "http://127.0.0.1:9001"


def test_where_it_runs_on_another_port(place):
    """As with `make demo ARGS="--port 9000"`."""
    assert place("embedded") == "http://127.0.0.1:9000/embedded"


def test_only_the_bot_has_the_page(place):
    assert place("cleaning-payment") == "http://127.0.0.1:8000"
    assert place("bot-scheduler") == "http://127.0.0.1:9000/bot-scheduler"


def test_what_a_killed_one_left_behind_does_not_count(place):
    assert place("embedded", NOBODY) == "http://127.0.0.1:8000"


def test_what_people_are_told_goes_first(place):
    assert place("embedded", public_url="https://a.example") == "https://a.example"
