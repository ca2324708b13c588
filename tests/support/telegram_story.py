"""A story's world in which everybody talks on Telegram: each word and tap goes through updates, inbox and chat.

Notices come into the message log here as on the page; to push them over Telegram is another part's matter.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.channels.telegram.render import bubbles
from bot.conversation.turn import Said
from bot.records import PersonRecord
from services.shared_kernel.card import Card
from ssak3.gateways import LogSender
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram
from tests.support.telegram_world import chat_of
from tests.support.world import Phone, World, a_world

PATIENCE_SECONDS = 30.0


class TelegramPhone(Phone):
    """What is typed and tapped is an update; what is answered must have come to the chat, too."""

    def __init__(self, world: "TelegramWorld", person: PersonRecord, chat: Chat) -> None:
        super().__init__(world, person)
        self._telegram_world = world
        self._chat = chat

    async def _send(self, said: Said) -> list[Card]:
        before, heard = await self._last_seq(), len(self._chat.heard())
        if said.action:
            await self._chat.taps_action(said.action, said.text)
        else:
            await self._chat.says(said.text)
        await self._telegram_world.take_in()
        answers = [message.card for message in await self.log() if message.seq > before and message.sender == "bot"]
        shown = [bubble.text for card in answers if not card.notice for bubble in bubbles(card)]
        assert self._chat.heard()[heard:] == shown
        return answers


class TelegramWorld(World):
    """Nobody here has a page."""

    telegram: Telegram
    _chats = 0
    _taken = 0

    def __init__(self, *pieces: Any) -> None:
        super().__init__(*pieces)
        self._turn = asyncio.Lock()

    async def customer(self) -> Phone:
        return await self._comes("/start")

    async def invited(self, role: str) -> Phone:
        return await self._comes(f"/start {await self.ssak3.people.invite(role)}")

    async def _comes(self, words: str) -> Phone:
        self._chats += 1
        chat = Chat(self.telegram, 1000 + self._chats)
        await chat.says(words)
        await self.take_in()
        person_id = await self.ssak3.links.person_of("telegram", str(chat.id))
        assert person_id is not None
        await self.settle()
        return TelegramPhone(self, await self.ssak3.people.get(person_id), chat)

    async def take_in(self) -> None:
        """Let the bot fetch what was said, answer it, and send what it has to say."""
        chat = chat_of(self)
        async with self._turn:
            while self._taken < self.telegram.enqueued:
                self._taken += await chat.taking.run_once()
            await chat.receiving.run_once()
            await chat.receiving.drain(PATIENCE_SECONDS)
            await self.ssak3.answering.drain()
            await chat.replies.run_once()
            await chat.replies.drain(PATIENCE_SECONDS)


@asynccontextmanager
async def a_world_on_telegram(folder: Path, **outside: Any) -> AsyncIterator[World]:
    """In one process, with an emulator beside it."""
    async with a_telegram() as telegram:
        settings = {"telegram_token": SecretStr(TOKEN), "telegram_api_base": telegram.url}
        async with a_world(folder, settings=settings, kind=TelegramWorld, **outside) as world:
            assert isinstance(world, TelegramWorld)
            world.telegram = telegram
            channels: Any = world.ssak3.sender._channels
            channels["telegram"] = LogSender("telegram", world.ssak3.log_writer)
            yield world
