"""One turn of a conversation: what is known, and short ways to answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation.actions import pack
from bot.conversation.draft import Booking, Draft
from bot.conversation.texts import texts
from bot.conversation.texts_ko import Korean
from bot.conversation.turn import Context, Said, Turn
from services.shared_kernel.card import SHARE_PHONE, SHARE_PLACE, Button, Card, Item

MOST_BUTTONS = 3
MOST_QUICK_REPLIES = 10


@dataclass(frozen=True, kw_only=True)
class Talk:
    """The draft so far, what was said, what may be known, and the sentences in the person's language.

    `is_passed_on`: an operator has it already, in the talk that is open.
    """

    draft: Draft
    said: Said
    context: Context
    say: Korean
    is_passed_on: bool = False

    @classmethod
    def of(cls, draft: Draft, said: Said, context: Context) -> "Talk":
        return cls(draft=draft, said=said, context=context, say=texts(context.person.language))

    @property
    def booking(self) -> Booking | None:
        """The unfinished booking, if any."""
        return self.draft.booking

    def holds(self, reservation_id: str) -> bool:
        """Whether this reservation keeps the place of the unfinished booking."""
        return self.booking is not None and self.booking.hold == reservation_id

    def answer(self, *cards: Card, **changes: Any) -> Turn:
        """Say this. What was asked before is over, unless `changes` ask anew; the booking stays."""
        draft = Draft(booking=self.draft.booking, memo=self.draft.memo)
        return Turn(draft=replace(draft, **changes), says=cards)

    def aside(self, *cards: Card, **changes: Any) -> Turn:
        """Say this in between: the question of an unfinished booking still stands, with a way back to it."""
        draft = replace(self.draft, yes="", no="", again="", misses=0)
        if self.booking is None:
            return self.answer(*cards, **({"about": self.draft.about} | changes))
        last = cards[-1]
        back = replace(last, quick_replies=(*last.quick_replies, button(self.say.go_on, "go_on")))
        return Turn(draft=replace(draft, **changes), says=(*cards[:-1], back))

    def step(self, text: str, choices: Sequence[Button], *, booking: Booking, asking: str, **changes: Any) -> Turn:
        """A question of a booking: the choices, and always a way back and a way out."""
        shares = self._shares(booking) if asking == "address" else ()
        says = replace(self.step_card(text, choices), shares=shares)
        return self.answer(says, booking=booking, asking=asking, **changes)

    def step_card(self, text: str, choices: Sequence[Button]) -> Card:
        return Card(text=text, quick_replies=(*choices[: MOST_QUICK_REPLIES - 2], *self.ways_out()))

    def _shares(self, booking: Booking) -> tuple[Button, ...]:
        place = Button(label=self.say.share_place, action=SHARE_PLACE)
        return (place,) if booking.phone else (place, Button(label=self.say.share_phone, action=SHARE_PHONE))

    def ways_out(self) -> tuple[Button, Button]:
        return button(self.say.back, "back"), button(self.say.home, "home")

    def menu(self, text: str) -> Card:
        """The three things that one can always do."""
        return card(
            text,
            button(self.say.book, "book"),
            button(self.say.my, "my"),
            button(self.say.human, "human"),
        )


def by_label(buttons: Iterable[Button]) -> dict[str, str]:
    """What typing a label does: its action. A label that several actions have means none of them."""
    actions: dict[str, set[str]] = {}
    for each in buttons:
        if each.action:
            actions.setdefault(each.label, set()).add(each.action)
    return {label: next(iter(meant)) for label, meant in actions.items() if len(meant) == 1}


def lead_in(text: str, turn: Turn) -> Turn:
    """The same answer, with this said before."""
    first, *rest = turn.says
    return replace(turn, says=(replace(first, text=f"{text} {first.text}".strip()), *rest))


def without_yes(turn: Turn) -> Turn:
    """The same answer, to a question or a report: 네 to it isn't consent."""
    return replace(turn, draft=replace(turn.draft, yes=""))


def button(label: str, verb: str, *arguments: str | int) -> Button:
    """A button whose action is the verb with its arguments."""
    return Button(label=label, action=pack(verb, *arguments))


def card(text: str, *buttons: Button, quick: Iterable[Button] = ()) -> Card:
    """A bubble with at most three buttons below each other."""
    return Card(text=text, buttons=buttons, quick_replies=tuple(quick))


def pair(text: str, first: Button, second: Button, quick: Iterable[Button] = ()) -> Card:
    """A bubble with two buttons in one row."""
    return Card(text=text, buttons=(first, second), side_by_side=True, quick_replies=tuple(quick))


def cards(text: str, buttons: Sequence[Button], more: str, title: str = "") -> list[Card]:
    """As many bubbles as the buttons need; `text` is in the first, `more` in the others."""
    first = Card(text=text, title=title, buttons=tuple(buttons[:MOST_BUTTONS]))
    rest = range(MOST_BUTTONS, len(buttons), MOST_BUTTONS)
    return [first, *(Card(text=more, buttons=tuple(buttons[at : at + MOST_BUTTONS])) for at in rest)]


def items(*pairs: tuple[str, str]) -> tuple[Item, ...]:
    """The labelled values that aren't empty."""
    return tuple(Item(name=name, value=value) for name, value in pairs if value)
