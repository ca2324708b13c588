"""A channel to whoever counts outside. It can't be asked twice for one message: as Telegram and AlimTalk are (rule 11)."""

from typing import Any

import aiohttp

from services.notification.adapters.bot_client import MessageLogSender
from services.notification.ports import Accepted, SendResult
from services.shared_kernel.card import Card
from ssak3.composition import Ssak3


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
    build = Ssak3._to_the_bot

    def with_bare(ssak3: Ssak3) -> Any:
        channels, bot = build(ssak3)
        return {**channels, "api": BareChannel("api", bot)}, bot  # type: ignore[arg-type]

    Ssak3._to_the_bot = with_bare  # type: ignore[method-assign, assignment]
