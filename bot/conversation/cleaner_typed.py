"""What a cleaner types: an answer to what was asked, a word about a job, or something for the operators."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, Protocol

from bot.conversation import cleaner_always as always
from bot.conversation import cleaner_joining as joining
from bot.conversation import cleaner_offers as offers
from bot.conversation import cleaner_settings as settings
from bot.conversation import cleaner_work as work
from bot.conversation.cleaner_talk import CleanerTalk, menu
from bot.conversation.cleaner_which import chosen, which_again
from bot.conversation.cleaner_words import do_word
from bot.conversation.effects import SayToPerson
from bot.conversation.effects_cleaner import OpenOffers
from bot.conversation.parse.consent import agrees, is_asked_back
from bot.conversation.parse.job_words import (
    Doing,
    JobWord,
    is_about_a_job,
    is_order,
    job_word,
    wants_another_found,
)
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.moments import When
from bot.conversation.parse.staff import (
    asks_for_new_jobs,
    asks_for_operator,
    asks_for_profile,
    gives_up,
    is_for_operator,
    is_stop,
)
from bot.conversation.reading import Reading, read
from bot.conversation.talk import by_label
from bot.conversation.turn import Conversation, Effect, Turn, ask

LONGEST_COMMAND = 12  # 이름 바꿀래요 is one; a sentence of an open talk isn't
_MISSES_BEFORE_BUTTONS = 2


class Tapped(Protocol):
    """Does what a button does."""

    def __call__(self, talk: CleanerTalk, action: str, *, is_registered: bool) -> Conversation: ...


def typed(talk: CleanerTalk, tapped: Tapped, *, is_registered: bool) -> Conversation:
    """Answer a text that isn't a button's label."""
    text, asking = talk.said.text, talk.draft.asking
    is_question = asking in joining.QUESTIONS
    reading = read(text, now=talk.context.now, asking="name" if asking == "name" else None)
    if is_question and (is_stop(text) or (is_registered and gives_up(text))):
        return (yield from always.stop(talk, ()))
    if reading.intent is Intent.END_TALK and is_asked_back(text):
        return (yield from _is_it_over(talk))
    if reading.intent in _ANYTIME:
        return (yield from _ANYTIME[reading.intent](talk, reading))
    if asks_for_operator(text) and asking != "name":
        return (yield from always.human(talk, ()))
    if is_question and not (is_registered and _is_of_jobs(talk, reading)):
        if asking in ("fix", "confirm") and reading.intent in (Intent.YES, Intent.NO):
            return (yield from _yes_or_no(talk, tapped, reading))
        return (yield from joining.answered(talk))
    if not is_registered:
        return joining.begin(talk)
    return (yield from _about_jobs(talk, tapped, reading))


def named(talk: CleanerTalk, tapped: Tapped, action: str, *, is_registered: bool) -> Conversation:
    """Answer a button's label that was typed, perhaps long after the button was shown and of what came since."""
    if _is_yes(talk.said.text):
        return (yield from typed(talk, tapped, is_registered=is_registered))
    anew = (yield from _asked_again(talk, action)) if is_registered else None
    return anew or (yield from tapped(talk, action, is_registered=is_registered))


def _is_yes(text: str) -> bool:
    """The label that is also what one says to a person."""
    return text.strip().casefold() == "yes"


def _is_of_jobs(talk: CleanerTalk, reading: Reading) -> bool:
    """Rather than an answer to what settings ask: 금요일 갈 수 있어요 is one, 출발했어요 isn't."""
    word = job_word(talk.said.text, talk.context.now)
    if word is not None and not word.when.said and word.doing not in (Doing.GO, Doing.SHOW):
        return True
    return talk.draft.asking != "name" and reading.intent in _WORDS


def _about_jobs(talk: CleanerTalk, tapped: Tapped, reading: Reading) -> Conversation:
    word = job_word(talk.said.text, talk.context.now)
    if not _is_command(talk, reading, word) and (yield from ask(SayToPerson(text=talk.said.text))):
        return _said_on(talk)
    action = chosen(talk)
    if isinstance(action, Turn):
        return action
    action = action or _answers_the_question(talk, word)
    if action:
        return (yield from tapped(talk, action, is_registered=True))
    if word is not None:
        return (yield from do_word(talk, word))
    if reading.intent in (Intent.YES, Intent.NO) or (reading.intent is Intent.KEEP and talk.draft.no):
        return (yield from _yes_or_no(talk, tapped, reading))
    return (yield from _about_other_things(talk, reading))


def _about_other_things(talk: CleanerTalk, reading: Reading) -> Conversation:
    text = talk.said.text
    if asks_for_new_jobs(text):
        return (yield from offers.offers(talk, ()))
    if asks_for_profile(text):
        return (yield from settings.settings(talk, ()))
    if is_for_operator(text) and reading.intent in (Intent.RESCHEDULE, Intent.UNKNOWN, Intent.FILL):
        return always.offer_an_operator(talk, talk.say.shall_operator_help())
    if reading.intent in _WORDS:
        return (yield from _WORDS[reading.intent](talk))
    return _not_understood(talk)


def _is_command(talk: CleanerTalk, reading: Reading, word: JobWord | None) -> bool:
    """Whether it is for the bot while an operator listens, too."""
    text = talk.said.text
    if word is not None:
        return is_order(text, word)
    is_short = len(text.strip()) <= LONGEST_COMMAND
    return asks_for_new_jobs(text) or (is_short and (reading.intent in _LISTS or asks_for_profile(text)))


def _said_on(talk: CleanerTalk) -> Turn:
    """An operator has it. What the bot asked still stands, for a tap."""
    turn = talk.answer(menu(talk, talk.say.said_on()))
    if not talk.draft.yes and not talk.memo:
        return turn
    shown = by_label(each for said in turn.says for each in (*said.buttons, *said.quick_replies))
    return replace(turn, draft=replace(talk.draft, offered={**shown, **talk.draft.offered}))


def _is_it_over(talk: CleanerTalk) -> Conversation:
    """상담 끝났어요?: a question ends nothing."""
    is_open = yield from ask(SayToPerson(text=talk.said.text))
    return _said_on(talk) if is_open else talk.answer(menu(talk, talk.say.no_open_talk()))


# Yes and no


def _answers_the_question(talk: CleanerTalk, word: JobWord | None) -> str:
    """갈게요 or 찾아주세요, to whether somebody else shall be found; 네 출발했어요, to whether they have left."""
    yes, no = talk.draft.yes, talk.draft.no
    says = None if word is None or word.waits else word
    if yes.startswith("withdraw!:"):
        if wants_another_found(talk.said.text):
            return yes
        return no if says and says.doing is Doing.GO and not says.when.said else ""
    if yes.startswith("en_route!:") and says and says.doing is Doing.EN_ROUTE and not says.is_plain:
        return yes
    return ""


def _yes_or_no(talk: CleanerTalk, tapped: Tapped, reading: Reading) -> Conversation:
    is_yes = reading.intent is Intent.YES
    action = talk.draft.yes if is_yes else talk.draft.no
    if not action:
        return (yield from _nothing_asked(talk, is_yes=is_yes))
    text = talk.said.text
    if is_asked_back(text) or (is_yes and not agrees(text)):
        return talk.not_agreed()
    anew = (yield from _asked_again(talk, action)) if reading.intent in (Intent.YES, Intent.NO) else None
    return anew or (yield from tapped(talk, action, is_registered=True))


def _nothing_asked(talk: CleanerTalk, *, is_yes: bool) -> Conversation:
    """네 to a list asks again which; to the notice of a new job it shows that job."""
    again = which_again(talk) if is_yes else None
    if again is None and is_yes and (yield from ask(OpenOffers())):
        return (yield from offers.offers(talk, ()))
    return again or talk.answer(menu(talk, talk.say.nothing_asked()))


def _asked_again(talk: CleanerTalk, action: str) -> Generator[Effect[Any], Any, Turn | None]:
    """A bare 네 or 아니요 isn't enough where another job could be meant by now."""
    verb, *arguments = action.split(":")
    if verb == "en_route":
        return (yield from work.of_today_instead(talk, arguments))
    if verb in ("accept", "decline"):
        waiting = yield from ask(OpenOffers())
        doing = Doing.ACCEPT if verb == "accept" else Doing.DECLINE
        return (yield from do_word(talk, JobWord(doing=doing, when=When()))) if len(waiting) > 1 else None
    if verb not in _ASKED_ANEW or (yield from offers.is_still_meant(talk)):
        return None
    return (yield from _ASKED_ANEW[verb](talk, arguments))


_ASKED_ANEW: dict[str, Callable[[CleanerTalk, list[str]], Conversation]] = {
    "withdraw!": lambda talk, arguments: offers.ask_to_withdraw(talk, arguments[0], named=True),
    "en_route!": work.en_route,
    "start": work.arrived,
}


def _not_understood(talk: CleanerTalk) -> Turn:
    say, text, misses = talk.say, talk.said.text, talk.draft.misses + 1
    if is_for_operator(text):
        return always.offer_an_operator(talk, say.shall_operator_help())
    if is_about_a_job(text):
        return (
            talk.not_agreed()
            if talk.draft.yes not in ("", "human")
            else always.offer_an_operator(talk, say.nothing_done_yet())
        )
    if misses < _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, say.not_understood()), misses=misses)
    if misses == _MISSES_BEFORE_BUTTONS:
        return talk.answer(menu(talk, say.try_buttons()), misses=misses)
    return always.shall_operator_help(talk, say.shall_operator_help())


_ANYTIME: dict[Intent, Callable[[CleanerTalk, Reading], Conversation]] = {
    Intent.RESTART: lambda talk, reading: always.home(talk, ()),
    Intent.BACK: lambda talk, reading: always.home(talk, ()),
    Intent.HELP: lambda talk, reading: always.help_(talk, ()),
    Intent.HUMAN: lambda talk, reading: always.human(talk, ()),
    Intent.END_TALK: lambda talk, reading: always.leave_talk(talk, ()),
    Intent.LANG: always.language_said,
}

_WORDS: dict[Intent, Callable[[CleanerTalk], Conversation]] = {
    Intent.TELEGRAM: always.telegram,
    Intent.GREET: lambda talk: always.home(talk, ()),
    Intent.JOBS: lambda talk: work.today(talk, ()),
    Intent.LIST: lambda talk: work.today(talk, ()),
    Intent.COMING: lambda talk: work.coming(talk, ()),
    Intent.SETTINGS: lambda talk: settings.settings(talk, ()),
    Intent.RESCHEDULE: always.only_customers_move,
    Intent.OPTOUT: always.no_ads,
}
_LISTS = frozenset({Intent.JOBS, Intent.COMING, Intent.SETTINGS, Intent.TELEGRAM, Intent.OPTOUT})
