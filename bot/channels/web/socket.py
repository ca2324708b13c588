"""One phone's socket: what is said goes in, the person's message log streams out."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from typing import Any

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError
from starlette.websockets import WebSocketDisconnected

from bot.channels.answering import Answering
from bot.channels.hub import Hub
from bot.channels.web.rate import Bucket, Buckets
from bot.conversation.texts_web import TOO_FAST, UNREADABLE
from bot.conversation.turn import Said
from bot.dialogue import Dialogue
from bot.message_log import LogReader
from bot.people import People
from bot.records import Message, PersonRecord
from services.shared_kernel.clock import Clock

log = structlog.get_logger(__name__)

HISTORY = 200
# Another process may have written: look at least so often.
POLL_SECONDS = 1.0
# Whoever floods is read no faster than this: the rest waits at their end.
PAUSE_SECONDS = 0.2
LAST_SEQ = 2**63 - 1
INTERNAL_ERROR = 1011
POLICY_VIOLATION = 1008
GONE = (WebSocketDisconnect, WebSocketDisconnected)


class Frame(BaseModel):
    """What a phone sends."""

    type: str = Field(pattern="^(say|tap|read)$")
    client_id: str = Field(default="", max_length=64)
    text: str = Field(default="", max_length=10_000)
    action: str = Field(default="", max_length=64)
    label: str = Field(default="", max_length=200)
    seq: int = 0


class PhoneSocket:
    """Lives as long as the connection."""

    def __init__(
        self, socket: WebSocket, person: PersonRecord, dialogue: Dialogue, answering: Answering, log: LogReader,
        hub: Hub, clock: Clock, people: People, pace: Buckets,
    ) -> None:  # fmt: skip
        self._socket = socket
        self._person = person
        self._dialogue = dialogue
        self._answering = answering
        self._log = log
        self._hub = hub
        self._clock = clock
        self._people = people
        self._pace = pace
        # A page says so of every message that it shows: often, when it opens.
        self._read_pace = Bucket(clock.now(), burst=HISTORY, per_second=20)

    async def run(self, after: int) -> None:
        """Until either side goes away."""
        with self._hub.listening(self._person.id) as news:
            writer = asyncio.create_task(self._or_close(self._write(max(0, min(after, LAST_SEQ)), news)))
            try:
                await self._or_close(self._read())
            finally:
                writer.cancel()
                await asyncio.wait([writer])

    async def _or_close(self, side: Coroutine[Any, Any, None]) -> None:
        """What goes wrong ends the connection rather than leaving half of it: the phone comes back by itself."""
        try:
            await side
        except GONE:
            return
        except Exception:
            log.exception("socket.failed", person_id=self._person.id)
            with contextlib.suppress(*GONE):
                await self._socket.close(INTERNAL_ERROR)

    async def _read(self) -> None:
        while True:
            frame = await self._frame()
            if frame is not None and frame.type == "read":
                if not self._read_pace.take(self._clock.now()):
                    await asyncio.sleep(PAUSE_SECONDS)
            elif not self._pace.take(self._person.id, self._clock.now()):
                await self._refuse(frame, TOO_FAST)
                await asyncio.sleep(PAUSE_SECONDS)
            elif frame is None or not frame.client_id or (frame.type == "say" and not frame.text.strip()):
                await self._refuse(frame, UNREADABLE)
            else:
                await self._take(frame)

    async def _frame(self) -> Frame | None:
        """What the phone sent; None for what is no frame of ours."""
        try:
            return Frame.model_validate_json(await self._socket.receive_text())
        except (ValidationError, KeyError):  # KeyError: it is binary
            return None

    async def _refuse(self, frame: Frame | None, why: dict[str, str]) -> None:
        client_id = None if frame is None else frame.client_id
        await self._send({"type": "error", "client_id": client_id, "text": self._say(why)})

    async def _take(self, frame: Frame) -> None:
        said = (
            Said(text=frame.text)
            if frame.type == "say"
            else Said(text=frame.label or frame.action, action=frame.action)
        )
        await self._dialogue.receive(self._person.id, frame.client_id, said)
        await self._send({"type": "ack", "client_id": frame.client_id})
        await self._send({"type": "typing", "on": True})
        self._answering.start(self._person.id).add_done_callback(lambda _: self._hub.tell(self._person.id))

    async def _write(self, after: int, news: asyncio.Event) -> None:
        news.clear()
        missed = await self._missed(after)
        await self._hello(max([after, *(message.seq for message in missed)]))
        seen = after
        while True:
            for message in missed:
                seen = max(seen, message.seq)
                await self._send(_frame(message))
                if message.sender == "bot" and message.place is None:
                    await self._send({"type": "typing", "on": False})
            with contextlib.suppress(TimeoutError):
                # Not wait_for: in Python 3.11 it can swallow a cancellation, and this would never end.
                async with asyncio.timeout(POLL_SECONDS):
                    await news.wait()
            news.clear()
            # Read before the log, in which the farewell is that goes with a role.
            now = await self._people.find(self._person.id)
            missed = await self._log.after(self._person.id, seen, HISTORY)
            if now is not None and now.role != self._person.role:
                await self._end(missed)
                return
            await self._greet_anew_if_changed(now, seen)

    async def _missed(self, after: int) -> Sequence[Message]:
        if after <= 0:
            return await self._log.last(self._person.id, HISTORY)
        return await self._log.after(self._person.id, after, HISTORY)

    async def _end(self, missed: Sequence[Message]) -> None:
        """Their role was taken back: a last word, and the door is closed."""
        for message in missed:
            await self._send(_frame(message))
        await self._socket.close(POLICY_VIOLATION)

    async def _greet_anew_if_changed(self, person: PersonRecord | None, last_seq: int) -> None:
        """A new language or name: the phone redraws its labels on a second hello."""
        if person is not None and person.version != self._person.version:
            self._person = person
            await self._hello(last_seq)

    async def _hello(self, last_seq: int) -> None:
        await self._send({"type": "hello", "person": _person(self._person), "last_seq": last_seq})

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send_json(frame)

    def _say(self, texts: dict[str, str]) -> str:
        return texts[self._person.language]


def _person(person: PersonRecord) -> dict[str, str]:
    return {"id": person.id, "role": person.role, "name": person.name, "language": person.language}


def _frame(message: Message) -> dict[str, Any]:
    """What changes in place says so: `open` while it does, and `place` is the seq of what it replaces."""
    frame: dict[str, Any] = {
        "type": "message",
        "seq": message.seq,
        "from": message.sender,
        "at": message.at.isoformat(),
        "client_id": message.client_id,
        "card": asdict(message.card),
    }
    if message.is_open:
        frame["open"] = True
    if message.place is not None:
        frame["place"] = message.place
    return frame
