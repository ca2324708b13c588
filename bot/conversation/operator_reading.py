"""How what an operator types is read: as a command, as an answer, or as a text that goes out as it is."""

from bot.conversation.operator_broadcast import TEXTS
from bot.conversation.operator_talk import OperatorTalk
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.staff import Order
from bot.conversation.reading import Reading, read

YES_OR_NO = (Intent.YES, Intent.NO, Intent.KEEP)

# Questions whose answer others read as it was typed, and what leaves them nevertheless.
_TAKES_ALL = ("reason", "refund_reason", "message", *TEXTS)
_LEAVE = (Intent.BACK, Intent.HELP)


def reading_of(talk: OperatorTalk) -> Reading:
    """A broadcast's text is taken as typed, unless all of it is a command that nobody would send to everybody."""
    text, now = talk.said.text, talk.context.now
    reading = read(text, now=now)
    is_command = (
        reading.intent is Intent.BOARD
        or (reading.intent is Intent.REPLY and bool(reading.code))
        or (reading.intent is Intent.FIND and reading.text.isalnum())
    )
    return read(text, now=now, asking="message") if talk.draft.asking in TEXTS and not is_command else reading


def leaves(reading: Reading, asking: str) -> bool:
    """이전, 도움말: never what a customer shall read."""
    return asking in _TAKES_ALL and reading.intent in _LEAVE


def is_answer(order: Order, asking: str, *, is_asked: bool) -> bool:
    """A number or a day may be what was asked for; 발송 under the look at a broadcast doesn't begin another."""
    if asking == "bc_confirm":
        return order.verb == "broadcast"
    return is_asked and order.verb in ("find", "needs_code", "board")
