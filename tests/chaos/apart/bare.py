"""A channel to whoever counts outside. It can't be asked twice for one message: as Telegram and AlimTalk are (rule 11)."""

from typing import Any

import aiohttp

from services.notification.adapters.bot_client import MessageLogSender
from services.notification.ports import Accepted, SendResult
from services.shared_kernel.card import Card
from ssak3.sending import Sending


class BareChannel(MessageLogSender):
    """In the place of the one that customers of the API have."""

    idempotent = False
    url = ""

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        body = {"delivery_id": delivery_id, "person_id": person_id, "title": card.title}
        async with aiohttp.ClientSession() as http, http.post(self.url, json=body, raise_for_status=True):
            return Accepted()


def open_bare_channel(url: str) -> None:
    """From here on, a process that sends tells customers of the API over it."""
    BareChannel.url = url
    build = Sending._to_the_bot

    def with_bare(sending: Sending) -> Any:
        channels, bot, addresses = build(sending)
        return {**channels, "api": BareChannel("api", bot)}, bot, addresses  # type: ignore[arg-type]

    Sending._to_the_bot = with_bare  # type: ignore[method-assign, assignment]
