"""The date of a visit: finds every day that a text names."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.conversation.parse import calendar, words_en, words_ko
from bot.conversation.parse.calendar import Day
from bot.conversation.parse.numbers import NUMBER, SINO, SINO_TENS, to_int
from bot.conversation.parse.slot import DATE, mask

_Reader = Callable[[re.Match[str], date], Day]

_MONTH_KO = r"(?:(?P<rel>다다음|다음|담|내|이번|요번|이)\s*달|(?P<month>(?<!\d)\d{1,2}|십[일이]?|[일이삼사오육유칠팔구시])\s*월)"
_WEEKDAY_KO = rf"(?P<day>[{words_ko.WEEKDAYS}])(?:요일|욜)"
_WEEK_KO = "|".join(words for words, _ in words_ko.WEEK_OFFSETS)
_ORDINAL_KO = "|".join(words for words, _ in words_ko.ORDINALS)
_COUNTS_KO = "|".join(sorted(words_ko.DAY_COUNTS, key=len, reverse=True))
_MONTH_EN = r"\b(?P<month>" + "|".join(words_en.MONTHS) + r")\b\.?"
_WEEKDAY_EN = r"\b(?P<day>" + "|".join(words_en.WEEKDAYS) + r")s?\b"
_ORDINAL_EN = "|".join(words for words, _ in words_en.ORDINALS)
# 2주 뒤 토요일 is that week's Saturday
_NO_WEEKDAY = rf"(?!\s*(?:에|의)?\s*[{words_ko.WEEKDAYS}](?:요일|욜))"
_LATER = r"\s*(?:뒤|후|있다가|지나서|이따가)"
_YEAR_WORDS = {"작년": -1, "지난해": -1, "내년": 1, "다음해": 1, "올해": 0, "금년": 0}


def _index(word: str, tables: tuple[str, ...]) -> int:
    return next(index for index, words in enumerate(tables) if re.fullmatch(words, word))


def _lookup(word: str, table: tuple[tuple[str, int], ...]) -> int:
    return next(value for words, value in table if re.fullmatch(words, word))


def _month_number(word: str) -> int:
    return {"시": 10, "유": 6}.get(word) or to_int(word)


def _full(match: re.Match[str], today: date) -> Day:
    year = int(match[1])
    return calendar.exactly(year + 2000 if year < 100 else year, int(match[2]), int(match[3]), today)


def _month_day(match: re.Match[str], today: date) -> Day:
    day = to_int(match["date"])
    if match["rel"]:
        year, month = calendar.month_after(today, _relative_month(match["rel"]))
        return calendar.exactly(year, month, day, today)
    word = (match["year"] or "").replace(" ", "")
    if word:
        return calendar.exactly(today.year + _YEAR_WORDS[word], _month_number(match["month"]), day, today)
    return calendar.without_year(_month_number(match["month"]), day, today)


def _relative_month(word: str) -> int:
    return {"다다음": 2, "다음": 1, "담": 1, "내": 1}.get(word, 0)


def _month_day_en(match: re.Match[str], today: date) -> Day:
    month, day = _index(match["month"], words_en.MONTHS) + 1, int(match["date"])
    if match["year"]:
        return calendar.exactly(int(match["year"]), month, day, today)
    return calendar.without_year(month, day, today)


def _slashed(match: re.Match[str], today: date) -> Day:
    first, second = int(match[1]), int(match[2])
    if first > 12 >= second:
        first, second = second, first
    return calendar.without_year(first, second, today)


def _day_of_month(match: re.Match[str], today: date) -> Day:
    return calendar.day_of_month(to_int(match["date"]), today, surely=match["mark"] is not None)


def _ordinal_of_month(match: re.Match[str], today: date) -> Day:
    return calendar.day_of_month(int(match["date"]), today, surely=True)


def _nth_weekday(match: re.Match[str], today: date) -> Day:
    count = _lookup(match["nth"], words_ko.ORDINALS)
    weekday = words_ko.WEEKDAYS.index(match["day"])
    if match["rel"]:
        return calendar.nth_weekday(*calendar.month_after(today, _relative_month(match["rel"])), count, weekday, today)
    if match["month"]:
        return calendar.nth_weekday_of(_month_number(match["month"]), count, weekday, today)
    return calendar.nth_weekday_of(None, count, weekday, today)


def _nth_weekday_en(match: re.Match[str], today: date) -> Day:
    count = _lookup(match["nth"], words_en.ORDINALS)
    weekday = _index(match["day"], words_en.WEEKDAYS)
    if match["rel"]:
        return calendar.nth_weekday(*calendar.month_after(today, match["rel"] == "next"), count, weekday, today)
    return calendar.nth_weekday_of(_index(match["month"], words_en.MONTHS) + 1, count, weekday, today)


def _last_day(match: re.Match[str], today: date) -> Day:
    if match["month"]:
        return calendar.last_day_of(_month_number(match["month"]), today)
    return calendar.last_day(*calendar.month_after(today, _relative_month(match["rel"] or "")), today)


def _days_later(match: re.Match[str], today: date) -> Day:
    return calendar.certain(today + timedelta(days=to_int(match[1])))


def _weeks_later(match: re.Match[str], today: date) -> Day:
    return calendar.certain(today + timedelta(weeks=to_int(match[1])))


def _counted_later(match: re.Match[str], today: date) -> Day:
    return calendar.certain(today + timedelta(days=words_ko.DAY_COUNTS[match[1]]))


def _month_later(_: re.Match[str], today: date) -> Day:
    return calendar.a_month_later(today)


def _later_en(match: re.Match[str], today: date) -> Day:
    count = 1 if match[1] in ("a", "one") else to_int(match[1])
    if match[2].startswith("month"):
        return calendar.a_month_later(today) if count == 1 else calendar.vague()
    return calendar.certain(today + timedelta(days=count * (7 if match[2].startswith("week") else 1)))


def _weekday_ko(match: re.Match[str], today: date) -> Day:
    weekday = words_ko.WEEKDAYS.index(match["day"])
    if match["week"]:
        return calendar.weekday_of_week(weekday, _lookup(match["week"], words_ko.WEEK_OFFSETS), today)
    return calendar.weekday(
        weekday, today, near=match["near"] in ("이번", "요번"), after=match["near"] in ("다음", "담")
    )


def _weekday_en(match: re.Match[str], today: date) -> Day:
    weekday = _index(match["day"], words_en.WEEKDAYS)
    week = match["week"] or match["week2"]
    if week:
        return calendar.weekday_of_week(weekday, _lookup(week, words_en.WEEK_OFFSETS), today)
    near = match["near"] or ""
    return calendar.weekday(weekday, today, near=near == "this", after=near == "next", coming="coming" in near)


def _weekend_ko(match: re.Match[str], today: date) -> Day:
    return calendar.weekend(_lookup(match["week"], words_ko.WEEK_OFFSETS) if match["week"] else 0, today)


def _weekend_en(match: re.Match[str], today: date) -> Day:
    return calendar.weekend(1 if match["near"] == "next" else 0, today)


def _week_ko(match: re.Match[str], today: date) -> Day:
    return calendar.week(_lookup(match[0], words_ko.WEEK_OFFSETS), today)


def _week_en(match: re.Match[str], today: date) -> Day:
    return calendar.week(_lookup(match[0], words_en.WEEK_OFFSETS), today)


def _vague(_: re.Match[str], today: date) -> Day:
    return calendar.vague()


def _shifted(days: int) -> _Reader:
    return lambda _match, today: calendar.certain(today + timedelta(days=days), today)


def _yearly(month: int, day: int) -> _Reader:
    return lambda _match, today: calendar.without_year(month, day, today)


# From the most particular to the least: each match is masked before the next is tried
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    *((re.compile(words), _yearly(month, day)) for words, month, day in words_ko.HOLIDAYS + words_en.HOLIDAYS),
    (re.compile(r"(?<!\d)(20\d\d)\s*(?:년|[-./])\s*(\d{1,2})\s*(?:월|[-./])\s*(\d{1,2})(?!\d)\s*일?"), _full),
    (re.compile(r"(?<!\d)(20\d\d)([01]\d)([0-3]\d)(?!\d)"), _full),
    (re.compile(r"(?<![\d./-])(\d\d)[./-](\d{1,2})[./-](\d{1,2})(?![\d/-])"), _full),
    (re.compile(rf"(?:(?P<year>작년|지난\s*해|내년|다음\s*해|올해|금년)\s*)?{_MONTH_KO}\s*(?P<date>\d{{1,2}}|{SINO})\s*일(?!요일|욜)"), _month_day),
    (re.compile(rf"(?:{_MONTH_KO}\s*의?\s*)?(?P<nth>{_ORDINAL_KO})\s*주?\s*{_WEEKDAY_KO}"), _nth_weekday),
    (re.compile(rf"(?:{_MONTH_KO}\s*)?(?:말일|마지막\s*날)"), _last_day),
    (re.compile(rf"\b(?P<nth>{_ORDINAL_EN})\s+{_WEEKDAY_EN}\s+(?:of|in)\s+(?:{_MONTH_EN}|(?:the\s+)?(?P<rel>this|next)\s+month)"), _nth_weekday_en),
    (re.compile(rf"{_MONTH_EN}\s*(?P<date>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s*(?P<year>20\d\d))?"), _month_day_en),
    (re.compile(rf"(?<!\d)(?P<date>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH_EN}(?:,?\s*(?P<year>20\d\d))?"), _month_day_en),
    (re.compile(r"(?<![\d./-])(\d{1,2})\s?[/.-]\s?(\d{1,2})(?!\d|[/-]|\.\d|\s*(?:시|평|룸|%|번|호|층|동))"), _slashed),
    (re.compile(rf"({NUMBER})\s*일{_LATER}"), _days_later),
    (re.compile(rf"({_COUNTS_KO}){_LATER}{_NO_WEEKDAY}"), _counted_later),
    (re.compile(rf"({NUMBER})\s*주일?{_LATER}{_NO_WEEKDAY}"), _weeks_later),
    (re.compile(rf"(?:한|1)\s*(?:달|개월){_LATER}"), _month_later),
    (re.compile(rf"\bin\s+(a|{NUMBER})\s+(days?|weeks?|months?)\b"), _later_en),
    (re.compile(rf"\b(a|{NUMBER})\s+(days?|weeks?|months?)\s+(?:later|from (?:now|today))"), _later_en),
    (re.compile(r"(?<!\d)(?P<date>\d{1,2})(?:st|nd|rd|th)\b"), _ordinal_of_month),
    (re.compile(rf"(?<![\d/.])(?P<date>\d{{1,2}}|{SINO_TENS})\s*일(?!요일|욜|\s*(?:전|간|동안|째))(?P<mark>날|에|(?=\s?(?:거|꺼|것|예약|방문|로)))?"), _day_of_month),
    *((re.compile(words), _shifted(days)) for words, days in words_ko.DAY_WORDS + words_en.DAY_WORDS),
    (re.compile(rf"(?:(?P<week>{_WEEK_KO})\s*(?:의|에|중에)?\s*|(?P<near>이번|요번|다음|담)\s*)?{_WEEKDAY_KO}"), _weekday_ko),
    (re.compile(rf"(?:\b(?P<week>next week|this week)(?:'s| on)?\s+|\b(?P<near>next|this coming|coming|this)\s+)?{_WEEKDAY_EN}(?:\s+(?P<week2>next week|this week))?"), _weekday_en),
    (re.compile(rf"(?:(?P<week>{_WEEK_KO})\s*)?주말"), _weekend_ko),
    (re.compile(r"(?:\b(?P<near>this|next)\s+)?\bweekends?\b"), _weekend_en),
    (re.compile(_WEEK_KO), _week_ko),
    (re.compile(r"\b(?:the week after next|next week|this week|last week)\b"), _week_en),
    (re.compile(f"{words_ko.VAGUE_DAYS}|{words_en.VAGUE_DAYS}"), _vague),
)  # fmt: skip

_LETTERS = re.compile(r"(?<![가-힣])([월화수목금토일](?:\s*[,/·]?\s*[월화수목금토일]){1,3})(?![가-힣])")
_LETTER = re.compile(r"(?<![가-힣])([월화수목금토])(?=\s*\ue001)|\(([월화수목금토일])\)")


def find_days(text: str, today: date) -> tuple[list[Day], str]:
    """Every day that the text names, in the order of the text, and the text without them."""
    days: list[Day] = []
    for pattern, read in _READERS:
        matches = [match for match in pattern.finditer(text) if match[0]]
        days += [read(match, today).at(*match.span()) for match in matches]
        text = mask(text, (match.span() for match in matches), DATE)
    for match in [*_LETTERS.finditer(text), *_LETTER.finditer(text)]:
        letters = [c for c in match[0] if c in words_ko.WEEKDAYS]
        days += [calendar.weekday(words_ko.WEEKDAYS.index(c), today).at(*match.span()) for c in letters]
        text = mask(text, [match.span()], DATE)
    return calendar.same_week(sorted(days, key=lambda day: day.start), today), text
