"""What an operator types to a question with two buttons: it is answered, asked differently, or asked once more."""

from collections.abc import Generator
from typing import Any

from bot.conversation.actions import parse
from bot.conversation.operator_cancel import move_instead, reason_given
from bot.conversation.operator_money import amount_instead
from bot.conversation.operator_talk import OperatorTalk, menu
from bot.conversation.parse.consent import agrees, is_asked_back
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.operator_words import CONFIRMED, is_of_another, may_mean_either, refuses, says_to_do
from bot.conversation.parse.staff import gives_up
from bot.conversation.talk import pair
from bot.conversation.turn import Conversation, Effect, Turn
from services.shared_kernel.card import Button

Maybe = Generator[Effect[Any], Any, Turn | None]


def verb_asked(talk: OperatorTalk) -> str:
    """What 네 would do now, of what words may do; empty if nothing of it was asked."""
    verb = parse(talk.draft.yes)[0]
    return verb if verb in CONFIRMED else ""


def says_so(talk: OperatorTalk) -> str:
    """The button that a whole sentence means: 네 취소해 주세요, 회수하지 마세요. Empty if it means none."""
    if not (verb := verb_asked(talk)):
        return ""
    if refuses(talk.said.text) or (not talk.draft.asking and gives_up(talk.said.text)):
        return talk.draft.no
    return talk.draft.yes if says_to_do(verb, talk.said.text) else ""


def instead(talk: OperatorTalk) -> Maybe:
    """Before a command is looked for: another time for the visit, or a word that may mean either button."""
    verb, text = verb_asked(talk), talk.said.text
    if may_mean_either(verb, text):
        return asked_again(talk, talk.say.not_agreed())
    if verb == "oprefund!" and not refuses(text):
        return (yield from amount_instead(talk, text))
    return (yield from move_instead(talk, text)) if verb == "opmove!" else None


def yes_or_no(talk: OperatorTalk, intent: Intent) -> str | Turn:
    """The action that a short yes or no means, or what to say to it."""
    action = talk.draft.yes if intent is Intent.YES else talk.draft.no
    if not action:
        return talk.answer(menu(talk, talk.say.nothing_asked()))
    text = talk.said.text
    agreed = agrees(text) and not is_of_another(parse(talk.draft.yes)[0], text)
    if is_asked_back(text) or (intent is Intent.YES and not agreed):
        return asked_again(talk, talk.say.not_agreed())
    return action


def aside(talk: OperatorTalk) -> Conversation:
    """얼마 나가요?: what was asked still is. Of a cancellation the figures are shown once more."""
    if verb_asked(talk) == "opcancel!" and "reason" in talk.memo:
        return (yield from reason_given(talk, talk.memo["reason"]))
    hint = talk.say.another_time() if verb_asked(talk) == "opmove!" else talk.say.choose_one()
    return asked_again(talk, hint)


def asked_again(talk: OperatorTalk, text: str) -> Turn:
    """Say this, and keep the question with its two buttons."""
    labels = {action: label for label, action in talk.draft.offered.items()}
    yes, no = (Button(label=labels.get(action, ""), action=action) for action in (talk.draft.yes, talk.draft.no))
    if not verb_asked(talk) or not yes.label or not no.label:
        return talk.not_agreed()
    return talk.answer(pair(text, yes, no), asking=talk.draft.asking, keep=talk.memo)
