"""Greetings, the start menu, help, and what isn't understood."""

from dataclasses import replace

from bot.conversation.effects import LONGEST_CALL
from bot.conversation.parse.intents import is_question, thanks
from bot.conversation.talk import Talk, button, card, lead_in
from bot.conversation.turn import Conversation, Turn
from services.shared_kernel.card import Button, Card

# What `tell` passes on, in the draft's memo.
TOLD = "told"


def greet(talk: Talk) -> Conversation:
    """안녕하세요. In the middle of something it is rather a thank-you."""
    yield from ()
    known = talk.booking is not None or bool(talk.draft.about) or thanks(talk.said.text)
    return talk.aside(talk.menu(talk.say.at_your_service() if known else talk.say.hello()))


def home(talk: Talk) -> Conversation:
    """The start menu; an unfinished booking is kept."""
    yield from ()
    return talk.answer(_with_way_back(talk, talk.menu(talk.say.start_menu(unfinished=has_given(talk)))), **_kept(talk))


def _kept(talk: Talk) -> dict[str, object]:
    return {"booking": talk.booking if has_given(talk) else None}


def _with_way_back(talk: Talk, menu: Card) -> Card:
    return replace(menu, quick_replies=(button(talk.say.go_on, "go_on"),)) if has_given(talk) else menu


def has_given(talk: Talk) -> bool:
    """Whether there is an unfinished booking with anything in it."""
    return talk.booking is not None and bool(talk.booking.given)


def help_(talk: Talk) -> Conversation:
    """What one can say."""
    yield from ()
    return talk.aside(talk.menu(talk.say.help()))


def old_button(talk: Talk) -> Turn:
    """A button that nobody knows any more."""
    return talk.aside(talk.menu(talk.say.old_button()))


def passed_on(talk: Talk) -> Turn:
    """An operator reads it; what one may do besides is a tap away."""
    say = talk.say
    quick = (button(say.my, "my"), button(say.book, "book"), button(say.end_talk, "end_talk"))
    return talk.aside(card(say.passed_on(), quick=quick))


def not_understood(talk: Talk, question: Conversation | None = None) -> Conversation:
    """An operator may have it, in the talk that is open; else help in three steps.

    `question` asks again for what a booking needs.
    """
    text = talk.said.text.strip()
    if talk.is_passed_on:
        return passed_on(talk)
    misses = talk.draft.misses + 1
    unfinished = has_given(talk)
    if misses >= 3:
        says = card(talk.say.shall_a_person_help(unfinished=unfinished), *_person_or_on(talk))
        return _still_asking(talk, says, misses=misses, yes="tell")
    if is_question(text):
        return _still_asking(talk, card(talk.say.not_for_me(), *_person_or_on(talk)), misses=misses, yes="tell")
    if question is not None:
        lead = talk.say.not_understood_here() if misses == 1 else talk.say.try_buttons()
        turn = lead_in(lead, (yield from question))
        return replace(turn, draft=replace(turn.draft, misses=misses))
    if misses == 1:
        return _still_asking(talk, card(talk.say.not_understood()), misses=misses)
    return _still_asking(talk, talk.menu(talk.say.try_buttons()), misses=misses)


def of_a_visit(talk: Talk) -> Turn:
    """비밀번호는 1234예요, beside a visit that is booked: for whoever goes there, so a person may have it as it is."""
    tell = button(talk.say.tell_staff, "tell")
    says = card(talk.say.shall_staff_have_it(), tell, button(talk.say.my, "my"))
    return _still_asking(talk, says, misses=talk.draft.misses + 1, yes=tell.action)


def _person_or_on(talk: Talk) -> tuple[Button, Button]:
    way_on = button(talk.say.go_on, "go_on") if talk.booking else button(talk.say.book, "book")
    return button(talk.say.human, "tell"), way_on


def _still_asking(talk: Talk, says: Card, *, misses: int, yes: str = "") -> Turn:
    """`tell` passes on what was typed now."""
    memo = {**talk.draft.memo, TOLD: talk.said.text[:LONGEST_CALL]}
    return Turn(draft=replace(talk.draft, yes=yes, no="", again="", misses=misses, memo=memo), says=(says,))
