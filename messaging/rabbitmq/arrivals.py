"""What a channel has brought and nobody has taken yet.

Of some events nothing comes for this consumer but that it has seen them (rule 13). They wait a moment for company, so
that they cost no transaction of their own: whatever does press takes them along.
"""

import asyncio
from collections import deque
from collections.abc import Collection

from aiormq.abc import DeliveredMessage

# What comes after one of them may arrive at a replica, and is parked there for as long.
COMPANY_SECONDS = 0.1


class Arrivals:
    """In the order in which they came. `news` is set when there is a reason to look."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        # The routing keys of those that may wait.
        self.may_wait: Collection[str] = ()
        # With whether it presses.
        self._waiting: deque[tuple[DeliveredMessage, bool]] = deque()
        self._pressing = 0
        self._patience: asyncio.TimerHandle | None = None
        self._has_waited = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def press(self) -> bool:
        """Whether one of them isn't to wait, or has waited long enough."""
        return self._pressing > 0 or self._has_waited

    def add(self, delivered: DeliveredMessage) -> None:
        """One has come."""
        presses = delivered.routing_key not in self.may_wait
        self._waiting.append((delivered, presses))
        if presses:
            self._pressing += 1
        elif self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(COMPANY_SECONDS, self._lose_patience)
        self.news.set()

    def take(self, most: int) -> list[DeliveredMessage]:
        """The first of them."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._pressing -= sum(presses for _, presses in taken)
        if not self._waiting:
            self._begin_anew()
        return [delivered for delivered, _ in taken]

    def forget(self) -> None:
        """They come again, on another channel."""
        self._waiting.clear()
        self._pressing = 0
        self._begin_anew()

    def _lose_patience(self) -> None:
        self._has_waited = True
        self.news.set()

    def _begin_anew(self) -> None:
        self._has_waited = False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
