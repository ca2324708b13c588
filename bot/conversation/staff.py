"""What cleaners' and operators' conversations share: the turn, its buttons by name, a way out, and trouble."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from bot.conversation.actions import parse
from bot.conversation.draft import Draft
from bot.conversation.talk import MOST_QUICK_REPLIES, button, by_label, card
from bot.conversation.texts_ko_staff import StaffKorean
from bot.conversation.turn import Context, Conversation, Said, Turn
from services.shared_kernel.card import Button, Card

S = TypeVar("S", bound=StaffKorean)
T = TypeVar("T")

AGAIN = "again"
_SHAPES = {
    "id": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "number": re.compile(r"\d{1,9}", re.ASCII),
    "person": re.compile(r"[^:\s]{1,36}"),
    "word": re.compile(r"[a-z0-9_]{1,24}"),
}


@dataclass(frozen=True, kw_only=True)
class StaffTalk(Generic[S]):
    """The draft so far, what was said, what may be known, and the sentences in the person's language."""

    draft: Draft
    said: Said
    context: Context
    say: S

    @property
    def memo(self) -> Mapping[str, str]:
        """What the open question remembers."""
        return self.draft.memo

    def recall(self, *names: str) -> dict[str, str]:
        """These of what is remembered."""
        return {name: self.memo[name] for name in names if name in self.memo}

    def answer(self, *cards: Card, keep: Mapping[str, str] | None = None, **changes: Any) -> Turn:
        """Say this. The question before is over; `keep` is what the next one remembers. Always with a way out.

        The labels shown can be typed in the next message; 네 and 아니요 mean the two buttons side by side.
        """
        says = (*cards[:-1], _with_way_out(cards[-1], self._way_out(bool(changes.get("asking")))))
        offered = by_label(each for said in says for each in (*said.buttons, *said.quick_replies))
        draft = Draft(offered=offered, memo=dict(keep or {}), **changes)
        if says[-1].side_by_side:
            draft = replace(draft, yes=says[-1].buttons[0].action, no=says[-1].buttons[1].action)
        return Turn(draft=draft, says=says)

    def not_agreed(self) -> Turn:
        """네?, and 알겠어요, are no yes: what was asked still is."""
        out = self._way_out(bool(self.draft.asking))
        return Turn(draft=self.draft, says=(_with_way_out(card(self.say.not_agreed()), out),))

    def _way_out(self, is_asked: bool) -> Button:
        return button(self.say.stop, "stop") if is_asked else button(self.say.home, "home")

    def question(self, text: str, choices: Sequence[Button] = (), *, asking: str, keep: Mapping[str, str]) -> Turn:
        """Ask for something that may be typed; at most nine choices."""
        says = Card(text=text, quick_replies=tuple(choices[: MOST_QUICK_REPLIES - 1]))
        return self.answer(says, asking=asking, keep=keep)

    def tapped_by_name(self) -> str:
        """The action of the button whose label was typed; empty if none."""
        return named(self.draft, self.said.text)

    def trouble(self) -> Turn:
        """Nothing was done; what was asked and remembered stays, and one tap tries again."""
        says = card(self.say.trouble(), button(self.say.retry, "retry"), quick=[button(self.say.home, "home")])
        memo = {**self.draft.memo, AGAIN: self.said.text}
        again = self.said.action or self.tapped_by_name()
        draft = replace(self.draft, again=again, offered={self.say.retry: "retry", self.say.home: "home"}, memo=memo)
        return Turn(draft=draft, says=(says,))


def named(draft: Draft, text: str) -> str:
    """The action of the last shown button that this text names, in any case; empty if none."""
    wanted = _plain(text)
    return next((action for label, action in draft.offered.items() if _plain(label) == wanted), "")


def _plain(label: str) -> str:
    return label.strip().casefold().replace("’", "'")


def said_again(draft: Draft, said: Said) -> tuple[Draft, Said]:
    """What is to be answered: after trouble, `retry` means what was said before it."""
    before = {name: value for name, value in draft.memo.items() if name != AGAIN}
    clean = replace(draft, again="", memo=before)
    if (said.action or named(draft, said.text)) != "retry":
        return clean, said
    if not draft.again and not draft.memo.get(AGAIN):
        return clean, Said(action="home")
    return clean, Said(text=draft.memo.get(AGAIN, ""), action=draft.again)


def _with_way_out(last: Card, out: Button) -> Card:
    shown = {each.action for each in (*last.buttons, *last.quick_replies)}
    if shown & {"home", "stop"} or len(last.quick_replies) >= MOST_QUICK_REPLIES:
        return last
    return replace(last, quick_replies=(*last.quick_replies, out))


Handler = Callable[[T, Sequence[str]], Conversation]


@dataclass(frozen=True)
class Verbs(Generic[T]):
    """What each button's verb does; `shapes` are the arguments it comes with: id, person, number, word."""

    table: Mapping[str, tuple[Handler[T], str]]

    def find(self, action: str) -> tuple[Handler[T], Sequence[str]] | None:
        """Handler and arguments; None for a button that isn't one of these, or is mangled."""
        verb, arguments = parse(action)
        if verb not in self.table:
            return None
        handler, shapes = self.table[verb]
        wanted = shapes.split()
        if len(wanted) != len(arguments):
            return None
        fits = all(_SHAPES[shape].fullmatch(given) for shape, given in zip(wanted, arguments, strict=True))
        return (handler, arguments) if fits else None
