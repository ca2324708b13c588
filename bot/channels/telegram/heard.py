"""What an update says: a pure reading of what Telegram brought. Only private chats are talked in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update
from pydantic import ValidationError

PRIVATE = "private"
# ITU-T E.164: at most 15 digits; with room for what Telegram may add.
LONGEST_NUMBER = 20
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Start:
    """The bot was opened, perhaps by a link with a code."""

    code: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """Something typed."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Tap:
    """A button: its action and label, the query to answer, and the message that it hangs on."""

    action: str
    label: str
    query_id: str
    message_id: int | None


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A shared contact: their own number, or somebody else's."""

    number: str
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """A shared location."""

    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class Membership:
    """The person has blocked the bot, or let it in again."""

    is_member: bool


@dataclass(frozen=True, kw_only=True)
class SomethingElse:
    """A picture, a sticker, a voice."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One update of a private chat. `language` is ko or en, by what the person's Telegram is in."""

    chat_id: str
    language: str
    what: Start | Words | Tap | Phone | Place | Membership | SomethingElse


def heard_in(body: Mapping[str, Any]) -> Heard | None:
    """None for what isn't said to us: groups, bots, and kinds of updates that we didn't ask for."""
    try:
        update = Update.model_validate(dict(body))
    except ValidationError:
        return None
    if update.message is not None:
        return _message(update.message)
    if update.callback_query is not None:
        return _tap(update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    return None


def _message(message: Message) -> Heard | None:
    person = message.from_user
    if message.chat.type != PRIVATE or person is None or person.is_bot:
        return None
    return Heard(chat_id=str(message.chat.id), language=_language(person.language_code), what=_said(message))


def _said(message: Message) -> Start | Words | Phone | Place | SomethingElse:
    if message.text is not None:
        start = _START.fullmatch(message.text)
        return Words(text=message.text) if start is None else Start(code=start[1] or "")
    if message.contact is not None:
        theirs = message.from_user is not None and message.contact.user_id == message.from_user.id
        return Phone(number=_digits(message.contact.phone_number), is_own=theirs)
    if message.location is not None:
        return Place(latitude=message.location.latitude, longitude=message.location.longitude)
    return SomethingElse()


def _digits(number: str) -> str:
    return "".join(each for each in number if each.isdecimal() or each == "+")[:LONGEST_NUMBER]


def _tap(query: CallbackQuery) -> Heard | None:
    message = query.message
    if message is None or message.chat.type != PRIVATE or not query.data:
        return None
    label = _label(message, query.data) if isinstance(message, Message) else ""
    tap = Tap(action=query.data, label=label, query_id=query.id, message_id=message.message_id)
    return Heard(chat_id=str(message.chat.id), language=_language(query.from_user.language_code), what=tap)


def _label(message: Message, action: str) -> str:
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else []
    return next((button.text for row in rows for button in row if button.callback_data == action), "")


def _membership(change: ChatMemberUpdated) -> Heard | None:
    if change.chat.type != PRIVATE:
        return None
    is_member = change.new_chat_member.status not in ("kicked", "left")
    return Heard(
        chat_id=str(change.chat.id),
        language=_language(change.from_user.language_code),
        what=Membership(is_member=is_member),
    )


def _language(code: str | None) -> str:
    return "ko" if code is None or code.startswith("ko") else "en"
