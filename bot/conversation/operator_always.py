"""What an operator can always do: the beginning, a way out, help, the language; and what isn't understood."""

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import operator_broadcast as writing
from bot.conversation.effects import SetLanguage
from bot.conversation.effects_broadcast import TheBroadcast
from bot.conversation.link import link_card
from bot.conversation.operator_talk import KEPT, OperatorTalk, menu, sentences
from bot.conversation.reading import Reading
from bot.conversation.talk import button, card
from bot.conversation.turn import Conversation, Turn, ask
from services.shared_kernel.refusal import NotFound

_MISSES_BEFORE_BUTTONS = 2


def home(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """처음으로."""
    yield from ()
    return talk.answer(menu(talk, talk.say.hello()))


def stop(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """그만두기. A broadcast that was begun is kept as a draft, once there is a text that may be sent."""
    text = talk.say.stopped()
    if talk.draft.asking in writing.STEPS and talk.memo.get("broadcast"):
        try:
            yield from ask(TheBroadcast(broadcast_id=talk.memo["broadcast"]))
            text = talk.say.bc_stopped()
        except NotFound:
            pass
    return talk.answer(menu(talk, text))


def show_help(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """도움말."""
    yield from ()
    return talk.answer(menu(talk, talk.say.help_text()))


def language(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[English]."""
    chosen = arguments[0] if arguments[0] in ("ko", "en") else "ko"
    yield from ask(SetLanguage(language=chosen))
    context = replace(talk.context, person=replace(talk.context.person, language=chosen))
    talk = replace(talk, context=context, say=sentences(context))
    other = button(talk.say.other_language, "lang", "en" if chosen == "ko" else "ko")
    return talk.answer(card(talk.say.switched(), other, quick=menu(talk, "").quick_replies))


def language_said(talk: OperatorTalk, reading: Reading) -> Conversation:
    """한국어로."""
    other = "en" if talk.say.language == "ko" else "ko"
    return (yield from language(talk, (reading.language or other,)))


def telegram(talk: OperatorTalk) -> Conversation:
    """텔레그램."""
    return talk.answer((yield from link_card(talk.say)))


def not_understood(talk: OperatorTalk) -> Turn:
    """The third time, all that can be said is shown. What was spoken of before still is."""
    misses, keep = talk.draft.misses + 1, talk.recall(*KEPT)
    if misses < _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, talk.say.not_understood()), misses=misses, keep=keep)
    if misses == _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, talk.say.try_buttons()), misses=misses, keep=keep)
    return talk.answer(menu(talk, talk.say.help_text()), keep=keep)
