"""Somebody whose role was taken back still has a page open, or tapped a moment too late: one kind answer to all."""

from bot.conversation.draft import Draft
from bot.conversation.texts_former import farewell
from bot.conversation.turn import Context, Conversation, Said, Turn


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Whatever is said."""
    yield from ()
    return Turn(draft=Draft(), says=(farewell(context.person.language),))
