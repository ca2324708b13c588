"""People in chats, as the page is one: a frame is sent again until it is acknowledged, the log read on from there."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp

READ_SECONDS = 0.25
RESEND_SECONDS = 3.0


class Door(Protocol):
    """Where the page is, now."""

    @property
    def url(self) -> str: ...


class Chat:
    """One phone. `acked` are the client ids that were promised to be kept; `log` is all that came, by number.

    Whoever isn't a customer comes by an invite, or by the demo's own door.
    """

    def __init__(
        self, demo: Door, role: str, name: str, react: Callable[["Chat", dict[str, Any]], None], invite: str = ""
    ) -> None:
        self.demo = demo
        self.invite = invite
        self.role = role
        self.name = name
        self.react = react
        self.person_id = ""
        self.acked: set[str] = set()
        self.log: dict[int, dict[str, Any]] = {}
        self._cookies: dict[str, str] = {}
        self._waiting: dict[str, dict[str, Any]] = {}
        self._sent_at: dict[str, float] = {}
        self._count = 0

    def say(self, text: str) -> None:
        """Put it into the outgoing box."""
        self._put({"type": "say", "text": text})

    def tap(self, button: dict[str, Any]) -> None:
        """A button of the log."""
        self._put({"type": "tap", "action": button["action"], "label": button["label"]})

    def _put(self, frame: dict[str, Any]) -> None:
        self._count += 1
        client_id = f"{self.name}-{self._count}"
        self._waiting[client_id] = {**frame, "client_id": client_id}

    @property
    def is_new(self) -> bool:
        """Nothing was said yet."""
        return self._count == 0

    @property
    def is_idle(self) -> bool:
        """Nothing waits to be acknowledged."""
        return not self._waiting

    async def live(self) -> None:
        """Connected again and again, until cancelled."""
        while True:
            try:
                # Cookies don't care for ports, and each phone is another: no jar.
                async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
                    await self._connected(http)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
                await asyncio.sleep(0.2)

    async def _connected(self, http: aiohttp.ClientSession) -> None:
        asked: dict[str, Any] = {"role": self.role, "demo": True}
        if self.invite and not self._cookies:
            asked = {"role": self.role, "invite": self.invite}
        async with http.post(f"{self.demo.url}/chat/session", json=asked, headers=self._headers()) as answer:
            answer.raise_for_status()
            self.person_id = (await answer.json())["person_id"]
            self._cookies |= {name: cookie.value for name, cookie in answer.cookies.items()}
        url = f"{self.demo.url}/chat/ws?role={self.role}&after={max(self.log, default=0)}"
        self._sent_at.clear()
        async with http.ws_connect(url, headers=self._headers(), heartbeat=5) as socket:
            while not socket.closed:
                await self._send(socket)
                try:
                    frame = await socket.receive(timeout=READ_SECONDS)
                except TimeoutError:
                    continue
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    return
                self._take(json.loads(frame.data))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    async def _send(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        now = asyncio.get_running_loop().time()
        for client_id, frame in [*self._waiting.items()]:
            if now - self._sent_at.get(client_id, -RESEND_SECONDS) >= RESEND_SECONDS:
                self._sent_at[client_id] = now
                await socket.send_json(frame)

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "ack":
            self.acked.add(frame["client_id"])
            self._waiting.pop(frame["client_id"], None)
        elif frame["type"] == "message" and frame["seq"] not in self.log:
            self.log[frame["seq"]] = frame
            if frame["from"] == "bot":
                self.react(self, frame["card"])

    def window(self) -> "Chat":
        """The same person in a window that only reads; it knows how it began, or it would be shown the newest alone."""
        fresh = Chat(self.demo, self.role, self.name, lambda chat, card: None)
        fresh._cookies = self._cookies
        first = min(self.log)
        fresh.log[first] = self.log[first]
        return fresh

    def titles(self) -> Counter[str]:
        """Of the notices."""
        return Counter(one["card"]["title"] for one in self.log.values() if one["card"]["notice"])

    def has(self, title: str) -> bool:
        return self.titles()[title] > 0


def buttons(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By their labels."""
    return {one["label"]: one for one in (*card["buttons"], *card["quick_replies"]) if one["action"]}


def customer(wish: str, address: str) -> Callable[[Chat, dict[str, Any]], None]:
    """Answers what the bot asks, and pays whenever it may, until it is paid."""

    def react(chat: Chat, card: dict[str, Any]) -> None:
        if chat.has("예약이 확정됐어요"):
            return
        offered = buttons(card)
        pay = next((one for label, one in offered.items() if "결제하기" in label), None)
        if pay is not None:
            chat.tap(pay)
        elif "없어요" in offered:
            chat.tap(offered["없어요"])
        elif "주소" in card["text"] and not any("결제" in label for label in offered):
            chat.say(address)
        elif chat.is_new:
            chat.say(wish)

    return react


def cleaner(chat: Chat, card: dict[str, Any]) -> None:
    """Joins, then takes every job."""
    offered, text = buttons(card), card["text"]
    if "수락하기" in offered:
        chat.tap(offered["수락하기"])
    elif "이름이나 상호" in text:
        chat.say(f"{chat.name}클린")
    elif "어느 지역" in text:
        chat.say("마포, 서대문, 강남, 송파")
    elif "매일" in offered:
        chat.tap(offered["매일"])
    elif "등록하기" in offered:
        chat.tap(offered["등록하기"])
