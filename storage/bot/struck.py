"""A card without what it said about somebody who was erased. Pure."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from services.shared_kernel.card import Button, Card

GONE = "***"
# Of what is shorter, the beginning could be anything's.
SHORTEST_BEGINNING = 6


def struck(card: Card, words: Collection[str], *, shortest: int = SHORTEST_BEGINNING) -> Card:
    """Buttons keep what they do: it names nobody."""

    def of(text: str) -> str:
        return struck_text(text, words, shortest=shortest)

    def without(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
        return tuple(replace(button, label=of(button.label)) for button in buttons)

    return replace(
        card,
        text=of(card.text),
        title=of(card.title),
        items=tuple(replace(item, value=of(item.value)) for item in card.items),
        buttons=without(card.buttons),
        quick_replies=without(card.quick_replies),
    )


def emptied(card: Card) -> Card:
    """Of what was said in a talk not even an excerpt stays."""
    return replace(card, text=GONE if card.text else "", items=())


def struck_value(value: Any, words: Collection[str], *, shortest: int = SHORTEST_BEGINNING) -> Any:
    """In what JSON holds: the texts, not the names that they stand under."""
    if isinstance(value, str):
        return struck_text(value, words, shortest=shortest)
    if isinstance(value, list):
        return [struck_value(one, words, shortest=shortest) for one in value]
    if isinstance(value, dict):
        return {name: struck_value(one, words, shortest=shortest) for name, one in value.items()}
    return value


def struck_text(text: str, words: Collection[str], *, shortest: int = SHORTEST_BEGINNING) -> str:
    """The longest first: an address may be part of a note. A single letter counts only when it is all that was said.

    `shortest`: of what is shown shortened, how many letters tell that it is this.
    """
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 1:
            text = _without_beginnings(text.replace(word, GONE), word, shortest)
        elif text == word:
            text = GONE
    return text


def _without_beginnings(text: str, word: str, shortest: int) -> str:
    """What is long is shown shortened: 마포구 OO로 12, 101동…"""
    for end in range(len(word) - 1, shortest - 1, -1) if "…" in text else ():
        text = text.replace(f"{word[:end].rstrip()}…", f"{GONE}…")
    return text
