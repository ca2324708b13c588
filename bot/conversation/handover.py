"""To a person: commands go on working meanwhile."""

from bot.conversation.effects import AskForPerson, TheReservation
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation, Turn, ask
from services.shared_kernel.ids import short_code

LONGEST = 500


def human(talk: Talk) -> Conversation:
    """상담원 연결, with what was said."""
    return (yield from _call(talk, talk.said.text[:LONGEST]))


def report(talk: Talk, reservation_id: str) -> Conversation:
    """문제 알리기: the operator sees about which reservation."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    return (yield from _call(talk, talk.say.report_text(short_code(reservation.id))))


def to_change(talk: Talk) -> Turn:
    """주소 바꿔 주세요, of what is booked already: a person does it."""
    say = talk.say
    return talk.aside(card(say.a_person_changes_it(), button(say.human, "human"), button(say.my, "my")))


def _call(talk: Talk, text: str) -> Conversation:
    say = talk.say
    done = yield from ask(AskForPerson(text=text))
    words = say.person_later(done.opens_at) if done.opens_at else say.person_called(done.minutes)
    return talk.aside(card(words, quick=(button(say.my, "my"),)))
