"""Telegram's Bot API by aiogram. What goes wrong is told in our words only.

aiogram's errors quote the request: addresses hold the token, and texts what somebody wrote.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteWebhook,
    EditMessageReplyMarkup,
    EditMessageText,
    GetUpdates,
    GetWebhookInfo,
    SendChatAction,
    SendMessage,
    SetMyCommands,
    SetWebhook,
    TelegramMethod,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.channels.telegram.render import Bubble, Rows
from bot.conversation.texts_telegram import PUT_AWAY
from services.shared_kernel.card import SHARE_PHONE, SHARE_PLACE

REQUEST_SECONDS = 10
# Nothing else is read; a kind that isn't asked for isn't sent.
KINDS = ["message", "callback_query", "my_chat_member"]
MOST_CONNECTIONS = 20


class Trouble(Exception):
    """Nobody knows whether it was done; later it may well succeed."""


class Later(Exception):
    """Surely not done: Telegram asks to wait so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Blocked(Exception):
    """The person doesn't want to hear from us, or has gone."""


class Moved(Exception):
    """The chat has another number now."""

    def __init__(self, chat_id: str) -> None:
        super().__init__()
        self.chat_id = chat_id


class Refused(Exception):
    """Telegram will never do this as it was asked."""


class Unmodified(Refused):
    """It is so already."""


class Elsewhere(Exception):
    """Somebody else takes this bot's updates: another poller, or a webhook."""


class NoAccess(Exception):
    """The token isn't one of Telegram's (any more)."""


class TelegramApi:
    """`chat_id` is the chat's number as text, as links keep it."""

    def __init__(self, token: str, base_url: str) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(base_url), timeout=REQUEST_SECONDS)
        self._bot = Bot(token, session=session)
        self.bot_id = self._bot.id
        self._with_keyboard: set[int] = set()

    async def send(self, chat_id: str, bubble: Bubble) -> int:
        """One message; its number in the chat. Later, Blocked, Moved, Refused, Trouble.

        What a phone shares is asked for by a keyboard below the chat, which goes away with the next message.
        """
        chat = int(chat_id)
        if bubble.rows and not bubble.shares and chat in self._with_keyboard:
            await self._do(SendMessage(chat_id=chat, text=PUT_AWAY, reply_markup=_NO_KEYBOARD))
            self._with_keyboard.discard(chat)
        markup = _sharing(bubble) if bubble.shares else _keyboard(bubble.rows) or _NO_KEYBOARD
        sent = await self._do(SendMessage(chat_id=chat, text=bubble.text, parse_mode="HTML", reply_markup=markup))
        if bubble.shares:
            self._with_keyboard.add(chat)
        else:
            self._with_keyboard.discard(chat)
        return int(sent.message_id)

    async def edit(self, chat_id: str, message_id: int, bubble: Bubble) -> int:
        """The same message with other words; its number. Refused: it can't be changed, or isn't there any more.

        Telegram refuses as well to put what is there already; that is as good as done.
        """
        with suppress(Unmodified):
            await self._do(
                EditMessageText(
                    chat_id=int(chat_id), message_id=message_id, text=bubble.text, parse_mode="HTML",
                    reply_markup=_keyboard(bubble.rows),
                )
            )  # fmt: skip
        return message_id

    async def typing(self, chat_id: str) -> None:
        """For some seconds, or until the next message."""
        await self._do(SendChatAction(chat_id=int(chat_id), action="typing"))

    async def answer_tap(self, query_id: str) -> None:
        """The button stops blinking."""
        await self._do(AnswerCallbackQuery(callback_query_id=query_id))

    async def take_buttons_away(self, chat_id: str, message_id: int) -> None:
        """From a message that was answered."""
        await self._do(EditMessageReplyMarkup(chat_id=int(chat_id), message_id=message_id))

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], *, chat_id: str | None = None, language: str | None = None
    ) -> None:
        """The menu of one chat, or of all whose Telegram is in this language (None: in any other)."""
        await self._do(
            SetMyCommands(
                commands=[BotCommand(command=name, description=text) for name, text in commands],
                scope=BotCommandScopeChat(chat_id=int(chat_id)) if chat_id is not None else None,
                language_code=language,
            )
        )

    async def updates(self, offset: int | None, wait_seconds: int) -> list[dict[str, Any]]:
        """Those from `offset` on, as they came; those before it are forgotten there. Elsewhere, NoAccess, Trouble."""
        method = GetUpdates(offset=offset, timeout=wait_seconds, allowed_updates=KINDS)
        try:
            found = await self._do(method, wait_seconds + REQUEST_SECONDS)
        except _Unreadable as error:
            # One update of a kind that aiogram doesn't know must not hold up all others.
            return [update for update in error.data["result"] if isinstance(update.get("update_id"), int)]
        return [update.model_dump(mode="json", by_alias=True, exclude_unset=True) for update in found]

    async def set_webhook(self, url: str, secret: str) -> None:
        """From here on Telegram brings its updates."""
        await self._do(
            SetWebhook(url=url, secret_token=secret, allowed_updates=KINDS, max_connections=MOST_CONNECTIONS)
        )

    async def webhook_host(self) -> str:
        """Where updates are brought now; empty if they are fetched. Its path may hold a secret, and stays here."""
        info = await self._do(GetWebhookInfo())
        return (urlsplit(info.url).hostname or "?") if info.url else ""

    async def delete_webhook(self) -> None:
        """From here on they are fetched; none is dropped."""
        await self._do(DeleteWebhook())

    async def close(self) -> None:
        """Give connections back."""
        await self._bot.session.close()

    async def _do(self, method: TelegramMethod[Any], seconds: int = REQUEST_SECONDS) -> Any:
        with _in_our_words():
            return await self._bot(method, request_timeout=seconds)


class _Unreadable(Exception):
    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self.data = data


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except TelegramRetryAfter as error:
        raise Later(error.retry_after) from None
    except TelegramMigrateToChat as error:
        raise Moved(str(error.migrate_to_chat_id)) from None
    except TelegramForbiddenError:
        raise Blocked from None
    except TelegramConflictError:
        raise Elsewhere from None
    except (TelegramUnauthorizedError, TelegramNotFound):
        raise NoAccess from None
    except TelegramBadRequest as error:
        raise (Unmodified if "message is not modified" in error.message else Refused) from None
    except ClientDecodeError as error:
        if isinstance(error.data, dict) and isinstance(error.data.get("result"), list):
            raise _Unreadable(error.data) from None
        raise Trouble("an answer that can't be read") from None
    except AiogramError as error:
        raise Trouble(type(error).__name__) from None


_NO_KEYBOARD = ReplyKeyboardRemove(remove_keyboard=True)


def _sharing(bubble: Bubble) -> ReplyKeyboardMarkup:
    """Its other buttons are there, too: a message has one keyboard, and their labels can be typed."""
    sharing = [
        KeyboardButton(
            text=share.label,
            request_location=share.action == SHARE_PLACE or None,
            request_contact=share.action == SHARE_PHONE or None,
        )
        for share in bubble.shares
    ]
    others = [[KeyboardButton(text=button.label) for button in row if not button.url] for row in bubble.rows]
    return ReplyKeyboardMarkup(keyboard=[sharing, *filter(None, others)], resize_keyboard=True, one_time_keyboard=True)


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=button.label, url=button.url)
                if button.url
                else InlineKeyboardButton(text=button.label, callback_data=button.action)
                for button in row
            ]
            for row in rows
        ]
    )
