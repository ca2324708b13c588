"""Commands: /book and its like, and an operator's 찾기 and 답장."""

import re

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.meaning import Intent, Reading

_SLASH = {
    "book": Intent.BOOK, "pay": Intent.PAY, "cancel": Intent.CANCEL, "my": Intent.LIST, "help": Intent.HELP,
    "start": Intent.RESTART, "jobs": Intent.JOBS, "board": Intent.BOARD, "settings": Intent.SETTINGS,
    "language": Intent.LANG, "stop": Intent.OPTOUT,
}  # fmt: skip
_SLASHED = re.compile(r"/([a-z]{1,20})(?:@\w{1,64})?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_FIND = re.compile(rf"(?:{words_ko.FIND}|{words_en.FIND})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_REPLY = re.compile(
    rf"(?:{words_ko.REPLY}|{words_en.REPLY})"
    r"(?:[\s:,]+#?((?-i:[2-9A-HJ-NP-Z]{4,6})|(?=\w*\d)[2-9A-HJ-NP-Z]{4,6})(?=[\s:;,.·]|$)[\s:;,.·]*(?:[-–—]\s+)?(.*)|[\s:,]+(.*))?",
    re.IGNORECASE | re.DOTALL,
)


def read_command(text: str) -> Reading | None:
    """The command that a cleaned text is, whole, or None."""
    if slash := _SLASHED.fullmatch(text):
        intent = _SLASH.get(slash[1].lower())
        return Reading(intent=intent, text=(slash[2] or "").strip()) if intent else None
    if find := _FIND.fullmatch(text):
        return Reading(intent=Intent.FIND, text=(find[1] or "").strip())
    if reply := _REPLY.fullmatch(text):
        code = reply[1].upper() if reply[1] else None
        return Reading(intent=Intent.REPLY, code=code, text=(reply[2] or reply[3] or "").strip())
    return None
