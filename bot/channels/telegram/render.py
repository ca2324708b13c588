"""A card as Telegram shows it: HTML texts that fit into a message, and rows of buttons below the last. Pure.

Limits: https://core.telegram.org/bots/api#sendmessage, https://core.telegram.org/bots/api#inlinekeyboardbutton
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from services.shared_kernel.card import Button, Card

LONGEST_TEXT = 4096
# Quick replies are short: so many letters fit beside each other on a narrow phone.
ROW_LETTERS = 18
ROW_BUTTONS = 3

Rows = Sequence[Sequence[Button]]

_SENTENCES = re.compile(r".*?(?:[.!?…](?=\s)\s+|\n+|$)", re.DOTALL)
_WORDS = re.compile(r"\S*\s*")


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message."""

    text: str
    rows: Rows = ()
    shares: Sequence[Button] = ()


def bubbles(card: Card) -> Sequence[Bubble]:
    """What to send, in order; nothing for a card that says nothing."""
    texts = [text for text in _packed(_pieces(card)) if text]
    rows = [[button for button in row if _is_drawn(button)] for row in _rows(card)]
    rows = [row for row in rows if row]
    shown = [Bubble(text=text) for text in texts]
    return [*shown[:-1], *(replace(last, rows=rows, shares=card.shares) for last in shown[-1:])]


def _pieces(card: Card) -> Iterator[str]:
    """HTML that may not be cut, each with the space that follows it."""
    if card.title:
        yield f"<b>{escape(card.title, quote=False)}</b>\n"
    for sentence in _SENTENCES.findall(card.text):
        yield from _short(sentence)
    if card.items and (card.title or card.text):
        yield "\n\n" if card.text else "\n"
    for item in card.items:
        yield f"<b>{escape(item.name, quote=False)}</b>  "
        yield from _short(f"{item.value}\n")
    for button in (*card.buttons, *card.quick_replies):
        if button.url and not _is_drawn(button):
            yield f"\n{escape(button.label, quote=False)}: {escape(button.url, quote=False)}"


def _short(plain: str) -> Iterator[str]:
    """The text in HTML, in one piece if it can be, else by words, and a word that is too long by letters."""
    if _length(escape(plain, quote=False)) <= LONGEST_TEXT:
        yield escape(plain, quote=False)
        return
    for word in _WORDS.findall(plain):
        if _length(escape(word, quote=False)) <= LONGEST_TEXT:
            yield escape(word, quote=False)
        else:
            yield from (escape(letter, quote=False) for letter in word)


def _packed(pieces: Iterator[str]) -> Iterator[str]:
    """As many pieces to a text as fit."""
    text, length = "", 0
    for piece in pieces:
        more = _length(piece)
        if length + more > LONGEST_TEXT:
            yield text.strip()
            text, length = "", 0
        text, length = text + piece, length + more
    yield text.strip()


def _length(text: str) -> int:
    """As Telegram counts, in UTF-16 units; tags count here and not there, which errs on the safe side."""
    return len(text.encode("utf-16-le")) // 2


def _is_drawn(button: Button) -> bool:
    """Telegram refuses a button to an address of this machine, and the whole message with it: those go in the text."""
    return not button.url or button.url.startswith("https://")


def _rows(card: Card) -> Iterator[list[Button]]:
    if card.side_by_side:
        yield list(card.buttons)
    else:
        yield from ([button] for button in card.buttons)
    row: list[Button] = []
    for button in card.quick_replies:
        if row and (len(row) == ROW_BUTTONS or sum(len(each.label) for each in (*row, button)) > ROW_LETTERS):
            yield row
            row = []
        row.append(button)
    yield row
