"""The doctor finds a sound folder sound, and says of each thing that isn't what to do about it."""

import asyncio
import contextlib
import io
import json
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from messaging.rabbitmq.broker import RabbitBroker
from ssak3.databases import open_databases
from ssak3.doctor import diagnose, examine_and_report
from ssak3.examined import Line
from ssak3.settings import Settings
from ssak3.system import DemoClock, SystemIds

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def settings_of(folder: Path, **values: Any) -> Settings:
    given: dict[str, Any] = {"data_dir": folder, "http_port": 0, "_env_file": None} | values
    return Settings(**given)


def all_lines(folder: Path, now: datetime = NOW, **values: Any) -> list[Line]:
    return list(asyncio.run(diagnose(settings_of(folder, **values), now)))


def lines(folder: Path, now: datetime = NOW, **values: Any) -> dict[str, Line]:
    return {line.name: line for line in all_lines(folder, now, **values)}


def wrong(folder: Path, **values: Any) -> list[str]:
    return [line.name for line in lines(folder, **values).values() if line.todo]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("migrated")

    async def migrate() -> None:
        databases = open_databases(settings_of(folder), DemoClock(folder), SystemIds(), lambda recorded: None)
        await databases.migrate()
        await databases.close()

    asyncio.run(migrate())
    return (folder / "ssak3.db").read_bytes()


@pytest.fixture
def folder(migrated, tmp_path):
    (tmp_path / "ssak3.db").write_bytes(migrated)
    token = tmp_path / "api_token"
    token.write_text("secret")
    token.chmod(0o600)
    return tmp_path


@contextlib.contextmanager
def a_process(folder: Path, answer: Callable[[str], tuple[int, bytes]]) -> Iterator[str]:
    """Something that answers, with a run file that says so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    (folder / "run").mkdir(exist_ok=True)
    (folder / "run" / "embedded-1.json").write_text(json.dumps({"process": "embedded", "pid": os.getpid(), "url": url}))
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_migrated_folder_is_sound(folder):
    assert wrong(folder) == []


def test_an_empty_folder_is_sound_and_stays_empty(tmp_path):
    found = lines(tmp_path / "new")
    assert [line.name for line in found.values() if line.todo] == []
    assert "the first start makes it" in found["database"].found
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    assert "name another" in lines(tmp_path / "file")["data folder"].todo


def test_tables_that_are_behind(folder):
    with contextlib.closing(sqlite3.connect(folder / "ssak3.db")) as connection, connection:
        connection.execute("UPDATE payment_alembic_version SET version_num = 'payment_0000'")
    line = lines(folder)["database"]
    assert line.found.endswith("is behind: payment")
    assert line.todo == "ssak3 migrate"


def test_a_file_that_is_no_database(folder):
    (folder / "ssak3.db").write_bytes(b"rubbish" * 1000)
    assert lines(folder)["database"].todo


def test_a_damaged_database(folder):
    path = folder / "ssak3.db"
    content = bytearray(path.read_bytes())
    with contextlib.closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'reservation_by_customer'"
        page = connection.execute(query).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    assert "integrity" in wrong(folder) or "database" in wrong(folder)


def test_a_clock_behind_the_last_event(folder):
    with contextlib.closing(sqlite3.connect(folder / "ssak3.db")) as connection, connection:
        connection.execute(
            "INSERT INTO bot_event_log (event_id, type, subject, sequence, recorded_at, body) "
            "VALUES ('e', 't', 's', 1, '2026-11-23 06:10:00.000000', '')"
        )
    assert "set it" in lines(folder)["clock"].todo
    assert lines(folder, NOW + timedelta(minutes=10))["clock"].todo == ""


def test_a_token_that_others_can_read(folder):
    (folder / "api_token").chmod(0o644)
    assert lines(folder)["API token"].todo == f"chmod 600 {folder / 'api_token'}"


def test_files_that_do_not_parse(folder):
    (folder / "catalogue.toml").write_text("services = []")
    (folder / "policies.toml").write_text("version = ")
    found = wrong(folder, catalog=folder / "catalogue.toml", policies=folder / "policies.toml")
    assert found == ["catalogue", "policies"]


def test_what_the_policies_say_of_offers(folder):
    """One file may say all: the start reads it for that, too."""
    own, packaged = folder / "policies.toml", files("services.reservation") / "policies.toml"
    own.write_text(packaged.read_text())
    assert lines(folder, policies=own)["dispatch"].found == "the packaged policies.toml parses"
    own.write_text(f"{packaged.read_text()}\n[dispatch]\nfirst = 0\n")
    assert wrong(folder, policies=own) == ["dispatch"]


def test_a_damaged_ledger_of_the_sandbox(folder):
    (folder / "sandbox.jsonl").write_text("rubbish\n")
    assert "line 1 can't be read" in lines(folder)["sandbox"].found


def test_a_port_that_is_taken(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "--port" in lines(folder, http_port=taken.getsockname()[1])["port"].todo


def test_our_own_process_may_have_the_port(folder):
    def answer(path: str) -> tuple[int, bytes]:
        return (200, b"{}") if path == "/health/ready" else (404, b'{"code":"NOT_FOUND_PAYMENT"}')

    with a_process(folder, answer) as url:
        found = lines(folder)
    assert found["port"] == Line(name="port", found=f"process {os.getpid()} is ready at {url}")
    assert found["provider"].todo == ""


def test_a_process_that_is_not_ready_and_a_provider_that_is_away(folder):
    with a_process(folder, lambda path: (503 if path == "/health/ready" else 502, b"{}")):
        assert wrong(folder) == ["port", "provider"]


def test_a_provider_behind_an_open_breaker(folder):
    metrics = b'ssak3_breaker_state{breaker="provider",state="open"} 1.0'

    def answer(path: str) -> tuple[int, bytes]:
        return {"/health/ready": (200, b"{}"), "/metrics": (200, metrics)}.get(path, (404, b'{"detail":"Not Found"}'))

    with a_process(folder, answer):
        assert wrong(folder) == ["provider"]


def test_what_a_killed_process_left_behind_does_not_count(folder):
    (folder / "run").mkdir()
    (folder / "run" / "embedded-9.json").write_text(json.dumps({"pid": 2**22 + 1, "url": "http://127.0.0.1:1"}))
    (folder / "run" / "embedded-8.json").write_text("{")
    assert wrong(folder) == []


def test_it_ends_with_1_when_something_has_to_be_done(folder):
    written = io.StringIO()
    screen = Console(file=written, width=200)
    assert asyncio.run(examine_and_report(settings_of(folder), screen)) == 0
    (folder / "api_token").chmod(0o644)
    assert asyncio.run(examine_and_report(settings_of(folder), screen)) == 1
    assert f"✘ API token: {folder / 'api_token'} has mode 0644" in written.getvalue()
    assert f"→ chmod 600 {folder / 'api_token'}" in written.getvalue()


def test_rabbitmq_before_and_after_the_first_process(folder, rabbitmq):
    """The queues that aren't there yet are no fault: whoever connects first makes them."""

    async def connect() -> None:
        broker = RabbitBroker([rabbitmq.url], clock=DemoClock(folder), chance=lambda: 0.5)
        await broker.start()
        await broker.connected()
        await broker.close()

    [before] = [line for line in all_lines(folder, amqp_urls=rabbitmq.url) if line.name == "RabbitMQ"]
    assert "of our queues yet" in before.found
    assert before.todo == ""
    asyncio.run(connect())
    [after] = [line for line in all_lines(folder, amqp_urls=rabbitmq.url) if line.name == "RabbitMQ"]
    assert after.found.endswith(", and every queue is there")
    assert after.todo == ""


def test_each_node_of_rabbitmq_that_cannot_be_reached(folder, rabbitmq):
    """By its address, without the password."""
    nodes = [rabbitmq.url, rabbitmq.url.replace("guest:guest", "guest:wrong-secret"), "amqp://guest:guest@127.0.0.1:1/"]
    lines = [line for line in all_lines(folder, amqp_urls=",".join(nodes)) if line.name == "RabbitMQ"]
    assert [bool(line.todo) for line in lines] == [False, True, True]
    assert "ACCESS_REFUSED" in lines[1].found
    assert "127.0.0.1:1/ can't be reached" in lines[2].found
    assert "wrong-secret" not in str(lines)


def test_the_other_processes(folder, tmp_path_factory):
    """One that is ready, and one that isn't there."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with a_process(elsewhere, lambda path: (404 if "orders" in path else 200, b'{"code":"NOT_FOUND_PAYMENT"}')) as one:
        found = lines(folder, payment_url=one, bot_url="http://127.0.0.1:1", toss_api_base=one)
    assert found["payment"].found == f"ready at {one}"
    assert "ssak3 run bot" in found["bot"].todo
    assert found["provider"].todo == ""


@pytest.mark.parametrize(("status", "todo"), [(404, "Mend SSAK3_PAYMENT_URL."), (401, "the same SSAK3_API_TOKEN.")])
def test_another_process_than_is_meant_and_another_token(folder, tmp_path_factory, status, todo):
    """All are ready in the same words."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with a_process(elsewhere, lambda path: (200 if path == "/health/ready" else status, b"{}")) as one:
        found = lines(folder, payment_url=one, toss_api_base=one, api_token="ours")
    assert found["payment"].todo.endswith(todo)
    assert found["provider"].todo == "Mend SSAK3_TOSS_API_BASE."
