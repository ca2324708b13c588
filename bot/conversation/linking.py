"""Somebody's code was opened in a chat on Telegram, a newcomer's as well: the account that made it would read from then
on what is written there, so it is asked first.

네 doesn't answer it: whoever sent the link may have chosen the moment.
"""

from bot.conversation import hello
from bot.conversation.effects import LinkChat
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.turn import Conversation, ask
from bot.links import BadCode, ChatOfAnother, ChatOfStaff


def link_asked(talk: Talk, code: str, address: str) -> Conversation:
    """The question. It names the chat, because it is read in all that are theirs."""
    yield from ()
    yes, no = button(talk.say.link_chat, "link", code, address), button(talk.say.keep_chat, "link_not")
    return talk.aside(pair(talk.say.link_question(), yes, no))


def link(talk: Talk, code: str, address: str) -> Conversation:
    """연결하기. The chat itself hears of it from the account that has it now."""
    try:
        yield from ask(LinkChat(code=code, address=address))
    except BadCode:
        return talk.aside(card(talk.say.bad_code()))
    except (ChatOfAnother, ChatOfStaff):
        return hello.old_button(talk)
    return talk.aside(card(talk.say.chat_linked()))


def link_not(talk: Talk) -> Conversation:
    """그대로 두기."""
    yield from ()
    return talk.aside(talk.menu(talk.say.chat_kept()))
