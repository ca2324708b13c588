"""Fetches updates by long polling: saved first, and only then acknowledged, by asking from the next one on."""

import asyncio
from typing import Any

import structlog

from bot.channels.telegram.api import Elsewhere, NoAccess, TelegramApi, Trouble
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.lease import Lease
from bot.channels.telegram.webhook import warn_of_webhook

log = structlog.get_logger(__name__)

POLL_SECONDS = 5
SHORT_BREAK_SECONDS = 1.0
LONG_BREAK_SECONDS = 30.0


class Poller:
    """Only the process with the lease polls; a second poller would be refused by Telegram."""

    def __init__(self, api: TelegramApi, inbox: Inbox, lease: Lease, commands: Commands) -> None:
        self._api = api
        self._inbox = inbox
        self._lease = lease
        self._commands = commands
        self._offset: int | None = None
        self._is_ready = False
        self._asking: asyncio.Task[list[dict[str, Any]]] | None = None
        self._stopping = asyncio.Event()

    async def run_once(self) -> int:
        """One poll; how many updates came."""
        if self._stopping.is_set() or not await self._lease.hold():
            return 0
        try:
            await self._get_ready()
            bodies = await self._ask()
        except Elsewhere:
            # The former holder's last poll may still be open; a stranger's would be, too.
            log.warning("telegram.polled_elsewhere")
            await self._rest(SHORT_BREAK_SECONDS)
        except NoAccess:
            log.error("telegram.no_access", todo="Is SSAK3_TELEGRAM_TOKEN the one that BotFather shows?")
            await self._rest(LONG_BREAK_SECONDS)
        except Exception as error:  # Trouble, and what Telegram won't do just now
            log.warning("telegram.not_reached", why=str(error) if isinstance(error, Trouble) else type(error).__name__)
            await self._rest(SHORT_BREAK_SECONDS)
        else:
            if bodies:
                await self._inbox.save(bodies)
                self._offset = max(body["update_id"] for body in bodies) + 1
            return len(bodies)
        return 0

    async def _get_ready(self) -> None:
        if not self._is_ready:
            await warn_of_webhook(self._api)
            await self._api.delete_webhook()
            await self._commands.give_everybody()
            self._is_ready = True

    async def _ask(self) -> list[dict[str, Any]]:
        """Broken off by `stop`: what came then isn't acknowledged, and comes again."""
        if self._stopping.is_set():
            return []
        self._asking = asyncio.create_task(self._api.updates(self._offset, POLL_SECONDS))
        try:
            await asyncio.wait([self._asking])
            return [] if self._asking.cancelled() else self._asking.result()
        finally:
            self._asking.cancel()

    async def _rest(self, seconds: float) -> None:
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([stopped], timeout=seconds)
        stopped.cancel()

    def stop(self) -> None:
        """Take no more."""
        self._stopping.set()
        if self._asking is not None:
            self._asking.cancel()
