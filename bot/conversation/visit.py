"""Something about a visit: of what is booked already, the answer to a question, or a booking."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from bot.conversation import address, book, cancel, handover, hello, money, move, new_or_move
from bot.conversation.find_visit import my_visits, upcoming
from bot.conversation.parse.intents import is_question, the_same_again, wants_to_book
from bot.conversation.reading import Intent, Reading, Why
from bot.conversation.talk import Talk
from bot.conversation.taps import tapped
from bot.conversation.turn import Conversation, Effect, Turn


def visit(talk: Talk, reading: Reading) -> Conversation:
    """A day, a time, a place, a service: what isn't about anything that is booked begins a booking, or goes on."""
    rebook = next((action for action in talk.draft.offered.values() if action.startswith("rebook:")), "")
    if rebook and the_same_again(talk.said.text):
        return (yield from tapped(talk, rebook))
    if answered := (yield from _answered(talk, reading)):
        return answered
    if booked := (yield from _of_what_is_booked(talk, reading)):
        return booked
    if money.asks_on(talk, reading):
        return (yield from money.price(talk, money.completed(talk, reading)))
    reading = money.completed(talk, reading)
    if any(each.why is Why.UNSURE and each.field == "size_pyeong" for each in reading.asks):
        return (yield from book.unsure(talk))
    if reading.intent is Intent.BOOK and not reading.says_something:
        return (yield from (book.go_on if talk.booking and talk.draft.asking else book.start)(talk))
    if not reading.says_something:
        return (yield from not_understood(talk))
    return (yield from book.take(talk, reading))


def _answered(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, Turn | None]:
    """The answer to what was asked about a visit that is booked, or to the question for extras and notes."""
    draft, of_cancelling = talk.draft, replace(reading, intent=Intent.CANCEL)
    begins = wants_to_book(talk.said.text) and (reading.service is not None or draft.asking == "reservation")
    to_where = (reading.intent is Intent.FILL or _is_about_when(reading)) and not begins
    if draft.doing == "move" and draft.about and to_where:
        return (yield from move.take(talk, reading))
    if draft.doing == "cancel" and draft.about and _is_about_when(reading):
        return (yield from cancel.asked_to_cancel(talk, of_cancelling))
    if draft.asking == "reservation" and reading.says_when and not begins:
        ask_again = cancel.asked_to_cancel if draft.doing == "cancel" else move.asked_to_move
        return (yield from ask_again(talk, of_cancelling))
    if draft.asking == "add_ons" and talk.booking is not None and _names_only_elsewhere(reading):
        return (yield from address.note(talk, talk.said.text))
    return None


def _of_what_is_booked(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, Turn | None]:
    """다른 시간, 냉장고도 추가해 주세요, 토요일은 안 되나요: beside a visit that is booked."""
    if talk.booking is None and not talk.draft.asking and _begins_nothing(reading):
        changed = yield from handover.to_change(talk)
        if changed is not None:
            return (yield from move.asked_to_move(talk, reading)) if reading.asks else changed
    return (yield from new_or_move.new_or_move(talk, reading))


def not_understood(talk: Talk) -> Conversation:
    """The question that is open, once more; beside a visit that is booked, a person may have it."""
    if either := (yield from new_or_move.again(talk, talk.say.not_understood_here())):
        return either
    if talk.booking is None:
        said = talk.said.text.strip()
        may_be_of_one = said and not (is_question(said) or talk.draft.misses or talk.is_passed_on)
        if may_be_of_one and upcoming((yield from my_visits(talk)).reservations):
            return hello.of_a_visit(talk)
        return (yield from hello.not_understood(talk))
    if talk.draft.asking == "add_ons" and talk.said.text.strip():
        return (yield from address.note(talk, talk.said.text))
    return (yield from hello.not_understood(talk, book.go_on(talk)))


def _names_only_elsewhere(reading: Reading) -> bool:
    """A town that we don't serve, after the address was given, is part of a note: 고양이가 있어요 is about a cat."""
    return reading.unserved_area is not None and not replace(reading, unserved_area=None).says_something


def _begins_nothing(reading: Reading) -> bool:
    """다른 시간, 냉장고도 추가해 주세요: nothing that a new booking would begin with."""
    if reading.says_when or reading.says_what_or_where:
        return False
    return bool(reading.add_ons) or any(each.why is Why.OTHER for each in reading.asks)


def _is_about_when(reading: Reading) -> bool:
    return reading.says_when and not reading.says_what_or_where
