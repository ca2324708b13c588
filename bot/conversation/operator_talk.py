"""One turn with an operator: the menu, and how a reservation is shown."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.effects_operator import FindReservations, Found
from bot.conversation.staff import StaffTalk
from bot.conversation.talk import button, card, items
from bot.conversation.texts_en_operator import OperatorEnglish
from bot.conversation.texts_ko_operator import OperatorKorean
from bot.conversation.turn import Context, Effect, Turn, ask
from services.mypage.view import ReservationView
from services.shared_kernel.card import Button, Card, Item
from services.shared_kernel.ids import short_code

OperatorTalk = StaffTalk[OperatorKorean]
Look = Generator[Effect[Any], Any, Found | None]

_KOREAN, _ENGLISH = OperatorKorean(), OperatorEnglish()

LIVE = ("AWAITING_PAYMENT", "CONFIRMED")
# What is remembered beside a question: the booking shown last, the talk answered last; that a booking was named by
# a code that was typed, and that it was seen before the question began.
ABOUT, ANSWERED, NAMED, SEEN = "about", "answered", "named", "seen"
KEPT = (ABOUT, ANSWERED)


def sentences(context: Context) -> OperatorKorean:
    """All sentences in the person's language."""
    return sentences_in(context.person.language)


def sentences_in(language: str) -> OperatorKorean:
    """All sentences for a reader of `ko` or `en`."""
    return _ENGLISH if language == "en" else _KOREAN


def menu(talk: OperatorTalk, text: str) -> Card:
    """What an operator can always do."""
    say = talk.say
    quick = [
        button(say.find, "find"),
        button(say.bc_begin, "bc"),
        button(say.dead, "dead"),
        button(say.compensations, "owed"),
        button(say.invite, "invite"),
        button(say.help, "help"),
    ]
    return card(
        text, button(say.board, "board"), button(say.urgent, "urgent"), button(say.waiting, "threads"), quick=quick
    )


def old_button(talk: OperatorTalk) -> Turn:
    """A button that means nothing any more."""
    return talk.answer(menu(talk, talk.say.old_button()))


def the_one(reservation_id: str) -> Look:
    """A reservation by its id; None if there is none."""
    found = yield from ask(FindReservations(text=reservation_id))
    return next((each for each in found if each.reservation.id == reservation_id), None)


def no_such_reservation(talk: OperatorTalk) -> Turn:
    """What was named isn't there."""
    return talk.answer(menu(talk, talk.say.no_such_reservation()))


def left_krw(view: ReservationView) -> int:
    """What could still go back to the customer."""
    return view.payment.amount_krw - view.payment.refunded_krw if view.payment else 0


def work_of(talk: OperatorTalk, view: ReservationView) -> str:
    """집청소 24평, 창문 청소."""
    return talk.context.catalogue.work(view.service, view.size_pyeong, view.add_ons, talk.say.language)


def money_of(talk: OperatorTalk, view: ReservationView) -> str:
    """80,000원 결제."""
    if view.payment is None or view.payment.status in ("OPEN", "CLOSED"):
        return talk.say.unpaid(view.price_krw)
    return talk.say.paid(view.payment.amount_krw, view.payment.refunded_krw)


def cleaner_of(view: ReservationView) -> str:
    """Who comes, if that is known."""
    return (view.job.cleaner_name or "") if view.job else ""


def reservation_buttons(talk: OperatorTalk, view: ReservationView) -> tuple[list[Button], list[Button]]:
    """What can be done to it now: three buttons, and quick replies for the rest."""
    say = talk.say
    buttons = [button(say.history, "history", view.id), button(say.reply, "reply", view.id)]
    quick = []
    if view.status in LIVE:
        buttons.append(button(say.cancel, "opcancel", view.id))
    if left_krw(view) > 0:
        quick.append(button(say.refund, "oprefund", view.id))
    if view.status == "IN_PROGRESS":
        quick.append(button(say.finish, "opfinish", view.id))
    if view.status == "CONFIRMED":
        quick.append(button(say.move, "opmove", view.id))
    if view.cancellation and view.cancellation.compensation_krw:
        quick.append(button(say.compensations, "owed"))
    return buttons, [*quick, button(say.board, "board")]


def with_reservation(talk: OperatorTalk, text: str, view: ReservationView) -> Turn:
    """A sentence, and what can be done to this reservation now."""
    buttons, quick = reservation_buttons(talk, view)
    return talk.answer(card(text, *buttons, quick=quick), keep={ABOUT: view.id})


def booking_rows(talk: OperatorTalk, found: Found, *more: tuple[str, str]) -> tuple[Item, ...]:
    """Which booking a question is about: what there is to see before it is answered."""
    say, view = talk.say, found.reservation
    return items(
        (say.item_booking, short_code(view.id)),
        (say.item_customer, say.customer(found.customer_name)),
        (say.item_when, say.span(view.starts_at, view.ends_at)),
        (say.item_work, work_of(talk, view)),
        *more,
    )


def with_rows(turn: Turn, rows: Sequence[Item]) -> Turn:
    """The same answer, with these in its last card."""
    *before, last = turn.says
    return replace(turn, says=(*before, replace(last, items=tuple(rows))))


def show_button(talk: OperatorTalk, reservation_id: str) -> Button:
    """A button to see one reservation, named by its code."""
    return button(talk.say.show_one(short_code(reservation_id)), "show", reservation_id)
