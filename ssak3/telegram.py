"""Chat on Telegram in the process `bot`: built, and run beside its other workers. Loaded only with a token."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.channels.telegram.chat import TelegramChat
from ssak3.worker import Worker

if TYPE_CHECKING:
    from ssak3.composition import Ssak3

# A poll waits by itself.
TAKE_EVERY_SECONDS = 0.1
# Within the process work is announced; this is for what another replica took in or answered.
LOOK_EVERY_SECONDS = 0.5


def build_telegram(ssak3: "Ssak3") -> TelegramChat:
    """Of the token in the settings."""
    settings = ssak3.settings
    is_webhook = settings.telegram_mode == "webhook"
    return TelegramChat(
        token=settings.telegram_token.get_secret_value(),
        base_url=settings.telegram_api_base,
        webhook_secret=settings.telegram_webhook_secret.get_secret_value() if is_webhook else "",
        public_url=settings.public_url,
        leases=ssak3.leases,
        people=ssak3.people,
        links=ssak3.links,
        dialogue=ssak3.dialogue,
        answering=ssak3.answering,
        log_reader=ssak3.log_reader,
        log_writer=ssak3.log_writer,
        unit_of_work=ssak3.bot_work,
        clock=ssak3.clock,
    )


def telegram_workers(ssak3: "Ssak3", chat: TelegramChat) -> Iterator[Worker]:
    """What takes updates in, what handles them, what sends answers; each wakes the next."""
    receiving = Worker(name="telegram:receive", run_once=chat.receiving.run_once, every_seconds=LOOK_EVERY_SECONDS)
    replying = Worker(name="telegram:reply", run_once=chat.replies.run_once, every_seconds=LOOK_EVERY_SECONDS)
    chat.inbox.on_news = receiving.wake
    ssak3.hub.on_any = replying.wake
    yield Worker(name="telegram:take", run_once=chat.taking.run_once, every_seconds=TAKE_EVERY_SECONDS)
    yield receiving
    yield replying
