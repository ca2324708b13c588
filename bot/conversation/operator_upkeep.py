"""An operator keeps things going: dead letters, and invites."""

from collections.abc import Sequence
from zlib import crc32

from bot.conversation.effects_operator import DeadGroup, DeadLetters, MakeInvite, ReplayDead
from bot.conversation.operator_talk import OperatorTalk, menu, old_button
from bot.conversation.parse.staff import invited_role
from bot.conversation.talk import MOST_BUTTONS, button, card, items
from bot.conversation.texts_ko_staff import short
from bot.conversation.turn import Conversation, ask
from services.shared_kernel.card import Button, Card

MOST_GROUPS = 9
ROLES = ("cleaner", "operator")


def _mark(group: DeadGroup) -> str:
    """A group's name in a button: causes are long, and may be anything."""
    return f"{crc32(f'{group.consumer} {group.cause}'.encode(errors='replace')):08x}"


def dead(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """실패함: how many of which cause."""
    groups = yield from ask(DeadLetters())
    say = talk.say
    if not groups:
        return talk.answer(menu(talk, say.nothing_dead()))
    shown = groups[:MOST_GROUPS]
    causes = [(group.consumer, group.cause, group.count) for group in shown]
    buttons = _group_buttons(talk, shown)
    text = say.dead_count(sum(group.count for group in groups), causes)
    if len(groups) > MOST_GROUPS:
        text = f"{text} {say.and_more(sum(group.count for group in groups[MOST_GROUPS:]))}"
    first = card(text, *buttons[:MOST_BUTTONS])
    more = [
        card(say.choose_here(), *buttons[at : at + MOST_BUTTONS])
        for at in range(MOST_BUTTONS, len(buttons), MOST_BUTTONS)
    ]
    return talk.answer(first, *more)


def _group_buttons(talk: OperatorTalk, groups: Sequence[DeadGroup]) -> list[Button]:
    say = talk.say
    buttons = [
        button(say.replay_count(number, group.count), "replay", _mark(group)) for number, group in enumerate(groups)
    ]
    details = [button(say.replay_details(number), "dead_one", _mark(group)) for number, group in enumerate(groups)]
    return [each for both in zip(buttons, details, strict=True) for each in both]


def dead_one(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """자세히 보기: one cause."""
    groups = yield from ask(DeadLetters())
    group = next((each for each in groups if _mark(each) == arguments[0]), None)
    if group is None:
        return talk.answer(menu(talk, talk.say.replayed_already()))
    say = talk.say
    rows = items(
        (say.item_consumer, say.consumer(group.consumer)),
        (say.item_types, short(", ".join(map(say.event, group.types)))),
        (say.item_cause, short(group.cause)),
        (say.item_count, say.counted(group.count)),
        (say.item_since, say.on_card(group.first_at)),
    )
    buttons = (button(say.replay, "replay", _mark(group)), button(say.dead, "dead"))
    return talk.answer(Card(title=say.dead_title, items=rows, buttons=buttons))


def replay(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """다시 처리. A second tap finds the group gone."""
    groups = yield from ask(DeadLetters())
    group = next((each for each in groups if _mark(each) == arguments[0]), None)
    if group is None:
        return talk.answer(menu(talk, talk.say.replayed_already()))
    count = yield from ask(ReplayDead(consumer=group.consumer, cause=group.cause))
    left = yield from ask(DeadLetters())
    text = talk.say.replayed(count, sum(each.count for each in left))
    if not left:
        return talk.answer(menu(talk, text))
    return talk.answer(card(text, button(talk.say.dead, "dead"), button(talk.say.board, "board")))


def invite(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """초대: whom."""
    yield from ()
    say = talk.say
    buttons = button(say.invite_cleaner, "invite_as", "cleaner"), button(say.invite_operator, "invite_as", "operator")
    return talk.answer(card(say.ask_invite(), *buttons, button(say.staff, "staff")), asking="invite")


def invite_text(talk: OperatorTalk, text: str) -> Conversation:
    """업체요."""
    role = invited_role(text)
    return (yield from (invite_as(talk, (role,)) if role else invite(talk, ())))


def invite_as(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """A code and a link for one new person."""
    role = arguments[0]
    if role not in ROLES:
        return old_button(talk)
    made = yield from ask(MakeInvite(role=role))
    say = talk.say
    no_telegram = say.no_telegram_link(made.why_no_telegram) if made.why_no_telegram else ""
    rows = items(
        (say.item_code, made.code), (say.item_link, made.link), (say.item_telegram, made.telegram or no_telegram)
    )
    opens = ((say.open_link, made.link), (say.open_telegram, made.telegram))
    links = tuple(Button(label=label, url=url) for label, url in opens if url)
    says = Card(text=say.invited(role, made.expires_at), title=say.invite_title, items=rows, buttons=links)
    return talk.answer(says)
