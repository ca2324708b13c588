"""Telegram for tests: the emulator of its Bot API, behind a proxy that writes down what passes and lets it go wrong.

The emulator keeps no texts and knows no faults; it is strict about what it takes. People type and tap through it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from lo_bot_api_emulator import LoBotApiEmulator

from bot.channels.telegram.api import PUT_AWAY

TOKEN = "7:synthetic-token-for-the-tests-only"
PATIENCE_SECONDS = 20.0

JsonObject = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of the Bot API: when it came, and what it was answered (0: nothing)."""

    method: str
    fields: JsonObject
    at: float
    status: int
    result: Any

    @property
    def chat_id(self) -> int:
        return int(self.fields.get("chat_id", 0))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Instead of the answer: a status with a body, or with status 0 a cut connection. `passes`: it was done before."""

    status: int = 0
    body: JsonObject = field(default_factory=dict)
    passes: bool = False


def too_many(seconds: int) -> Fault:
    return Fault(status=429, body=_error(429, "Too Many Requests", retry_after=seconds))


def forbidden() -> Fault:
    return Fault(status=403, body=_error(403, "Forbidden: bot was blocked by the user"))


def migrated(chat_id: int) -> Fault:
    return Fault(status=400, body=_error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=chat_id))


def refused() -> Fault:
    return Fault(status=400, body=_error(400, "Bad Request: can't parse entities"))


def bad_gateway() -> Fault:
    return Fault(status=502, body=_error(502, "Bad Gateway"))


def reset() -> Fault:
    return Fault()


def lost_answer() -> Fault:
    return Fault(passes=True)


def _error(code: int, description: str, **parameters: int) -> JsonObject:
    return {"ok": False, "error_code": code, "description": description, "parameters": parameters}


class Telegram:
    """Give `url` to whoever speaks to Telegram."""

    def __init__(self, upstream: str, emulator: LoBotApiEmulator, session: ClientSession) -> None:
        self.url = ""
        self._upstream = upstream
        self._emulator = emulator
        self._session = session
        self._faults: dict[tuple[str, int], list[Fault]] = {}
        self.requests: list[Request] = []
        self.enqueued = 0

    def fail(self, method: str, *faults: Fault, chat_id: int = 0) -> None:
        """The next calls of a method (in a chat) go wrong so, one after the other."""
        self._faults.setdefault((method, chat_id), []).extend(faults)

    async def enqueue(self, update: JsonObject) -> int:
        """An update for the bot; its number."""
        self.enqueued += 1
        number: int = await self._emulator.enqueue_update(update, token=TOKEN)
        return number

    def calls(self, method: str, chat_id: int | None = None) -> list[Request]:
        """Those that were done, in order."""
        return [
            call
            for call in self.requests
            if call.method == method and call.status == 200 and chat_id in (None, call.chat_id)
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """What the proxy does with each request."""
        method, body = request.match_info["method"], await request.read()
        fields = await _fields(request)
        fault = self._fault(method, int(fields.get("chat_id") or 0))
        if fault is not None and not fault.passes:
            self._note(method, fields, fault.status, None)
            return self._wrong(request, fault)
        kind = {"Content-Type": request.headers.get("Content-Type", "")}
        async with self._session.post(f"{self._upstream}{request.path}", data=body, headers=kind) as answer:
            found = await answer.json()
        self._note(method, fields, answer.status, found.get("result"))
        return web.json_response(found, status=answer.status) if fault is None else self._wrong(request, fault)

    def _fault(self, method: str, chat_id: int) -> Fault | None:
        for key in ((method, chat_id), (method, 0)):
            if self._faults.get(key):
                return self._faults[key].pop(0)
        return None

    def _note(self, method: str, fields: JsonObject, status: int, result: Any) -> None:
        now = asyncio.get_running_loop().time()
        self.requests.append(Request(method=method, fields=fields, at=now, status=status, result=result))

    def _wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
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
    async with _serving(emulator.app()) as upstream, ClientSession() as session:
        telegram = Telegram(upstream, emulator, session)
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", telegram.handle)
        async with _serving(app) as telegram.url:
            yield telegram


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[str]:
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
