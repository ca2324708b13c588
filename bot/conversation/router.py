"""Who answers whom: one entry for each role."""

from collections.abc import Callable, Mapping

from bot.conversation import cleaner, customer, erased, former, operator
from bot.conversation.draft import Draft
from bot.conversation.talk import button, card
from bot.conversation.texts import texts
from bot.conversation.turn import Context, Conversation, Said, Turn
from services.shared_kernel.bot_events import ERASED, FORMER

ENTRIES: Mapping[str, Callable[[Draft, Said, Context], Conversation]] = {
    "customer": customer.reply,
    "cleaner": cleaner.reply,
    "operator": operator.reply,
    FORMER: former.reply,
    ERASED: erased.reply,
}


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Answer one message of whoever is talking; KeyError for a role that nobody answers."""
    return ENTRIES[context.person.role](draft, said, context)


def stumbled(draft: Draft, context: Context) -> Turn:
    """What is said instead of an answer that couldn't be made, for a fault of ours. What was being done stays."""
    say = texts(context.person.language)
    return Turn(draft=draft, says=(card(say.trouble(), button(say.home, "home")),))
