"""The conversation with a cleaner: which answer a button or a text gets."""

from dataclasses import replace

from bot.conversation import cleaner_always as always
from bot.conversation import cleaner_joining as joining
from bot.conversation import cleaner_offers as offers
from bot.conversation import cleaner_settings as settings
from bot.conversation import cleaner_work as work
from bot.conversation.cleaner_talk import CleanerTalk, menu, old_button, sentences
from bot.conversation.cleaner_typed import named, typed
from bot.conversation.draft import Draft
from bot.conversation.effects import TemporaryTrouble
from bot.conversation.effects_cleaner import TheCleaner
from bot.conversation.staff import Verbs, said_again
from bot.conversation.turn import Context, Conversation, Said, ask
from services.shared_kernel.refusal import Refusal


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
    cleaner = yield from ask(TheCleaner())
    if talk.said.action:
        return (yield from _tapped(talk, talk.said.action, is_registered=cleaner is not None))
    if label := talk.tapped_by_name():
        return (yield from named(talk, _tapped, label, is_registered=cleaner is not None))
    if not talk.said.text.strip():
        return (yield from always.home(talk, ()))
    return (yield from typed(talk, _tapped, is_registered=cleaner is not None))


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


_VERBS: Verbs[CleanerTalk] = Verbs({
    "home": (always.home, ""),
    "hello": (always.home, ""),
    "stop": (always.stop, ""),
    "help": (always.help_, ""),
    "opt_out": (lambda talk, arguments: always.no_ads(talk), ""),
    "human": (always.human, ""),
    "end_talk": (always.leave_talk, ""),
    "report": (always.human, ""),
    "lang": (always.language, "word"),
    "jobs": (work.today, ""),
    "coming": (work.coming, ""),
    "job": (work.one_job, "id"),
    "show": (work.one_job, "id number"),
    "offers": (offers.offers, ""),
    "accept": (offers.accept, "id number"),
    "accept_late": (offers.accept_late, "id number"),
    "decline": (offers.decline, "id number"),
    "withdraw": (offers.withdraw, "id number"),
    "withdraw!": (offers.withdraw_surely, "id number"),
    "keep": (offers.keep, "id"),
    "en_route": (work.en_route, "id number"),
    "en_route!": (work.en_route_surely, "id number"),
    "arrived": (work.arrived, "id number"),
    "start": (work.start, "id number"),
    "finish": (work.finish, "id number"),
    "settings": (settings.settings, ""),
    "active": (settings.active, "word"),
    "begin": (always.begin, ""),
    "area": (joining.area, "word"),
    "areas_done": (joining.areas_done, ""),
    "days": (joining.day_group, "word"),
    "day": (joining.day, "number"),
    "days_done": (joining.days_done, ""),
    "fix": (joining.fix, ""),
    "change": (joining.change, "word"),
    "register": (always.register, ""),
})  # fmt: skip

_BEFORE_JOINING = frozenset(
    "home hello stop help human end_talk lang begin area areas_done days day days_done fix change register".split()
)
