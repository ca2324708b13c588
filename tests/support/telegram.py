"""Telegram for tests: the emulator of its Bot API, behind a proxy that writes down what passes and lets it go wrong.

The emulator keeps no texts and knows no faults; it is strict about what it takes. People type and tap through it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web
from lo_bot_api_emulator import LoBotApiEmulator

from bot.conversation.texts_telegram import PUT_AWAY
from tests.support.telegram_faults import Fault

TOKEN = "7:synthetic-secret-of-the-tests"
PATIENCE_SECONDS = 20.0

JsonObject = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of the Bot API: when it came, what it was answered (0: nothing), and whether it was done."""

    method: str
    fields: JsonObject
    at: float
    status: int
    is_done: bool
    result: Any = None

    @property
    def chat_id(self) -> int:
        return int(self.fields.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.fields["text"])

    @property
    def markup(self) -> JsonObject | None:
        """Its keyboard."""
        return self.fields.get("reply_markup")


class Telegram:
    """Give `url` to whoever speaks to Telegram. `on_sent` is called after each message that went out."""

    def __init__(self, upstream: str, emulator: LoBotApiEmulator, session: ClientSession) -> None:
        self.url = ""
        self._upstream = upstream
        self._emulator = emulator
        self._session = session
        self._faults: dict[tuple[str, int], list[Fault | None]] = {}
        self._always: dict[int, Fault] = {}
        self.requests: list[Request] = []
        self.enqueued = 0
        self.on_sent: Callable[[], None] = lambda: None

    def fail(self, method: str, *faults: Fault | None, chat_id: int = 0) -> None:
        """The next calls of a method (in a chat) go wrong so, one after the other; None goes well."""
        self._faults.setdefault((method, chat_id), []).extend(faults)

    def refuse(self, chat_id: int, fault: Fault) -> None:
        """Every message to a chat goes wrong so, from now on."""
        self._always[chat_id] = fault

    async def enqueue(self, update: JsonObject) -> int:
        """An update for the bot; its number."""
        self.enqueued += 1
        number: int = await self._emulator.enqueue_update(update, token=TOKEN)
        return number

    def calls(self, method: str, chat_id: int | None = None) -> list[Request]:
        """Those that were done, in order."""
        return [
            call for call in self.requests if call.method == method and call.is_done and chat_id in (None, call.chat_id)
        ]

    @property
    def sent(self) -> list[Request]:
        """The messages that went out."""
        return self.calls("sendMessage")

    @property
    def asked(self) -> list[int]:
        """The chats of all messages that were tried."""
        return [call.chat_id for call in self.requests if call.method == "sendMessage"]

    def texts(self, chat_id: int) -> list[str]:
        return [call.text for call in self.calls("sendMessage", chat_id)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """What the proxy does with each request."""
        at, method, body = asyncio.get_running_loop().time(), request.match_info["method"], await request.read()
        fields = await _fields(request)
        fault = self._fault(method, int(fields.get("chat_id") or 0))
        if fault is not None and not fault.passes:
            self.requests.append(Request(method=method, fields=fields, at=at, status=fault.status, is_done=False))
            return await self._wrong(request, fault)
        kind = {"Content-Type": request.headers.get("Content-Type", "")}
        async with self._session.post(f"{self._upstream}{request.path}", data=body, headers=kind) as answer:
            found = await answer.json()
        is_done, result = answer.status == 200, found.get("result")
        self.requests.append(
            Request(method=method, fields=fields, at=at, status=answer.status, is_done=is_done, result=result)
        )
        if method == "sendMessage" and is_done:
            self.on_sent()
        if fault is None or fault.status == 200:
            await asyncio.sleep(fault.after_seconds if fault else 0)
            return web.json_response(found, status=answer.status)
        return await self._wrong(request, fault)

    def _fault(self, method: str, chat_id: int) -> Fault | None:
        if method == "sendMessage" and chat_id in self._always:
            return self._always[chat_id]
        for key in ((method, chat_id), (method, 0)):
            if self._faults.get(key):
                return self._faults[key].pop(0)
        return None

    async def _wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if isinstance(fault.body, str):
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        if fault.status:
            return web.json_response(fault.body, status=fault.status)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


async def _fields(request: web.Request) -> JsonObject:
    """The form's; JSON in it is read."""
    form = await request.post()
    return {name: json.loads(str(value)) if name == "reply_markup" else str(value) for name, value in form.items()}


@asynccontextmanager
async def a_telegram() -> AsyncIterator[Telegram]:
    """Emulator and proxy on free ports."""
    emulator = LoBotApiEmulator(allow_insecure_loopback_webhooks=True, max_history=100_000)
    async with served(emulator.app()) as upstream, ClientSession() as session:
        telegram = Telegram(upstream, emulator, session)
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", telegram.handle)
        async with served(app) as telegram.url:
            yield telegram


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Chat:
    """One person's private chat with the bot, as their Telegram shows it."""

    def __init__(self, telegram: Telegram, chat_id: int, language: str = "ko") -> None:
        self._telegram = telegram
        self.id = chat_id
        self._person = {"id": chat_id, "is_bot": False, "first_name": "민지", "language_code": language}
        self._chat = {"id": chat_id, "type": "private", "first_name": "민지"}
        self._typed = 0

    async def says(self, text: str) -> int:
        """Type it; the update's number."""
        return await self.sends(text=text)

    async def sends(self, **content: Any) -> int:
        """A message with whatever in it."""
        self._typed += 1
        message = {"message_id": 100_000 + self._typed, "date": 1_795_000_000, "chat": self._chat}
        return await self._telegram.enqueue({"message": {**message, "from": self._person, **content}})

    async def taps(self, label: str) -> int:
        """The newest button with this label."""
        for call in reversed(self._telegram.calls("sendMessage", self.id)):
            for row in _keyboard(call):
                for button in row:
                    if button["text"] == label:
                        return await self._telegram.enqueue(self.tap(call, button["callback_data"]))
        raise AssertionError(f"no button {label!r}\n{self.transcript()}")

    async def taps_action(self, action: str, label: str) -> int:
        """A button, wherever it was shown."""
        keyboard = {"inline_keyboard": [[{"text": label, "callback_data": action}]]}
        message = {"message_id": 1, "date": 1, "chat": self._chat, "text": "…", "reply_markup": keyboard}
        query = {"id": f"q{len(self._telegram.requests)}", "from": self._person, "chat_instance": "1"}
        return await self._telegram.enqueue({"callback_query": {**query, "message": message, "data": action}})

    def tap(self, call: Request, data: str) -> JsonObject:
        """The update of a tap on a message's button."""
        message = {**call.result, "text": call.fields["text"], "reply_markup": call.fields["reply_markup"]}
        query = {"id": f"q{len(self._telegram.requests)}", "from": self._person, "chat_instance": "1"}
        return {"callback_query": {**query, "message": message, "data": data}}

    def heard(self) -> list[str]:
        """The texts of all messages from the bot, but for those that only put a keyboard away."""
        texts = [str(call.fields["text"]) for call in self._telegram.calls("sendMessage", self.id)]
        return [text for text in texts if text != PUT_AWAY]

    def keyboard(self) -> list[list[JsonObject]]:
        """What hangs below the chat: the last one shown, unless something took it away."""
        shown: list[list[JsonObject]] = []
        for call in self._telegram.calls("sendMessage", self.id):
            markup = call.fields.get("reply_markup", {})
            shown = [] if markup.get("remove_keyboard") else markup.get("keyboard", shown)
        return shown

    def labels(self) -> list[str]:
        """The buttons of the newest message that has any."""
        for call in reversed(self._telegram.calls("sendMessage", self.id)):
            if rows := _keyboard(call):
                return [button["text"] for row in rows for button in row]
        return []

    def transcript(self) -> str:
        """For a failing test's reader."""
        return "\n".join(
            f"{call.fields['text']} {[button['text'] for row in _keyboard(call) for button in row]}"
            for call in self._telegram.calls("sendMessage", self.id)
        )


def _keyboard(call: Request) -> list[list[JsonObject]]:
    found: list[list[JsonObject]] = call.fields.get("reply_markup", {}).get("inline_keyboard", [])
    return found


async def until(is_so: Callable[[], Any]) -> None:
    """Wait for something that happens over sockets; an AssertionError after a while."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not is_so():
        assert asyncio.get_running_loop().time() < deadline, "it doesn't happen"
        await asyncio.sleep(0.01)
