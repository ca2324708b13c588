"""Short answers to the question just asked, written out: 32 → 32평, 2 → 2시, 금 → 금요일."""

import re

from bot.conversation.parse.numbers import NATIVE, SINO

_END = r"\s*(?:이?요|이에요|예요|입니다|쯤|정도|일?까요)?[.\s]*"
_COUNT = rf"(?:한\s+|약\s*|about\s+|around\s+)?(\d{{1,3}}|{NATIVE}|{SINO})"

_REWRITES: dict[str, tuple[tuple[str, str], ...]] = {
    "size_pyeong": (
        (rf"(59|84){_END}", r"\1타입"),
        (_COUNT + _END, r"\1평"),
        (rf"{_COUNT}\s*(?:~|-|에서|이?나)\s*(\d{{1,3}}){_END}", r"\1~\2평"),
    ),
    "date": (
        (rf"(\d{{1,2}}){_END}", r"\1일"),
        (rf"([01]\d)([0-3]\d){_END}", r"\1/\2"),
        (rf"([월화수목금토일]){_END}", r"\1요일"),
        (rf"((?:이번|다음|담|다다음)\s*주)\s*([월화수목금토일]){_END}", r"\1 \2요일"),
    ),
    "time": (
        (rf"(\d\d)(\d\d){_END}", r"\1:\2"),
        (rf"(오전|오후|아침|저녁|낮)?\s*(\d{{1,2}}|{NATIVE}){_END}", r"\1\2시"),
        (rf"(\d{{1,2}}|{NATIVE})\s*반{_END}", r"\1시반"),
        (rf"(\d{{1,2}})[\s.](\d\d){_END}", r"\1시\2분"),
        (rf"(\d{{1,2}})\s*(?:~|-|에서)\s*(\d{{1,2}}){_END}", r"\1~\2시"),
    ),
    "add_ons": (
        (
            r"(?:네\s*)?(?:없어|없음|없습니다|괜찮아|괜찮습니다|됐어|필요\s*없어|안\s*할게|추가\s*안\s*(?:해|할게)|none|nothing)"
            + _END,
            "아니",
        ),
    ),
    "service": ((rf"(?:우리\s*)?집{_END}", "집청소"),),
}
# It is four as well (네 시), but never by itself.
_YES = re.compile(r"네[\s,.~]*")
_PATTERNS = {field: tuple((re.compile(said), full) for said, full in rows) for field, rows in _REWRITES.items()}


def written_out(text: str, asking: str | None) -> str:
    """The text with a short answer to `asking` completed; any other text as it is."""
    if _YES.fullmatch(text):
        return text
    for said, full in _PATTERNS.get(asking or "", ()):
        if match := said.fullmatch(text):
            return match.expand(full)
    return text
