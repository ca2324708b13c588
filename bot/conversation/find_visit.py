"""Which of the customer's visits is meant."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from bot.conversation.effects import MyReservations, TheReservation
from bot.conversation.talk import Talk, cards
from bot.conversation.turn import Effect, Turn, ask
from services.mypage.view import CancellationPart, Page, ReservationView
from services.reservation.model import Reservation
from services.reservation.values import Status
from services.shared_kernel.card import Button
from services.shared_kernel.clock import kst, kst_date
from services.shared_kernel.refusal import NotFound

MOST_CHOICES = 6
_COMING = (Status.AWAITING_PAYMENT, Status.CONFIRMED, Status.IN_PROGRESS)


def my_visits(talk: Talk) -> Generator[Effect[Any], Any, Page]:
    """My page, with the reservation that was just talked about as it truly is: the view may be a moment late."""
    page = yield from ask(MyReservations())
    if not talk.draft.about:
        return page
    try:
        fresh = yield from ask(TheReservation(reservation_id=talk.draft.about))
    except NotFound:
        return page
    known = next((each for each in page.reservations if each.id == fresh.id), None)
    others = [each for each in page.reservations if each.id != fresh.id]
    return replace(page, reservations=[_as_view(fresh, known), *others])


def _as_view(fresh: Reservation, known: ReservationView | None) -> ReservationView:
    visit, ended = fresh.visit, fresh.cancellation
    cancellation = None
    if ended is not None:
        cancellation = CancellationPart(
            by=ended.by,
            reason=ended.reason,
            fee_krw=ended.fee_krw,
            refund_krw=ended.refund_krw,
            compensation_krw=ended.compensation_krw,
            policy_version=ended.policy_version,
        )
    return ReservationView(
        id=fresh.id,
        version=fresh.version,
        status=fresh.status,
        customer_id=fresh.customer_id,
        service=visit.service,
        size_pyeong=visit.size_pyeong,
        add_ons=visit.add_ons,
        area=visit.area,
        details_id=visit.details_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        visit_revision=visit.revision,
        price_krw=fresh.price_krw,
        hold_expires_at=fresh.hold_expires_at,
        payment_state=fresh.payment_state,
        payment=known.payment if known else None,
        job=known.job if known else None,
        cancellation=cancellation,
    )


def upcoming(views: Sequence[ReservationView]) -> Sequence[ReservationView]:
    """Those that are still to come or under way, by start."""
    return sorted((each for each in views if each.status in _COMING), key=lambda each: each.starts_at)


def has_a_deal(talk: Talk) -> Generator[Effect[Any], Any, bool]:
    """Whether a visit is to come that is paid for."""
    page = yield from my_visits(talk)
    return any(each.status != Status.AWAITING_PAYMENT for each in upcoming(page.reservations))


def on_day(views: Sequence[ReservationView], day: date | None, at: time | None = None) -> Sequence[ReservationView]:
    """Those of a day and a time, as far as these were said."""
    return [
        each for each in views if day in (None, kst_date(each.starts_at)) and at in (None, kst(each.starts_at).time())
    ]


def ask_which(
    talk: Talk, views: Sequence[ReservationView], doing: str, choice: Callable[[ReservationView], Button]
) -> Turn:
    """There are several: a button for each."""
    buttons = [choice(each) for each in views[:MOST_CHOICES]]
    says = cards(talk.say.ask_reservation(doing), buttons, talk.say.choose_below())
    return talk.answer(*says, asking="reservation", doing=doing)
