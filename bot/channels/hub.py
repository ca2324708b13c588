"""Wakes whoever streams a person's message log when there is something new."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Hub:
    """News within this process; other processes' news are found by polling."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        # Called at anybody's news but notices, which have a sender of their own.
        self.on_any: Callable[[], None] = lambda: None

    def tell(self, person_id: str) -> None:
        """There is something new for this person."""
        self.tell_of_notice(person_id)
        self.on_any()

    def tell_of_notice(self, person_id: str) -> None:
        """There is a notice: nothing to be sent on, so that a broadcast to thousands doesn't wake whoever does that."""
        for event in self._listeners.get(person_id, ()):
            event.set()

    def count(self, person_id: str) -> int:
        """How many are listening for this person."""
        return len(self._listeners.get(person_id, ()))

    @contextmanager
    def listening(self, person_id: str) -> Iterator[asyncio.Event]:
        """An event that is set at each news."""
        event = asyncio.Event()
        self._listeners[person_id].add(event)
        try:
            yield event
        finally:
            self._listeners[person_id].discard(event)
            if not self._listeners[person_id]:
                del self._listeners[person_id]
