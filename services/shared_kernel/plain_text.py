"""What people write, without what only steers: control characters and overrides of the reading direction."""

import re
import unicodedata

# U+202E and its kind let a text show itself, and what stands beside it, in another order than it is read.
# Joiners stay: emoji and some scripts are made with them. So do tabs and line ends.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


# What shows nothing, or no more than a gap, wherever it stands: Unicode's Default_Ignorable_Code_Point
# (https://www.unicode.org/reports/tr44/), Hangul's fillers among them, and the blank of Braille.
_SHOWS_NOTHING = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def steers(text: str) -> bool:
    """Whether there is anything of the kind in it."""
    return _STEERING.search(text) is not None


def unsteered(text: str) -> str:
    """The text without it."""
    return _STEERING.sub("", text)


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in it."""
    return all(unicodedata.category(letter)[0] in "CZ" for letter in _SHOWS_NOTHING.sub("", text))


def as_read(text: str) -> str:
    """The text as its reader takes it: without what shows nothing and marks put onto letters, all forms of a letter
    as one. To look for words in, not to show."""
    letters = unicodedata.normalize("NFKC", _SHOWS_NOTHING.sub("", text))
    return "".join(
        " " if letter.isspace() else letter for letter in letters if letter.isspace() or _is_letter_of_its_own(letter)
    )


def _is_letter_of_its_own(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Mn", "Me")
