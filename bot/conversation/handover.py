"""To a person: commands go on working meanwhile."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from bot.conversation.effects import LONGEST_CALL, AskForPerson, LeaveTalk, SayToPerson, TheReservation
from bot.conversation.find_visit import my_visits, pay_first, upcoming
from bot.conversation.hello import TOLD
from bot.conversation.reading import Intent, Reading
from bot.conversation.talk import Talk, button, card
from bot.conversation.texts_threads import closed_card
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.reservation.values import Status
from services.shared_kernel.ids import short_code

# 내 정보 삭제해 주세요 is one; 영어 되는 분 있나요? isn't.
LONGEST_COMMAND = 12

# Between them and us, when it is no sentence.
_BETWEEN_US = frozenset(
    {Intent.ERASE, Intent.SETTINGS, Intent.LANG, Intent.TELEGRAM, Intent.RESTART, Intent.BACK, Intent.HELP}
    | {Intent.OPTOUT, Intent.OPTIN}
)
# What is done also while an operator listens. Whatever else is typed is talk.
_DONE_MEANWHILE = frozenset(
    {Intent.LIST, Intent.STATUS, Intent.CANCEL, Intent.KEEP, Intent.FEE, Intent.REFUND}
    | {Intent.RESCHEDULE, Intent.PAY, Intent.HUMAN}
)


def human(talk: Talk) -> Conversation:
    """상담원 연결, with what was said."""
    return (yield from _call(talk, talk.said.text[:LONGEST_CALL]))


def tell(talk: Talk) -> Conversation:
    """상담원에게 전하기: what was typed before, as it was."""
    said = talk.draft.memo.get(TOLD, "")
    kept = {name: value for name, value in talk.draft.memo.items() if name != TOLD}
    turn = yield from _call(talk, said or talk.said.text[:LONGEST_CALL])
    return replace(turn, draft=replace(turn.draft, memo=kept))


def report(talk: Talk, reservation_id: str) -> Conversation:
    """문제 알리기: the operator sees about which reservation."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    return (yield from _call(talk, talk.say.report_text(short_code(reservation.id))))


def end(talk: Talk) -> Conversation:
    """상담 끝내기: what is typed from here on is for the bot alone."""
    if (yield from ask(LeaveTalk(text=talk.said.text[:LONGEST_CALL]))):
        return talk.aside(closed_card(talk.say.language))
    return talk.aside(talk.menu(talk.say.no_open_talk()))


def to_change(talk: Talk) -> Generator[Effect[Any], Any, Turn | None]:
    """주소 바꿔 주세요, of what is booked already: a person does it, once it is paid for. None: nothing is booked."""
    say = talk.say
    coming = upcoming((yield from my_visits(talk)).reservations)
    if not any(each.status != Status.AWAITING_PAYMENT for each in coming):
        return pay_first(talk, coming) if coming else None
    return talk.aside(card(say.a_person_changes_it(), button(say.human, "human"), button(say.my, "my")))


def _call(talk: Talk, text: str) -> Conversation:
    say = talk.say
    done = yield from ask(AskForPerson(text=text))
    words = say.person_later(done.opens_at) if done.opens_at else say.person_called(done.minutes)
    return talk.aside(card(words, quick=(button(say.my, "my"), button(say.end_talk, "end_talk"))))


def passing_on(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, Talk]:
    """In an open talk an operator reads what is typed, whatever we make of it; a call for one brings its own words."""
    text = talk.said.text.strip()
    is_command = reading.intent in _BETWEEN_US and len(text) <= LONGEST_COMMAND
    if not text or is_command or reading.intent in (Intent.HUMAN, Intent.END_TALK):
        return talk
    return replace(talk, is_passed_on=(yield from ask(SayToPerson(text=text))))


def is_talk(talk: Talk, reading: Reading) -> bool:
    """Of what was passed on. Commands go on working meanwhile, and so does a booking that is under way."""
    if not talk.is_passed_on or talk.booking is not None or talk.draft.yes or talk.draft.doing:
        return False
    orders = reading.intent is Intent.BOOK and reading.service is not None and reading.says_when
    return reading.intent not in _DONE_MEANWHILE and not orders
