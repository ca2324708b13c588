"""Which area a text names, and which places in it we don't serve."""

import re
from dataclasses import dataclass

from bot.conversation.parse import places_table as table
from bot.conversation.parse.meaning import Why
from bot.conversation.parse.slot import PLACE, Mention, Slot, mask, rejected, settle


def _longest_first(names: list[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_BY_NAME = {name: area for area, names in table.NAMES.items() for name in names}
_BY_NAME_EN = {name: area for area, names in table.NAMES_EN.items() for name in names.split()}
_CLEAR = ("마포", "서대문", "강남", "송파")  # nothing else is called so, even in the middle of unspaced writing
_AFTER = r"(?<![가-힣])|(?<=구)|(?<=시)|(?<=서울)|(?<=청소)"
_ROAD = r"(?![가-힣]{0,4}(?:대로|로|길)\s?\d)"
_DISTRICT = re.compile(rf"(?:{_AFTER})({_longest_first([*table.DISTRICTS, *table.UNSERVED_DISTRICTS])})")
_AMBIGUOUS = re.compile(rf"(?:{_AFTER}|\b)({_longest_first(list(table.AMBIGUOUS))})(?:역|동)?{_ROAD}")
_NAME = re.compile(
    rf"(?:(?:{_AFTER})({_longest_first(list(_BY_NAME))})(?:역|동|구청|구)?|({_longest_first(list(_CLEAR))})구?)"
    rf"{_ROAD}|\b({_longest_first(list(_BY_NAME_EN))})\b(?:-(?:gu|dong))?"
)
_UNSERVED = re.compile(
    # 고양이 is a cat
    rf"(?<![가-힣])(?:서울\s?)?({_longest_first(table.UNSERVED)})(?!(?<=고양)이)(?:광역시|특별시|시|도|구|동|역)?(?!\w*(?:대로|로|길)\s?\d)"
    rf"|\b({_longest_first(list(table.UNSERVED_EN))})\b"
)


@dataclass(frozen=True, kw_only=True)
class Places:
    """The area, or a question about it; a named place that we don't serve."""

    slot: Slot[str] = Slot()
    unserved: str | None = None


def find_places(text: str) -> tuple[Places, str]:
    """The area said in the text, and the text without it. A district outweighs a neighbourhood of the same name."""
    served, unserved, masked = _mentions(text)
    slot = settle(text, [m for m in served if m.why is None] or served)
    named = next((m.value for m in unserved if not rejected(text, m)), None)
    return Places(slot=slot, unserved=None if slot.value else named), masked


def areas_in(text: str) -> tuple[str, ...]:
    """Every area id that the text names, in order, for a cleaner who goes to several."""
    served, _, _ = _mentions(text.lower())
    return tuple(dict.fromkeys(m.value for m in served if m.value and not rejected(text, m)))


def district_of(address: str) -> str | None:
    """The area id that an address names by district, else by neighbourhood; None if neither, or if elsewhere."""
    districts = [match[1] for match in _DISTRICT.finditer(address)]
    if districts:
        return next((table.DISTRICTS[name] for name in districts if name in table.DISTRICTS), None)
    places, _ = find_places(address.lower())
    return places.slot.value if places.unserved is None and places.slot.why is None else None


def _mentions(text: str) -> tuple[list[Mention[str]], list[Mention[str]], str]:
    districts = list(_DISTRICT.finditer(text))
    served = [_at(match, table.DISTRICTS[match[1]]) for match in districts if match[1] in table.DISTRICTS]
    unserved = [_at(match, match[1]) for match in districts if match[1] not in table.DISTRICTS]
    text = mask(text, (match.span() for match in districts), PLACE)
    for match in (unclear := list(_AMBIGUOUS.finditer(text))):
        served.append(Mention(start=match.start(), end=match.end(), choices=table.AMBIGUOUS[match[1]], why=Why.EITHER))
    text = mask(text, (match.span() for match in unclear), PLACE)
    names = list(_NAME.finditer(text))
    # in 서초구 강남대로 or 중구 합동 the district tells where it is
    if not unserved:
        served += [_at(match, _area(match)) for match in names]
    text = mask(text, (match.span() for match in names), PLACE)
    elsewhere = list(_UNSERVED.finditer(text))
    unserved += [_at(match, match[1] or table.UNSERVED_EN[match[2]]) for match in elsewhere]
    text = mask(text, (match.span() for match in elsewhere), PLACE)
    return sorted(served, key=lambda m: m.start), unserved, text


def _area(match: re.Match[str]) -> str:
    return _BY_NAME.get(match[1] or match[2] or "") or _BY_NAME_EN[match[3]]


def _at(match: re.Match[str], value: str) -> Mention[str]:
    return Mention(start=match.start(), end=match.end(), value=value)
