"""The doctor asks Telegram what it can be asked without disturbing anybody, and never shows the token."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ssak3.examined import Line
from ssak3.settings import Settings
from ssak3.telegram_look import look_at_telegram
from tests.support.telegram import TOKEN, a_telegram

Answers = dict[str, tuple[int, Any]]
SOUND: Answers = {
    "getMe": (200, {"username": "ssak3_bot"}),
    "getWebhookInfo": (200, {"url": ""}),
    "getUpdates": (200, []),
}


@contextmanager
def answering(answers: Answers) -> Iterator[str]:
    """Something with Telegram's routes; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            method = self.path.rpartition("/")[2].partition("?")[0]
            status, result = answers[method] if self.path.startswith(f"/bot{TOKEN}/") else (404, None)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps({"ok": status == 200, "result": result}).encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def look(url: str, *, is_running: bool = False, ahead: timedelta = timedelta(), **values: Any) -> list[Line]:
    given: dict[str, Any] = {"telegram_token": TOKEN, "telegram_api_base": url, "_env_file": None} | values
    found = list(look_at_telegram(Settings(**given), is_running=is_running, now=datetime.now(UTC) + ahead))
    assert TOKEN.partition(":")[2] not in repr(found)
    return found


def test_without_a_token_nothing_is_asked():
    assert look("http://127.0.0.1:9", telegram_token="") == []


def test_sound():
    with answering(SOUND) as url:
        found = look(url)
    assert [line.found for line in found] == ["the token is @ssak3_bot's", "nobody fetches them; a start does"]
    assert not any(line.todo for line in found)


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_token(status: int):
    with answering(SOUND | {"getMe": (status, None)}) as url:
        [line] = look(url)
    assert line.found == "it doesn't know the token"
    assert "BotFather" in line.todo


def test_out_of_reach_and_ill():
    [line] = look("http://127.0.0.1:9")
    assert line.found == "http://127.0.0.1:9 doesn't answer"
    with answering(SOUND | {"getMe": (502, None)}) as url:
        [line] = look(url)
    assert line.found.endswith("answers with 502")
    assert line.todo


def test_a_webhook_elsewhere():
    elsewhere = SOUND | {"getWebhookInfo": (200, {"url": "https://old.example/telegram/webhook"})}
    with answering(elsewhere) as url:
        line = look(url)[-1]
    assert line.found == "they are brought to old.example"
    assert "a bot of its own" in line.todo


def test_our_own_webhook():
    ours: dict[str, Any] = {
        "telegram_mode": "webhook", "public_url": "https://ssak3.example/", "telegram_webhook_secret": "a" * 32
    }  # fmt: skip
    for there, says in (
        ("https://ssak3.example/telegram/webhook", "they are brought to https://ssak3.example/telegram/webhook"),
        ("", "they are brought nowhere yet; a start sees to it"),
    ):
        with answering(SOUND | {"getWebhookInfo": (200, {"url": there})}) as url:
            line = look(url, **ours)[-1]
        assert (line.found, line.todo) == (says, "")


def test_a_second_poller():
    with answering(SOUND | {"getUpdates": (409, None)}) as url:
        line = look(url)[-1]
        assert line.found == "somebody else fetches them (409)"
        assert line.todo
        # Ours is asked for nothing, or its poll would be broken off.
        assert look(url, is_running=True)[-1].found == "fetched by the process that runs"


@pytest.mark.parametrize("ahead", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_a_clock_that_is_off(ahead: timedelta):
    with answering(SOUND) as url:
        line = look(url, ahead=ahead)[1]
    assert line.name == "Telegram's clock"
    assert line.found.startswith(f"ours is {'-' if ahead < timedelta() else '+'}")
    assert "NTP" in line.todo


@pytest.mark.asyncio
async def test_against_the_emulator(tmp_path: Path):
    async with a_telegram() as telegram:
        found = await asyncio.to_thread(look, telegram.url)
    assert [line.todo for line in found] == ["", ""]
