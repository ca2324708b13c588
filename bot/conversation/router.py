"""Who answers whom: one entry for each role."""

from collections.abc import Callable, Mapping

from bot.conversation import cleaner, customer, operator
from bot.conversation.draft import Draft
from bot.conversation.turn import Context, Conversation, Said

ENTRIES: Mapping[str, Callable[[Draft, Said, Context], Conversation]] = {
    "customer": customer.reply,
    "cleaner": cleaner.reply,
    "operator": operator.reply,
}


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Answer one message of whoever is talking; KeyError for a role that nobody answers."""
    return ENTRIES[context.person.role](draft, said, context)
