"""How fast one token may send: the limiter of python-telegram-bot, and what it lets slip.

`AIORateLimiter` spreads sends evenly, in the order they came, as long as it holds a single place at a time (with more,
it starts with a burst of all of them). It doesn't promise that a window of a second never holds one too many when the
machine was busy, knows no pause of its own for all, and paces no private chats; those are here. The pause comes
after its turn, right before the request, so that what was queued behind a 429 doesn't follow it.
"""

import asyncio
import math
import os
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from services.shared_kernel.clock import Clock

# Times to wait as timedeltas, as the library's next version has them; else it warns of that at every 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")

# The limiter's timer is late by a little each time, by a millisecond of the ten that a hundred a second leaves it, and
# never makes up for it: a bit faster, and the window decides.
SPREAD = 0.9
# Who would wait longer than this for a turn is told to come back.
PATIENCE_SECONDS = 1.5
CHAT_GAP = timedelta(seconds=1)
GROUP_GAP = timedelta(seconds=3)  # 20 a minute
KEPT_CHATS = 5000

Call = Callable[..., Coroutine[Any, Any, Any]]


class Held(Exception):
    """Not sent, and not to be tried before that moment."""

    def __init__(self, until: datetime) -> None:
        super().__init__("held")
        self.until = until


class Window:
    """So many sends in any window of time that a rate gives: 25 in every second, or 1 in every two at 0.5 a second."""

    def __init__(self, rate: float) -> None:
        count = max(1, math.floor(rate))
        self.seconds = count / rate
        self._sent: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Seconds until another may go; 0 when it may now."""
        if len(self._sent) < (self._sent.maxlen or 0):
            return 0.0
        return max(0.0, self._sent[0] + self.seconds - now)

    def note(self, now: float) -> None:
        """One goes now."""
        self._sent.append(now)

    def until_empty(self, now: float) -> float:
        """Seconds until what went counts no more."""
        return max(0.0, self._sent[-1] + self.seconds - now) if self._sent else 0.0


class Pace(AIORateLimiter):
    """`may_send` is asked right before each request: whether this process still holds the lease.

    `on_pause` hears of each 429, for whoever may follow.
    """

    def __init__(
        self, rate: float, clock: Clock, monotonic: Callable[[], float], may_send: Callable[[], bool],
        on_pause: Callable[[datetime], Awaitable[None]],
    ) -> None:  # fmt: skip
        super().__init__(overall_max_rate=1, overall_time_period=SPREAD / rate, group_max_rate=0, max_retries=0)
        self._rate = rate
        self._clock = clock
        self._monotonic = monotonic
        self._may_send = may_send
        self._on_pause = on_pause
        self._window = Window(rate)
        self._turn = asyncio.Lock()
        self._queued = 0
        self._paused_until: datetime | None = None

    def held_until(self) -> datetime | None:
        """Before when there is no point in trying: a pause, or a long queue; None when it may be tried now."""
        now = self._clock.now()
        if self._paused_until is not None and now < self._paused_until:
            return self._paused_until
        queue_seconds = self._queued / self._rate
        return now + timedelta(seconds=queue_seconds) if queue_seconds >= PATIENCE_SECONDS else None

    async def process_request(
        self, callback: Call, args: Any, kwargs: dict[str, Any], endpoint: str, data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:  # fmt: skip
        """Raises Held when it wasn't sent after all."""
        queued = _Place(self)
        try:
            return await super().process_request(
                partial(self._go, queued, callback), args, kwargs, endpoint, data, rate_limit_args
            )
        finally:
            queued.leave()

    async def _go(self, queued: "_Place", callback: Call, *args: Any, **kwargs: Any) -> Any:
        async with self._turn:
            while (seconds := self._window.wait(self._monotonic())) > 0:  # noqa: ASYNC110 - it's time that passes
                await asyncio.sleep(seconds)
            self._refuse_if_held()
            self._window.note(self._monotonic())
        queued.leave()
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            # Raised as something else, also because the limiter would log it with a stack trace.
            wait = error.retry_after
            until = self.pause(wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
            await self._on_pause(until)
            raise Held(until) from None

    def _refuse_if_held(self) -> None:
        now = self._clock.now()
        if self._paused_until is not None and now < self._paused_until:
            raise Held(self._paused_until)
        if not self._may_send():
            raise Held(now)

    async def rest(self) -> None:
        """Until what was sent counts no more."""
        await asyncio.sleep(self._window.until_empty(self._monotonic()))

    def pause(self, duration: timedelta) -> datetime:
        """Nothing goes out before this is over; when that is."""
        return self.hold_until(self._clock.now() + duration)

    def hold_until(self, moment: datetime) -> datetime:
        """The same, with its end given."""
        if self._paused_until is None or moment > self._paused_until:
            self._paused_until = moment
        return self._paused_until


class _Place:
    """In the queue, until its turn has come or it gives up."""

    def __init__(self, pace: Pace) -> None:
        self._pace: Pace | None = pace
        pace._queued += 1

    def leave(self) -> None:
        """Twice is harmless."""
        if self._pace is not None:
            self._pace._queued -= 1
            self._pace = None


class Chats:
    """One message a second to each chat: a second after the last was answered the next may go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sending: set[str] = set()
        self._free_at: dict[str, datetime] = {}

    def busy_until(self, address: str) -> datetime | None:
        """None when one may go now."""
        now = self._clock.now()
        if address in self._sending:
            return now + gap_of(address)
        free_at = self._free_at.get(address)
        return free_at if free_at is not None and now < free_at else None

    @contextmanager
    def sending(self, address: str) -> Iterator[None]:
        """Nothing else goes there meanwhile, nor right after."""
        self._sending.add(address)
        try:
            yield
        finally:
            self._sending.discard(address)
            now = self._clock.now()
            if len(self._free_at) >= KEPT_CHATS:
                self._free_at = {chat: free_at for chat, free_at in self._free_at.items() if now < free_at}
            self._free_at[address] = now + gap_of(address)


def gap_of(address: str) -> timedelta:
    """Groups, whose ids are negative, take fewer."""
    return GROUP_GAP if address.startswith("-") else CHAT_GAP
