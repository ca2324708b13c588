"""A code with which the same talk goes on on Telegram: the same for everybody who talks."""

from collections.abc import Generator
from typing import Any

from bot.conversation.effects import NewLinkCode
from bot.conversation.texts_ko_telegram import TelegramKorean
from bot.conversation.turn import Effect, ask
from services.shared_kernel.card import Button, Card


def link_card(say: TelegramKorean) -> Generator[Effect[Any], Any, Card]:
    """The code, and a button that opens the bot with it if the bot's name is known."""
    made = yield from ask(NewLinkCode())
    if made is None:
        return Card(text=say.no_telegram())
    open_it = (Button(label=say.open_telegram, url=made.url),) if made.url else ()
    return Card(text=say.telegram_code(made.code), buttons=open_it)
