"""How notices leave: the channels that this process has, and the lease under which it sends for a token."""

import contextlib
import math
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from services.notification.adapters.bot_client import BotAddresses, BotClient, MessageLogSender
from services.notification.broadcasts.dry_run import Reach
from services.notification.ports import Addresses, ChannelSender, Directory
from services.notification.rendering import Renderer
from services.notification.sender import BATCH, Sender, always
from services.shared_kernel.lease import Lease
from ssak3.gateways import BotDirectory, LinkAddresses, LogSender
from ssak3.settings import Settings
from storage.leases import SqlLeases
from storage.notification.repositories import NotificationUnitOfWork
from storage.notification.tables import lease as lease_table

if TYPE_CHECKING:
    from bot.channels.telegram.push import TelegramPush
    from ssak3.composition import Ssak3

log = structlog.get_logger(__name__)

# So much of a second's worth may be under way for a broadcast to go on: who is told something of their own waits for
# that long, and a pause is effective as soon.
IN_FLIGHT_SECONDS = 0.5

# All of them read from the bot's message log.
LOG_CHANNELS = ("web", "console", "api")
# The lease's name.
SENDER = "sender"
TELEGRAM = "telegram"


def reach_of(settings: Settings) -> Reach:
    """Over which channels people are reached from here, and how fast."""
    if not settings.telegram_token.get_secret_value():
        return Reach(usable=LOG_CHANNELS)
    return Reach(usable=(*LOG_CHANNELS, TELEGRAM), rated=(TELEGRAM,), rate=settings.telegram_rate)


def window_of(rate: float) -> int:
    """How many may be under way beside a broadcast."""
    return max(1, math.ceil(rate * IN_FLIGHT_SECONDS))


class Sending:
    """With a token, of several replicas one sends over any channel, so that together they have one rate."""

    def __init__(self, ssak3: "Ssak3", work: Callable[[], NotificationUnitOfWork]) -> None:
        self._ssak3 = ssak3
        self._telegram: TelegramPush | None = None
        self._lease: Lease | None = None
        self._knows_pause = False
        channels, directory, addresses = self._to_the_bot()
        if ssak3.settings.telegram_token.get_secret_value():
            database = ssak3.databases.contexts["notification"].database
            self._leases = SqlLeases(database, lease_table, ssak3.clock, ssak3.holder(database))
            self._lease = Lease(self._leases, SENDER)
            self._telegram = self._open_telegram(addresses, self._lease)
            channels[self._telegram.name] = self._telegram
        self.sender = Sender(
            work,
            ssak3.clock,
            ssak3.ids,
            name=ssak3.name,
            channels=channels,
            renderer=Renderer(ssak3.templates, directory, ssak3.names),
            directory=directory,
            templates=ssak3.templates,
            paused=lambda: ssak3.switches.notifications_paused,
            leads=self._leads if self._lease else always,
            page=channels["web"] if self._telegram else None,
            tracing=ssak3.outside.tracing,
            window=window_of(ssak3.settings.telegram_rate) if self._telegram else BATCH,
        )

    def _to_the_bot(self) -> tuple[dict[str, ChannelSender], Directory, Addresses]:
        """Where notices go, and personal details and addresses are: in this process, or at the bot's address."""
        ssak3 = self._ssak3
        if not ssak3.settings.bot_url:
            logs = {name: LogSender(name, ssak3.log_writer) for name in LOG_CHANNELS}
            return {**logs}, BotDirectory(ssak3.notices, ssak3.bot_work), LinkAddresses(ssak3.links)
        bot = BotClient(ssak3.outside.session, ssak3.settings.bot_url, ssak3.outside.api_token)
        return {name: MessageLogSender(name, bot) for name in LOG_CHANNELS}, bot, BotAddresses(bot)

    def _open_telegram(self, addresses: Addresses, lease: Lease) -> "TelegramPush":
        # Only here, because to load the library takes as long as all else.
        from bot.channels.telegram.push import TelegramPush

        settings = self._ssak3.settings
        return TelegramPush(
            token=settings.telegram_token.get_secret_value(),
            api_base=settings.telegram_api_base,
            rate=settings.telegram_rate,
            addresses=addresses,
            clock=self._ssak3.clock,
            # A rate is counted in real seconds, whatever the clock says.
            monotonic=time.monotonic,
            may_send=lease.is_safe,
            on_pause=self._keep_pause,
        )

    async def _leads(self) -> bool:
        """Who takes the lease over waits as long as Telegram has asked the former holder to."""
        assert self._lease is not None
        assert self._telegram is not None
        if not await self._lease.hold():
            self._knows_pause = False
            return False
        if not self._knows_pause:
            self._telegram.hold_until(await self._leases.paused_until(SENDER))
            self._knows_pause = True
        return True

    async def _keep_pause(self, until: datetime) -> None:
        try:
            await self._leases.pause(SENDER, until)
        except Exception as error:  # the database is away: a follower finds out by itself
            log.warning("sending.pause_not_kept", error=type(error).__name__)

    async def finish(self) -> None:
        """Record what is under way."""
        try:
            await self.sender.finish()
        except Exception:  # the database is away: found by whoever comes, when the deliveries' leases are over
            log.exception("sending.not_recorded")

    async def close(self) -> None:
        """Finish, and let another replica send, at once if the database can be told."""
        await self.finish()
        if self._telegram is not None:
            await self._telegram.close()
        if self._telegram is not None and self._lease is not None and self._lease.is_ours:
            await self._telegram.rest()
            with contextlib.suppress(Exception):  # away: it follows when the lease ends
                await self._lease.give_up()
