"""Korean as it is read: particles by sound, spoken and card times, dates and money."""

import re
from datetime import date, datetime, time

from services.shared_kernel.clock import kst

_WEEKDAYS = "월화수목금토일"
_CLOSING = " '\"’”」』)]}>.,!?…~"
_SHORT_DATE = re.compile(r"\d{1,2}/\d{1,2}(?:\([월화수목금토일]\))?$")
_CLOCK = re.compile(r"\d{1,2}:(\d\d)$")
_DIGITS = re.compile(r"[\d,]*\d$")
_NUMBER_SOUNDS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_PLACE_SOUNDS = ("십", "백", "천", "만")
_HUNDRED_MILLION_ZEROS = 8
_LETTER_SOUNDS = {"l": "엘", "m": "엠", "n": "엔", "r": "알"}  # the letters whose names end in a consonant
_WORD_ENDS = (
    (re.compile(r"(?:ng|m|n|[aeiou](?:ck|k|p|t|c|b))$", re.IGNORECASE), "ㅇ"),
    (re.compile(r"l$", re.IGNORECASE), "ㄹ"),
)
_SYMBOL_SOUNDS = {"%": "트", "㎡": "터", "원": "원", "+": "스"}
_NONE, _RIEUL = 0, 8  # index of the final consonant within a Hangul syllable


def josa(word: str, pair: str) -> str:
    """The word with the particle that fits how it is read: `josa("2:30", "으로/로")` → `2:30으로`.

    `pair` is written form-after-a-consonant/form-after-a-vowel: 은/는, 이/가, 을/를, 과/와, 으로/로, 이에요/예요.
    After ㄹ, 으로 becomes 로. Rule: 한글 맞춤법; ValueError if `pair` isn't two forms.
    """
    consonant, vowel = pair.split("/")
    final = _final(word)
    if final == _NONE or (final == _RIEUL and consonant.startswith("으로")):
        return word + vowel
    return word + consonant


def _final(word: str) -> int:
    bare = word.rstrip(_CLOSING)
    # 11/27(금) is read 십일월 이십칠일
    if _SHORT_DATE.search(word.rstrip(" '\"’”")):
        return _hangul_final("일")
    if clock := _CLOCK.search(bare):
        return _hangul_final("시" if clock[1] == "00" else "분")
    if digits := _DIGITS.search(bare):
        return _hangul_final(_number_sound(digits[0].replace(",", "")))
    last = bare[-1:]
    if "가" <= last <= "힣":
        return _hangul_final(last)
    if last in _SYMBOL_SOUNDS:
        return _hangul_final(_SYMBOL_SOUNDS[last])
    return _latin_final(bare)


def _hangul_final(syllable: str) -> int:
    return (ord(syllable) - ord("가")) % 28


def _number_sound(digits: str) -> str:
    """The last syllable of a number: 80000 → 만, 30 → 십, 27 → 칠."""
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros == 0 or not digits.strip("0"):
        return _NUMBER_SOUNDS[digits[-1]]
    if zeros >= _HUNDRED_MILLION_ZEROS:
        return "억"
    return _PLACE_SOUNDS[min(zeros, 4) - 1]


def _latin_final(word: str) -> int:
    match = re.search(r"[A-Za-z]+$", word)
    if not match:
        return _NONE
    letters = match[0]
    if letters.isupper() or len(letters) == 1:
        return _hangul_final(_LETTER_SOUNDS.get(letters[-1].lower(), "이"))
    sound = next((sound for ends, sound in _WORD_ENDS if ends.search(letters)), "")
    return {"ㄹ": _RIEUL, "ㅇ": 21}.get(sound, _NONE)


def spoken_time(moment: time | datetime) -> str:
    """As people say it: 오후 2시, 오후 2:30, 낮 12시, 밤 12:10. A datetime is put on the Korean clock."""
    local = _local_time(moment)
    half = "오전" if local.hour < 12 else "오후"
    if local.hour in (0, 12):
        half = "밤" if local.hour == 0 else "낮"
    hour = (local.hour - 1) % 12 + 1
    return f"{half} {hour}:{local.minute:02d}" if local.minute else f"{half} {hour}시"


def card_time(moment: time | datetime) -> str:
    """As cards and operators' screens show it: 14:00."""
    return f"{_local_time(moment):%H:%M}"


def short_date(day: date | datetime) -> str:
    """With its weekday: 11/27(금). A datetime is put on the Korean clock."""
    local = _local_date(day)
    return f"{local.month}/{local.day}({_WEEKDAYS[local.weekday()]})"


def button_date(day: date | datetime) -> str:
    """Without the weekday, where a label is short: 11/27."""
    local = _local_date(day)
    return f"{local.month}/{local.day}"


def spoken_moment(moment: datetime) -> str:
    """11/27(금) 오후 2시."""
    return f"{short_date(moment)} {spoken_time(moment)}"


def card_moment(moment: datetime) -> str:
    """11/27(금) 14:00."""
    return f"{short_date(moment)} {card_time(moment)}"


def card_span(starts_at: datetime, ends_at: datetime) -> str:
    """11/27(금) 14:00–17:00."""
    return f"{card_moment(starts_at)}–{card_time(ends_at)}"


def won(amount_krw: int) -> str:
    """80,000원."""
    return f"{amount_krw:,}원"


def _local_time(moment: time | datetime) -> time:
    return kst(moment).time() if isinstance(moment, datetime) else moment


def _local_date(day: date | datetime) -> date:
    return kst(day).date() if isinstance(day, datetime) else day
