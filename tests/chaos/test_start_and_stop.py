"""The real program's beginnings and ends: it starts again where it was, stops when asked, and says why it can't start."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from tests.support.page import ROOT, START_SECONDS, Demo

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(240)]


async def refused(folder: Path, *flags: str, **environment: str) -> str:
    """What it prints when it doesn't start; exit status 2, and no stack trace."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SSAK3_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ssak3", "demo", *flags, cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await asyncio.wait_for(process.communicate(), START_SECONDS)
    text = printed.decode()
    assert process.returncode == 2, text
    assert "Traceback" not in text
    assert text.startswith("ssak3 can't start.")
    return text


async def test_asked_to_stop_it_leaves_nothing_and_starts_again(tmp_path: Path):
    """By Ctrl-C, and by whoever runs it as a service; the second start is a quick one."""
    demo = Demo(tmp_path)
    await demo.start()
    await stopped_while_busy(demo, signal.SIGINT)
    begun = time.monotonic()
    await demo.start()
    print(f"ready {time.monotonic() - begun:.1f} s after the second start")
    assert time.monotonic() - begun < 30
    await stopped_while_busy(demo, signal.SIGTERM)


async def stopped_while_busy(demo: Demo, how: signal.Signals) -> None:
    """With a phone, a live line and a slow payment under way."""
    begun = time.monotonic()
    async with aiohttp.ClientSession() as http:
        await http.put(f"{demo.url}/sandbox/mode", json={"mode": "slow"})
        await http.post(f"{demo.url}/chat/session", json={"role": "customer"})
        async with http.ws_connect(f"{demo.url}/chat/ws?role=customer"), http.get(f"{demo.url}/demo/events") as live:
            assert live.status == 200
            assert await demo._end(how) == 0
    print(f"stopped after {time.monotonic() - begun:.1f} s")
    assert "Traceback" not in demo.output, demo.output
    assert [*(demo.data / "run").iterdir()] == []


async def test_killed_while_it_starts_for_the_first_time(tmp_path: Path):
    """Half-made tables, a half-written token: the next start makes them whole."""
    demo = Demo(tmp_path)
    for seconds in (1.0, 1.6, 2.4):
        with pytest.raises((TimeoutError, asyncio.CancelledError)):
            await asyncio.wait_for(_never(demo), seconds)
        await demo.kill()
    (demo.data / "run").mkdir(parents=True, exist_ok=True)
    (demo.data / "api_token").write_text("")
    left = demo.data / "run" / "embedded-1.json"
    left.write_text(json.dumps({"process": "embedded", "pid": 1, "url": "http://127.0.0.1:1"}))
    await demo.start()
    assert len((demo.data / "api_token").read_text()) > 20
    assert (demo.data / "api_token").stat().st_mode & 0o777 == 0o600
    assert not left.exists()
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{demo.url}/api/catalog", headers={"Authorization": "Bearer "}) as answer:
            assert answer.status == 401
        async with http.post(f"{demo.url}/chat/session", json={"role": "customer"}) as answer:
            assert answer.status == 200
    assert await demo.stop() == 0
    assert "Traceback" not in demo.output, demo.output


async def _never(demo: Demo) -> None:
    await demo.start()
    await asyncio.sleep(START_SECONDS)


async def test_a_folder_is_one_demos_and_so_is_a_port(tmp_path: Path):
    """A second one says what is in its way, and the first goes on."""
    demo = Demo(tmp_path)
    await demo.start()
    said = await refused(tmp_path, "--port", "0", "--data", str(demo.data))
    assert f"{demo.data} is in use by another Ssak3." in said.replace("\n", "")
    assert "--data DIR" in said
    port = demo.url.rpartition(":")[2]
    said = await refused(tmp_path, "--data", str(tmp_path / "third"), "--port", port)
    assert f"127.0.0.1:{port} can't be listened on" in said
    assert "--port 8001" in said
    assert not (tmp_path / "third" / "ssak3.db").exists()
    async with aiohttp.ClientSession() as http, http.get(f"{demo.url}/health/ready") as answer:
        assert answer.status == 200
    assert await demo.stop() == 0


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SSAK3_HTTP_PORT", "many", "Example: 8000"),
        ("SSAK3_AMQP_URLS", "localhost:5672", "every node's address begins with amqp://"),
        ("SSAK3_AMQP_URLS", "amqp://localhost", "the demo is one process with a broker of its own"),
        ("SSAK3_PAYMENT_URL", "payment:8000", "Example: http://payment:8000"),
        ("SSAK3_DATABASE_URL", "mysql://localhost/x", "an address begins with postgresql://"),
    ],
)
async def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str, says: str):
    """By the variable's name, with what is wrong and what would be right."""
    said = await refused(tmp_path, "--data", str(tmp_path / "data"), **{name: value})
    assert name in said
    assert says in said
    assert not (tmp_path / "data").exists()
