"""Which of several jobs a text means by its day and hour: 금요일 거, 4시 일, the one at 2 pm."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.conversation.parse.days import find_days
from bot.conversation.parse.findings import settle_days
from bot.conversation.parse.numbers import NATIVE, NUMBER, SINO_TENS, to_int
from bot.conversation.parse.slot import MARKS, TIME, mask
from services.shared_kernel.clock import kst

_AM, _PM = r"오전|아침|새벽|\bmorning\b", r"오후|저녁|낮|밤|\bafternoon\b|\bevening\b"
_LATER = re.compile(
    rf"(?:{NUMBER}\s*시간(?:\s*반)?(?:\s*{NUMBER}\s*분)?|{NUMBER}\s*분)\s*(?:뒤|후|이?따가?|있다가?)에?|"
    r"(?<![가-힣])(?:이따가?|나중에|(?:잠시|조금|좀)\s*(?:뒤|후|있다가?|이따가?)에?|곧|금방)(?=\s)|"
    rf"\b(?:in|after)\s+(?:an|a|half an|{NUMBER})\s*(?:hours?|hrs?|min(?:ute)?s?)\b|\bin a (?:bit|minute|moment)\b"
)
_CLOCK = re.compile(
    rf"(?:(?P<half>{_AM}|{_PM})\s*)?(?:(?P<hour>(?<!\d)\d{{1,2}}|{NATIVE}|{SINO_TENS})\s*시(?!간|작|키|도|급|험)"
    rf"(?:\s*(?P<minute>\d{{1,2}}|{SINO_TENS})\s*분|\s*(?P<thirty>반))?|(?<![\d:])(?P<hour24>\d{{1,2}}):(?P<minute24>\d\d)(?![\d:])"
    r"(?:\s*(?P<half24>am|pm)\b)?|(?<![\d:])(?P<hour12>\d{1,2})\s*(?P<half12>am|pm)\b|\bat\s+(?P<hourat>\d{1,2})(?![\d:/]))"
)
_HALF = re.compile(rf"(?<![가-힣])(?:(?P<am>{_AM})|(?P<pm>{_PM}))(?=\s|에|일|거|꺼|건|은|는|$)")
_AFTER_A_MARK = re.compile(
    r"(?:\b(?:the|on|for|this)\s+)*[\ue000-\ue004]+\s*(?:(?:날|에는|엔|에|은|는|도|의|쯤|까지|말고|빼고|아니고|that)(?=\s|$))?\s*"
    r"(?:(?P<noun>거|꺼|것|일|건|예약|방문|작업|jobs?|ones?|visits?)(?:은|는|을|를|만|도|요|말고)?(?=\s|$))?(?:\s*말고(?=\s|$))?"
)


@dataclass(frozen=True, kw_only=True)
class When:
    """The days and the hour that were said. `days` is None if none was; `names_job`: 금요일 거, rather than 금요일에."""

    days: tuple[date, ...] | None = None
    hour: int | None = None
    minute: int = 0
    half: str = ""
    exact: bool = False
    is_later: bool = False
    names_job: bool = False

    @property
    def said(self) -> bool:
        """Whether a day or an hour was said; 30분 뒤 is neither."""
        return self.days is not None or self.says_hour

    @property
    def says_hour(self) -> bool:
        """4시, 오후."""
        return self.hour is not None or bool(self.half)

    def fits(self, moment: datetime) -> bool:
        """Whether a visit that starts then can be meant."""
        local = kst(moment)
        if self.days is not None and local.date() not in self.days:
            return False
        if self.half and ("am" if local.hour < 12 else "pm") != self.half:
            return False
        if self.hour is None:
            return True
        same_hour = local.hour == self.hour if self.exact else local.hour % 12 == self.hour % 12
        return same_hour and local.minute == self.minute


def when_in(line: str, now: datetime) -> tuple[When, str]:
    """When, of a normalised line, and the line without it. `now` is aware."""
    later = _LATER.search(line)
    text = mask(line, [later.span()], TIME) if later else line
    clock = _CLOCK.search(text)
    text = mask(text, [clock.span()], TIME) if clock else text
    part = None if clock else _HALF.search(text)
    text = mask(text, [part.span()], TIME) if part else text
    found, masked = find_days(text, kst(now).date())
    day = settle_days(masked, list(found))
    days = (day.value, *day.choices) if day.value else day.choices
    hour, minute, half, exact = _read(clock) if clock else (None, 0, "", False)
    when = When(
        days=days if found else None, hour=hour, minute=minute, half=half or _half_of(part), exact=exact,
        is_later=later is not None, names_job=any(match["noun"] for match in _AFTER_A_MARK.finditer(masked)),
    )  # fmt: skip
    return when, re.sub(r"\s+", " ", MARKS.sub(" ", _AFTER_A_MARK.sub(" ", masked))).strip()


def _half_of(match: re.Match[str] | None) -> str:
    return "" if match is None else "am" if match["am"] else "pm"


def _read(match: re.Match[str]) -> tuple[int, int, str, bool]:
    said = match.groupdict()
    hour = to_int(next(said[name] for name in ("hour", "hour24", "hour12", "hourat") if said[name]))
    minute = 30 if said["thirty"] else to_int(said["minute"] or said["minute24"] or "0")
    word = said["half"] or said["half24"] or said["half12"] or ""
    half = "" if not word else "am" if re.fullmatch(f"am|{_AM}", word) else "pm"
    padded = bool(said["hour24"]) and len(said["hour24"]) == 2 and not half
    return hour, minute, half, hour > 12 or padded


_NTH = (
    r"(?:첫|1)\s*(?:번째?|째)|첫째|하나|일\s?번|①|1|(?:the )?(?:first|1st)|#1|number 1",
    r"(?:두|2)\s*(?:번째?|째)|둘째|이\s?번|②|2|(?:the )?(?:second|2nd)|#2|number 2",
    r"(?:세|3)\s*(?:번째?|째)|셋째|삼\s?번|③|3|(?:the )?(?:third|3rd)|#3|number 3",
)
_LAST = re.compile(r"(?:맨\s*)?(?:마지막|끝)|(?:the )?last")
_END = r"\s*(?:거|꺼|것|일|건|쪽|jobs?|ones?|으로|로|이?요|이에요|예요|입니다|만|할게요?|해\s?주세요|해\s?줘요?|please|\s)*+"
_ORDINALS = tuple(re.compile(f"(?:{words}){_END}") for words in _NTH)
_ENDS = re.compile(_END)


def nth_in(line: str, count: int) -> int | None:
    """Which of so many: 첫번째, 2번, the last one. None if it says none of them."""
    said = line.strip(" .,~")
    if _LAST.match(said) and _ENDS.fullmatch(_LAST.sub("", said, count=1)):
        return count - 1
    return next((at for at, words in enumerate(_ORDINALS[:count]) if words.fullmatch(said)), None)


def only_says_when(rest: str) -> bool:
    """Whether nothing is left but an ending: 4시요, 금요일 거."""
    return _ENDS.fullmatch(rest.strip(" .,~")) is not None


def fitting(moments: Iterable[datetime], when: When) -> list[int]:
    """The places of those that can be meant."""
    return [at for at, moment in enumerate(moments) if when.fits(moment)]
