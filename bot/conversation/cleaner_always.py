"""What a cleaner can always do: the start, help, leaving a question, a person of ours, the language."""

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import cleaner_joining as joining
from bot.conversation import cleaner_settings as settings
from bot.conversation.cleaner_talk import CleanerTalk, menu, sentences
from bot.conversation.draft import Draft
from bot.conversation.effects import LONGEST_CALL, AskForPerson, LeaveTalk, SetConsent, SetLanguage
from bot.conversation.effects_cleaner import TheCleaner
from bot.conversation.link import link_card
from bot.conversation.reading import Reading
from bot.conversation.talk import button, card
from bot.conversation.texts_threads import closed_card
from bot.conversation.turn import Conversation, Turn, ask

REPORT = "report"  # in the memo: what was said before the button for an operator


def home(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """The start: for somebody new, joining."""
    cleaner = yield from ask(TheCleaner())
    if cleaner is None:
        return joining.begin(replace(talk, draft=Draft()))
    return talk.answer(menu(talk, talk.say.hello(cleaner.name)))


def begin(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """등록 시작하기."""
    cleaner = yield from ask(TheCleaner())
    return (yield from settings.settings(talk, ())) if cleaner else joining.begin(talk)


def register(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """등록하기; a second tap finds it done."""
    if talk.draft.asking in joining.QUESTIONS:
        return (yield from joining.register(talk, arguments))
    return (yield from settings.settings(talk, arguments))


def stop(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """그만두기."""
    cleaner = yield from ask(TheCleaner())
    return talk.answer(menu(talk, talk.say.stopped())) if cleaner else joining.stop_joining(talk)


def help_(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """도움말."""
    yield from ()
    if talk.draft.asking in joining.QUESTIONS:
        return joining.begin(talk)
    return talk.answer(menu(talk, talk.say.help_text()))


def human(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """Somebody of ours shall answer."""
    handover = yield from ask(AskForPerson(text=_reported(talk)[:LONGEST_CALL]))
    say = talk.say
    text = say.answered_later(handover.opens_at) if handover.opens_at else say.passed_on(handover.minutes)
    return talk.answer(menu(talk, text))


def _reported(talk: CleanerTalk) -> str:
    """What an operator reads: what was said before the button, rather than its label."""
    before, said = talk.memo.get(REPORT, ""), talk.said
    if not before or (said.action and said.action != "human"):
        return said.text
    return before if said.action else f"{before}\n{said.text}"


def offer_an_operator(talk: CleanerTalk, text: str) -> Turn:
    """Shall an operator help? 네 is the button, and what was said goes along."""
    turn = shall_operator_help(talk, text)
    return replace(turn, draft=replace(turn.draft, yes="human", no="stop"))


def shall_operator_help(talk: CleanerTalk, text: str) -> Turn:
    """The same after some nonsense, of which 네 may be more."""
    say = talk.say
    buttons = button(say.human, "human"), button(say.today, "jobs")
    return talk.answer(card(text, *buttons), keep={REPORT: talk.said.text[:LONGEST_CALL]})


def leave_talk(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """상담 끝내기."""
    was_open = yield from ask(LeaveTalk(text=talk.said.text[:LONGEST_CALL]))
    return talk.answer(closed_card(talk.say.language) if was_open else menu(talk, talk.say.no_open_talk()))


def language(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """English; 한국어로 보기."""
    wanted = arguments[0] if arguments[0] in ("ko", "en") else "ko"
    yield from ask(SetLanguage(language=wanted))
    context = replace(talk.context, person=replace(talk.context.person, language=wanted))
    talk = replace(talk, context=context, say=sentences(context))
    cleaner = yield from ask(TheCleaner())
    if cleaner is None:
        return joining.begin(talk)
    other = button(talk.say.other_language, "lang", "en" if wanted == "ko" else "ko")
    return talk.answer(card(talk.say.switched(), other, quick=menu(talk, "").quick_replies))


def language_said(talk: CleanerTalk, reading: Reading) -> Conversation:
    """The language that was asked for, or the other one."""
    other = "en" if talk.say.language == "ko" else "ko"
    return (yield from language(talk, (reading.language or other,)))


def no_ads(talk: CleanerTalk) -> Conversation:
    """수신거부."""
    yield from ask(SetConsent(day=False, night=False))
    return talk.answer(menu(talk, talk.say.ads_off()))


def telegram(talk: CleanerTalk) -> Conversation:
    """To go on there."""
    return talk.answer((yield from link_card(talk.say)))


def only_customers_move(talk: CleanerTalk) -> Conversation:
    """옮겨줘: not for a cleaner to do."""
    yield from ()
    return talk.answer(menu(talk, talk.say.only_customers_move()))
