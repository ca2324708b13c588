"""What Telegram's answer to a push means for its delivery. Pure.

What was surely not sent may be sent again; of what may have been sent, nobody knows (rule 11).
"""

from dataclasses import dataclass

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError

from bot.channels.telegram.pace import Held
from services.notification.ports import Rejected, Wait

# What the HTTP client raises before anything of the request has left.
_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError")

# Telegram's words may hold what was sent, or to whom: the ledger gets ours.
_REASONS = (
    ("chat not found", "chat_not_found"),
    ("user not found", "chat_not_found"),
    ("peer_id_invalid", "chat_not_found"),
    ("message is too long", "too_long"),
    ("text is empty", "empty"),
    ("can't parse entities", "bad_text"),
    ("button", "bad_button"),
    ("not enough rights", "no_rights"),
)


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """They don't want to hear from us here, or are gone."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The chat has another address now."""

    to: str


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """It may have been sent."""


Answer = Rejected | Wait | Blocked | Moved | Unclear


def meaning_of(error: Exception) -> Answer:
    """Of whatever a send raised."""
    match error:
        case Held():
            return Wait(until=error.until, everybody=True)
        case Forbidden():
            return Blocked()
        case ChatMigrated():
            return Moved(to=str(error.new_chat_id))
        case BadRequest():
            return Rejected(reason=_reason_of(error.message), permanent=True)
        case InvalidToken():
            # Wrong settings: right again in a while, it is hoped; until the last try the person isn't given up here.
            return Rejected(reason="token_refused", permanent=False)
        case Conflict():
            return Rejected(reason="conflict", permanent=False)
        case NetworkError() if type(error.__cause__).__name__ in _NOT_SENT:
            return Rejected(reason="unreachable", permanent=False)
        case _:
            return Unclear()


def _reason_of(words: str) -> str:
    lower = words.lower()
    return next((reason for part, reason in _REASONS if part in lower), "refused")
