"""The conversation with a cleaner: which answer a button or a text gets."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversation import cleaner_joining as joining
from bot.conversation import cleaner_offers as offers
from bot.conversation import cleaner_settings as settings
from bot.conversation import cleaner_work as work
from bot.conversation.cleaner_talk import CleanerTalk, menu, old_button, sentences
from bot.conversation.draft import Draft
from bot.conversation.effects import AskForPerson, LeaveTalk, SayToPerson, SetConsent, SetLanguage, TemporaryTrouble
from bot.conversation.effects_cleaner import TheCleaner
from bot.conversation.link import link_card
from bot.conversation.parse.consent import agrees, is_asked_back, is_not_now
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.staff import (
    asks_for_new_jobs,
    asks_for_operator,
    asks_for_profile,
    cant_come,
    is_for_operator,
    is_stop,
)
from bot.conversation.reading import Reading, read
from bot.conversation.staff import Verbs, said_again
from bot.conversation.talk import button, card
from bot.conversation.texts_threads import closed_card
from bot.conversation.turn import Context, Conversation, Said, Turn, ask
from services.shared_kernel.refusal import Refusal

LONGEST = 500  # of what is passed on with a call for a person
_MISSES_BEFORE_BUTTONS = 2


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Answer a cleaner. Whatever is said, and whatever is refused, there is an answer."""
    draft, said = said_again(draft, said)
    talk = CleanerTalk(draft=draft, said=said, context=context, say=sentences(context))
    try:
        return (yield from _answer(talk))
    except TemporaryTrouble:
        return talk.trouble()
    except Refusal:
        return talk.answer(menu(talk, talk.say.changed()))


def _answer(talk: CleanerTalk) -> Conversation:
    action = talk.said.action or talk.tapped_by_name()
    cleaner = yield from ask(TheCleaner())
    if action:
        return (yield from _tapped(talk, action, is_registered=cleaner is not None))
    if not talk.said.text.strip():
        return (yield from _home(talk, ()))
    return (yield from _typed(talk, is_registered=cleaner is not None))


def _tapped(talk: CleanerTalk, action: str, *, is_registered: bool) -> Conversation:
    talk = replace(talk, said=replace(talk.said, action=action))
    verb = action.partition(":")[0]
    if not is_registered and verb not in _BEFORE_JOINING:
        return joining.begin(talk)
    found = _VERBS.find(action)
    if found is None:
        return old_button(talk)
    handler, arguments = found
    return (yield from handler(talk, arguments))


def _typed(talk: CleanerTalk, *, is_registered: bool) -> Conversation:
    text, asking = talk.said.text, talk.draft.asking
    reading = read(text, now=talk.context.now, asking="name" if asking == "name" else None)
    if is_stop(text) and asking in joining.QUESTIONS:
        return (yield from _stop(talk, ()))
    if reading.intent in _ANYTIME:
        return (yield from _ANYTIME[reading.intent](talk, reading))
    if asks_for_operator(text) and asking != "name":
        return (yield from human(talk, ()))
    about_jobs = is_registered and asking != "name" and reading.intent in _WORDS
    if asking in joining.QUESTIONS and not about_jobs:
        if asking in ("fix", "confirm") and reading.intent in (Intent.YES, Intent.NO):
            return (yield from _yes_or_no(talk, reading))
        return (yield from joining.answered(talk))
    if not is_registered:
        return joining.begin(talk)
    return (yield from _about_jobs(talk, reading))


def _about_jobs(talk: CleanerTalk, reading: Reading) -> Conversation:
    text = talk.said.text
    if reading.intent in (Intent.YES, Intent.NO) or (reading.intent is Intent.KEEP and talk.draft.no):
        return (yield from _yes_or_no(talk, reading))
    if asks_for_new_jobs(text):
        return (yield from offers.offers(talk, ()))
    if cant_come(text):
        return (yield from offers.withdraw_by_word(talk))
    if asks_for_profile(text):
        return (yield from settings.settings(talk, ()))
    if reading.intent in _DOES and (is_asked_back(text) or is_not_now(text)):
        return talk.not_agreed()
    if reading.intent in _WORDS:
        return (yield from _WORDS[reading.intent](talk))
    return (yield from _not_understood(talk))


def _yes_or_no(talk: CleanerTalk, reading: Reading) -> Conversation:
    action = talk.draft.yes if reading.intent is Intent.YES else talk.draft.no
    if not action:
        return talk.answer(menu(talk, talk.say.nothing_asked()))
    text = talk.said.text
    if is_asked_back(text) or (reading.intent is Intent.YES and not agrees(text)):
        return talk.not_agreed()
    return (yield from _tapped(talk, action, is_registered=True))


def _not_understood(talk: CleanerTalk) -> Conversation:
    if (yield from ask(SayToPerson(text=talk.said.text))):
        return talk.answer(menu(talk, talk.say.said_on()))
    say, misses = talk.say, talk.draft.misses + 1
    if is_for_operator(talk.said.text):
        return _shall_operator_help(talk)
    if misses < _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, say.not_understood()), misses=misses)
    if misses == _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, say.try_buttons()), misses=misses)
    return _shall_operator_help(talk)


def _shall_operator_help(talk: CleanerTalk) -> Turn:
    say = talk.say
    return talk.answer(card(say.shall_operator_help(), button(say.human, "human"), button(say.today, "jobs")))


# Always possible


def _home(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """The start: for somebody new, joining."""
    cleaner = yield from ask(TheCleaner())
    if cleaner is None:
        return joining.begin(replace(talk, draft=Draft()))
    return talk.answer(menu(talk, talk.say.hello(cleaner.name)))


def _begin(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    cleaner = yield from ask(TheCleaner())
    return (yield from settings.settings(talk, ())) if cleaner else joining.begin(talk)


def _register(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """등록하기; a second tap finds it done."""
    if talk.draft.asking in joining.QUESTIONS:
        return (yield from joining.register(talk, arguments))
    return (yield from settings.settings(talk, arguments))


def _stop(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    cleaner = yield from ask(TheCleaner())
    return talk.answer(menu(talk, talk.say.stopped())) if cleaner else joining.stop_joining(talk)


def _help(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    yield from ()
    if talk.draft.asking in joining.QUESTIONS:
        return joining.begin(talk)
    return talk.answer(menu(talk, talk.say.help_text()))


def human(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """Somebody of ours shall answer."""
    handover = yield from ask(AskForPerson(text=talk.said.text[:LONGEST]))
    say = talk.say
    text = say.answered_later(handover.opens_at) if handover.opens_at else say.passed_on(handover.minutes)
    return talk.answer(menu(talk, text))


def _leave_talk(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    was_open = yield from ask(LeaveTalk(text=talk.said.text[:LONGEST]))
    return talk.answer(closed_card(talk.say.language) if was_open else menu(talk, talk.say.no_open_talk()))


def _language(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    language = arguments[0] if arguments[0] in ("ko", "en") else "ko"
    yield from ask(SetLanguage(language=language))
    context = replace(talk.context, person=replace(talk.context.person, language=language))
    talk = replace(talk, context=context, say=sentences(context))
    cleaner = yield from ask(TheCleaner())
    if cleaner is None:
        return joining.begin(talk)
    other = button(talk.say.other_language, "lang", "en" if language == "ko" else "ko")
    return talk.answer(card(talk.say.switched(), other, quick=menu(talk, "").quick_replies))


def _language_said(talk: CleanerTalk, reading: Reading) -> Conversation:
    other = "en" if talk.say.language == "ko" else "ko"
    return (yield from _language(talk, (reading.language or other,)))


def _no_ads(talk: CleanerTalk) -> Conversation:
    yield from ask(SetConsent(day=False, night=False))
    return talk.answer(menu(talk, talk.say.ads_off()))


def _telegram(talk: CleanerTalk) -> Conversation:
    return talk.answer((yield from link_card(talk.say)))


def _only_customers_move(talk: CleanerTalk) -> Conversation:
    yield from ()
    return talk.answer(menu(talk, talk.say.only_customers_move()))


_VERBS: Verbs[CleanerTalk] = Verbs({
    "home": (_home, ""),
    "hello": (_home, ""),
    "stop": (_stop, ""),
    "help": (_help, ""),
    "opt_out": (lambda talk, arguments: _no_ads(talk), ""),
    "human": (human, ""),
    "end_talk": (_leave_talk, ""),
    "report": (human, ""),
    "lang": (_language, "word"),
    "jobs": (work.today, ""),
    "coming": (work.coming, ""),
    "job": (work.one_job, "id"),
    "offers": (offers.offers, ""),
    "accept": (offers.accept, "id number"),
    "accept_late": (offers.accept_late, "id number"),
    "decline": (offers.decline, "id number"),
    "withdraw": (offers.withdraw, "id number"),
    "withdraw!": (offers.withdraw_surely, "id number"),
    "keep": (offers.keep, "id"),
    "en_route": (work.en_route, "id number"),
    "en_route!": (work.en_route_surely, "id number"),
    "start": (work.start, "id number"),
    "finish": (work.finish, "id number"),
    "settings": (settings.settings, ""),
    "active": (settings.active, "word"),
    "begin": (_begin, ""),
    "area": (joining.area, "word"),
    "areas_done": (joining.areas_done, ""),
    "days": (joining.day_group, "word"),
    "day": (joining.day, "number"),
    "days_done": (joining.days_done, ""),
    "fix": (joining.fix, ""),
    "change": (joining.change, "word"),
    "register": (_register, ""),
})  # fmt: skip

_BEFORE_JOINING = frozenset(
    "home hello stop help human end_talk lang begin area areas_done days day days_done fix change register".split()
)

_ANYTIME: dict[Intent, Callable[[CleanerTalk, Reading], Conversation]] = {
    Intent.RESTART: lambda talk, reading: _home(talk, ()),
    Intent.BACK: lambda talk, reading: _home(talk, ()),
    Intent.HELP: lambda talk, reading: _help(talk, ()),
    Intent.HUMAN: lambda talk, reading: human(talk, ()),
    Intent.END_TALK: lambda talk, reading: _leave_talk(talk, ()),
    Intent.LANG: _language_said,
}

# What changes a job at once.
_DOES = (Intent.ACCEPT, Intent.DECLINE, Intent.CANCEL, Intent.EN_ROUTE, Intent.START, Intent.FINISH)
_WORDS: dict[Intent, Callable[[CleanerTalk], Conversation]] = {
    Intent.TELEGRAM: _telegram,
    Intent.GREET: lambda talk: _home(talk, ()),
    Intent.JOBS: lambda talk: work.today(talk, ()),
    Intent.LIST: lambda talk: work.today(talk, ()),
    Intent.COMING: lambda talk: work.coming(talk, ()),
    Intent.SETTINGS: lambda talk: settings.settings(talk, ()),
    Intent.ACCEPT: offers.accept_by_word,
    Intent.DECLINE: offers.decline_by_word,
    Intent.CANCEL: offers.withdraw_by_word,
    Intent.RESCHEDULE: _only_customers_move,
    Intent.EN_ROUTE: lambda talk: work.step_by_word(talk, "en_route"),
    Intent.START: lambda talk: work.step_by_word(talk, "start"),
    Intent.FINISH: lambda talk: work.step_by_word(talk, "finish"),
    Intent.OPTOUT: _no_ads,
}
