"""What a button does, as text: `verb` or `verb:argument:…`, at most 64 bytes (Telegram allows no more).

A verb that changes something about a reservation carries its id and version; `!` ends the verbs that need no
further question.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.shared_kernel.clock import KST

LONGEST_BYTES = 64
_EPOCH = datetime(2020, 1, 1, tzinfo=KST)
_MINUTE = timedelta(minutes=1)


def pack(verb: str, *arguments: str | int) -> str:
    """The action as a text. ValueError if it doesn't fit."""
    parts = [verb, *map(str, arguments)]
    action = ":".join(parts)
    if len(action.encode()) > LONGEST_BYTES or any(":" in part for part in parts):
        raise ValueError(f"not a button's action: {action}")
    return action


def parse(action: str) -> tuple[str, Sequence[str]]:
    """Verb and arguments."""
    verb, *arguments = action.split(":")
    return verb, arguments


def pack_moment(moment: datetime) -> int:
    """A moment in few digits: minutes since 2020."""
    return (moment - _EPOCH) // _MINUTE


def parse_moment(text: str) -> datetime:
    """The moment back. ValueError if it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ValueError(f"not a moment: {text!r}")
    return _EPOCH + int(text) * _MINUTE
