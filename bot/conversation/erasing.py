"""A customer wants everything about them erased: what goes and what stays is said first, and a way out.

It can't be undone: 네 doesn't answer it, and the button only just after it was shown.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.conversation.effects_erasing import EraseMe, LookBeforeErasingMe
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.texts_erasing import sentences_in
from bot.conversation.texts_ko_erasing import ErasingKorean
from bot.conversation.turn import Conversation, Turn, ask
from bot.erasure import OpenAffair, StillOpen

SURE_FOR = timedelta(minutes=10)
# What a draft remembers the question by.
ASKED = "erase_asked"


def asked(at: datetime) -> dict[str, str]:
    """The draft remembers when it was asked, and the button carries it."""
    return {ASKED: str(int(at.timestamp()))}


def stands(memo: Mapping[str, str], carried: str, now: datetime) -> bool:
    """Whether a button is that of the question that was asked last and left open, and not older than ten minutes."""
    return bool(carried) and memo.get(ASKED) == carried and now.timestamp() - int(carried) <= SURE_FOR.total_seconds()


def erase_me(talk: Talk) -> Conversation:
    """내 정보 삭제: the question, or what stands in the way."""
    found = yield from ask(LookBeforeErasingMe())
    if found.still_open:
        return _still_open(talk, found.still_open)
    say = _say(talk)
    memo = asked(talk.context.now)
    yes, no = button(say.confirm, "erase_me!", memo[ASKED]), button(say.leave, "erase_me_not")
    return talk.aside(pair(say.sure_of_you(found.visits), yes, no), memo={**talk.draft.memo, **memo})


def erase_me_surely(talk: Talk, carried: str = "") -> Conversation:
    """삭제 확정. Nobody is left to read the answer: the page greets somebody new. An old button asks again."""
    if not stands(talk.draft.memo, carried, talk.context.now):
        return (yield from erase_me(talk))
    try:
        yield from ask(EraseMe())
    except StillOpen as refusal:
        return _still_open(talk, refusal.still_open)
    return talk.answer(card(_say(talk).erased_you()), booking=None)


def leave(talk: Talk) -> Conversation:
    """그대로 두기."""
    yield from ()
    memo = {name: value for name, value in talk.draft.memo.items() if name != ASKED}
    return talk.aside(talk.menu(_say(talk).left()), memo=memo)


def _still_open(talk: Talk, affairs: Sequence[OpenAffair]) -> Turn:
    buttons = [button(talk.say.my, "my")]
    if any(one.kind in ("not_begun", "talk") for one in affairs):
        buttons.append(button(talk.say.human, "human"))
    return talk.aside(card(_say(talk).still_open_of_you(affairs), *buttons))


def _say(talk: Talk) -> ErasingKorean:
    return sentences_in(talk.say.language)
