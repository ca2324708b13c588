"""The bot over HTTP: where notices for the web page and the terminal go; it keeps personal details and addresses."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import quote

import aiohttp
from aiodataloader import DataLoader

from services.notification.ports import Accepted, Advertising, PersonDetails, SendResult
from services.shared_kernel.card import Card
from services.shared_kernel.tracing import current_traceparent, trace_headers

TIMEOUT = aiohttp.ClientTimeout(total=5.0, sock_connect=1.5)
# What the bot takes in one request.
MOST, MOST_BYTES = 50, 60_000
# Because of what was asked, or (409) because somebody's log is being written for long: others may be taken alone.
REFUSED = (400, 409, 413, 422)


class BotClient:
    """`base_url` is the bot's address. Calls raise aiohttp's errors; the sender tries again.

    Details, and notices, that are asked for at the same moment go in one request, which belongs to the first one's
    trace.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str, api_token: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_token}"}
        self._details = self._together("/internal/details")
        self._deliveries = self._together("/internal/deliveries")

    async def of(self, person_id: str, details_id: str | None) -> PersonDetails:
        """Somebody's personal details, for one notice."""
        wanted = {"person_id": person_id, "details_id": details_id}
        return PersonDetails(**await self._details.load(_packed(wanted)))

    async def takes_advertising(self, person_id: str) -> Advertising:
        """Whether somebody consents to advertising, for one that is about to be sent."""
        answer = await self.ask("GET", f"/internal/people/{quote(person_id, safe='')}/advertising")
        return Advertising(day=answer["day"], night=answer["night"])

    async def append(self, *, delivery_id: str, person_id: str, card: Card) -> bool:
        """Put it into the person's message log; False if it is there already."""
        notice = {"delivery_id": delivery_id, "person_id": person_id, "card": asdict(card)}
        answer = await self._deliveries.load(_packed({**notice, "traceparent": current_traceparent()}))
        return bool(answer["new"])

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What one of its internal routes answers."""
        return await self._ask(method, path, None if body is None else _packed(body))

    async def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        headers = self._headers | trace_headers() | ({} if body is None else {"Content-Type": "application/json"})
        async with self._session.request(
            method, self._base_url + path, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False,
            raise_for_status=True,
        ) as response:  # fmt: skip
            return await response.json()

    def _together(self, path: str) -> DataLoader[bytes, Any]:
        """Calls of the same turn of the event loop at once. Nothing is remembered."""

        async def load(items: list[bytes]) -> list[Any]:
            answers = await asyncio.gather(*(self._answers(path, some) for some in _in_bodies(items)))
            return [answer for of_some in answers for answer in of_some]

        return DataLoader(load, max_batch_size=MOST, cache=False)

    async def _answers(self, path: str, items: Sequence[bytes]) -> list[Any]:
        """An answer or an error for each."""
        try:
            answers: list[Any] = await self._ask("POST", path, b"[" + b",".join(items) + b"]")
            return answers
        except Exception as error:
            if len(items) == 1 or not (isinstance(error, aiohttp.ClientResponseError) and error.status in REFUSED):
                return [error] * len(items)
        alone = await asyncio.gather(*(self._answers(path, [item]) for item in items))
        return [answer for [answer] in alone]


def _packed(what: Any) -> bytes:
    # Korean as it is: escaped, a letter would take six bytes instead of three.
    return json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()


def _in_bodies(items: Sequence[bytes]) -> list[list[bytes]]:
    """As many together as one request may carry."""
    bodies: list[list[bytes]] = [[]]
    size = 0
    for item in items:
        if bodies[-1] and size + len(item) > MOST_BYTES:
            bodies.append([])
            size = 0
        bodies[-1].append(item)
        size += len(item) + 1
    return bodies


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
        answer: dict[str, Any] = await self._bot.ask("GET", path)
        return answer

    async def blocked(self, channel: str, address: str) -> None:
        await self._tell(channel, address, {"blocked": True})

    async def moved(self, channel: str, old: str, new: str) -> None:
        await self._tell(channel, old, {"moved_to": new})

    async def _tell(self, channel: str, address: str, what: dict[str, Any]) -> None:
        await self._bot.ask("PUT", f"/internal/addresses/{quote(channel, safe='')}/{quote(address, safe='')}", what)
