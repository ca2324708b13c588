"""Around every role's conversation: labels that were typed, trouble, and refusals that nobody answered."""

from collections.abc import Callable
from dataclasses import replace

from bot.conversation.draft import Draft
from bot.conversation.effects import TemporaryTrouble
from bot.conversation.talk import Talk, button, by_label, card
from bot.conversation.turn import Context, Conversation, Said, Turn
from services.shared_kernel.card import Button
from services.shared_kernel.refusal import NotFound, Refusal

LONGEST_AGAIN = 1_000
RETRY = "retry"

Reply = Callable[[Talk], Conversation]


def conduct(reply: Reply, draft: Draft, said: Said, context: Context) -> Conversation:
    """One turn of a role's conversation, which never ends in an expected exception."""
    talk = Talk.of(draft, _meant(draft, said), context)
    try:
        turn = yield from reply(talk)
    except TemporaryTrouble:
        turn = _trouble(talk)
    except NotFound:
        turn = talk.aside(talk.menu(talk.say.no_such_reservation()))
    except Refusal:
        turn = talk.aside(card(talk.say.not_possible_now(), _again(talk), button(talk.say.my, "my")))
    return _noting_labels(turn)


def _meant(draft: Draft, said: Said) -> Said:
    """What is meant: [다시 시도] says the last text again, and a typed label is a tap."""
    if said.action == RETRY:
        return Said(text=draft.again)
    action = said.action or draft.offered.get(said.text.strip(), "")
    return Said(text=draft.again) if action == RETRY else Said(text=said.text, action=action)


def _trouble(talk: Talk) -> Turn:
    """Nothing that was said is lost: the same once more is one tap away."""
    says = card(talk.say.trouble(), _again(talk))
    return Turn(draft=replace(talk.draft, again=talk.said.text[:LONGEST_AGAIN]), says=(says,))


def _again(talk: Talk) -> Button:
    return Button(label=talk.say.retry, action=talk.said.action or RETRY)


def _noting_labels(turn: Turn) -> Turn:
    offered = by_label(each for says in turn.says for each in (*says.buttons, *says.quick_replies))
    return replace(turn, draft=replace(turn.draft, offered=offered))
