"""Numbers as people write them: 24, 이십사, 스물네, twenty-four."""

import re

_SINO_DIGITS = {digit: value for value, digit in enumerate("영일이삼사오육칠팔구")}
_NATIVE_TENS = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90,
}  # fmt: skip
_NATIVE_ONES = {
    "하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "여덜": 8, "아홉": 9,
}  # fmt: skip
_ENGLISH_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_ENGLISH_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}


def _any(words: dict[str, int]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_D = "[일이삼사오육칠팔구]"
SINO = rf"(?:{_D}?백\s?(?:{_D}?십)?{_D}?|{_D}?십{_D}?|{_D})"
SINO_TENS = rf"(?:{_D}?십{_D}?)"
NATIVE = rf"(?:{_any(_NATIVE_TENS)}\s?{_any(_NATIVE_ONES)}?|{_any(_NATIVE_ONES)})"
ENGLISH = rf"(?:\b{_any(_ENGLISH_TENS)}(?:[- ]{_any(_ENGLISH_ONES)})?\b|\b{_any(_ENGLISH_ONES)}\b)"
NUMBER = rf"(?:(?<!\d)\d{{1,4}}|{NATIVE}|{SINO}|{ENGLISH})"

_NATIVE_PARTS = re.compile(rf"({_any(_NATIVE_TENS)})?\s?({_any(_NATIVE_ONES)})?")


def to_int(word: str) -> int:
    """The value of a text that `NUMBER` matched; ValueError for any other."""
    word = word.strip()
    if word.isdecimal():
        return int(word)
    native = _NATIVE_PARTS.fullmatch(word)
    if native and word:
        return _NATIVE_TENS.get(native[1] or "", 0) + _NATIVE_ONES.get(native[2] or "", 0)
    if word[0].isascii():
        return _english(word)
    return _sino(word.replace(" ", ""))


def _sino(word: str) -> int:
    total = digit = 0
    for letter in word:
        if letter in "십백":
            total += (digit or 1) * (10 if letter == "십" else 100)
            digit = 0
        elif letter in _SINO_DIGITS:
            digit = _SINO_DIGITS[letter]
        else:
            raise ValueError(f"not a number: {word}")
    return total + digit


def _english(word: str) -> int:
    parts = re.split(r"[- ]", word)
    if not all(part in _ENGLISH_TENS or part in _ENGLISH_ONES for part in parts):
        raise ValueError(f"not a number: {word}")
    return sum(_ENGLISH_TENS.get(part, 0) + _ENGLISH_ONES.get(part, 0) for part in parts)
