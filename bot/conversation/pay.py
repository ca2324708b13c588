"""Paying: one tap, at most one charge, and what is true whatever the answer is."""

from functools import partial

from bot.conversation.effects import CheckoutLink, Pay, TemporaryTrouble, TheReservation, WhyDeclined
from bot.conversation.find_visit import my_visits, pay_one, told_apart
from bot.conversation.free import free_between
from bot.conversation.parse.consent import says_to_pay, sums_in
from bot.conversation.quote import booking_of
from bot.conversation.standing import how_it_stands, is_payable
from bot.conversation.talk import Talk, button, card, cards, lead_in, without_yes
from bot.conversation.turn import Conversation, Turn, ask
from services.reservation.model import Reservation
from services.reservation.refusals import AlreadyPaid, AlreadyPaying, HoldExpired, NotAllowed
from services.reservation.values import PaymentState, Status
from services.shared_kernel.card import Button
from services.shared_kernel.clock import kst, kst_date


def pay(talk: Talk, reservation_id: str) -> Conversation:
    """The tap that pays. Paying is safe at any version: the price never changes, and it is charged once."""
    try:
        reservation = yield from ask(Pay(reservation_id=reservation_id))
    except AlreadyPaid as refusal:
        return _paid_before(talk, refusal.reservation)
    except AlreadyPaying as refusal:
        return _over(talk, refusal.reservation, talk.say.paying_is_blocked(), button(talk.say.my, "my"))
    except HoldExpired as refusal:
        return (yield from hold_is_over(talk, refusal.reservation))
    except NotAllowed as refusal:
        return talk.aside(*how_it_stands(talk, refusal.reservation))
    return (yield from _paid_or_not(talk, reservation))


def _paid_or_not(talk: Talk, reservation: Reservation) -> Conversation:
    say, now = talk.say, talk.context.now
    if reservation.status is Status.CONFIRMED:
        text = say.paid(reservation.price_krw, reservation.visit.starts_at)
        return _over(talk, reservation, text)
    match reservation.payment_state:
        case PaymentState.DECLINED:
            return (yield from _declined(talk, reservation))
        case PaymentState.DEFERRED:
            text = say.deferred(reservation.hold_expires_at, now)
            cancel = button(say.cancel, "cancel", reservation.id, reservation.version)
            return _over(talk, reservation, text, button(say.my, "my"), cancel)
        case PaymentState.CONFIRMING:
            return _over(talk, reservation, say.confirming())
        case _:
            return talk.aside(*how_it_stands(talk, reservation))


def _over(talk: Talk, reservation: Reservation, text: str, *buttons: Button) -> Turn:
    """Say it; the unfinished booking that held this place is finished with."""
    ours = talk.holds(reservation.id)
    booking = None if ours else talk.booking
    on = (button(talk.say.go_on, "go_on"),) if booking else ()
    quick = (*on, *(() if buttons else (button(talk.say.my, "my"),)))
    return talk.answer(card(text, *buttons, quick=quick), booking=booking, about=reservation.id)


def _paid_before(talk: Talk, reservation: Reservation) -> Turn:
    if reservation.status is Status.CONFIRMED and reservation.paid is not None:
        return _over(talk, reservation, talk.say.paid_once(reservation.paid.amount_krw))
    return talk.aside(*how_it_stands(talk, reservation))


def _declined(talk: Talk, reservation: Reservation) -> Conversation:
    say = talk.say
    try:
        reason = yield from ask(WhyDeclined(reservation_id=reservation.id))
        url = yield from ask(CheckoutLink(reservation_id=reservation.id))
    except TemporaryTrouble:
        reason = url = ""
    again = button(say.pay_again, "pay", reservation.id, reservation.version)
    drop = button(say.drop_hold, "drop", reservation.id, reservation.version)
    other = (Button(label=say.pay_otherwise, url=url),) if url else ()
    text = say.declined(reason, reservation.hold_expires_at, talk.context.now)
    asking = "confirm" if talk.holds(reservation.id) else ""  # 3시로요 corrects it
    return talk.answer(card(text, *other, again, drop), booking=talk.booking, asking=asking, about=reservation.id)


def hold_is_over(talk: Talk, reservation: Reservation) -> Conversation:
    """The place was given back: is the same time still free?"""
    say, visit = talk.say, reservation.visit
    day = kst_date(visit.starts_at)
    free = yield from free_between(talk, booking_of(reservation), day, day)
    still_free = kst(visit.starts_at) in free
    others = button(say.other_times, "retime", reservation.id)
    same = (button(say.book_again, "rebook", reservation.id),) if still_free else ()
    return _over(talk, reservation, say.hold_is_over(still_free=still_free), *same, others)


def to_pay(talk: Talk, reservation_id: str) -> Conversation:
    """Name the amount before the button that takes it."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    return (yield from _name_amount(talk, reservation))


def _name_amount(talk: Talk, reservation: Reservation) -> Conversation:
    if reservation.payment_state is PaymentState.CONFIRMING and reservation.paying is not None:
        return _over(talk, reservation, talk.say.paying_is_blocked(), button(talk.say.my, "my"))
    over = talk.context.now >= reservation.hold_expires_at
    if reservation.status is Status.EXPIRED or (is_payable(reservation) and over):
        return (yield from hold_is_over(talk, reservation))
    if not is_payable(reservation):
        return talk.aside(*how_it_stands(talk, reservation))
    say = talk.say
    service = talk.context.catalogue.services.get(reservation.visit.service)
    name = service.name(say.language) if service else reservation.visit.service
    text = say.ask_to_pay(reservation, name, talk.context.now)
    tap = button(say.pay_label(reservation.price_krw), "pay", reservation.id, reservation.version)
    return talk.aside(card(text, tap), yes=tap.action, about=reservation.id)


def _names_another_amount(talk: Talk, action: str) -> bool:
    """80,000원 결제하기 was typed (from an older card), but that isn't the amount of the button shown last."""
    shown = next((label for label, each in talk.draft.offered.items() if each == action), "")
    return any(each not in sums_in(shown) for each in sums_in(talk.said.text))


def asked_to_pay(talk: Talk) -> Conversation:
    """결제할게, and nothing else: right after the amount was shown it is the tap; else the amount comes first.

    After 결제 안 할래요, or 언제까지 결제해요?, a bare yes is none to paying.
    """
    turn = yield from _asked_to_pay(talk)
    return turn if says_to_pay(talk.said.text) else without_yes(turn)


def _asked_to_pay(talk: Talk) -> Conversation:
    shown = [action for action in (talk.draft.yes, *talk.draft.offered.values()) if action.startswith("pay:")]
    if shown:
        reservation_id = shown[0].split(":")[1]
        if not says_to_pay(talk.said.text):
            return lead_in(talk.say.not_paid_yet(), (yield from to_pay(talk, reservation_id)))
        if not _names_another_amount(talk, shown[0]):
            return (yield from pay(talk, reservation_id))
    known = talk.booking.hold if talk.booking and talk.booking.hold else ""
    if known:
        return (yield from to_pay(talk, known))
    page = yield from my_visits(talk)
    unpaid = [each for each in page.reservations if each.status == Status.AWAITING_PAYMENT]
    if len(unpaid) == 1:
        return (yield from to_pay(talk, unpaid[0].id))
    if unpaid:
        buttons = told_apart(unpaid, partial(pay_one, talk))
        return talk.aside(*cards(talk.say.ask_reservation("pay"), buttons, talk.say.choose_below()))
    if talk.draft.about:
        return (yield from to_pay(talk, talk.draft.about))
    return talk.aside(talk.menu(talk.say.nothing_to_pay()))
