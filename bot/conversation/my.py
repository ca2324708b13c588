"""My bookings: the list, one in detail, and where the cleaner is."""

from collections.abc import Generator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from bot.conversation.effects import OnMyPage, TheDetails, TheReservation
from bot.conversation.find_visit import meant_by, my_visits, pay_one, show_one, told_apart, upcoming
from bot.conversation.reading import Reading
from bot.conversation.standing import what_to_do
from bot.conversation.talk import Talk, button, card, cards, items
from bot.conversation.turn import Conversation, Effect, ask
from bot.conversation.unfilled import unfilled
from services.mypage.view import ReservationView
from services.reservation.model import Reservation
from services.reservation.values import Status
from services.shared_kernel.card import Button, Card
from services.shared_kernel.clock import kst_date
from services.shared_kernel.ids import short_code

MOST_LISTED = 6
_LATE = timedelta(minutes=30)


def my(talk: Talk) -> Conversation:
    """Those that are still to come, with how each stands."""
    say = talk.say
    page = yield from my_visits(talk)
    coming = upcoming(page.reservations)
    if not coming:
        past = (button(say.past, "past"),) if page.reservations else ()
        return talk.aside(card(say.nothing_booked(), button(say.book, "book"), *past))
    says = card(say.my_count(len(coming), page.as_of))
    buttons = told_apart(coming[:MOST_LISTED], partial(_list_button, talk))
    listed = cards(_lines(talk, coming), buttons, say.choose_below(), title=say.my_title)
    return talk.aside(says, *listed)


def past(talk: Talk) -> Conversation:
    """Those that are over, the newest first."""
    say = talk.say
    page = yield from my_visits(talk)
    coming = {each.id for each in upcoming(page.reservations)}
    over = [each for each in page.reservations if each.id not in coming]
    if not over:
        return talk.aside(card(say.no_past(), button(say.book, "book")))
    buttons = told_apart(over[:MOST_LISTED], partial(show_one, talk))
    listed = cards(_lines(talk, over), buttons, say.choose_below(), title=say.past_title)
    return talk.aside(card(say.past_intro(len(over))), *listed)


def _lines(talk: Talk, views: Sequence[ReservationView]) -> str:
    say = talk.say
    lines = [
        say.my_line(
            each.starts_at,
            what_of(talk, each.service, each.size_pyeong),
            say.status_words(each.status, each.payment_state, each.job, each.hold_expires_at),
        )
        for each in views[:MOST_LISTED]
    ]
    more = len(views) - MOST_LISTED
    return "\n".join([*lines, *([say.and_more(more)] if more > 0 else [])])


def _list_button(talk: Talk, view: ReservationView, twin: bool = False) -> Button:
    if view.status == Status.AWAITING_PAYMENT and view.payment_state in ("none", "declined"):
        return pay_one(talk, view, twin)
    return show_one(talk, view, twin)


def what_of(talk: Talk, service: str, pyeong: int) -> str:
    """집청소 24평; a service that isn't sold any more by its id."""
    known = talk.context.catalogue.services.get(service)
    return talk.say.what(known, pyeong) if known else f"{service} {pyeong}"


def show(talk: Talk, reservation_id: str) -> Conversation:
    """One reservation with all that belongs to it."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    view = yield from ask(OnMyPage(reservation_id=reservation_id))
    says = yield from _card(talk, reservation, view)
    if reservation.unfilled and reservation.status is Status.CONFIRMED:
        choice = yield from unfilled(talk, reservation)
        return talk.aside(says, *choice, about=reservation.id)
    return talk.aside(says, about=reservation.id)


def _card(talk: Talk, reservation: Reservation, view: ReservationView | None) -> Generator[Effect[Any], Any, Card]:
    say, visit, catalogue = talk.say, reservation.visit, talk.context.catalogue
    details = yield from ask(TheDetails(details_id=visit.details_id))
    job = view.job if view else None
    state = say.status_words(reservation.status, reservation.payment_state, job, reservation.hold_expires_at)
    extras = ", ".join(say.extra(catalogue.add_ons[each]) for each in visit.add_ons if each in catalogue.add_ons)
    ended = reservation.cancellation
    given_back = view.payment.refunded_krw if view and view.payment else 0
    refund = ended.refund_krw if ended else given_back
    return Card(
        title=say.details_title(short_code(reservation.id)),
        items=items(
            (say.item_status, state),
            (say.item_when, say.span(visit.starts_at, visit.ends_at)),
            (say.item_cleaner, (job.cleaner_name or "") if job else ""),
            (say.item_address, details.address or say.address_unknown(catalogue.areas.get(visit.area))),
            (say.item_what, what_of(talk, visit.service, visit.size_pyeong)),
            (say.item_extra, extras or say.no_extra),
            (say.item_note, details.note),
            (say.item_total, say.amount(reservation.price_krw)),
            (say.item_fee, say.amount(ended.fee_krw) if ended and ended.fee_krw else ""),
            (say.item_refund, say.amount(refund) if refund else ""),
            (say.item_compensation, say.amount(ended.compensation_krw) if ended and ended.compensation_krw else ""),
        ),
        buttons=() if reservation.unfilled else _buttons(talk, reservation),
    )


def _buttons(talk: Talk, reservation: Reservation) -> tuple[Button, ...]:
    return tuple(each for each in what_to_do(talk, reservation) if not each.action.startswith("show:"))


def where(talk: Talk, reading: Reading) -> Conversation:
    """언제 와요: about the visit that was named, or that is next."""
    page = yield from my_visits(talk)
    coming = upcoming(page.reservations)
    coming = meant_by(coming, reading) or coming
    today = kst_date(talk.context.now)
    done = [each for each in page.reservations if each.status == Status.COMPLETED and kst_date(each.starts_at) == today]
    if not coming and done and done[0].job and done[0].job.completed_at:
        text = talk.say.finished(done[0].job.completed_at)
        return talk.aside(card(text, button(talk.say.report, "report", done[0].id)))
    if not coming:
        return talk.aside(card(talk.say.nothing_booked(), button(talk.say.book, "book")))
    dealt = [each for each in coming if each.status != Status.AWAITING_PAYMENT]
    return (yield from _where(talk, (dealt or coming)[0]))


def _where(talk: Talk, view: ReservationView) -> Conversation:
    say, job = talk.say, view.job
    if job is not None and job.status == "UNFILLED":
        reservation = yield from ask(TheReservation(reservation_id=view.id))
        if reservation.unfilled:
            return talk.aside(*(yield from unfilled(talk, reservation)), about=view.id)
    more = show_one(talk, view)
    if view.status == Status.AWAITING_PAYMENT and view.payment_state == "confirming":
        return talk.aside(card(say.paying_is_blocked(), more), about=view.id)
    if view.status == Status.AWAITING_PAYMENT:
        return talk.aside(card(say.unpaid_visit(view.starts_at), _list_button(talk, view)), about=view.id)
    started = job is not None and job.started_at is not None
    if not started and talk.context.now > view.starts_at + _LATE:
        return talk.aside(card(say.overdue(view.starts_at), button(say.human, "human")), about=view.id)
    if job is None or not job.cleaner_name:
        return talk.aside(card(say.seeking(view.starts_at), more), about=view.id)
    if job.started_at is not None:
        return talk.aside(card(say.started(job.started_at, view.ends_at), more), about=view.id)
    if job.en_route_at is not None:
        text = say.on_the_way(job.cleaner_name, view.starts_at, job.en_route_at)
    else:
        text = say.will_come(job.cleaner_name, view.starts_at)
    return talk.aside(card(text, more), about=view.id)
