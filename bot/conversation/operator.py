"""The conversation with an operator: which answer a button or a text gets."""

from collections.abc import Callable

from bot.conversation import operator_always as always
from bot.conversation import operator_board as looking
from bot.conversation import operator_broadcast as writing
from bot.conversation import operator_broadcast_check as checking
from bot.conversation import operator_broadcast_running as running
from bot.conversation import operator_cancel as changing
from bot.conversation import operator_confirm as confirming
from bot.conversation import operator_erasing as erasing
from bot.conversation import operator_money as money
from bot.conversation import operator_named as naming
from bot.conversation import operator_reply as replying
from bot.conversation import operator_staff as people
from bot.conversation import operator_threads as threads
from bot.conversation import operator_upkeep as upkeep
from bot.conversation.draft import Draft
from bot.conversation.effects import TemporaryTrouble
from bot.conversation.operator_reading import YES_OR_NO, is_answer, leaves, reading_of
from bot.conversation.operator_talk import OperatorTalk, menu, old_button, sentences
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.operator_words import stops_sending
from bot.conversation.parse.staff import Order, gives_up, is_stop, read_order
from bot.conversation.reading import Reading
from bot.conversation.staff import Verbs, said_again
from bot.conversation.turn import Context, Conversation, Said
from services.notification.broadcasts.values import Kind
from services.shared_kernel.refusal import Refusal


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Answer an operator. Whatever is said, and whatever is refused, there is an answer."""
    draft, said = said_again(draft, said)
    talk = OperatorTalk(draft=draft, said=said, context=context, say=sentences(context))
    try:
        return (yield from _answer(talk))
    except TemporaryTrouble:
        return talk.trouble()
    except Refusal:
        return talk.answer(menu(talk, talk.say.changed()))


def _answer(talk: OperatorTalk) -> Conversation:
    action = talk.said.action or talk.tapped_by_name() or confirming.says_so(talk)
    if action:
        return (yield from _tapped(talk, action))
    if not talk.said.text.strip():
        return (yield from always.home(talk, ()))
    return (yield from _typed(talk))


def _tapped(talk: OperatorTalk, action: str) -> Conversation:
    found = _VERBS.find(action)
    if found is None:
        return old_button(talk)
    handler, arguments = found
    return (yield from handler(talk, arguments))


def _typed(talk: OperatorTalk) -> Conversation:
    """Commands go first, so that one typed while a reply is asked for isn't sent to a customer."""
    text, asking = talk.said.text, talk.draft.asking
    order = read_order(text)
    told = yield from _told_first(talk, order)
    if told is not None:
        return told
    if is_stop(text) or (asking and gives_up(text)):
        return (yield from always.stop(talk, ()))
    if order is not None and not is_answer(order, asking, is_asked=asking in _ANSWERS):
        return (yield from _ordered(talk, order))
    reading = reading_of(talk)
    if asking in writing.STEPS and reading.intent is Intent.BACK:
        return (yield from writing.back(talk, ()))
    if reading.intent in _COMMANDS:
        return (yield from _COMMANDS[reading.intent](talk, reading))
    if leaves(reading, asking):
        return (yield from _WORDS[reading.intent](talk, reading))
    return (yield from _answered(talk, order, reading))


def _told_first(talk: OperatorTalk, order: Order | None) -> naming.Maybe:
    if stops_sending(talk.said.text) and talk.draft.yes.startswith("bc_"):
        return (yield from always.stop(talk, ()) if talk.draft.asking else running.going(talk))
    told = yield from naming.beside_one(talk)
    if told is None and (order is None or order.verb == "needs_code"):
        told = yield from confirming.instead(talk)
    return told


def _answered(talk: OperatorTalk, order: Order | None, reading: Reading) -> Conversation:
    """To the question, if there is one; or a word that is said at any time."""
    text, asking = talk.said.text, talk.draft.asking
    if reading.intent in YES_OR_NO and asking and talk.draft.yes:
        return (yield from _yes_or_no(talk, reading))
    if asking in _ANSWERS:
        return (yield from _ANSWERS[asking](talk, text))
    if order is not None and asking != "bc_confirm":
        return (yield from _ordered(talk, order))
    if reading.intent is Intent.GREET and confirming.verb_asked(talk):
        return (yield from confirming.aside(talk))
    if reading.intent in _WORDS and not (asking == "bc_confirm" and reading.intent in YES_OR_NO):
        return (yield from _WORDS[reading.intent](talk, reading))
    if asking == "bc_confirm":
        return (yield from always.stop(talk, ()) if stops_sending(text) else checking.typed(talk, text))
    return (yield from _unread(talk))


def _unread(talk: OperatorTalk) -> Conversation:
    guessed = yield from naming.guessed(talk)
    if guessed is not None:
        return guessed
    return (yield from confirming.aside(talk)) if confirming.verb_asked(talk) else always.not_understood(talk)


def _ordered(talk: OperatorTalk, order: Order) -> Conversation:
    if order.verb in naming.VERBS:
        return (yield from naming.ordered(talk, order))
    return (yield from _ORDERS[order.verb](talk, order))


def _when_given(talk: OperatorTalk, text: str) -> Conversation:
    reservation_id = talk.memo.get("reservation", "")
    if not reservation_id:
        return old_button(talk)
    return (yield from changing.move_to_text(talk, reservation_id, text))


def _yes_or_no(talk: OperatorTalk, reading: Reading) -> Conversation:
    meant = confirming.yes_or_no(talk, reading.intent)
    return (yield from _tapped(talk, meant)) if isinstance(meant, str) else meant


def _needs_code(talk: OperatorTalk, order: Order) -> Conversation:
    yield from ()
    return talk.question(talk.say.needs_code(), asking="find", keep={})


_VERBS: Verbs[OperatorTalk] = Verbs({
    "home": (always.home, ""),
    "hello": (always.home, ""),
    "stop": (always.stop, ""),
    "help": (always.show_help, ""),
    "lang": (always.language, "word"),
    "board": (looking.board, ""),
    "urgent": (looking.urgent, ""),
    "find": (looking.find, ""),
    "show": (looking.show, "id"),
    "history": (looking.history, "id"),
    "opcancel": (changing.cancel, "id"),
    "opcancel!": (changing.cancel_surely, "id number number"),
    "opmove": (changing.move, "id"),
    "opmove_to": (changing.move_to, "id number"),
    "opmove!": (changing.move_surely, "id number"),
    "opfinish": (changing.finish, "id"),
    "opfinish!": (changing.finish_surely, "id"),
    "oprefund": (money.refund, "id"),
    "refund_of": (money.amount_tapped, "number"),
    "oprefund!": (money.refund_surely, "id"),
    "retry_refund": (money.retry_refund, "id"),
    "owed": (money.owed, ""),
    "paid": (money.paid, "id"),
    "paid!": (money.paid_surely, "id"),
    "threads": (threads.threads, ""),
    "thread": (threads.thread, "id"),
    "handover": (threads.handover, "id"),
    "reply": (threads.reply_to_reservation, "id"),
    "reply!": (replying.reply_surely, "id"),
    "close": (threads.close, "id"),
    "dead": (upkeep.dead, ""),
    "dead_one": (upkeep.dead_one, "word"),
    "replay": (upkeep.replay, "word"),
    "invite": (upkeep.invite, ""),
    "invite_as": (upkeep.invite_as, "word"),
    "staff": (people.staff, ""),
    "staff_one": (people.staff_one, "id"),
    "staff_out!": (people.take_back, "id"),
    "erase": (erasing.erase, "person"),
    "erase!": (erasing.erase_surely, "person word"),
    "erase_not": (erasing.leave, ""),
    "bc": (writing.begin_tapped, ""),
    "bc_kind": (writing.kind, "word"),
    "bc_whom": (writing.whom, "word"),
    "bc_area": (writing.area, "word"),
    "bc_idle": (writing.idle, "number"),
    "bc_day": (writing.day, "number"),
    "bc_language": (writing.language, "word"),
    "bc_keep": (writing.keep, ""),
    "bc_none": (writing.none, ""),
    "bc_book": (writing.book, ""),
    "bc_edit": (writing.edit, "word"),
    "bc_back": (writing.back, ""),
    "bc_go_on": (writing.go_on_tapped, "id"),
    "bc_correct": (writing.correct, "id"),
    "bc_again": (checking.again, ""),
    "bc_send": (checking.send, "id word"),
    "bc_later": (checking.later, ""),
    "bc_at": (checking.at, "number"),
    "bc_at!": (checking.send_at, "id number word"),
    "bc_list": (running.listed, ""),
    "bc_show": (running.shown, "id"),
    "bc_pause": (running.pause, "id"),
    "bc_resume": (running.resume, "id"),
    "bc_cancel": (running.cancel, "id"),
    "bc_cancel!": (running.cancel_surely, "id"),
    "bc_report": (running.report, "id"),
})  # fmt: skip

# Typed answers to an open question.
_ANSWERS: dict[str, Callable[[OperatorTalk, str], Conversation]] = {
    "find": looking.find_text,
    "reason": changing.reason_given,
    "when": _when_given,
    "amount": money.amount_given,
    "refund_reason": money.refund_reason_given,
    "message": replying.message_given,
    "invite": upkeep.invite_text,
    "staff": people.staff_text,
    "erase": erasing.whose_given,
    **dict.fromkeys(writing.TYPED, writing.answered),
    "bc_when": checking.when_given,
    "bc_sure": checking.when_given,
}

_ORDERS: dict[str, Callable[[OperatorTalk, Order], Conversation]] = {
    "board": lambda talk, order: looking.board(talk, ()),
    "dead": lambda talk, order: upkeep.dead(talk, ()),
    "urgent": lambda talk, order: looking.urgent(talk, ()),
    "threads": lambda talk, order: threads.threads(talk, ()),
    "compensations": lambda talk, order: money.owed(talk, ()),
    "broadcast": lambda talk, order: writing.begin(talk),
    "broadcast_info": lambda talk, order: writing.begin(talk, Kind.INFO),
    "broadcast_ad": lambda talk, order: writing.begin(talk, Kind.AD),
    "broadcast_stop": lambda talk, order: running.going(talk),
    "broadcast_list": lambda talk, order: running.listed(talk, ()),
    "invite": lambda talk, order: upkeep.invite(talk, ()),
    "invite_cleaner": lambda talk, order: upkeep.invite_as(talk, ("cleaner",)),
    "invite_operator": lambda talk, order: upkeep.invite_as(talk, ("operator",)),
    "staff": lambda talk, order: people.staff(talk, ()),
    "find": lambda talk, order: looking.find_text(talk, order.code),
    "erase": lambda talk, order: erasing.whose_given(talk, order.code) if order.code else erasing.whose(talk),
    "needs_code": _needs_code,
}

# Commands that leave any open question.
_COMMANDS: dict[Intent, Callable[[OperatorTalk, Reading], Conversation]] = {
    Intent.RESTART: lambda talk, reading: always.home(talk, ()),
    Intent.BOARD: lambda talk, reading: looking.board(talk, ()),
    Intent.FIND: lambda talk, reading: looking.find_text(talk, reading.text),
    Intent.REPLY: lambda talk, reading: replying.reply_by_code(talk, reading.code or "", reading.text),
}

_WORDS: dict[Intent, Callable[[OperatorTalk, Reading], Conversation]] = {
    Intent.YES: _yes_or_no,
    Intent.NO: _yes_or_no,
    Intent.KEEP: _yes_or_no,
    Intent.BACK: lambda talk, reading: always.home(talk, ()),
    Intent.HELP: lambda talk, reading: always.show_help(talk, ()),
    Intent.GREET: lambda talk, reading: always.home(talk, ()),
    Intent.LANG: always.language_said,
    Intent.SETTINGS: lambda talk, reading: always.show_help(talk, ()),
    Intent.TELEGRAM: lambda talk, reading: always.telegram(talk),
    Intent.END_TALK: lambda talk, reading: threads.threads(talk, ()),
    Intent.HUMAN: lambda talk, reading: threads.threads(talk, ()),
}
