"""토요일은 안 되나요, beside a visit that is booked: is it to be moved, or is this another one? One tap decides."""

from collections.abc import Generator, Sequence
from datetime import date, time
from typing import Any

from bot.conversation import book, move, my
from bot.conversation.actions import parse
from bot.conversation.find_visit import my_visits, on_day, upcoming
from bot.conversation.parse.consent import new_or_old
from bot.conversation.parse.intents import instead, names_a_booking
from bot.conversation.questions import joined
from bot.conversation.reading import Intent, Reading, Why
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation, Effect, Turn
from services.mypage.view import ReservationView
from services.reservation.values import Status

_MOVE, _BOOK = "move_when", "book_when"
_UNSAID = "-"
_CANT_BE = (Why.PAST, Why.NO_SUCH, Why.OUT_OF_HOURS, Why.RECURRING, Why.MISMATCH)


def new_or_move(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, Turn | None]:
    """The question, where a day or a time is all that was said, and a visit is booked; about that very visit, how it
    stands. None where it is a booking, or the answer to something else."""
    text = talk.said.text
    if talk.booking is not None or talk.draft.asking or names_a_booking(text) or not _is_about_when(reading):
        return None
    coming = upcoming((yield from my_visits(talk)).reservations)
    asked = _asked(talk)
    very = on_day(coming, reading.date, reading.time) if reading.date and not asked else []
    if len(very) == 1:
        return (yield from my.show(talk, very[0].id))
    dealt = _to_move(talk, coming)
    if not dealt:
        return None
    when = _packed(reading, asked.get(_MOVE, ""))
    if instead(text):
        return (yield from move_when(talk, *when))
    return _question(talk, when, dealt)


def _to_move(talk: Talk, coming: Sequence[ReservationView]) -> Sequence[ReservationView]:
    return [each for each in coming if each.status == Status.CONFIRMED and each.starts_at > talk.context.now]


def _question(talk: Talk, when: Sequence[str], dealt: Sequence[ReservationView], lead: str = "") -> Turn:
    say, (day, at, *_) = talk.say, _unpacked(when)
    wish = say.part_when(day, at)
    heard = say.understood([wish]) if wish else ""
    text = say.new_or_move(dealt[0].starts_at if len(dealt) == 1 else None)
    buttons = button(say.move, _MOVE, *when), button(say.start_new, _BOOK, *when)
    return talk.answer(card(joined(lead, joined(heard, text)), *buttons))


def _asked(talk: Talk) -> dict[str, str]:
    """The two buttons, by their verbs, while the question is open."""
    return {verb: action for action in talk.draft.offered.values() if (verb := parse(action)[0]) in (_MOVE, _BOOK)}


def again(talk: Talk, lead: str = "") -> Generator[Effect[Any], Any, Turn | None]:
    """The question, once more, after an answer that chooses neither. None where it isn't open."""
    asked = _asked(talk)
    if not asked:
        return None
    dealt = _to_move(talk, upcoming((yield from my_visits(talk)).reservations))
    return _question(talk, parse(asked[_MOVE])[1], dealt, lead) if dealt else None


def chosen(talk: Talk) -> str:
    """The button that a typed answer to the question means: 옮겨 주세요, 기존 거 옮기는 거요, 새로요."""
    asked = _asked(talk)
    choice = new_or_old(talk.said.text) if asked else None
    return "" if choice is None else asked.get(_BOOK if choice == "new" else _MOVE, "")


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
    """What can't be (지난 날, 새벽 3시, 매주) is for the booking to explain."""
    if any(each.why in _CANT_BE for each in reading.asks):
        return False
    vague = any(each.field in ("date", "time") for each in reading.asks)
    return (reading.says_when or vague) and not reading.says_what_or_where and not reading.add_ons


def _packed(reading: Reading, before: str) -> tuple[str, ...]:
    """What was said; what wasn't, as it was said before (토요일, and then 10시)."""
    day, *hours = parse(before)[1] if before else [_UNSAID] * 4
    if reading.date:
        day = reading.date.isoformat()
    if reading.time or reading.time_from or reading.time_to:
        said = (reading.time, reading.time_from, reading.time_to)
        hours = [hour.strftime("%H%M") if hour else _UNSAID for hour in said]
    return day, *hours


def _unpacked(when: Sequence[str]) -> tuple[date | None, time | None, time | None, time | None]:
    day, *hours = when
    at, first, last = (None if hour == _UNSAID else time.fromisoformat(hour) for hour in hours)
    return None if day == _UNSAID else date.fromisoformat(day), at, first, last
