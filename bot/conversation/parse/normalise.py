"""From what was typed to one plain line: no control characters, no emoji, one width, common typos put right."""

import re
import unicodedata

from bot.conversation.parse.words_ko import TYPOS

KEPT_CHARACTERS = 4_000  # a Telegram message has at most 4,096
READ_CHARACTERS = 400  # a request fits in far less; the recognisers need not read an essay

_COMPATIBILITY_JAMO = re.compile("[\u3130-\u318f]")
_NOISE = re.compile(r"[ㅋㅎㅠㅜㅡ^;!?\"“”‘’`…*_|<>\[\]{}]+")
_TILDE = re.compile(r"(?<![0-9시분일평pm])\s*~+|~+\s*(?![0-9가-힣])|~{2,}")
_SPACE = re.compile(r"\s+")
_TYPO = re.compile("|".join(sorted(map(re.escape, TYPOS), key=len, reverse=True)))


def clean(text: str) -> str:
    """The text as it can be kept: cut, composed (NFC), without control and invisible characters; lines stay."""
    composed = unicodedata.normalize("NFC", text[:KEPT_CHARACTERS])
    return "".join(c for c in composed if c == "\n" or unicodedata.category(c)[0] != "C").strip()


def normalise(text: str) -> str:
    """One lower-case line for the recognisers."""
    narrow = "".join(map(_narrow, text[:READ_CHARACTERS]))
    lowered = unicodedata.normalize("NFC", narrow).lower()
    quiet = _TILDE.sub(" ", _NOISE.sub(" ", lowered))
    spaced = _SPACE.sub(" ", quiet).strip()
    return _TYPO.sub(lambda found: TYPOS[found[0]], spaced)


def _narrow(character: str) -> str:
    # NFKC would turn the jamo of ㅇㅇ into another block, which nobody types
    if _COMPATIBILITY_JAMO.match(character):
        return character
    if unicodedata.category(character) in ("So", "Mn", "Me", "Cs", "Cf") and character not in "①②③④⑤㎡":
        return " " if unicodedata.category(character) == "So" else ""
    return unicodedata.normalize("NFKC", character).replace("–", "-").replace("—", "-").replace("−", "-")
