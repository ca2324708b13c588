"""The conversation with an operator: which answer a button or a text gets."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversation import operator_board as looking
from bot.conversation import operator_broadcast as writing
from bot.conversation import operator_broadcast_check as checking
from bot.conversation import operator_broadcast_running as running
from bot.conversation import operator_cancel as changing
from bot.conversation import operator_erasing as erasing
from bot.conversation import operator_money as money
from bot.conversation import operator_staff as people
from bot.conversation import operator_threads as threads
from bot.conversation import operator_upkeep as upkeep
from bot.conversation.draft import Draft
from bot.conversation.effects import SetLanguage, TemporaryTrouble
from bot.conversation.effects_broadcast import TheBroadcast
from bot.conversation.effects_operator import FindReservations
from bot.conversation.link import link_card
from bot.conversation.operator_reading import YES_OR_NO, is_answer, leaves, reading_of, says_so
from bot.conversation.operator_talk import OperatorTalk, menu, old_button, sentences
from bot.conversation.parse.consent import agrees, is_asked_back
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.staff import Order, gives_up, is_stop, read_order
from bot.conversation.reading import Reading
from bot.conversation.staff import Verbs, said_again
from bot.conversation.talk import button, card
from bot.conversation.turn import Context, Conversation, Said, Turn, ask
from services.notification.broadcasts.values import Kind
from services.shared_kernel.refusal import NotFound, Refusal

_MISSES_BEFORE_BUTTONS = 2


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
    action = talk.said.action or talk.tapped_by_name() or says_so(talk)
    if action:
        return (yield from _tapped(talk, action))
    if not talk.said.text.strip():
        return (yield from _home(talk, ()))
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
    if is_stop(text) or (asking and gives_up(text)):
        return (yield from _stop(talk, ()))
    order = read_order(text)
    if order is not None and not is_answer(order, asking, is_asked=asking in _ANSWERS):
        return (yield from _ordered(talk, order))
    reading = reading_of(talk)
    if asking in writing.STEPS and reading.intent is Intent.BACK:
        return (yield from writing.back(talk, ()))
    if reading.intent in _COMMANDS:
        return (yield from _COMMANDS[reading.intent](talk, reading))
    if leaves(reading, asking):
        return (yield from _WORDS[reading.intent](talk, reading))
    if reading.intent in YES_OR_NO and asking and talk.draft.yes:
        return (yield from _yes_or_no(talk, reading))
    if asking in _ANSWERS:
        return (yield from _ANSWERS[asking](talk, text))
    if order is not None and asking != "bc_confirm":
        return (yield from _ordered(talk, order))
    if reading.intent in _WORDS and not (asking == "bc_confirm" and reading.intent in YES_OR_NO):
        return (yield from _WORDS[reading.intent](talk, reading))
    return (yield from checking.typed(talk, text)) if asking == "bc_confirm" else _not_understood(talk)


def _ordered(talk: OperatorTalk, order: Order) -> Conversation:
    if order.verb in _ABOUT_ONE:
        found = yield from ask(FindReservations(text=order.code))
        if len(found) != 1:
            return (yield from looking.find_text(talk, order.code))
        return (yield from _ABOUT_ONE[order.verb](talk, found[0].reservation.id, order.rest))
    return (yield from _ORDERS[order.verb](talk, order))


def _move(talk: OperatorTalk, reservation_id: str, rest: str) -> Conversation:
    if rest:
        return (yield from changing.move_to_text(talk, reservation_id, rest))
    return (yield from changing.move(talk, (reservation_id,)))


def _when_given(talk: OperatorTalk, text: str) -> Conversation:
    reservation_id = talk.memo.get("reservation", "")
    if not reservation_id:
        return old_button(talk)
    return (yield from changing.move_to_text(talk, reservation_id, text))


def _yes_or_no(talk: OperatorTalk, reading: Reading) -> Conversation:
    action = talk.draft.yes if reading.intent is Intent.YES else talk.draft.no
    if not action:
        return talk.answer(menu(talk, talk.say.nothing_asked()))
    text = talk.said.text
    if is_asked_back(text) or (reading.intent is Intent.YES and not agrees(text)):
        return talk.not_agreed()
    return (yield from _tapped(talk, action))


def _not_understood(talk: OperatorTalk) -> Turn:
    misses = talk.draft.misses + 1
    if misses < _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, talk.say.not_understood()), misses=misses)
    if misses == _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, talk.say.try_buttons()), misses=misses)
    return talk.answer(menu(talk, talk.say.help_text()))


# Always possible


def _home(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    yield from ()
    return talk.answer(menu(talk, talk.say.hello()))


def _stop(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """A broadcast that was begun is kept as a draft, once there is a text that may be sent."""
    text = talk.say.stopped()
    if talk.draft.asking in writing.STEPS and talk.memo.get("broadcast"):
        try:
            yield from ask(TheBroadcast(broadcast_id=talk.memo["broadcast"]))
            text = talk.say.bc_stopped()
        except NotFound:
            pass
    return talk.answer(menu(talk, text))


def _help(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    yield from ()
    return talk.answer(menu(talk, talk.say.help_text()))


def _language(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    language = arguments[0] if arguments[0] in ("ko", "en") else "ko"
    yield from ask(SetLanguage(language=language))
    context = replace(talk.context, person=replace(talk.context.person, language=language))
    talk = replace(talk, context=context, say=sentences(context))
    other = button(talk.say.other_language, "lang", "en" if language == "ko" else "ko")
    return talk.answer(card(talk.say.switched(), other, quick=menu(talk, "").quick_replies))


def _language_said(talk: OperatorTalk, reading: Reading) -> Conversation:
    other = "en" if talk.say.language == "ko" else "ko"
    return (yield from _language(talk, (reading.language or other,)))


def _telegram(talk: OperatorTalk) -> Conversation:
    return talk.answer((yield from link_card(talk.say)))


def _needs_code(talk: OperatorTalk, order: Order) -> Conversation:
    yield from ()
    return talk.question(talk.say.needs_code(), asking="find", keep={})


_VERBS: Verbs[OperatorTalk] = Verbs({
    "home": (_home, ""),
    "hello": (_home, ""),
    "stop": (_stop, ""),
    "help": (_help, ""),
    "lang": (_language, "word"),
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
    "message": threads.message_given,
    "invite": upkeep.invite_text,
    "staff": people.staff_text,
    "erase": erasing.whose_given,
    **dict.fromkeys(writing.TYPED, writing.answered),
    "bc_when": checking.when_given,
    "bc_sure": checking.when_given,
}

# Commands that name a reservation.
_ABOUT_ONE: dict[str, Callable[[OperatorTalk, str, str], Conversation]] = {
    "opcancel": lambda talk, reservation_id, rest: changing.cancel(talk, (reservation_id,)),
    "oprefund": money.refund_with_amount,
    "opmove": _move,
    "history": lambda talk, reservation_id, rest: looking.history(talk, (reservation_id,)),
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
    Intent.RESTART: lambda talk, reading: _home(talk, ()),
    Intent.BOARD: lambda talk, reading: looking.board(talk, ()),
    Intent.FIND: lambda talk, reading: looking.find_text(talk, reading.text),
    Intent.REPLY: lambda talk, reading: threads.reply_by_code(talk, reading.code or "", reading.text),
}

_WORDS: dict[Intent, Callable[[OperatorTalk, Reading], Conversation]] = {
    Intent.YES: _yes_or_no,
    Intent.NO: _yes_or_no,
    Intent.KEEP: _yes_or_no,
    Intent.BACK: lambda talk, reading: _home(talk, ()),
    Intent.HELP: lambda talk, reading: _help(talk, ()),
    Intent.GREET: lambda talk, reading: _home(talk, ()),
    Intent.LANG: _language_said,
    Intent.SETTINGS: lambda talk, reading: _help(talk, ()),
    Intent.TELEGRAM: lambda talk, reading: _telegram(talk),
    Intent.HUMAN: lambda talk, reading: threads.threads(talk, ()),
}
