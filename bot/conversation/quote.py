"""The price: the place is held when it is shown, and given back when something is changed after that."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.conversation.draft import Booking
from bot.conversation.effects import (
    Cancel,
    HoldPlace,
    MyReservations,
    SaveDetails,
    TemporaryTrouble,
    TheDetails,
    TheReservation,
)
from bot.conversation.find_visit import cancel_one, pay_one, told_apart
from bot.conversation.free import offer_nearest
from bot.conversation.merge import without
from bot.conversation.questions import Asking, ask_for
from bot.conversation.standing import how_it_stands
from bot.conversation.talk import Talk, button, card, items
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.reservation.events import REPLACED
from services.reservation.model import Reservation
from services.reservation.refusals import FiguresChanged, NotAllowed, NotOffered, SlotFull, TooLate, TooManyHolds
from services.reservation.values import PaymentState, Status
from services.shared_kernel.card import Card
from services.shared_kernel.clock import kst
from services.shared_kernel.refusal import NotFound

_OPEN = (PaymentState.NONE, PaymentState.DECLINED)


@dataclass(frozen=True, kw_only=True)
class Release:
    """The booking without its hold; or a turn, when the hold can't be let go because it is being paid."""

    booking: Booking
    turn: Turn | None = None


def release(talk: Talk, booking: Booking | None = None, *, reason: str = "") -> Generator[Effect[Any], Any, Release]:
    """Give back the place that the unfinished booking holds, if any."""
    booking = booking or talk.booking or Booking()
    if not booking.hold:
        return Release(booking=booking)
    try:
        held = yield from ask(TheReservation(reservation_id=booking.hold))
        if held.status is Status.AWAITING_PAYMENT and held.payment_state in _OPEN:
            yield from ask(Cancel(reservation_id=held.id, expected_refund_krw=0, reason=reason or talk.say.drop_reason))
        elif held.status not in (Status.EXPIRED, Status.CANCELLED):
            return Release(booking=booking, turn=talk.answer(*how_it_stands(talk, held), booking=None, about=held.id))
    except (NotFound, NotAllowed, FiguresChanged, TooLate):
        pass  # it is gone already, or was paid just now: then my page shows it
    return Release(booking=replace(booking, hold=""))


def show_quote(talk: Talk, booking: Booking, lead: str = "") -> Conversation:
    """Hold the place and show price, deadline, what is booked, and what cancelling would cost."""
    if booking.hold:
        held = yield from _same_hold(talk, booking)
        if held is not None:
            return _quoted(talk, booking, held, lead)
        freed = yield from release(talk, booking, reason=REPLACED)
        if freed.turn:
            return freed.turn
        booking = freed.booking
    reservation_id = talk.context.fresh_id
    try:
        held = yield from _hold(booking, reservation_id)
    except SlotFull as refusal:
        starts_at = kst(refusal.starts_at)
        text = talk.say.slot_taken(starts_at)
        return (yield from offer_nearest(talk, without(booking, "time"), starts_at, text))
    except NotOffered as refusal:
        return (yield from _not_offered(talk, booking, refusal.field))
    except TooManyHolds:
        return (yield from _too_many(talk, booking))
    except TemporaryTrouble:
        # it may have been made: then going on finds it
        kept = replace(booking, hold=reservation_id)
        says = card(talk.say.trouble(), button(talk.say.retry, "go_on"), quick=talk.ways_out())
        return talk.answer(says, booking=kept, asking="confirm")
    return _quoted(talk, replace(booking, hold=held.id), held, lead)


def _hold(booking: Booking, reservation_id: str) -> Generator[Effect[Any], Any, Reservation]:
    starts_at = booking.starts_at
    if booking.service is None or booking.size_pyeong is None or booking.area is None or starts_at is None:
        raise NotOffered("service")
    details_id = yield from ask(SaveDetails(address=booking.address, note=booking.note, phone=booking.phone))
    return (
        yield from ask(
            HoldPlace(
                reservation_id=reservation_id,
                service=booking.service,
                size_pyeong=booking.size_pyeong,
                area=booking.area,
                details_id=details_id,
                starts_at=starts_at,
                add_ons=booking.add_ons,
            )
        )
    )


def _same_hold(talk: Talk, booking: Booking) -> Generator[Effect[Any], Any, Reservation | None]:
    """The hold, if it still stands and is for just this booking."""
    try:
        held = yield from ask(TheReservation(reservation_id=booking.hold))
        details = yield from ask(TheDetails(details_id=held.visit.details_id))
    except NotFound:
        return None
    visit = held.visit
    same = (
        (visit.service, visit.size_pyeong, visit.area, visit.add_ons)
        == (booking.service, booking.size_pyeong, booking.area, booking.add_ons)
        and visit.starts_at == booking.starts_at
        and (details.address, details.note, details.phone) == (booking.address, booking.note, booking.phone)
    )
    stands = held.status is Status.AWAITING_PAYMENT and held.payment_state in _OPEN
    return held if same and stands and talk.context.now < held.hold_expires_at else None


def _quoted(talk: Talk, booking: Booking, held: Reservation, lead: str) -> Turn:
    if held.status is not Status.AWAITING_PAYMENT or held.payment_state not in _OPEN:
        return talk.answer(*how_it_stands(talk, held), booking=None, about=held.id)
    say = talk.say
    price = say.quote(held.price_krw, held.hold_expires_at, talk.context.now)
    pay = button(say.pay_label(held.price_krw), "pay", held.id, held.version)
    terms = card(say.policy_line(held.policy), pay, button(say.edit, "edit"), quick=talk.ways_out())
    says = (*([card(lead)] if lead else []), card(price), summary(talk, booking, held), terms)
    return talk.answer(*says, booking=booking, asking="confirm", yes=pay.action, about=held.id)


def summary(talk: Talk, booking: Booking, held: Reservation) -> Card:
    """예약 확인: when, where, what, what it costs."""
    say, catalogue, visit = talk.say, talk.context.catalogue, held.visit
    extras = ", ".join(say.extra(catalogue.add_ons[each]) for each in visit.add_ons if each in catalogue.add_ons)
    service = catalogue.services.get(visit.service)
    return Card(
        title=say.quote_title,
        items=items(
            (say.item_when, say.span(visit.starts_at, visit.ends_at)),
            (say.item_address, booking.address),
            (say.item_what, say.what(service, visit.size_pyeong) if service else visit.service),
            (say.item_extra, extras or say.no_extra),
            (say.item_note, booking.note),
            (say.item_total, say.amount(held.price_krw)),
        ),
    )


def _not_offered(talk: Talk, booking: Booking, field: str) -> Conversation:
    starts_at = booking.starts_at
    if field == "starts_at" and starts_at is not None:
        text = talk.say.slot_not_free(starts_at)
        return (yield from offer_nearest(talk, without(booking, "time"), starts_at, text))
    step = field if field in ("service", "size_pyeong", "area", "add_ons") else "service"
    lead = talk.say.not_offered_any_more()
    return (yield from ask_for(talk, without(booking, step), step, Asking(lead=lead)))


def _too_many(talk: Talk, booking: Booking) -> Conversation:
    """Name the unpaid ones: each can be paid or dropped; then the booking goes on."""
    say = talk.say
    page = yield from ask(MyReservations())
    unpaid = [each for each in page.reservations if each.status == Status.AWAITING_PAYMENT][:3]
    lines = [say.visit_line(each.starts_at, _what(talk, each.service, each.size_pyeong)) for each in unpaid]
    text = "\n".join([say.too_many_holds(len(unpaid)), *lines])
    pays = told_apart(unpaid, partial(pay_one, talk))
    drops = told_apart(unpaid, partial(cancel_one, talk))
    again = button(say.go_on, "go_on")
    if not unpaid:
        return talk.answer(card(text, button(say.my, "my"), again), booking=booking, asking="confirm")
    drop = card(say.or_drop_one(), *drops, quick=(again, *talk.ways_out()))
    return talk.answer(card(text, *pays), drop, booking=booking, asking="confirm")


def _what(talk: Talk, service: str, pyeong: int) -> str:
    known = talk.context.catalogue.services.get(service)
    return talk.say.what(known, pyeong) if known else service


def booking_of(reservation: Reservation) -> Booking:
    """What free times have to suit for a visit like this one."""
    visit = reservation.visit
    return Booking(service=visit.service, size_pyeong=visit.size_pyeong, area=visit.area)
