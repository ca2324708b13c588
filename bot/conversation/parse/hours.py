"""The time of day of a visit."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.meaning import Why
from bot.conversation.parse.numbers import ENGLISH, NATIVE, NUMBER, SINO, SINO_TENS, to_int
from bot.conversation.parse.slot import TIME, Mention, Slot, mask, settle

OPENS = time(8)
LAST_START = time(18)

_HALVES = {
    "am": r"오전|아침|am|a\.m\.?", "pm": r"오후|저녁|pm|p\.m\.?", "day": r"낮|점심", "dawn": r"새벽", "night": r"밤",
}  # fmt: skip
_HALF = "(?:" + "|".join(_HALVES.values()) + ")"
_HOUR = rf"(?:(?<!\d)\d{{1,2}}|{NATIVE}|{SINO_TENS}|영)"
_SI = r"\s*시(?!간|작|원|키|청(?!소)|켜|도(?!\s*(?:되|돼|될|가능|괜찮|좋|안|요?$))|술|범|장|급|험|절|대|점)"

_SPAN_KO = re.compile(rf"({_HOUR})\s*(?:시\s*)?(?:~|-|부터|에서)\s*(?={_HALF}?\s*{_HOUR}{_SI})")
_SPAN_EN = re.compile(r"(?<![\d/:.-])(\d{1,2})\s*(?:-|~|to|and|until)\s*(\d{1,2})\s*(am|pm|a\.m|p\.m)\b")
_BETWEEN = re.compile(r"\b(?:between|from)\s+(\d{1,2})\s*(?:and|to|-|until)\s*(\d{1,2})\b(?!\s*[:ap/일월])")

_CLOCK = re.compile(
    rf"(?:(?P<half>{_HALF})\s*(?:에\s*)?)?"
    rf"(?:(?P<hour>{_HOUR}){_SI}(?:\s*(?P<minute>{SINO}|\d{{1,2}})\s*분|\s*(?P<thirty>반)(?!포|지하|드시)|\s?(?P<bare>\d\d)(?!\s*[\d일월/.:년-]))?"
    rf"|(?<![\d:])(?P<hour24>\d{{1,2}})\s?:\s?(?P<minute24>\d\d)(?![\d:])\s*(?P<half24>am\b|pm\b|a\.m\.?|p\.m\.?)?"
    rf"|(?<![\d:])(?P<hour12>\d{{1,2}}|{ENGLISH})\s*(?:\.(?P<minute12>\d\d)\s*)?(?P<half12>am\b|pm\b|a\.m\.?|p\.m\.?)"
    rf"|(?<![a-z])at\s+(?P<hourat>\d{{1,2}}|{ENGLISH})(?![\d:/]|\s*[ap]\.?m)"
    rf"|(?P<houroc>\d{{1,2}}|{ENGLISH})\s*o'?\s?clock(?:\s*(?P<halfoc>am|pm|in the morning|in the afternoon))?"
    rf"|half\s+past\s+(?P<hourhp>\d{{1,2}}|{ENGLISH})"
    r"|(?P<noon>정오|\bnoon\b|\bmidday\b))"
)
_BOUND_FROM = re.compile(r"\s*(?:이후|부터|넘어|지나서|후)")
_BOUND_TO = re.compile(r"\s*(?:이전|전에|전까지|까지|안에)")
_AFTER_EN = re.compile(r"\bafter\s*$")
_BEFORE_EN = re.compile(r"\b(?:before|by|until)\s*$")
_JOIN = re.compile(r"\s*(?:~|-|부터|에서|and|to|until)\s*")
_FROM_TO = re.compile(r"에서|\bfrom\b")
_LATER = re.compile(
    rf"(?:({NUMBER})\s*시간\s*(반|30분)?|({NUMBER})\s*분)\s*(?:뒤|후|있다가?|이따가?)|"
    rf"\bin\s+(?:(an|{NUMBER})\s*hours?|({NUMBER})\s*min(?:ute)?s?)\b"
)
_PARTS = tuple((re.compile(words), time(a), time(b)) for words, a, b in words_ko.PARTS_OF_DAY + words_en.PARTS_OF_DAY)
_CLOSED = re.compile(f"{words_ko.CLOSED_PARTS}|{words_en.CLOSED_PARTS}")
_ANY = re.compile(f"{words_ko.ANY_TIME}|{words_en.ANY_TIME}")
_OTHER = re.compile(f"{words_ko.OTHER_TIME}|{words_en.OTHER_TIME}")
_VAGUE = re.compile(f"{words_ko.VAGUE_TIMES}|{words_en.VAGUE_TIMES}")


@dataclass(frozen=True, kw_only=True)
class Hours:
    """All that was said about the time of day; `on` is set by "in two hours"."""

    mentions: tuple[Mention[time], ...] = ()
    slot: Slot[time] = Slot()
    time_from: time | None = None
    time_to: time | None = None
    on: date | None = None


def find_hours(text: str, now: datetime, *, moving: bool = False) -> tuple[Hours, str]:
    """The time of day said in the text, and the text without it. `now` is on a Korean clock.

    `moving`: the text moves a visit, so that 10시에서 2시로 names two times and not what lies between.
    """
    spans = not (moving and _FROM_TO.search(text))
    if spans:
        text = _SPAN_EN.sub(r"\1\3-\2\3", _SPAN_KO.sub(r"\1시~", _BETWEEN.sub(r"between \1시 and \2시", text)))
    later = _LATER.search(text)
    if later:
        return _later(later, now), mask(text, [later.span()], TIME)
    matches = list(_CLOCK.finditer(text))
    mentions = [_read_clock(match) for match in matches]
    masked = mask(text, (match.span() for match in matches), TIME)
    if not mentions:
        return _without_clock(masked)
    bounds = _bounds(text, mentions) if spans else None
    if bounds:
        return Hours(mentions=tuple(mentions), slot=Slot(why=Why.VAGUE), time_from=bounds[0], time_to=bounds[1]), masked
    return Hours(mentions=tuple(mentions), slot=settle(text, mentions)), _mask_parts(masked)


def _later(match: re.Match[str], now: datetime) -> Hours:
    hours = match[1] or match[4]
    minutes = match[3] or match[5]
    length = timedelta(
        hours=(1 if hours == "an" else to_int(hours)) if hours else 0,
        minutes=(30 if match[2] else 0) + (to_int(minutes) if minutes else 0),
    )
    moment = now + length
    mention = _within(match.start(), match.end(), moment.time().replace(second=0, microsecond=0))
    return Hours(mentions=(mention,), slot=settle(match.string, [mention]), on=moment.date())


def _read_clock(match: re.Match[str]) -> Mention[time]:
    said = match.groupdict()
    start, end = match.span()
    if said["noon"]:
        return _within(start, end, time(12))
    hour = next(said[name] for name in ("hour", "hour24", "hour12", "hourat", "houroc", "hourhp") if said[name])
    minute = said["minute"] or said["bare"] or said["minute24"] or said["minute12"]
    minutes = 30 if said["thirty"] or said["hourhp"] else to_int(minute) if minute else 0
    half = said["half"] or said["half24"] or said["half12"] or said["halfoc"]
    padded = len(hour) == 2 and hour.startswith("0")
    return _clock(start, end, 0 if hour == "영" else to_int(hour), minutes, _half(half), padded)


def _half(word: str | None) -> str:
    if not word:
        return ""
    if word.startswith("in the"):
        return "am" if "morning" in word else "pm"
    return next(name for name, words in _HALVES.items() if re.fullmatch(words, word))


def _clock(start: int, end: int, hour: int, minute: int, half: str, padded: bool) -> Mention[time]:
    if hour > 24 or minute > 59:
        return Mention(start=start, end=end, why=Why.NO_SUCH)
    if half == "am" and hour >= 12:
        return Mention(start=start, end=end, choices=_choices(time(hour % 24, minute)), why=Why.EITHER)
    if not half and hour in (7, 8) and not padded:
        return Mention(start=start, end=end, choices=_choices(time(hour, minute)), why=Why.MORNING)
    return _within(start, end, time(_hour_24(hour, half, padded) % 24, minute))


def _hour_24(hour: int, half: str, padded: bool) -> int:
    afternoon = (
        (half == "pm" and hour < 12) or (half == "day" and hour < 7) or (not half and not padded and 0 < hour < 7)
    )
    if afternoon or (half == "night" and 5 < hour < 13):
        return hour + 12
    return 0 if half == "dawn" and hour == 12 else hour


def _choices(moment: time) -> tuple[time, ...]:
    return (moment,) if OPENS <= moment <= LAST_START else ()


def _within(start: int, end: int, moment: time) -> Mention[time]:
    if OPENS <= moment <= LAST_START:
        return Mention(start=start, end=end, value=moment)
    return Mention(start=start, end=end, why=Why.OUT_OF_HOURS)


def _bounds(text: str, mentions: list[Mention[time]]) -> tuple[time, time] | None:
    """2~4시 사이, 3시 이후, before noon: from when to when, within the day's starts."""
    values = [mention.value or (mention.choices[0] if mention.choices else None) for mention in mentions]
    if len(mentions) == 2 and _JOIN.fullmatch(text[mentions[0].end : mentions[1].start]):
        return (values[0] or OPENS, values[1] or LAST_START)
    if len(mentions) != 1 or values[0] is None:
        return None
    before, after = text[: mentions[0].start], text[mentions[0].end :]
    if _BOUND_FROM.match(after) or _AFTER_EN.search(before):
        return (values[0], LAST_START)
    if _BOUND_TO.match(after) or _BEFORE_EN.search(before):
        return (OPENS, values[0])
    return None


def _without_clock(text: str) -> tuple[Hours, str]:
    for words, begins, ends in _PARTS:
        if found := words.search(text):
            masked = mask(text, [found.span()], TIME)
            return Hours(slot=Slot(why=Why.VAGUE), time_from=begins, time_to=ends), masked
    for words, why in ((_CLOSED, Why.OUT_OF_HOURS), (_ANY, Why.ANY), (_OTHER, Why.OTHER), (_VAGUE, Why.VAGUE)):
        if found := words.search(text):
            # 아무때나 is about the day too, which is read next
            masked = text if why is Why.ANY else mask(text, [found.span()], TIME)
            return Hours(slot=Slot(why=why)), masked
    return Hours(), text


def _mask_parts(text: str) -> str:
    for words, _, _ in _PARTS:
        text = mask(text, (found.span() for found in words.finditer(text)), TIME)
    return text
