"""Moving a visit: from which day and hour to which, or by how much."""

import re
from dataclasses import dataclass

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.numbers import NUMBER, to_int
from bot.conversation.parse.slot import DATE, OTHER, TIME, mask

_COUNTS = "|".join(sorted(words_ko.DAY_COUNTS, key=len, reverse=True))
_MINUTES = re.compile(
    rf"({NUMBER})\s*시간\s*(반|30분)?|(?<!시)(?<!시\s)({NUMBER})\s*분(?!\s*(?:이|께))|\b(an|{NUMBER})\s+hours?\b|\b({NUMBER})\s+min(?:ute)?s?\b"
)
_DAYS = re.compile(rf"({_COUNTS})|(?<!\d)(\d{{1,2}})\s*일(?=\s*(?:만|뒤|후|더|정도|앞|미|늦|당|연기))|({NUMBER})\s*주(?:일)?(?=\s*(?:만|뒤|후|더|미|늦|당|연기))|"
                   rf"\b(a|one|{NUMBER})\s+(day|week)s?\b")  # fmt: skip
_EARLIER = re.compile(f"{words_ko.EARLIER}|{words_en.EARLIER}")
_FROM = re.compile(
    rf"[{DATE}{TIME}]\s*(?:에\s*)?(?:의\s*)?(?:꺼를?|거를?|것을?|껄|걸|예약을?|방문을?|청소를?|일정을?|에서|을|를|말고|booking|reservation|appointment|visit|cleaning|one)"
)
_TO_EN = re.compile(r"\bto\b(?!\w)")
_DATES = re.compile(f"{DATE}+")


@dataclass(frozen=True, kw_only=True)
class Shift:
    """By how much a visit moves; earlier is negative."""

    days: int | None = None
    minutes: int | None = None

    @property
    def said(self) -> bool:
        """Whether a shift was said."""
        return self.days is not None or self.minutes is not None


def find_shift(text: str) -> tuple[Shift, str]:
    """하루 미뤄줘, 30분만 당겨줘: the shift, and the text without it."""
    sign = -1 if _EARLIER.search(text) else 1
    if hours := _MINUTES.search(text):
        count = hours[1] or hours[4]
        minutes = 60 * (1 if count == "an" else to_int(count)) if count else to_int(hours[3] or hours[5])
        return Shift(minutes=sign * (minutes + (30 if hours[2] else 0))), mask(text, [hours.span()], OTHER)
    if days := _DAYS.search(text):
        return Shift(days=sign * _day_count(days)), mask(text, [days.span()], OTHER)
    return Shift(), text


def _day_count(match: re.Match[str]) -> int:
    if match[1]:
        return words_ko.DAY_COUNTS[match[1]]
    if match[2] or match[3]:
        return int(match[2]) if match[2] else 7 * to_int(match[3])
    return (1 if match[4] == "a" else to_int(match[4])) * (7 if match[5] == "week" else 1)


def split_at(masked: str) -> int:
    """Where, in a text with dates and times masked, the visit as it is ends and the wish begins; 0: all is wish."""
    if found := _FROM.search(masked):
        return found.end()
    if (found := _TO_EN.search(masked)) and re.search(f"[{DATE}{TIME}]", masked[: found.start()]):
        return found.end()
    dates = list(_DATES.finditer(masked))
    return dates[0].end() if len(dates) > 1 else 0
