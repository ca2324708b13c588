"""Somebody with the page open, who reads, types and taps."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

from tests.chaos.chats import Chat, Door, buttons

Card = dict[str, Any]

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.05


class Phone:
    """An open socket, for as long as it is entered."""

    def __init__(self, door: Door, role: str, name: str, invite: str = "") -> None:
        self._chat = Chat(door, role, name, lambda chat, card: None, invite)
        self._living: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Phone":
        self._living = asyncio.create_task(self._chat.live())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._living is not None
        self._living.cancel()
        await asyncio.wait([self._living])

    @property
    def person_id(self) -> str:
        return self._chat.person_id

    @property
    def notices(self) -> Counter[str]:
        """How often each came, by title."""
        return self._chat.titles()

    def notices_in_order(self) -> list[str]:
        return [card["title"] for card in self._cards() if card["notice"]]

    def say(self, text: str) -> None:
        self._chat.say(text)

    async def tap(self, label: str, *texts: str) -> None:
        """The newest button of that label on a card with all of these in it, once there is one."""
        card = await self._card(lambda card: label in buttons(card), label, *texts)
        self._chat.tap(buttons(card)[label])

    async def reads(self, *texts: str) -> None:
        """Waits for a card with all of these in it."""
        await self._card(lambda card: True, *texts)

    async def gets(self, *titles: str) -> None:
        """Waits for these notices."""
        for title in titles:
            await self._card(partial(_is_notice, title), title)

    async def _card(self, fits: Callable[[Card], bool], *texts: str) -> Card:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    for card in reversed(self._cards()):
                        if fits(card) and all(text in _words(card) for text in texts):
                            return card
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            shown = "\n".join(_words(card) for card in self._cards())
            raise AssertionError(f"{self._chat.name} waits for {texts}, and has:\n{shown}") from None

    def _cards(self) -> list[Card]:
        return [self._chat.log[seq]["card"] for seq in sorted(self._chat.log) if self._chat.log[seq]["from"] == "bot"]


def _is_notice(title: str, card: Card) -> bool:
    return bool(card["notice"]) and card["title"] == title


def _words(card: Card) -> str:
    items = " ".join(f"{item['name']}: {item['value']}" for item in card["items"])
    return " ".join([card["title"], card["text"], items, *(f"[{label}]" for label in buttons(card))])
