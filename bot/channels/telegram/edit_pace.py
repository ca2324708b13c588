"""How often a message is changed in place: a progress that runs must not use up what its chat may get."""

import time
from collections.abc import Callable

# Telegram's own advice is one message a second to a chat, changes included: https://core.telegram.org/bots/faq
CHAT_SECONDS = 1.0
MESSAGE_SECONDS = 3.0
KEPT = 1000


class EditPace:
    """Of one process, which is the only one that sends (it has the lease)."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._chats: dict[str, float] = {}
        self._messages: dict[tuple[str, int], float] = {}

    def is_early(self, address: str, place: int) -> bool:
        """Whether this entry was changed just now, or the chat has just got something."""
        now = self._monotonic()
        chat, message = self._chats.get(address, -CHAT_SECONDS), self._messages.get((address, place), -MESSAGE_SECONDS)
        return now < chat + CHAT_SECONDS or now < message + MESSAGE_SECONDS

    def note(self, address: str, place: int | None = None) -> None:
        """Something goes there now; with `place` it changes that entry."""
        now = self._monotonic()
        if len(self._chats) >= KEPT:
            self._chats = {chat: at for chat, at in self._chats.items() if now < at + CHAT_SECONDS}
            self._messages = {key: at for key, at in self._messages.items() if now < at + MESSAGE_SECONDS}
        self._chats[address] = now
        if place is not None:
            self._messages[address, place] = now
