"""Streams each linked person's message log to their chat: what the bot answers, not notices, which have a sender.

The chat's cursor moves after a message is sent. Telegram has no idempotency key, so a crash between the two
repeats at most that one answer. What changes in place in the log is changed in place in the chat.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from bot.channels.telegram.api import Blocked, Later, Moved, Refused, TelegramApi
from bot.channels.telegram.edit_pace import EditPace
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.lease import Lease
from bot.channels.telegram.receive import CHANNEL
from bot.channels.telegram.render import Bubble, bubbles
from bot.links import Links
from bot.message_log import LogReader
from bot.ports import BotWork
from bot.records import Link, Message
from services.shared_kernel.backoff import doubled

log = structlog.get_logger(__name__)

MOST_CHATS = 200
ROWS = 50
FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
REFUSED = 0  # in place of a message's number


class Pause:
    """When Telegram asks to wait, everything waits: its limits are the token's as well as the chat's."""

    def __init__(self) -> None:
        self._until = 0.0

    def at_least(self, seconds: float) -> None:
        """From now on."""
        self._until = max(self._until, asyncio.get_running_loop().time() + seconds)

    async def over(self) -> None:
        """Wait for its end, which may be put off meanwhile."""
        now = asyncio.get_running_loop().time
        while now() < self._until:
            left = self._until - now()
            await asyncio.sleep(left)


class Replies:
    """Only the process with the lease sends."""

    def __init__(
        self, api: TelegramApi, lease: Lease, links: Links, log_reader: LogReader, unit_of_work: Callable[[], BotWork]
    ) -> None:
        self._api = api
        self._lease = lease
        self._links = links
        self._log = log_reader
        self._unit_of_work = unit_of_work
        self._pause = Pause()
        self._edits = EditPace()
        self._lanes = Lanes(self._stream)

    async def run_once(self) -> int:
        """Begin with every chat that is behind; 0, because nobody need look again at once."""
        if await self._lease.hold():
            async with self._unit_of_work() as work:
                behind = await work.links.behind(CHANNEL, MOST_CHATS)
            for address in behind:
                self._lanes.start(address)
        return 0

    async def drain(self, seconds: float) -> None:
        """Finish what was begun."""
        await self._lanes.drain(seconds)

    async def _stream(self, address: str) -> None:
        async with self._unit_of_work() as work:
            link = await work.links.find(CHANNEL, address)
        if link is None or link.blocked_at is not None:
            return
        seen = link.sent_seq
        while rows := await self._log.after(link.person_id, seen, ROWS):
            for row in rows:
                if _goes_out(row):
                    # Nothing else waits behind it: the next look brings what it says then.
                    if row is rows[-1] and row.place is not None and self._edits.is_early(address, row.place):
                        return
                    number = await self._bring(link, row)
                    if number is None or not await self._note(link, row, number):
                        return
                elif row is rows[-1] and not await self._note(link, row):
                    return
            seen = rows[-1].seq

    async def _note(self, link: Link, row: Message, number: int = REFUSED) -> bool:
        """False when the chat is somebody else's by now."""
        place = row.place or row.seq
        async with self._unit_of_work() as work:
            if row.is_open and number != REFUSED:
                await work.links.show(link, place, number)
            elif row.place is not None:
                await work.links.forget(link, place)
            return await work.links.sent(link, row.seq)

    async def _bring(self, link: Link, row: Message) -> int | None:
        """Change the message that it is, or send it; the number of the (last) message.

        None when the chat has gone away, or another process sends now.
        """
        address, shown = link.address, bubbles(row.card)
        if row.place is not None and shown:
            async with self._unit_of_work() as work:
                known = await work.links.shown(link, row.place)
            if known is not None:
                self._edits.note(address, row.place)
                number = await self._edit(address, known, shown[-1])
                if number != REFUSED:
                    return number
        return await self._send(address, shown)

    async def _send(self, address: str, shown: Sequence[Bubble]) -> int | None:
        number: int | None = REFUSED
        for bubble in shown:
            self._edits.note(address)
            number = await self._patiently(address, partial(self._api.send, address, bubble))
            if number is None:
                return None
        return number

    async def _edit(self, address: str, number: int, bubble: Bubble) -> int | None:
        return await self._patiently(address, partial(self._api.edit, address, number, bubble))

    async def _patiently(self, address: str, do: Callable[[], Awaitable[int]]) -> int | None:
        """The message's number, or REFUSED; None when the chat has gone away, or another process sends now."""
        failures = 0
        while True:
            await self._pause.over()
            if not await self._lease.hold():
                return None
            try:
                return await do()
            except Later as later:
                self._pause.at_least(later.seconds)
            except Blocked:
                await self._links.block(CHANNEL, address)
                return None
            except Moved as moved:
                await self._links.move(CHANNEL, address, moved.chat_id)
                return None
            except Refused:
                # It would be refused again: the next one may well go.
                log.error("telegram.message_refused")
                return REFUSED
            except Exception as error:  # Trouble, and no access for now
                failures += 1
                log.warning("telegram.not_sent", why=type(error).__name__, failures=failures)
                await asyncio.sleep(doubled(FIRST_BACKOFF_SECONDS, failures, longest=LONGEST_BACKOFF_SECONDS))


def _goes_out(row: Message) -> bool:
    return row.sender == "bot" and not row.card.notice
