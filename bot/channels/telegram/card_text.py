"""A card as Telegram shows it: HTML in messages of at most 4096 characters, and rows of buttons below the last. Pure.

Telegram counts characters as UTF-16 does, and after it has read the tags; here the tags count, too, so that no message
is ever too long. See https://core.telegram.org/bots/api#sendmessage and #html-style.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from services.shared_kernel.card import Button, Card

MOST_CHARACTERS = 4096

# After a full stop, question or exclamation mark, and before every new line; the blank stays with what follows.
_SENTENCES = re.compile(r"(?<=[.!?。…])(?=\s)|(?<=\S)(?=\s*\n)")


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """What is never cut: HTML, and what stands before it unless it begins a message."""

    html: str
    gap: str = ""


def parts(card: Card, most: int = MOST_CHARACTERS) -> Sequence[str]:
    """The messages, in their order; none for a card without words. Cut between sentences, if it must be cut."""
    messages: list[str] = []
    for piece in _pieces(card, most):
        longer = messages[-1] + piece.gap + piece.html if messages else piece.html
        if messages and _length(longer) <= most:
            messages[-1] = longer
        else:
            messages.append(piece.html)
    return messages


def keyboard_rows(card: Card) -> Sequence[Sequence[Button]]:
    """Buttons one below the other, unless the card wants them side by side; quick replies two in a row."""
    across = 2 if card.side_by_side else 1
    return [*_rows(card.buttons, across), *_rows(card.quick_replies, 2)]


def _rows(buttons: Sequence[Button], across: int) -> Iterator[Sequence[Button]]:
    for start in range(0, len(buttons), across):
        yield buttons[start : start + across]


def _pieces(card: Card, most: int) -> Iterator[_Piece]:
    for number, html in enumerate(_cut(card.title, most, bold=True)):
        yield _Piece(html=html, gap=" " if number else "")
    for number, sentence in enumerate(_SENTENCES.split(card.text.strip())):
        words = sentence.strip()
        gap = sentence[: len(sentence) - len(sentence.lstrip())] if number else "\n\n"
        for html in _cut(words, most):
            yield _Piece(html=html, gap=gap)
            gap = " "
    for number, item in enumerate(card.items):
        name = f"<b>{escape(item.name, quote=False)}</b> "
        for place, html in enumerate(_cut(item.value, most - _length(name))):
            gap = " " if place else "\n" if number else "\n\n"
            yield _Piece(html=html if place else name + html, gap=gap)


def _cut(words: str, most: int, *, bold: bool = False) -> Iterator[str]:
    """As HTML; what is longer than a whole message is cut between words, and where there are none, anywhere."""
    opens, closes = ("<b>", "</b>") if bold else ("", "")
    room = most - len(opens) - len(closes)
    rest = words.strip()
    while rest:
        taken = _fitting(rest, room)
        yield opens + escape(rest[:taken], quote=False) + closes
        rest = rest[taken:].lstrip()


def _fitting(words: str, room: int) -> int:
    """How many characters of it fit."""
    if _length(escape(words, quote=False)) <= room:
        return len(words)
    used = count = 0
    while used + (more := _length(escape(words[count], quote=False))) <= room:
        used, count = used + more, count + 1
    blank = words.rfind(" ", 1, count)
    return blank if blank > 0 else max(count, 1)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
