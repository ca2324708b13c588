"""How large the place is, in pyeong (평)."""

import re

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.meaning import Why
from bot.conversation.parse.numbers import NUMBER, to_int
from bot.conversation.parse.slot import SIZE, Mention, Slot, mask, settle

SQUARE_METRES_PER_PYEONG = 3.3058
EXCLUSIVE_SHARE = 0.75  # of the supplied area that a flat is called by: 전용 59㎡ ≈ 24평형, 84㎡ ≈ 34평형
LARGEST_PYEONG = 999

_UNIT = r"(?:평(?!일|소|균|생|점|범|상)형?|py\b|pyeongs?\b|pyung\b|p'?yong\b)"
_RANGE = re.compile(rf"({NUMBER})\s*{_UNIT}?\s*(?:~|-|에서|이?나|또는|아니면|or|to)\s*({NUMBER})\s*{_UNIT}(?!대)")
_ROUGH = re.compile(rf"{NUMBER}\s*{_UNIT}\s*(?:대(?!\s*로)|초반|중반|후반|넘|이상|이하|미만)")
_SQUARE = re.compile(
    r"(?:(전용|공급|분양)\s*(?:면적)?\s*)?(?<![\d.])(\d{1,4})(?:\.\d+)?\s*"
    r"(?:제곱\s*(?:미터|미타|메타)?|m2|㎡|m²|sqm\b|sq\.? ?m(?:et(?:er|re)s?)?\b|square ?met(?:er|re)s?|헤베|회배)"
)
_DECIMAL = re.compile(rf"(?<![\d.])(\d{{1,3}})\.\d+\s*{_UNIT}")
_PLAIN = re.compile(rf"({NUMBER})\s*{_UNIT}")
_ROOMS = re.compile(f"{words_ko.ROOMS}|{words_en.ROOMS}|square feet|sq ?ft")
_MODEL_FLAT = re.compile(r"(?:전용\s*)?(59|84)\s*(?:타입|형)?\s*[ab]?\s*(?:이?요|이에요|예요)?")


def find_size(text: str, *, answering: bool) -> tuple[Slot[int], str]:
    """The size in pyeong and the text without it. `answering`: the size was just asked for."""
    mentions: list[Mention[int]] = []
    if answering and (flat := _MODEL_FLAT.fullmatch(text)):
        return _square_metres(int(flat[1]), "전용" if "전용" in text else None, plain=int(flat[1])), mask_all(text)
    for pattern, read in _READERS:
        found = list(pattern.finditer(text))
        mentions += [read(match) for match in found]
        text = mask(text, (match.span() for match in found), SIZE)
    slot = settle(text, sorted(mentions, key=lambda m: m.start))
    rooms = _ROOMS.search(text)
    if rooms and not slot.said:
        return Slot(why=Why.VAGUE), mask(text, [rooms.span()], SIZE)
    return slot, text


def mask_all(text: str) -> str:
    """All of it was the size."""
    return mask(text, [(0, len(text))], SIZE)


def _square_metres(metres: int, kind: str | None, *, plain: int | None = None) -> Slot[int]:
    supplied = plain or round(metres / SQUARE_METRES_PER_PYEONG)
    exclusive = round(metres / EXCLUSIVE_SHARE / SQUARE_METRES_PER_PYEONG)
    choices = {"전용": (exclusive,), "공급": (supplied,), "분양": (supplied,)}.get(kind or "", (supplied, exclusive))
    return Slot(choices=choices, why=Why.SQUARE_METRES)


def _read_range(match: re.Match[str]) -> Mention[int]:
    return _ask(match, (to_int(match[1]), to_int(match[2])), Why.EITHER)


def _read_rough(match: re.Match[str]) -> Mention[int]:
    return _ask(match, (), Why.VAGUE)


def _read_square(match: re.Match[str]) -> Mention[int]:
    return _ask(match, _square_metres(int(match[2]), match[1]).choices, Why.SQUARE_METRES)


def _read_decimal(match: re.Match[str]) -> Mention[int]:
    return _ask(match, (int(match[1]), int(match[1]) + 1), Why.EITHER)


def _read_plain(match: re.Match[str]) -> Mention[int]:
    size = to_int(match[1])
    if not 0 < size <= LARGEST_PYEONG:
        return _ask(match, (), Why.NO_SUCH)
    return Mention(start=match.start(), end=match.end(), value=size)


def _ask(match: re.Match[str], choices: tuple[int, ...], why: Why) -> Mention[int]:
    return Mention(start=match.start(), end=match.end(), choices=choices, why=why)


_READERS = (
    (_RANGE, _read_range),
    (_ROUGH, _read_rough),
    (_SQUARE, _read_square),
    (_DECIMAL, _read_decimal),
    (_PLAIN, _read_plain),
)
