"""Pushes over Telegram, from the notification process. Answers in a chat don't go this way, nor count here."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram.pace import Chats, Pace, gap_of
from bot.channels.telegram.push_answers import Blocked, Moved, Unclear, meaning_of
from bot.channels.telegram.render import Bubble, Rows, bubbles
from services.notification.ports import Accepted, Addresses, Rejected, SendResult, Wait
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock

log = structlog.get_logger(__name__)

CHANNEL = "telegram"

# Together with the wait for a turn less than a send may take (`services.notification.policies.SEND_TAKES`).
ADDRESS_SECONDS = 1.5
CONNECT_SECONDS = 1.5  # for TCP, and once more for TLS
READ_SECONDS = 3.5
WRITE_SECONDS = 0.5
POOL_SECONDS = 0.3
CONNECTIONS = 32


class Unsure(Exception):
    """Some of it may have been sent, or all."""


class TelegramPush:
    """One token's sending end for notices. Telegram knows no idempotency key, so a send that is unclear stays so.

    `may_send`: whether the lease is still ours. `on_pause` hears until when Telegram wants nothing, and never fails.
    The connection is made on first use.
    """

    idempotent = False
    name = CHANNEL

    def __init__(
        self, *, token: str, api_base: str, rate: float, addresses: Addresses, clock: Clock,
        monotonic: Callable[[], float], may_send: Callable[[], bool],
        on_pause: Callable[[datetime], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._request = HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            write_timeout=WRITE_SECONDS,
            pool_timeout=POOL_SECONDS,
        )
        self._pace = Pace(rate, clock, monotonic, may_send, on_pause)
        # Not `initialize`d: that asks Telegram who we are, and a start doesn't wait for Telegram.
        self._bot: ExtBot[int] = ExtBot(
            token,
            base_url=f"{api_base.rstrip('/')}/bot",
            request=self._request,
            get_updates_request=self._request,
            rate_limiter=self._pace,
        )
        self._addresses = addresses
        self._clock = clock
        self._chats = Chats(clock)

    def hold_until(self, moment: datetime | None) -> None:
        """Nothing goes out before then."""
        if moment is not None:
            self._pace.hold_until(moment)

    async def rest(self) -> None:
        """Until whoever sends next, in another process, can't be too fast together with this one."""
        await self._pace.rest()

    async def close(self) -> None:
        """Give the connections back."""
        await self._request.shutdown()

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        """Raises Unsure when it may have been sent."""
        if (until := self._pace.held_until()) is not None:
            return Wait(until=until, everybody=True)
        try:
            async with asyncio.timeout(ADDRESS_SECONDS):
                address = await self._addresses.of(person_id, CHANNEL)
        except Exception as error:  # whoever keeps addresses is away: nothing was sent
            log.warning("telegram.no_addresses", error=type(error).__name__)
            return Rejected(reason="no_addresses", permanent=False)
        if address is None:
            return await self._unreachable(person_id, "not_linked")
        # Once more, after so many others have come; from here on nothing is awaited until it is in the queue.
        if (until := self._pace.held_until()) is not None:
            return Wait(until=until, everybody=True)
        if (until := self._chats.busy_until(address)) is not None:
            return Wait(until=until)
        with self._chats.sending(address):
            return await self._send_all(person_id, address, bubbles(card))

    async def _send_all(self, person_id: str, address: str, shown: Sequence[Bubble]) -> SendResult:
        if not shown:
            return Rejected(reason="empty", permanent=True)
        for number, bubble in enumerate(shown):
            if number:
                await asyncio.sleep(gap_of(address).total_seconds())
            try:
                await self._bot.send_message(
                    _chat_id(address), bubble.text, parse_mode="HTML", reply_markup=_keyboard(bubble.rows)
                )
            except Exception as error:
                if number:  # the beginning is there
                    raise Unsure from error
                return await self._after(person_id, address, error)
        return Accepted()

    async def _after(self, person_id: str, address: str, error: Exception) -> SendResult:
        match meaning_of(error):
            case Unclear():
                raise Unsure from error
            case Blocked():
                await self._tell(self._addresses.blocked(CHANNEL, address))
                return await self._unreachable(person_id, "blocked")
            case Moved(to=new):
                if await self._tell(self._addresses.moved(CHANNEL, address, new)):
                    return Wait(until=self._clock.now())
                return Rejected(reason="moved", permanent=False)
            case Rejected() as rejected:
                log.warning("telegram.refused", reason=rejected.reason)
                return rejected
            case Wait() as wait:
                return wait

    async def _unreachable(self, person_id: str, reason: str) -> Rejected:
        """Since when, as far as the bot can be asked."""
        since = None
        try:
            async with asyncio.timeout(ADDRESS_SECONDS):
                since = await self._addresses.blocked_since(person_id, CHANNEL)
        except Exception as error:
            log.warning("telegram.no_addresses", error=type(error).__name__)
        return Rejected(reason="blocked" if since else reason, permanent=True, blocked_since=since)

    async def _tell(self, telling: Awaitable[None]) -> bool:
        """Whether the bot has heard it. If not, the next push finds the same."""
        try:
            async with asyncio.timeout(ADDRESS_SECONDS):
                await telling
        except Exception as error:
            log.warning("telegram.not_told", error=type(error).__name__)
            return False
        return True


def _chat_id(address: str) -> int | str:
    return int(address) if address.lstrip("-").isdecimal() else address


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(button.label, url=button.url)
                if button.url
                else InlineKeyboardButton(button.label, callback_data=button.action)
                for button in row
            ]
            for row in rows
        ]
    )
