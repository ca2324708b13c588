"""A booking that an operator names by its code, or has just found, and what is to be done to it."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from bot.conversation import operator_board as looking
from bot.conversation import operator_cancel as changing
from bot.conversation import operator_money as money
from bot.conversation import operator_reply as replying
from bot.conversation.effects_operator import FindReservations, Found
from bot.conversation.operator_talk import ABOUT, NAMED, OperatorTalk, booking_rows, with_rows
from bot.conversation.parse.operator_words import bare_code, bare_name, read_coded_deed, read_deed
from bot.conversation.parse.staff import Order
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.shared_kernel.ids import short_code

Maybe = Generator[Effect[Any], Any, Turn | None]


def ordered(talk: OperatorTalk, order: Order) -> Conversation:
    """환불 R7K2Q 2만원. Which booking that is can be read before anything is asked: a code is soon mistyped."""
    found = yield from of_code(order.code)
    if len(found) != 1:
        return (yield from looking.find_text(talk, order.code))
    return (yield from _done_to(talk, found[0], order))


def of_code(code: str) -> Generator[Effect[Any], Any, list[Found]]:
    """The bookings of a code, and none that is found by a phone, or a name."""
    found = yield from ask(FindReservations(text=code))
    return [each for each in found if short_code(each.reservation.id) == code]


def _done_to(talk: OperatorTalk, found: Found, order: Order) -> Conversation:
    view = found.reservation
    turn = yield from _ABOUT_ONE[order.verb](talk, view.id, order.rest)
    if talk.memo.get(ABOUT) == view.id or not turn.draft.asking or turn.says[-1].items:
        return turn
    memo = {**turn.draft.memo, NAMED: "1"}
    return with_rows(replace(turn, draft=replace(turn.draft, memo=memo)), booking_rows(talk, found))


def _move(talk: OperatorTalk, reservation_id: str, rest: str) -> Conversation:
    if rest:
        return (yield from changing.move_to_text(talk, reservation_id, rest))
    return (yield from changing.move(talk, (reservation_id,)))


_ABOUT_ONE: dict[str, Callable[[OperatorTalk, str, str], Conversation]] = {
    "opcancel": lambda talk, reservation_id, rest: changing.cancel(talk, (reservation_id,)),
    "oprefund": money.refund_with_amount,
    "opmove": _move,
    "history": lambda talk, reservation_id, rest: looking.history(talk, (reservation_id,)),
    "find": lambda talk, reservation_id, rest: looking.show(talk, (reservation_id,)),
}
VERBS = tuple(verb for verb in _ABOUT_ONE if verb != "find")


def beside_one(talk: OperatorTalk) -> Maybe:
    """취소, after one was found; R7K2Q 취소, R7K2Q 답장 네. None for anything else."""
    about = talk.memo.get(ABOUT, "")
    if about and (deed := read_deed(talk.said.text)) is not None and deed.verb in VERBS:
        found = yield from ask(FindReservations(text=about))
        return (yield from _done_to(talk, found[0], deed)) if len(found) == 1 else None
    order = read_coded_deed(talk.said.text)
    return None if order is None else (yield from _coded(talk, order))


def _coded(talk: OperatorTalk, order: Order) -> Maybe:
    """Where something is asked for, APPLE 답장 주세요 is the answer to it: a code is one that there is."""
    found = yield from of_code(order.code)
    if order.verb not in ("reply", "close"):
        return (yield from _done_to(talk, found[0], order)) if len(found) == 1 else None
    is_code = bool(found) or not talk.draft.asking or (yield from replying.is_of_a_talk(order.code))
    if not is_code:
        return None
    if order.verb == "close":
        return (yield from replying.close_by_code(talk, order.code))
    return (yield from replying.reply_by_code(talk, order.code, order.rest))


def guessed(talk: OperatorTalk) -> Maybe:
    """jkbxg, 김OO: a code or a name and nothing else, if there is a booking of it."""
    if code := bare_code(talk.said.text):
        found = yield from of_code(code)
    elif name := bare_name(talk.said.text):
        called = yield from ask(FindReservations(text=name))
        found = [each for each in called if name in looking.names_of(each)]
    else:
        return None
    return looking.found_ones(talk, found) if found else None
