"""답장 …: to whom it goes is said before it goes, unless a code says so."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from bot.conversation import operator_threads as threads
from bot.conversation.effects_operator import (
    FindReservations,
    OpenThreads,
    TheThread,
    ThreadOfReservation,
    ThreadSummary,
    ThreadTalk,
)
from bot.conversation.operator_erasing import erased_before
from bot.conversation.operator_talk import ANSWERED, OperatorTalk, menu, old_button
from bot.conversation.parse.operator_words import after_name, code_in_front, is_about_replies, read_coded_deed
from bot.conversation.talk import button, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from bot.erasure import Erased
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

_KEPT = ("thread", "message", "reply")

To = Generator[Effect[Any], Any, tuple[str, str]]


def reply_by_code(talk: OperatorTalk, code: str, text: str) -> Conversation:
    """답장 R7K2Q 네, 괜찮아요: the code of a talk or of a reservation. Without one it is asked whether it may go."""
    waiting = yield from ask(OpenThreads())
    try:
        thread_id, rest = yield from _named(waiting, code, text)
    except Erased:
        return erased_before(talk)
    if code and not thread_id:
        return talk.answer(menu(talk, talk.say.reply_to_whom(code)), *threads.thread_cards(talk, waiting))
    if thread_id:
        return (yield from _checked(talk, thread_id, rest))
    if is_about_replies(text):
        return _list(talk, waiting, talk.say.nothing_was_sent())
    return (yield from _without_code(talk, waiting, text))


def _named(waiting: Sequence[ThreadSummary], code: str, text: str) -> To:
    """The talk, and what is to be said in it. In small letters it is a code if there is something of it."""
    said, rest = (code, text) if code else code_in_front(text)
    if not said:
        return "", text
    thread_id = next((each.thread.id for each in waiting if short_code(each.thread.id) == said), "")
    if not thread_id:
        found = yield from ask(FindReservations(text=said))
        booked = [each.reservation.id for each in found if short_code(each.reservation.id) == said]
        if len(booked) == 1:
            thread_id = yield from ask(ThreadOfReservation(reservation_id=booked[0]))
    return (thread_id, rest) if thread_id else ("", text)


def _without_code(talk: OperatorTalk, waiting: Sequence[ThreadSummary], text: str) -> Conversation:
    """To whom it seems to be: by the name in front, or because nobody else is there. Who has left isn't meant."""
    there = [each for each in waiting if each.thread.left_at is None]
    called = [each for each in waiting if each.name and after_name(each.name, text) is not None]
    if len(called) == 1:
        rest = after_name(called[0].name, text) or ""
        return _ask(talk, called[0], rest) if rest else (yield from threads.handover(talk, (called[0].thread.id,)))
    if len(there) != 1:
        return _list(talk, waiting)
    only = there[0]
    if not text.strip() or talk.memo.get(ANSWERED) == only.thread.id:
        return (yield from _reply_in(talk, only.thread.id, text))
    return _ask(talk, only, text)


def message_given(talk: OperatorTalk, text: str) -> Conversation:
    """What was typed goes to the person as it is; what hardly is for them is asked about first."""
    thread_id = talk.memo.get("thread", "")
    if not thread_id:
        return (yield from threads.threads(talk, ()))
    return (yield from _checked(talk, thread_id, text))


def _checked(talk: OperatorTalk, thread_id: str, text: str) -> Conversation:
    if not is_about_replies(text) and read_coded_deed(text) is None:
        return (yield from _reply_in(talk, thread_id, text))
    try:
        return _ask(talk, (yield from ask(TheThread(thread_id=thread_id))), text)
    except NotFound:
        return threads.no_such_thread(talk)


def _ask(talk: OperatorTalk, each: ThreadSummary | ThreadTalk, text: str) -> Turn:
    keep = {"thread": each.thread.id, "message": text.strip(), "reply": talk.context.fresh_id}
    says = pair(
        talk.say.confirm_reply(talk.say.person(each.name, each.role), text.strip()),
        button(talk.say.confirm_send, "reply!", keep["reply"]),
        button(talk.say.stop, "stop"),
    )
    return talk.answer(says, asking="confirm", keep=keep)


def reply_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """보내기. A second tap finds nothing to send."""
    keep = talk.recall(*_KEPT)
    if len(keep) < len(_KEPT) or keep["reply"] != arguments[0]:
        return old_button(talk)
    return (yield from threads.send(talk, keep["thread"], keep["message"], reply_id=keep["reply"], says_whom=True))


def _list(talk: OperatorTalk, waiting: Sequence[ThreadSummary], lead: str = "") -> Turn:
    cards = threads.thread_cards(talk, waiting)
    if not cards:
        return talk.answer(menu(talk, f"{lead} {talk.say.nobody_waits()}".strip()))
    first, *rest = cards
    return talk.answer(replace(first, text=f"{lead} {first.text}".strip()), *rest)


def _reply_in(talk: OperatorTalk, thread_id: str, text: str) -> Conversation:
    if not text.strip():
        return (yield from threads.handover(talk, (thread_id,)))
    return (yield from threads.send(talk, thread_id, text, reply_id=talk.context.fresh_id))


def is_of_a_talk(code: str) -> Generator[Effect[Any], Any, bool]:
    """Whether somebody is talked with under this code."""
    waiting = yield from ask(OpenThreads())
    return any(short_code(each.thread.id) == code for each in waiting)


def close_by_code(talk: OperatorTalk, code: str) -> Conversation:
    """상담 끝내기 R7K2Q."""
    waiting = yield from ask(OpenThreads())
    thread_id = next((each.thread.id for each in waiting if short_code(each.thread.id) == code), "")
    if not thread_id:
        return talk.answer(menu(talk, talk.say.no_such_thread()), *threads.thread_cards(talk, waiting))
    return (yield from threads.close(talk, (thread_id,)))
