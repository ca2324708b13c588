"""Which of the customer's visits is meant."""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from datetime import date, time
from functools import partial
from typing import Any

from bot.conversation.actions import parse
from bot.conversation.effects import MyReservations, TheReservation
from bot.conversation.parse.intents import ordinal, wants_to_book
from bot.conversation.reading import Reading
from bot.conversation.talk import Talk, button, card, cards
from bot.conversation.turn import Effect, Turn, ask
from services.mypage.view import CancellationPart, Page, ReservationView
from services.reservation.model import Reservation
from services.reservation.values import Status
from services.shared_kernel.card import Button
from services.shared_kernel.clock import kst, kst_date
from services.shared_kernel.refusal import NotFound

# A button for a visit that may have a twin: another one of the same day.
ButtonFor = Callable[[ReservationView, bool], Button]

MOST_CHOICES = 6
_OF_ONE = ("move", "cancel", "to_pay", "pay")
_CHOICES = ("move", "move_to", "cancel", "to_pay")
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


def beside_the_draft(talk: Talk, views: Sequence[ReservationView]) -> Sequence[ReservationView]:
    """Those to come, without the one that keeps the place of the unfinished booking."""
    return [each for each in upcoming(views) if not talk.holds(each.id)]


def on_day(views: Sequence[ReservationView], day: date | None, at: time | None = None) -> Sequence[ReservationView]:
    """Those of a day and a time, as far as these were said."""
    return [
        each for each in views if day in (None, kst_date(each.starts_at)) and at in (None, kst(each.starts_at).time())
    ]


def pay_one(talk: Talk, view: ReservationView, twin: bool = False) -> Button:
    """To its amount."""
    return button(talk.say.pay_one_label(view.starts_at, twin=twin), "to_pay", view.id)


def cancel_one(talk: Talk, view: ReservationView, twin: bool = False) -> Button:
    """To what cancelling gives."""
    return button(talk.say.cancel_one_label(view.starts_at, twin=twin), "cancel", view.id, view.version)


def show_one(talk: Talk, view: ReservationView, twin: bool = False) -> Button:
    """To all that belongs to it."""
    return button(talk.say.details_label(view.starts_at, twin=twin), "show", view.id)


def meant_by(views: Sequence[ReservationView], reading: Reading) -> Sequence[ReservationView]:
    """Those of the day, the hours and the service that were said: 금요일 오전 거, 사무실 청소."""
    first, last = reading.time_from or time.min, reading.time_to or time.max
    return [
        each
        for each in on_day(views, reading.date, reading.time)
        if first <= kst(each.starts_at).time() < last and reading.service in (None, each.service)
    ]


def told_apart(views: Sequence[ReservationView], choice: ButtonFor) -> list[Button]:
    """A button for each: called by its day, and by its time where several are of one day."""
    days = Counter(kst_date(each.starts_at) for each in views)
    return [choice(each, days[kst_date(each.starts_at)] > 1) for each in views]


def pay_first(talk: Talk, unpaid: Sequence[ReservationView]) -> Turn:
    """What isn't paid yet isn't changed: each can be paid, or dropped and booked anew. One that is being paid waits."""
    unpaid = [each for each in unpaid if each.payment_state != "confirming"]
    if not unpaid:
        return talk.aside(card(talk.say.paying_is_blocked(), button(talk.say.my, "my")))
    buttons = [*told_apart(unpaid, partial(pay_one, talk)), *told_apart(unpaid, partial(cancel_one, talk))]
    return talk.aside(*cards(talk.say.pay_before_changing(), buttons, talk.say.choose_below()))


def just_shown(talk: Talk, views: Sequence[ReservationView]) -> Sequence[ReservationView]:
    """그거: the one whose buttons were shown last, and no other's; all where there is none."""
    shown = {arguments[0] for verb, arguments in map(parse, talk.draft.offered.values()) if verb in _OF_ONE}
    return [each for each in views if {each.id} == shown] or views


def by_words(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, str]:
    """Which of the buttons of `ask_which` a typed answer means: 2시 거요, 사무실이요, 두 번째. Empty: none."""
    actions = {parse(action)[1][0]: action for action in talk.draft.offered.values() if parse(action)[0] in _CHOICES}
    if not actions or wants_to_book(talk.said.text):
        return ""
    if reading.says_when or reading.service:
        page = yield from my_visits(talk)
        meant = [each.id for each in meant_by(page.reservations, reading) if each.id in actions]
        return actions[meant[0]] if len(meant) == 1 else ""
    place = ordinal(talk.said.text)
    return [*actions.values()][place] if place is not None and place < len(actions) else ""


def ask_which(
    talk: Talk, views: Sequence[ReservationView], doing: str, choice: ButtonFor, *, is_none: bool = False
) -> Turn:
    """There are several, or the one that was named isn't there (`is_none`): a button for each."""
    buttons = told_apart(views[:MOST_CHOICES], choice)
    lead = f"{talk.say.no_such_visit()} " if is_none else ""
    says = cards(f"{lead}{talk.say.ask_reservation(doing)}", buttons, talk.say.choose_below())
    return talk.answer(*says, asking="reservation", doing=doing)
