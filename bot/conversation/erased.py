"""Somebody who was erased has said something in the very moment: nothing of it is kept, so nobody reads this either."""

from bot.conversation.draft import Draft
from bot.conversation.texts_erasing import sentences_in
from bot.conversation.turn import Context, Conversation, Said, Turn
from services.shared_kernel.card import Card


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Whatever is said."""
    yield from ()
    return Turn(draft=Draft(), says=(Card(text=sentences_in(context.person.language).erased_you()),))
