"""Chat in the terminal: a client of the same socket as the page."""

import asyncio
import contextlib
import json
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TextIO

import aiohttp
from rich.console import Console

from bot.channels.console import texts
from bot.channels.console.draw import Screen
from bot.channels.console.session import NobodyAnswers, Session, TurnedAway
from bot.channels.console.talk import Frame, Talk
from services.shared_kernel.ids import Ids

LEAVE = ("/quit", "/exit")
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 5.0
HEARTBEAT_SECONDS = 20.0
# An answer of several cards comes at once; so much silence after one means that it is over.
QUIET_SECONDS = 0.3
ANSWER_SECONDS = 20.0
POLICY_VIOLATION = 1008


async def chat(
    base_url: str, role: str, invite: str | None = None, *, data_dir: Path, ids: Ids, demo: bool = True,
    language: str = "ko", console: Console | None = None, stdin: TextIO | None = None,
) -> int:  # fmt: skip
    """Until the person leaves, or a pipe has no more lines and its last one is answered. 0, or 1 if it said why not.

    `demo` asks to join without an invite; whether that is allowed, the bot decides.
    """
    source = stdin or sys.stdin
    screen = Screen(console or Console(), texts.load(), base_url, interactive=source.isatty())
    screen.language = language
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        session = Session(http, base_url, role, data_dir)
        try:
            await session.enter(invite=invite, demo=demo, language=language)
            await _converse(Wire(http, base_url, role, session, Talk(screen, ids), screen), screen, source)
        except TurnedAway as refusal:
            screen.note(f"{refusal.title}\n{refusal.detail}")
            return 1
        except NobodyAnswers:
            screen.remark("nobody", url=base_url)
            return 1
    if source.isatty():
        screen.remark("bye")
    return 0


async def _converse(wire: "Wire", screen: Screen, source: TextIO) -> None:
    staying = asyncio.create_task(wire.stay())
    talking = asyncio.create_task(_talk(wire, screen, typed_lines(source), waits=not source.isatty()))
    try:
        await asyncio.wait({staying, talking}, return_when=asyncio.FIRST_COMPLETED)
        for ended in (task for task in (staying, talking) if task.done()):
            ended.result()
    finally:
        for task in (staying, talking):
            task.cancel()
        await asyncio.gather(staying, talking, return_exceptions=True)


async def _talk(wire: "Wire", screen: Screen, lines: AsyncIterator[str], *, waits: bool) -> None:
    """A pipe's lines are said one by one, each after the last one's answer: a number means the cards just drawn."""
    if waits:
        await wire.until_answered()
    screen.prompt()
    async for line in lines:
        if line.strip() in LEAVE:
            return
        await wire.say(line)
        if waits and not await wire.until_answered():
            screen.remark("unanswered")
        screen.prompt()


async def typed_lines(source: TextIO) -> AsyncIterator[str]:
    """Lines as they are typed. A thread of its own waits for them, which nobody waits for in the end."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        with contextlib.suppress(RuntimeError, ValueError):  # the loop is closed, or the stream: nobody listens
            for line in source:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    while line := await lines.get():
        yield line


class Wire:
    """The socket, opened again whenever it breaks."""

    def __init__(
        self, http: aiohttp.ClientSession, base_url: str, role: str, session: Session, talk: Talk, screen: Screen
    ) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/chat/ws?role={role}"
        self._session = session
        self._talk = talk
        self._screen = screen
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._news = asyncio.Event()
        self._lost = False

    async def stay(self) -> None:
        """Connected, for as long as this runs. What wasn't acknowledged is sent again, under the same ids."""
        wait = FIRST_WAIT_SECONDS
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError, NobodyAnswers):
                if await self._listen():
                    wait = FIRST_WAIT_SECONDS
            if not self._lost:
                self._lost = True
                self._screen.remark("lost")
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, wait * 2)

    async def _listen(self) -> bool:
        """Until the connection ends; whether it was one."""
        greeted = False
        url = f"{self._url}&after={self._talk.seen}"
        async with self._http.ws_connect(url, headers=self._session.headers, heartbeat=HEARTBEAT_SECONDS) as socket:
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._take(message.data)
                        if not greeted:
                            greeted = True
                            await self._connected(socket)
            finally:
                self._socket = None
            if socket.close_code == POLICY_VIOLATION:  # the session isn't known any more
                await self._session.enter(invite=None, demo=False, language=self._screen.language)
        return greeted

    def _take(self, data: str) -> None:
        self._talk.received(json.loads(data))
        self._screen.prompt()
        self._news.set()

    async def _connected(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        if self._lost:
            self._lost = False
            self._screen.remark("back")
        self._socket = socket
        for frame in self._talk.unacked:
            await self._send(frame)

    async def say(self, line: str) -> None:
        """Now, or as soon as there is a connection again."""
        frame = self._talk.typed(line)
        if frame is not None:
            await self._send(frame)

    async def _send(self, frame: Frame) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(ConnectionError):
            await self._socket.send_json(frame)

    async def until_answered(self) -> bool:
        """Until the bot has answered and been silent for a moment; False when it takes too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    await self._silence()
                    if self._talk.is_answered:
                        return True
                    await self._news.wait()
        return False

    async def _silence(self) -> None:
        """Until no frame has come for a moment."""
        while True:
            self._news.clear()
            try:
                async with asyncio.timeout(QUIET_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                return
