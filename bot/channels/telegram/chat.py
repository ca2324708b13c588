"""Chat on Telegram, put together: what takes updates in, what handles them, what sends answers."""

from collections.abc import Callable

from fastapi import APIRouter

from bot.channels.answering import Answering
from bot.channels.telegram.api import TelegramApi
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.lease import Leases, lease_of
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.receive import Receiving
from bot.channels.telegram.reply import Replies
from bot.channels.telegram.webhook import Registration, webhook_router
from bot.dialogue import Dialogue
from bot.links import Links
from bot.message_log import LogReader, LogWriter
from bot.people import People
from bot.ports import BotWork
from services.shared_kernel.clock import Clock

# Within what a process has to finish what it holds.
FINISH_SECONDS = 3.0


class TelegramChat:
    """Of one token, in one process. With a `webhook_secret` updates are brought, without one they are fetched."""

    def __init__(
        self, *, token: str, base_url: str, webhook_secret: str, public_url: str, leases: Leases, people: People,
        links: Links, dialogue: Dialogue, answering: Answering, log_reader: LogReader, log_writer: LogWriter,
        unit_of_work: Callable[[], BotWork], clock: Clock,
    ) -> None:  # fmt: skip
        self._api = TelegramApi(token, base_url)
        self._lease = lease_of(leases, clock, self._api.bot_id)
        self._answering = answering
        self._secret = webhook_secret
        commands = Commands(self._api)
        self.inbox = Inbox(self._api.bot_id, unit_of_work, clock)
        self.taking: Poller | Registration = (
            Registration(self._api, self._lease, commands, public_url, webhook_secret)
            if webhook_secret
            else Poller(self._api, self.inbox, self._lease, commands)
        )
        self.receiving = Receiving(
            self._api, self.inbox, self._lease, commands, people=people, links=links, dialogue=dialogue,
            answering=answering, log_writer=log_writer, clock=clock,
        )  # fmt: skip
        self.replies = Replies(self._api, self._lease, links, log_reader, unit_of_work)

    def router(self) -> APIRouter | None:
        """The door that Telegram comes to, if it does."""
        return webhook_router(self.inbox, self._secret) if self._secret else None

    def stop_taking(self) -> None:
        """Fetch no more; what was fetched is finished."""
        self.taking.stop()

    async def finish(self) -> None:
        """What was taken in is handled and answered, as far as that goes; another process may go on at once."""
        await self.receiving.drain(FINISH_SECONDS)
        await self._answering.drain()
        await self.replies.run_once()
        await self.replies.drain(FINISH_SECONDS)
        await self._lease.give_up()

    async def close(self) -> None:
        """Give connections back."""
        await self._api.close()
