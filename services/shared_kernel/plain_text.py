"""What people write, without what only steers: control characters and overrides of the reading direction."""

import re
import unicodedata

# U+202E and its kind let a text show itself, and what stands beside it, in another order than it is read.
# Joiners stay: emoji and some scripts are made with them. So do tabs and line ends.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def steers(text: str) -> bool:
    """Whether there is anything of the kind in it."""
    return _STEERING.search(text) is not None


def unsteered(text: str) -> str:
    """The text without it."""
    return _STEERING.sub("", text)


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in it."""
    return all(unicodedata.category(letter)[0] in "CZ" for letter in text)
