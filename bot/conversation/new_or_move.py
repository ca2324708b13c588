"""토요일은 안 되나요, beside a visit that is booked: is it to be moved, or is this another one? One tap decides."""

from collections.abc import Generator
from datetime import date, time
from typing import Any

from bot.conversation import book, move, my
from bot.conversation.actions import parse
from bot.conversation.find_visit import my_visits, on_day, upcoming
from bot.conversation.parse.consent import says_another, says_to_move
from bot.conversation.parse.intents import names_a_booking
from bot.conversation.reading import Intent, Reading
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation, Effect, Turn
from services.reservation.values import Status
from services.shared_kernel.card import Button

_MOVE, _BOOK = "move_when", "book_when"
_UNSAID = "-"


def new_or_move(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, Turn | None]:
    """The question, where a day or a time is all that was said, and a visit is booked; about that very visit, how it
    stands. None where it is a booking, or the answer to something else."""
    if talk.booking is not None or talk.draft.asking or names_a_booking(talk.said.text):
        return None
    if not _is_about_when(reading):
        return None
    page = yield from my_visits(talk)
    dealt = [each for each in upcoming(page.reservations) if each.status == Status.CONFIRMED]
    if not dealt:
        return None
    meant = on_day(dealt, reading.date, reading.time) if reading.date else []
    if len(meant) == 1:
        return (yield from my.show(talk, meant[0].id))
    when = _packed(reading)
    text = talk.say.new_or_move(dealt[0].starts_at if len(dealt) == 1 else None)
    return talk.answer(card(text, button(talk.say.move, _MOVE, *when), button(talk.say.start_new, _BOOK, *when)))


def again(talk: Talk) -> Turn | None:
    """The question, once more, after an answer that chooses neither. None where it isn't open."""
    offered = talk.draft.offered.items()
    buttons = [Button(label=label, action=action) for label, action in offered if parse(action)[0] in (_MOVE, _BOOK)]
    return talk.answer(card(talk.say.new_or_move(None), *buttons)) if buttons else None


def chosen(talk: Talk) -> str:
    """The button that a typed answer to the question means: 옮겨 주세요, 새로요."""
    offered = {parse(action)[0]: action for action in talk.draft.offered.values()}
    if says_to_move(talk.said.text):
        return offered.get(_MOVE, "")
    return offered.get(_BOOK, "") if says_another(talk.said.text) else ""


def move_when(talk: Talk, *when: str) -> Conversation:
    """It is to be moved there. ValueError if that is no time."""
    day, at, first, last = _unpacked(when)
    said = Reading(intent=Intent.RESCHEDULE, to_date=day, to_time=at, time_from=first, time_to=last)
    return (yield from move.asked_to_move(talk, said))


def book_when(talk: Talk, *when: str) -> Conversation:
    """It is another one. ValueError if that is no time."""
    day, at, first, last = _unpacked(when)
    said = Reading(intent=Intent.BOOK, date=day, time=at, time_from=first, time_to=last)
    return (yield from book.take(talk, said))


def _is_about_when(reading: Reading) -> bool:
    vague = any(each.field in ("date", "time") for each in reading.asks)
    return (reading.says_when or vague) and not reading.says_what_or_where and not reading.add_ons


def _packed(reading: Reading) -> tuple[str, ...]:
    day = reading.date.isoformat() if reading.date else _UNSAID
    hours = (reading.time, reading.time_from, reading.time_to)
    return day, *(hour.strftime("%H%M") if hour else _UNSAID for hour in hours)


def _unpacked(when: tuple[str, ...]) -> tuple[date | None, time | None, time | None, time | None]:
    day, *hours = when
    at, first, last = (None if hour == _UNSAID else time.fromisoformat(hour) for hour in hours)
    return None if day == _UNSAID else date.fromisoformat(day), at, first, last
