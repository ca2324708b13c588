"""An operator erases a customer: what goes and what stays is said first, and a way out."""

from collections.abc import Sequence

from bot.conversation.effects_erasing import ErasePerson, LookBeforeErasing
from bot.conversation.effects_operator import FindReservations, Found
from bot.conversation.erasing import ASKED, asked, stands
from bot.conversation.operator_talk import OperatorTalk, menu, no_such_reservation, old_button, show_button
from bot.conversation.talk import MOST_BUTTONS, button, card
from bot.conversation.texts_erasing import sentences_in
from bot.conversation.texts_ko_erasing import ErasingKorean
from bot.conversation.turn import Conversation, Turn, ask
from bot.erasure import OpenAffair, StillOpen, StillStaff
from bot.people import INVITED_ROLES
from services.mypage.view import ReservationView
from services.shared_kernel.bot_events import ERASED
from services.shared_kernel.card import Button
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

_MOST_FOUND = 5


def erase_button(talk: OperatorTalk, person_id: str) -> Button:
    """개인정보 삭제, of this person."""
    return button(_say(talk).erase, "erase", person_id)


def erase(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """개인정보 삭제: the question, or what stands in the way."""
    try:
        found = yield from ask(LookBeforeErasing(person_id=arguments[0]))
    except NotFound:
        return old_button(talk)
    say = _say(talk)
    if found.role == ERASED:
        return erased_before(talk)
    if found.role in INVITED_ROLES:
        return _still_staff(talk)
    if found.still_open:
        return _still_open(talk, found.still_open)
    memo = asked(talk.context.now)
    yes, no = button(say.confirm, "erase!", found.person_id, memo[ASKED]), button(say.leave, "erase_not")
    # Not side by side: 네 would answer it.
    return talk.answer(card(say.sure(found.visits), yes, no), keep=memo)


def erase_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """삭제 확정. An old button asks again. Erased already: the same answer."""
    person_id, carried = arguments
    if not stands(talk.memo, carried, talk.context.now):
        return (yield from erase(talk, (person_id,)))
    try:
        yield from ask(ErasePerson(person_id=person_id))
    except NotFound:
        return old_button(talk)
    except StillStaff:
        return _still_staff(talk)
    except StillOpen as refusal:
        return _still_open(talk, refusal.still_open)
    return talk.answer(menu(talk, _say(talk).erased()))


def erased_before(talk: OperatorTalk) -> Turn:
    """There is nobody behind it any more."""
    return talk.answer(menu(talk, _say(talk).erased_before()))


def leave(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """그대로 두기."""
    yield from ()
    return talk.answer(menu(talk, _say(talk).left()))


def of_reservation(talk: OperatorTalk, view: ReservationView) -> Conversation:
    """개인정보 삭제 R7K2Q: of the customer whose booking it is."""
    return (yield from erase(talk, (view.customer_id,)))


def whose(talk: OperatorTalk) -> Conversation:
    """개인정보 삭제, without saying whose."""
    yield from ()
    return talk.question(_say(talk).ask_whom, asking="erase", keep={})


def whose_given(talk: OperatorTalk, text: str) -> Conversation:
    """A code, or whatever else a booking is found by."""
    wanted = text.strip().lstrip("#")
    called = yield from ask(FindReservations(text=wanted))
    coded = [each for each in called if wanted.casefold() in _codes(each)]
    # Not by a part of a name, and not where more may have the name, or the phone, than were found.
    others = [each for each in called if wanted in (each.customer_name, each.phone[-len(wanted) :])]
    found = coded or (others if len(called) < _MOST_FOUND else [])
    if len({each.reservation.customer_id for each in found}) != 1:
        return no_such_reservation(talk)
    return (yield from of_reservation(talk, found[0].reservation))


def _codes(found: Found) -> tuple[str, ...]:
    view = found.reservation
    return tuple(one.casefold() for one in (view.id, short_code(view.id), view.customer_id))


def _still_staff(talk: OperatorTalk) -> Turn:
    return talk.answer(menu(talk, _say(talk).still_staff()))


def _still_open(talk: OperatorTalk, affairs: Sequence[OpenAffair]) -> Turn:
    shown = [_show_button(talk, one) for one in affairs]
    return talk.answer(card(_say(talk).still_open(affairs), *shown[:MOST_BUTTONS]))


def _show_button(talk: OperatorTalk, affair: OpenAffair) -> Button:
    if affair.kind == "talk":
        return button(talk.say.talk, "thread", affair.id)
    return show_button(talk, affair.id)


def _say(talk: OperatorTalk) -> ErasingKorean:
    return sentences_in(talk.context.person.language)
