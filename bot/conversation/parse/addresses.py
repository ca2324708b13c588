"""Addresses: a road or a lot with its number, and what follows."""

import re

from bot.conversation.parse.slot import OTHER, mask

# 10시로 12, 토요일로 3: words that end like a road but aren't one
_NOT_A_ROAD = r"(?:요일|욜|시|평|일|분|번|원|어|카드|으|음|구|동|것|걸|거|주|말|전|후|대신|별)로"
_NUMBER = r"\d{1,5}(?:-\d{1,4})?(?!\d)(?!\s*(?:시|평|일|월|분|명|원|만|개|py|pm|am|[:/.]\d))"
_ROAD = rf"(?!{_NOT_A_ROAD})(?:(?!{_NOT_A_ROAD}\s)[가-힣a-zA-Z0-9·○●]){{1,15}}(?:대로|로|길)\s*(?:\d{{1,4}}(?:번|[가-하])?\s?길\s*)?{_NUMBER}"
_LOT = rf"[가-힣]{{2,6}}(?:동\d?가?|가|리)\s*(?:산\s?)?{_NUMBER}(?!\s*(?:동|호|층))"
_ROAD_EN = rf"\b[a-z]{{2,20}}(?:-|\s)?(?:daero|ro|gil)(?:\s?\d{{1,4}}(?:beon)?-gil)?,?\s*{_NUMBER}|\b\d{{1,5}}(?:-\d+)?,?\s+[a-z0-9]{{2,20}}-(?:daero|ro|gil)\b"
_PLACE = rf"(?:{_ROAD}|{_LOT}|{_ROAD_EN})"
_HEAD = r"(?:(?<!\S)[가-힣]{2,8}(?:특별시|광역시|시|도|구|군|읍|면|동)\s+|(?<!\S)서울\s+){0,4}"
_TAIL = r"(?:[,\s]*(?:[가-힣a-zA-Z0-9]{1,20}(?:아파트|빌라|오피스텔|빌딩|타워|맨션|하우스)|[가-힣]{2,10}(?=\s*\d+동)|\d{1,4}\s?동|[bB]?\d{1,4}\s?(?:호|층)|지하\s?\d?층?)){0,5}"

_ADDRESS = re.compile(_PLACE, re.IGNORECASE)
_IN_SENTENCE = re.compile(_HEAD + _PLACE + _TAIL, re.IGNORECASE)
_PART = re.compile(
    r"[가-힣](?:대로|로|길)\s?\d|\d\s?동(?![가-힣])|\d\s?호(?![가-힣])|[가-힣]{2}(?:아파트|빌라|오피스텔|빌딩|타워)"
)


def looks_like_address(text: str) -> bool:
    """Whether a cleaner could find it: a road name or a lot, with a building number."""
    return bool(_ADDRESS.search(text[:400]))


def has_address_part(text: str) -> bool:
    """Whether it is at least some part of an address: 101동 502호, OO아파트."""
    return looks_like_address(text) or bool(_PART.search(text))


def find_address(text: str, original: str) -> tuple[str | None, str]:
    """An address within a sentence, as it was typed where that can be told, and the text without it."""
    match = _IN_SENTENCE.search(text)
    if not match:
        return None, text
    typed = _IN_SENTENCE.search(original)
    return (typed or match)[0].strip(" ,"), mask(text, [match.span()], OTHER)
