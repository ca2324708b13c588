"""All recognisers over one text, in their order: what one has read, the next doesn't see."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.addresses import find_address
from bot.conversation.parse.calendar import Day
from bot.conversation.parse.days import find_days
from bot.conversation.parse.hours import LAST_START, Hours, find_hours
from bot.conversation.parse.meaning import Why
from bot.conversation.parse.moves import Shift, find_shift
from bot.conversation.parse.places import Places, district_of, find_places
from bot.conversation.parse.sizes import find_size
from bot.conversation.parse.slot import OTHER, Slot, mask, rejected, settle

_MONEY_OR_PHONE = re.compile(
    r"(?:₩\s*)?\d[\d,]*\s*(?:만\s*)?(?:원|won\b)|₩\s*\d[\d,]*|\d+\s*만(?=\s)|(?<!\d)0\d{1,2}-?\d{3,4}-?\d{4}(?!\d)"
)
_SERVICES = tuple((name, re.compile(words)) for name, words in words_ko.SERVICES + words_en.SERVICES)
_ADD_ONS = tuple((name, re.compile(words)) for name, words in words_ko.ADD_ONS + words_en.ADD_ONS)
_RECURRING = re.compile(f"{words_ko.RECURRING}|{words_en.RECURRING}")
_ANY_DAY = re.compile(f"{words_ko.ANY_DAY}|{words_en.ANY_DAY}")
_OTHER_DAY = re.compile(f"{words_ko.OTHER_DAY}|{words_en.OTHER_DAY}")
_ALL_ADD_ONS = re.compile(words_ko.ALL_OF_THEM)
_NOT_ADD_ON = re.compile(words_ko.NOT_THIS_ONE)
_NOT_SERVICE = re.compile(rf"(?:\s*{words_ko.CLEANING})?{words_ko.NOT_THIS}")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything found in one text. `masked` is the text without the fields, for the words of intent."""

    masked: str
    address: str | None
    size: Slot[int]
    shift: Shift
    hours: Hours
    days: tuple[Day, ...]
    day: Slot[date]
    places: Places
    service: Slot[str]
    add_ons: tuple[str, ...]
    without_add_ons: tuple[str, ...]

    @property
    def kinds(self) -> int:
        """How many different fields were said."""
        place = self.places.slot.said or self.places.unserved is not None
        dated = self.day.said and (bool(self.days) or self.hours.on is None)  # 두 시간 뒤 says one thing, not two
        said = (
            dated,
            self.hours.slot.said,
            self.size.said,
            place,
            self.service.said,
            bool(self.address),
            bool(self.add_ons or self.without_add_ons),
        )
        return sum(said)


def find_all(line: str, *, original: str, now: datetime, asking: str | None, moving: bool) -> Findings:
    """Read every field of a normalised line. `now` is on a Korean clock."""
    service = _find_service(line)
    add_ons, without_add_ons = _find_add_ons(line)
    address, text = find_address(line, original)
    text = mask(text, (match.span() for match in _MONEY_OR_PHONE.finditer(text)), OTHER)
    size, text = find_size(text, answering=asking == "size_pyeong")
    shift, text = find_shift(text) if moving else (Shift(), text)
    hours, text = find_hours(text, now, moving=moving)
    days, text = find_days(text, now.date())
    days = [_made_sure(day, hours, now) for day in days]
    day = settle_days(text, days)
    hours, day, text = _any_or_other(text, hours, day, asking)
    places, masked = find_places(text)
    if address and (area := district_of(address)):
        places = Places(slot=Slot(value=area))
    return Findings(
        masked=masked, address=address, size=size, shift=shift, hours=hours, days=tuple(days), day=day,
        places=places, service=service, add_ons=add_ons, without_add_ons=without_add_ons,
    )  # fmt: skip


def settle_days(masked: str, days: list[Day]) -> Slot[date]:
    """One date of all the days that were named, or a question."""
    dated = {day.value.weekday() for day in days if day.weekday is None and day.value}
    # 11/27(금): the weekday repeats what the date says; 오늘 월요일 settles which Monday
    needed = [day for day in days if day.weekday not in dated or rejected(masked, day)]
    slot = settle(masked, list(needed))
    if _RECURRING.search(masked):
        return Slot(choices=(slot.value,) if slot.value and not slot.why else slot.choices, why=Why.RECURRING)
    return slot


def _made_sure(day: Day, hours: Hours, now: datetime) -> Day:
    if day.counted and day.value and not hours.slot.said:
        return replace(day, value=None, choices=(day.value, day.counted), why=Why.EITHER)
    if day.weekday is not None and len(day.choices) == 2 and now.time() >= (hours.slot.value or LAST_START):
        return replace(day, value=day.choices[1], choices=(), why=None)
    return day


def _any_or_other(text: str, hours: Hours, day: Slot[date], asking: str | None) -> tuple[Hours, Slot[date], str]:
    if hours.on and not day.said:
        return hours, Slot(value=hours.on), text
    if day.said:
        return hours, day, text
    if found := _OTHER_DAY.search(text):
        return hours, Slot(why=Why.OTHER), mask(text, [found.span()], OTHER)
    found = _ANY_DAY.search(text)
    if found and (asking == "date" or hours.slot.why is not Why.ANY):
        return replace(hours, slot=Slot()) if hours.slot.why is Why.ANY else hours, Slot(why=Why.ANY), text
    return hours, day, text


def _find_add_ons(line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that are wanted, and those that aren't: 창문 추가해 주세요, 냉장고는 빼고 다 해 주세요."""
    found = [(name, match) for name, words in _ADD_ONS for match in words.finditer(line)]
    without = tuple(dict.fromkeys(name for name, match in found if _NOT_ADD_ON.match(line, match.end())))
    named = tuple(name for name, _ in (_ADD_ONS if without and _ALL_ADD_ONS.search(line) else found))
    return tuple(dict.fromkeys(name for name in named if name not in without)), without


def _find_service(line: str) -> Slot[str]:
    found = [(name, match) for name, words in _SERVICES for match in words.finditer(line)]
    wanted = list(dict.fromkeys(name for name, match in found if not _NOT_SERVICE.match(line, match.end())))
    if len(wanted) > 1:
        return Slot(choices=tuple(wanted), why=Why.EITHER)
    if wanted:
        return Slot(value=wanted[0])
    return Slot(why=Why.EXCLUDED) if found else Slot()
