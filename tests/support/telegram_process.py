"""A process that pushes until it is killed: `python -m tests.support.telegram_process DATABASE TELEGRAM BOT RATE`."""

import asyncio
import sys
import time

import aiohttp

from bot.channels.telegram.push import TelegramPush
from services.notification.adapters.bot_client import BotAddresses, BotClient, MessageLogSender
from services.notification.rendering import Renderer
from services.notification.sender import Sender
from services.shared_kernel.lease import Lease
from ssak3.system import SystemClock, SystemIds
from storage.engine import Database
from storage.leases import SqlLeases
from storage.notification.repositories import NotificationUnitOfWork
from storage.notification.tables import lease, messaging
from storage.unit_of_work import Context
from tests.support.fake_bot import FakeBot, forgotten
from tests.support.notices import TEMPLATES
from tests.support.notification import Book, PlainNames
from tests.support.telegram import TOKEN

# As in `ssak3.sending`, which loads all that a process needs.
SENDER = "sender"


async def push(database_url: str, telegram_url: str, bot_url: str, rate: float) -> None:
    """Until it is killed."""
    clock, ids, database = SystemClock(), SystemIds(), Database(database_url)
    context = Context(tables=messaging, database=database, clock=clock, ids=ids, causal=True)
    async with aiohttp.ClientSession() as session:
        bot = BotClient(session, bot_url, FakeBot.TOKEN)
        ours = Lease(SqlLeases(database, lease, clock, "child"), SENDER)
        telegram = TelegramPush(
            token=TOKEN, api_base=telegram_url, rate=rate, addresses=BotAddresses(bot), clock=clock,
            monotonic=time.monotonic, may_send=ours.is_safe, on_pause=forgotten,
        )  # fmt: skip
        book = Book()
        sender = Sender(
            lambda: NotificationUnitOfWork(context), clock, ids, name="child", templates=TEMPLATES,
            channels={telegram.name: telegram}, renderer=Renderer(TEMPLATES, book, PlainNames()), directory=book,
            leads=ours.hold, page=MessageLogSender("web", bot),
        )  # fmt: skip
        while True:
            if not await sender.run_once():
                await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(push(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])))
