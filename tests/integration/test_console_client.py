"""The terminal against a bot of a few lines, over real sockets on the loopback."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from rich.console import Console

from bot.channels.console import client
from bot.channels.console.client import chat
from tests.support.time import FakeClock, FakeIds

EMPTY = {"title": "", "items": [], "side_by_side": False, "quick_replies": [], "notice": False, "buttons": []}


class SmallBot:
    """Greets, repeats what it hears, and hangs up before the acknowledgement as often as it is told to."""

    def __init__(self) -> None:
        self.sessions: list[dict[str, Any]] = []
        self.cookies: list[str] = []
        self.heard: list[dict[str, Any]] = []
        self.afters: list[str] = []
        self.log: list[dict[str, Any]] = []
        self.hang_ups = 0
        self.needs_invite = False
        self.forgotten = False

    async def session(self, request: web.Request) -> web.Response:
        self.sessions.append(await request.json())
        self.cookies.append(request.headers.get("Cookie", ""))
        if self.needs_invite:
            told = {"title": "초대가 필요해요", "detail": "코드를 넣어 주세요."}
            return web.json_response(told, status=401, content_type="application/problem+json")
        self.forgotten = False
        answer = web.json_response({"person_id": "p", "role": "customer", "name": ""})
        answer.set_cookie("ssak3_customer", f"p.signed-{len(self.sessions)}", path="/chat")
        return answer

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.forgotten:
            await socket.close(code=1008)
            return socket
        self.afters.append(request.query["after"])
        if not self.log:
            self.say("안녕하세요", button="예약하기")
        person = {"id": "p", "role": "customer", "name": "", "language": "ko"}
        await socket.send_json({"type": "hello", "person": person, "last_seq": len(self.log)})
        sent = int(request.query["after"])
        for message in self.log[sent:]:
            await socket.send_json(message)
        async for received in socket:
            frame = received.json()
            self.heard.append(frame)
            if self.hang_ups:
                self.hang_ups -= 1
                break
            await socket.send_json({"type": "ack", "client_id": frame["client_id"]})
            self.say(f"들었어요: {frame.get('text') or frame['label']}")
            await socket.send_json(self.log[-1])
        await socket.close()
        return socket

    def say(self, text: str, button: str = "") -> None:
        buttons = [{"label": button, "action": "book", "url": ""}] if button else []
        card = {**EMPTY, "text": text, "buttons": buttons}
        self.log.append(
            {"type": "message", "seq": len(self.log) + 1, "from": "bot", "at": "", "client_id": None, "card": card}
        )


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(client, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(client, "ANSWER_SECONDS", 5.0)


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[SmallBot]:
    yield SmallBot()


@pytest_asyncio.fixture
async def address(bot: SmallBot) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/chat/session", bot.session)
    app.router.add_get("/chat/ws", bot.socket)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def pipe(address: str, lines: str, data_dir: Path, **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    console = Console(file=out, width=80, color_system=None)
    status = await asyncio.wait_for(
        chat(
            address, "customer", data_dir=data_dir, ids=FakeIds(FakeClock()), console=console,
            stdin=io.StringIO(lines), **options,
        ),
        10,
    )  # fmt: skip
    return status, out.getvalue()


@pytest.mark.asyncio
async def test_a_pipe_waits_for_its_last_answer(bot: SmallBot, address: str, tmp_path: Path):
    status, shown = await pipe(address, "1\n\n고마워요", tmp_path)
    assert status == 0
    assert [frame["type"] for frame in bot.heard] == ["tap", "say"]
    assert bot.heard[0]["action"] == "book"
    assert shown.index("[1] 예약하기") < shown.index("들었어요: 예약하기") < shown.index("들었어요: 고마워요")
    assert "고마워요" not in shown.replace("들었어요: 고마워요", "")


@pytest.mark.asyncio
async def test_quit_leaves_and_nothing_after_it_is_said(bot: SmallBot, address: str, tmp_path: Path):
    status, _ = await pipe(address, "안녕\n/quit\n더\n", tmp_path)
    assert (status, [frame["text"] for frame in bot.heard]) == (0, ["안녕"])


@pytest.mark.asyncio
async def test_a_break_loses_nothing(bot: SmallBot, address: str, tmp_path: Path):
    bot.hang_ups = 2
    _, shown = await pipe(address, "예약할게요\n", tmp_path)
    assert [frame["text"] for frame in bot.heard] == ["예약할게요"] * 3
    assert len({frame["client_id"] for frame in bot.heard}) == 1
    assert bot.afters == ["0", "1", "1"]
    assert "연결이 끊겼어요" in shown
    assert "다시 연결됐어요" in shown
    assert shown.count("안녕하세요") == 1
    assert "들었어요: 예약할게요" in shown


@pytest.mark.asyncio
async def test_the_same_person_next_time(bot: SmallBot, address: str, tmp_path: Path):
    await pipe(address, "하나\n", tmp_path)
    _, shown = await pipe(address, "둘\n", tmp_path)
    assert bot.cookies == ["", "ssak3_customer=p.signed-1"]
    assert "들었어요: 하나" in shown  # the history
    assert (tmp_path / "console" / "customer.cookie").read_text() == "p.signed-2\n"


@pytest.mark.asyncio
async def test_a_session_that_is_forgotten_is_made_anew(bot: SmallBot, address: str, tmp_path: Path):
    real = bot.session

    async def forgets(request: web.Request) -> web.Response:
        answer = await real(request)
        bot.forgotten = len(bot.sessions) == 1
        return answer

    app = web.Application()
    app.router.add_post("/chat/session", forgets)
    app.router.add_get("/chat/ws", bot.socket)
    async with TestServer(app) as server:
        _, shown = await pipe(str(server.make_url("/")), "하나\n", tmp_path)
    assert len(bot.sessions) == 2
    assert "들었어요: 하나" in shown


@pytest.mark.asyncio
async def test_turned_away(bot: SmallBot, address: str, tmp_path: Path):
    bot.needs_invite = True
    status, shown = await pipe(address, "하나\n", tmp_path, invite="WRONG", demo=False)
    assert (status, bot.sessions) == (
        1, [{"role": "customer", "invite": "WRONG", "demo": False, "language": "ko"}],
    )  # fmt: skip
    assert "초대가 필요해요" in shown
    assert not (tmp_path / "console").exists()


@pytest.mark.asyncio
async def test_nobody_there(tmp_path: Path):
    status, shown = await pipe("http://127.0.0.1:9", "하나\n", tmp_path)
    assert status == 1
    assert "ssak3 demo" in shown
