"""A customer wants everything about them erased: what goes and what stays is said first, and a way out."""

from collections.abc import Sequence

from bot.conversation.effects_erasing import EraseMe, LookBeforeErasingMe
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.texts_erasing import sentences_in
from bot.conversation.texts_ko_erasing import ErasingKorean
from bot.conversation.turn import Conversation, Turn, ask
from bot.erasure import OpenAffair, StillOpen


def erase_me(talk: Talk) -> Conversation:
    """내 정보 삭제: the question, or what stands in the way."""
    found = yield from ask(LookBeforeErasingMe())
    if found.still_open:
        return _still_open(talk, found.still_open)
    say = _say(talk)
    yes, no = button(say.confirm, "erase_me!"), button(say.leave, "erase_me_not")
    return talk.aside(pair(say.sure_of_you(found.visits), yes, no), yes=yes.action, no=no.action)


def erase_me_surely(talk: Talk) -> Conversation:
    """삭제 확정. Nobody is left to read the answer: the page greets somebody new."""
    try:
        yield from ask(EraseMe())
    except StillOpen as refusal:
        return _still_open(talk, refusal.still_open)
    return talk.answer(card(_say(talk).erased_you()), booking=None)


def leave(talk: Talk) -> Conversation:
    """그대로 두기."""
    yield from ()
    return talk.aside(talk.menu(_say(talk).left()))


def _still_open(talk: Talk, affairs: Sequence[OpenAffair]) -> Turn:
    return talk.aside(card(_say(talk).still_open(affairs), button(talk.say.my, "my")))


def _say(talk: Talk) -> ErasingKorean:
    return sentences_in(talk.say.language)
