"""An operator and the people who wait for an answer."""

from collections.abc import Sequence
from datetime import timedelta

from bot.conversation.effects_operator import (
    CloseThread,
    OpenThreads,
    ReplyToThread,
    TheThread,
    ThreadOfReservation,
    ThreadSummary,
    ThreadTalk,
)
from bot.conversation.operator_erasing import erase_button, erased_before
from bot.conversation.operator_talk import ANSWERED, OperatorTalk, menu, no_such_reservation
from bot.conversation.talk import button, card
from bot.conversation.turn import Conversation, Turn, ask
from bot.erasure import Erased
from services.shared_kernel.card import Button, Card
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

MOST_THREADS = 5
MOST_LINES = 10
_MINUTE = timedelta(minutes=1)


def threads(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """기다리는 고객: one card each."""
    found = yield from ask(OpenThreads())
    if not found:
        return talk.answer(menu(talk, talk.say.nobody_waits()))
    return talk.answer(*thread_cards(talk, found))


def thread_cards(talk: OperatorTalk, found: Sequence[ThreadSummary]) -> list[Card]:
    """One for each, as far as they are shown."""
    says = [card(_waits(talk, each), *_buttons(talk, each.thread.id)) for each in found[:MOST_THREADS]]
    if len(found) > MOST_THREADS:
        says.append(card(talk.say.and_more(len(found) - MOST_THREADS)))
    return says


def _waits(talk: OperatorTalk, each: ThreadSummary) -> str:
    since = each.thread.waiting_since
    minutes = None if since is None else max((talk.context.now - since) // _MINUTE, 0)
    who = talk.say.person(each.name, each.role)
    left = each.thread.left_at is not None
    return talk.say.waits(short_code(each.thread.id), who, minutes, each.last_text, left=left)


def _buttons(talk: OperatorTalk, thread_id: str) -> tuple[Button, Button, Button]:
    say = talk.say
    return (
        button(say.reply, "handover", thread_id),
        button(say.talk, "thread", thread_id),
        button(say.close, "close", thread_id),
    )


def thread(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """대화 보기."""
    try:
        found = yield from ask(TheThread(thread_id=arguments[0]))
    except NotFound:
        return no_such_thread(talk)
    reply, _, close = _buttons(talk, found.thread.id)
    quick = [erase_button(talk, found.thread.customer_id)] if found.role == "customer" else []
    return talk.answer(card(_said_in(talk, found), reply, close, quick=quick))


def _said_in(talk: OperatorTalk, found: ThreadTalk) -> str:
    say, who = talk.say, talk.say.person(found.name, found.role)
    shown = [say.thread_line(line.at, say.us if line.by_us else who, line.text) for line in found.lines[-MOST_LINES:]]
    if len(found.lines) > MOST_LINES:
        shown.insert(0, say.earlier_lines(len(found.lines) - MOST_LINES))
    return "\n".join((say.thread_head(short_code(found.thread.id), who), *(shown or [say.no_lines()])))


def handover(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """답장하기: what was said, and then what to answer."""
    try:
        found = yield from ask(TheThread(thread_id=arguments[0]))
    except NotFound:
        return no_such_thread(talk)
    question = talk.say.ask_reply(talk.say.person(found.name, found.role))
    says = Card(text=question, quick_replies=(button(talk.say.close, "close", found.thread.id),))
    return talk.answer(card(_said_in(talk, found)), says, asking="message", keep={"thread": found.thread.id})


def reply_to_reservation(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """답장하기 at a reservation: to its customer, whether they have asked or not."""
    try:
        thread_id = yield from ask(ThreadOfReservation(reservation_id=arguments[0]))
    except Erased:
        return erased_before(talk)
    except NotFound:
        return no_such_reservation(talk)
    return (yield from handover(talk, (thread_id,)))


def send(talk: OperatorTalk, thread_id: str, text: str, *, reply_id: str, says_whom: bool = False) -> Conversation:
    """To the person's chat; the same `reply_id` sends nothing twice. It says to whom where no code has said so."""
    try:
        at = yield from ask(ReplyToThread(thread_id=thread_id, text=text.strip(), reply_id=reply_id))
        found = (yield from ask(TheThread(thread_id=thread_id))) if says_whom else None
    except NotFound:
        return no_such_thread(talk)
    told = talk.say.sent_to(talk.say.person(found.name, found.role), at) if found else talk.say.sent(at)
    quick = [button(talk.say.reply, "handover", thread_id), button(talk.say.waiting, "threads")]
    says = card(told, button(talk.say.close, "close", thread_id), quick=quick)
    return talk.answer(says, keep={ANSWERED: thread_id})


def close(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """상담 끝내기."""
    try:
        yield from ask(CloseThread(thread_id=arguments[0]))
    except NotFound:
        return no_such_thread(talk)
    return talk.answer(menu(talk, talk.say.closed()))


def no_such_thread(talk: OperatorTalk) -> Turn:
    """What was named isn't there."""
    return talk.answer(menu(talk, talk.say.no_such_thread()))
