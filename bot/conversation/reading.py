"""Free text in, meaning out: the chat's parser. Pure; anything typed gives a Reading, never an exception."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import TypeVar

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.addresses import has_address_part, looks_like_address
from bot.conversation.parse.answers import written_out
from bot.conversation.parse.commands import read_command
from bot.conversation.parse.findings import Findings, find_all, settle_days
from bot.conversation.parse.intents import asks_to_book, inside_intent, whole_intent
from bot.conversation.parse.meaning import Ask, Choice, Intent, Reading, Why
from bot.conversation.parse.moves import split_at
from bot.conversation.parse.normalise import clean, normalise
from bot.conversation.parse.places import areas_in, district_of, find_places
from bot.conversation.parse.slot import Slot, question, settle
from services.shared_kernel.clock import kst

__all__ = [
    "Ask", "Choice", "Intent", "Reading", "Why", "areas_in", "district_of", "looks_like_address", "read",
]  # fmt: skip

T = TypeVar("T")

FREE_TEXT = frozenset({"name", "note", "reason", "message", "code"})  # questions whose answer is taken as typed
DRAFT_FIELDS = frozenset({"service", "size_pyeong", "area", "date", "time", "address", "add_ons"})
ADDRESS_CHARACTERS = 200

_LEAVE = {Intent.RESTART, Intent.BACK, Intent.HELP}
_LEAVE_WORDS = words_ko.LEAVE_WORDS | words_en.LEAVE_WORDS
_VISIT = {Intent.BOOK, Intent.PRICE, Intent.FILL}
_LOOKS_BACK = {Intent.LIST, Intent.REFUND, Intent.STATUS}  # a past day is as good as any
_WHICH_VISIT = {Intent.CANCEL, Intent.STATUS, Intent.FEE, Intent.REFUND}  # 오전 거, 사무실 거
_OR = re.compile(f"{words_ko.EITHER_OR}|{words_en.EITHER_OR}")
_UNSURE = re.compile(f"{words_ko.UNSURE}|{words_en.UNSURE}")
_WHICH = re.compile(f"{words_ko.WHICH_BOOKING}|{words_en.WHICH_BOOKING}")
_QUIET = re.compile(f"{words_ko.QUIET_SCOPE}|{words_en.QUIET_SCOPE}")
_ADVERTISING = re.compile(f"{words_ko.ADVERTISING}|{words_en.ADVERTISING}")
_NIGHT_YES = re.compile(f"(?:{words_ko.NIGHT_YES}|{words_en.NIGHT_YES}){words_ko.TAIL}")
_NIGHT_NO = re.compile(f"{words_ko.NIGHT_NO}|{words_en.NIGHT_NO}")
_CORRECTION = re.compile(f"{words_ko.CORRECTION}|{words_en.CORRECTION}")
# 마포대로 89, 24평 말고 32평이에요: an address, and more than that
_CORRECTS = re.compile(f"{words_ko.CORRECTION}|{words_en.CORRECTION}|{words_ko.MOVE}")
_OF_A_BOOKING = re.compile(f"{words_ko.OF_A_BOOKING}|{words_en.OF_A_BOOKING}")
_SOMETHING = re.compile(f"{words_ko.LETTERS}{{2}}|[a-z]{{2}}|\\d")


def read(text: str, *, now: datetime, asking: str | None = None) -> Reading:
    """The meaning of a typed text.

    `now` is aware (ValueError otherwise); dates and times are read on a Korean clock. `asking` is the field that
    was just asked for: service, size_pyeong, area, date, time, address, confirm, night (consent for the night),
    or one of `FREE_TEXT`, whose answer comes back in `text` as typed. Rules: reference/TRANSCRIPTS.md §6.
    """
    moment = kst(now)
    asking = asking or None
    said = clean(text)
    if asking in FREE_TEXT and not said.startswith("/"):
        return _free_text(said)
    if command := read_command(said):
        return command
    line = written_out(normalise(said), asking)
    if asking == "night" and (_NIGHT_YES.fullmatch(line) or _NIGHT_NO.fullmatch(line)):
        return Reading(intent=Intent.NO if _NIGHT_NO.fullmatch(line) else Intent.YES)
    is_address = asking == "address" and has_address_part(line)
    if is_address and not _CORRECTS.search(line):
        return _address(said)
    moving = inside_intent(line) is Intent.RESCHEDULE
    found = find_all(line, original=said, now=moment, asking=asking, moving=moving)
    if is_address and not (found.day.said or found.hours.slot.said or found.size.said):
        return _address(said)
    intent = Intent.RESCHEDULE if found.shift.said else _intent(line, found, asking)
    if asking == "address" and _takes_as_address(intent, line, found):
        return _address(said)
    return _reading(intent, line, found, moment, asking)


def _free_text(said: str) -> Reading:
    line = normalise(said)
    whole = whole_intent(line)
    if whole in _LEAVE:
        return Reading(intent=whole or Intent.UNKNOWN, text=said)
    if line in _LEAVE_WORDS:
        return Reading(intent=inside_intent(line) or Intent.UNKNOWN, text=said)
    return Reading(intent=Intent.FILL if said else Intent.UNKNOWN, text=said)


def _address(said: str) -> Reading:
    address = " ".join(said.split())[:ADDRESS_CHARACTERS]
    area = district_of(address)
    unserved = None if area else find_places(normalise(address))[0].unserved
    return Reading(intent=Intent.FILL, address=address, area=area, unserved_area=unserved)


def _takes_as_address(intent: Intent, line: str, found: Findings) -> bool:
    """우리집: not an address yet, but meant as one; the caller says what is missing."""
    other = found.day.said or found.hours.slot.said or found.size.said or found.service.said
    meant = (
        intent in (Intent.FILL, Intent.UNKNOWN)
        and not other
        and not _CORRECTION.search(line)
        and not _UNSURE.search(line)
    )
    return meant and bool(_SOMETHING.search(line))


def _intent(line: str, found: Findings, asking: str | None) -> Intent:
    if whole := whole_intent(line) or whole_intent(found.masked):
        return whole
    inside = inside_intent(found.masked)
    drafting = asking in DRAFT_FIELDS
    if found.without_add_ons and inside in (Intent.CANCEL, Intent.KEEP):
        return Intent.FILL if drafting else Intent.EDIT  # 냉장고는 취소해 주세요
    if inside is Intent.RESCHEDULE and drafting and not _OF_A_BOOKING.search(line):
        return Intent.FILL if found.kinds else Intent.EDIT
    if inside is Intent.EDIT and found.kinds:
        return Intent.FILL if drafting else Intent.EDIT
    if inside is Intent.BOOK or (inside is None and found.kinds):
        return _book_or_fill(inside, found, asking)
    if inside is None and asking and _UNSURE.search(line):
        return Intent.FILL
    return inside or Intent.UNKNOWN


def _book_or_fill(inside: Intent | None, found: Findings, asking: str | None) -> Intent:
    if asking is not None and found.kinds:
        return Intent.FILL
    wants = inside is Intent.BOOK or asks_to_book(found.masked) or found.kinds > 1
    return Intent.BOOK if wants else Intent.FILL


def _reading(intent: Intent, line: str, found: Findings, now: datetime, asking: str | None) -> Reading:
    if intent is Intent.RESCHEDULE:
        return _either_day(_move(found), line)
    if intent in _VISIT:
        return _visit(intent, line, found, now, asking)
    past = found.day.why is Why.PAST and intent in _LOOKS_BACK
    keeps = intent is not Intent.JOBS and (found.day.why is None or past)
    reading = Reading(
        intent=intent,
        date=found.day.value if keeps else None,
        time=found.hours.slot.value,
        time_from=found.hours.time_from if intent in _WHICH_VISIT else None,
        time_to=found.hours.time_to if intent in _WHICH_VISIT else None,
        service=_sure(found.service) if intent in _WHICH_VISIT else None,
        language=_first(line, words_ko.LANGUAGES + words_en.LANGUAGES) if intent is Intent.LANG else None,
        text=_edited(line) if intent is Intent.EDIT else "",
    )
    return replace(reading, asks=_other_asks(intent, line, found))


def _visit(intent: Intent, line: str, found: Findings, now: datetime, asking: str | None) -> Reading:
    hours, day, places = found.hours, found.day, found.places
    if split := split_at(found.masked) if asking in DRAFT_FIELDS and inside_intent(line) is Intent.RESCHEDULE else 0:
        day, wished = _wish(found, split)
        hours = replace(hours, slot=wished)
    hour = hours.slot
    if hour.value and not day.why and day.value == now.date() and hour.value <= now.time():
        hour = Slot(why=Why.PAST)
    asks = (
        *question("date", day, tuple(day.choices)),
        *question("time", hour, tuple(hour.choices)),
        *question("size_pyeong", found.size, tuple(found.size.choices)),
        *question("area", places.slot, tuple(places.slot.choices)),
        *question("service", found.service, tuple(found.service.choices)),
    )
    if not found.kinds and asking and _UNSURE.search(line):
        asks = (Ask(field=asking, why=Why.UNSURE),)
    return Reading(
        intent=intent,
        date=_sure(day),
        time=_sure(hour),
        time_from=hours.time_from,
        time_to=hours.time_to,
        size_pyeong=_sure(found.size),
        area=_sure(places.slot),
        unserved_area=places.unserved,
        service=_sure(found.service),
        add_ons=found.add_ons,
        without_add_ons=found.without_add_ons,
        address=found.address,
        asks=asks,
    )


def _move(found: Findings) -> Reading:
    split = split_at(found.masked)
    to_day, to_time = _wish(found, split)
    from_day = settle_days(found.masked, [day for day in found.days if day.end <= split])
    from_time = settle(found.masked, [m for m in found.hours.mentions if m.end <= split])
    return Reading(
        intent=Intent.RESCHEDULE,
        date=_sure(from_day),
        time=_sure(from_time),
        to_date=_sure(to_day),
        to_time=_sure(to_time),
        time_from=found.hours.time_from,
        time_to=found.hours.time_to,
        shift_days=found.shift.days,
        shift_minutes=found.shift.minutes,
        asks=(*question("date", to_day, tuple(to_day.choices)), *question("time", to_time, tuple(to_time.choices))),
    )


def _either_day(moved: Reading, line: str) -> Reading:
    """토요일이나 일요일로: no visit as it is and as it shall be, but two that are wished for."""
    if moved.date is None or moved.to_date is None or not _OR.search(line):
        return moved
    ask = Ask(field="date", choices=(moved.date, moved.to_date), why=Why.EITHER)
    return replace(moved, date=None, to_date=None, asks=(*moved.asks, ask))


def _wish(found: Findings, split: int) -> tuple[Slot[date], Slot[time]]:
    """The day and hour wished for: those after `split`."""
    day = settle_days(found.masked, [day for day in found.days if day.start >= split])
    mentions = [m for m in found.hours.mentions if m.start >= split]
    if found.shift.said:
        return day, Slot()  # 늦게 is the direction, not a time of day
    return day, settle(
        found.masked, mentions
    ) if found.hours.mentions and not found.hours.time_from else found.hours.slot


def _other_asks(intent: Intent, line: str, found: Findings) -> tuple[Ask, ...]:
    if intent is Intent.OPTOUT and _QUIET.search(line) and not _ADVERTISING.search(line):
        return (Ask(field="optout", choices=("ads", "all"), why=Why.SCOPE),)
    if intent is not Intent.CANCEL:
        return ()
    if found.day.choices:
        return question("date", found.day, tuple(found.day.choices))
    if _WHICH.search(line) and found.day.value is None:
        return (Ask(field="reservation", why=Why.WHICH),)
    return ()


def _sure(slot: Slot[T]) -> T | None:
    return slot.value if slot.why is None else None


def _first(line: str, table: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for name, words in table if re.search(words, line)), None)


def _edited(line: str) -> str:
    """The field that is to be corrected, unless it is the one to leave alone: 주소 말고 평수."""
    for name, words in words_ko.EDIT_FIELDS + words_en.EDIT_FIELDS:
        match = re.search(words, line)
        if match and not re.match(words_ko.NOT_THIS, line[match.end() :]):
            return name
    return ""
