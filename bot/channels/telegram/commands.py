"""The menu of commands: everybody sees a customer's, in the language of their Telegram; staff and others their own."""

import structlog

from bot.channels.telegram.api import TelegramApi
from bot.conversation.texts_telegram import COMMANDS

log = structlog.get_logger(__name__)

KOREAN, ENGLISH = "ko", "en"
EVERYBODY = "customer"


class Commands:
    """Remembers what each chat was given; after a restart it is given once more."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api
        self._given: dict[str, tuple[str, str]] = {}

    async def give_everybody(self) -> None:
        """What a newcomer sees. Nice to have: it holds up nothing."""
        try:
            await self._api.set_commands(COMMANDS[ENGLISH][EVERYBODY])
            await self._api.set_commands(COMMANDS[KOREAN][EVERYBODY], language=KOREAN)
        except Exception as error:
            log.warning("telegram.commands_not_set", why=type(error).__name__)

    async def give(self, chat_id: str, *, role: str, language: str, telegram_language: str) -> None:
        """What this person sees, if it isn't what they see already."""
        seen = self._given.get(chat_id, (EVERYBODY, telegram_language))
        if seen != (role, language):
            await self._api.set_commands(COMMANDS[language][role], chat_id=chat_id)
            self._given[chat_id] = (role, language)
