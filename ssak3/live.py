"""The demo's live line: events as they are committed, and how the system feels, streamed to the page."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Recorded
from services.shared_kernel.ids import short_code

KEPT = 100
# A page that reads no faster than this misses the oldest, and costs no more memory.
MOST_UNREAD = 1000
STATE_EVERY_SECONDS = 1.0


class LiveFeed:
    """Keeps the last events for whoever opens the page, and sends new ones to whoever looks."""

    def __init__(self, clock: Clock, state: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        self._clock = clock
        self._state = state
        self._recent: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._watchers: set[asyncio.Queue[dict[str, Any]]] = set()
        self._closed = asyncio.Event()
        self._count = 0

    def observe(self, recorded: Recorded) -> None:
        """An event was committed in this process."""
        event = recorded.event
        self._count += 1
        reservation_id = getattr(event, "reservation_id", None)
        line = {
            "type": "event",
            "id": f"{self._clock.now().timestamp():.3f}-{self._count}",
            "at": self._clock.now().isoformat(),
            "name": event.TYPE,
            "reservation": short_code(reservation_id) if reservation_id else "",
        }
        self._recent.append(line)
        for watcher in self._watchers:
            if watcher.full():
                watcher.get_nowait()
            watcher.put_nowait(line)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed.set()

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events: what happened lately, then what happens, and the state every second."""
        news: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_UNREAD)
        self._watchers.add(news)
        try:
            for line in tuple(self._recent):
                yield _frame(line)
            while not self._closed.is_set():
                yield _frame({"type": "state", **await self._state()})
                for line in await self._next(news):
                    yield _frame(line)
        finally:
            self._watchers.discard(news)

    async def _next(self, news: asyncio.Queue[dict[str, Any]]) -> list[dict[str, Any]]:
        """What comes within a second."""
        try:
            async with asyncio.timeout(STATE_EVERY_SECONDS):
                lines = [await news.get()]
        except TimeoutError:
            return []
        while not news.empty():
            lines.append(news.get_nowait())
        return lines


def _frame(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
