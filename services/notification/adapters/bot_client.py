"""The bot over HTTP: where notices for the web page and the terminal go; it keeps personal details and addresses."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote

import aiohttp

from services.notification.ports import Accepted, Advertising, PersonDetails, SendResult
from services.shared_kernel.card import Card
from services.shared_kernel.tracing import trace_headers

TIMEOUT = aiohttp.ClientTimeout(total=5.0, sock_connect=1.5)


class BotClient:
    """`base_url` is the bot's address. Calls raise aiohttp's errors; the sender tries again."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, api_token: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_token}"}

    async def of(self, person_id: str, details_id: str | None) -> PersonDetails:
        """Somebody's personal details, for one notice."""
        query = f"?details_id={quote(details_id, safe='')}" if details_id else ""
        return PersonDetails(**await self.ask("GET", f"/internal/people/{quote(person_id, safe='')}/details{query}"))

    async def takes_advertising(self, person_id: str) -> Advertising:
        """Whether somebody consents to advertising, for one that is about to be sent."""
        answer = await self.ask("GET", f"/internal/people/{quote(person_id, safe='')}/advertising")
        return Advertising(day=answer["day"], night=answer["night"])

    async def append(self, *, delivery_id: str, person_id: str, card: Card) -> bool:
        """Put it into the person's message log; False if it is there already."""
        body = {"person_id": person_id, "card": asdict(card)}
        return bool((await self.ask("PUT", f"/internal/deliveries/{quote(delivery_id, safe='')}", body))["new"])

    async def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """What one of its internal routes answers."""
        async with self._session.request(
            method, self._base_url + path, json=body, headers=self._headers | trace_headers(), timeout=TIMEOUT,
            allow_redirects=False, raise_for_status=True,
        ) as response:  # fmt: skip
            answer: dict[str, Any] = {} if response.status == 204 else await response.json()
            return answer


class MessageLogSender:
    """One of the channels that read from the bot's message log. Idempotent on the delivery."""

    idempotent = True

    def __init__(self, name: str, bot: BotClient) -> None:
        self.name = name
        self._bot = bot

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        """Accepted, or an aiohttp error: nobody knows, and it is safe to send again."""
        await self._bot.append(delivery_id=delivery_id, person_id=person_id, card=card)
        return Accepted()


class BotAddresses:
    """Where people are reached on channels outside, as the bot knows it."""

    def __init__(self, bot: BotClient) -> None:
        self._bot = bot

    async def of(self, person_id: str, channel: str) -> str | None:
        address: str | None = (await self._ask(person_id, channel))["address"]
        return address

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None:
        since: str | None = (await self._ask(person_id, channel))["blocked_since"]
        return None if since is None else datetime.fromisoformat(since)

    async def _ask(self, person_id: str, channel: str) -> dict[str, Any]:
        path = f"/internal/people/{quote(person_id, safe='')}/address?channel={quote(channel, safe='')}"
        return await self._bot.ask("GET", path)

    async def blocked(self, channel: str, address: str) -> None:
        await self._tell(channel, address, {"blocked": True})

    async def moved(self, channel: str, old: str, new: str) -> None:
        await self._tell(channel, old, {"moved_to": new})

    async def _tell(self, channel: str, address: str, what: dict[str, Any]) -> None:
        await self._bot.ask("PUT", f"/internal/addresses/{quote(channel, safe='')}/{quote(address, safe='')}", what)
