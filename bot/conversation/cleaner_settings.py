"""What a cleaner has told us, and what can be changed: areas, days, name, a pause, the language."""

from collections.abc import Sequence

from bot.conversation.cleaner_joining import begin
from bot.conversation.cleaner_talk import CleanerTalk, menu, profile
from bot.conversation.effects_cleaner import RegisterCleaner, TheCleaner
from bot.conversation.talk import button, items
from bot.conversation.turn import Conversation, Turn, ask
from services.cleaning.cleaner import Cleaner
from services.shared_kernel.card import Card


def settings(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """How things stand, and what can be changed."""
    cleaner = yield from ask(TheCleaner())
    if cleaner is None:
        return begin(talk)
    text = talk.say.joined_already() if talk.said.action == "register" else talk.say.settings_intro()
    return _shown(talk, cleaner, text)


def _shown(talk: CleanerTalk, cleaner: Cleaner, text: str) -> Turn:
    say = talk.say
    other = "ko" if say.language == "en" else "en"
    pause = button(say.pause, "active", "off") if cleaner.active else button(say.resume, "active", "on")
    says = Card(
        text=text,
        title=say.settings_title,
        items=items(*profile(talk, cleaner)),
        buttons=(
            button(say.change_areas, "change", "areas"),
            button(say.change_days, "change", "days"),
            button(say.change_name, "change", "name"),
        ),
        quick_replies=(pause, button(say.other_language, "lang", other)),
    )
    return talk.answer(says)


def active(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """Pause new jobs, or take them again."""
    cleaner = yield from ask(TheCleaner())
    if cleaner is None:
        return begin(talk)
    wanted = arguments[0] == "on"
    yield from ask(RegisterCleaner(name=cleaner.name, areas=cleaner.areas, days=cleaner.days, active=wanted))
    return talk.answer(menu(talk, talk.say.resumed() if wanted else talk.say.paused()))
