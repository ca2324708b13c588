"""An operator looks at who works here, and takes a role back."""

from collections.abc import Sequence

from bot.conversation.effects_staff import StaffList, StaffMember, TakeRoleBack
from bot.conversation.operator_talk import OperatorTalk, menu, old_button
from bot.conversation.talk import button, cards, items, pair
from bot.conversation.turn import Conversation, Turn, ask
from bot.staff import LastOperator
from services.shared_kernel.card import Button, Card
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

MOST_SHOWN = 9


def staff(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """담당자: who has which role; whoever isn't shown can be named."""
    everybody = yield from ask(StaffList())
    return _list(talk, everybody)


def staff_text(talk: OperatorTalk, text: str) -> Conversation:
    """OO클린."""
    everybody = yield from ask(StaffList())
    wanted = text.strip().casefold()
    meant = [one for one in everybody if wanted in (one.name.casefold(), short_code(one.id).casefold())]
    return _one(talk, meant[0]) if len(meant) == 1 else _list(talk, meant or everybody)


def staff_one(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """One of them, and what taking the role back would mean."""
    everybody = yield from ask(StaffList())
    one = next((each for each in everybody if each.id == arguments[0]), None)
    return old_button(talk) if one is None else _one(talk, one)


def take_back(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """회수 확정. Taken back already: the same answer."""
    try:
        yield from ask(TakeRoleBack(person_id=arguments[0]))
    except NotFound:
        return old_button(talk)
    except LastOperator:
        return talk.answer(menu(talk, talk.say.last_operator()))
    return talk.answer(menu(talk, talk.say.role_taken_back()))


def _list(talk: OperatorTalk, members: Sequence[StaffMember]) -> Turn:
    say = talk.say
    counts = [sum(one.role == role for one in members) for role in ("operator", "cleaner")]
    text = say.staff_count(*counts)
    if len(members) > MOST_SHOWN:
        text = f"{text} {say.staff_by_name(len(members) - MOST_SHOWN)}"
    buttons = [_button(talk, one) for one in members[:MOST_SHOWN]]
    return talk.answer(*cards(text, buttons, say.choose_here()), asking="staff")


def _button(talk: OperatorTalk, one: StaffMember) -> Button:
    return button(talk.say.staff_member(one.role, one.name, short_code(one.id)), "staff_one", one.id)


def _one(talk: OperatorTalk, one: StaffMember) -> Turn:
    say = talk.say
    rows = items(
        (say.item_role, say.role(one.role)),
        (say.item_name, one.name or short_code(one.id)),
        (say.item_joined, say.on_card(one.since)),
    )
    yes, no = button(say.confirm_take_back, "staff_out!", one.id), button(say.keep_role, "staff")
    asked = pair(say.sure_take_back(one.role), yes, no)
    return talk.answer(Card(title=say.staff_title, items=rows), asked)
