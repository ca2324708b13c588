"""Cancelling: the won amounts first, and a button that carries them."""

from functools import partial

from bot.conversation.effects import Cancel, OnMyPage, QuoteCancellation, TheReservation
from bot.conversation.find_visit import ask_which, beside_the_draft, cancel_one, just_shown, meant_by, my_visits
from bot.conversation.hello import has_given
from bot.conversation.quote import release
from bot.conversation.reading import Reading
from bot.conversation.standing import how_it_stands
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.turn import Conversation, Turn, ask
from services.mypage.view import ReservationView
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote
from services.reservation.refusals import FiguresChanged, NotAllowed, TooLate
from services.reservation.values import Status
from services.shared_kernel.card import Button, Card


def asked_to_cancel(talk: Talk, reading: Reading) -> Conversation:
    """취소: of the unfinished booking, of the one that there is, or of which?"""
    page = yield from my_visits(talk)
    coming = beside_the_draft(talk, page.reservations)
    meant = just_shown(talk, meant_by(coming, reading))
    # 금요일 거: of the unfinished one as well, if that is its day
    unfinished = has_given(talk) and talk.booking is not None and reading.date in (None, talk.booking.date)
    if unfinished and meant:
        return _draft_or(talk, meant[0] if len(meant) == 1 else None)
    if unfinished:
        return (yield from drop_draft(talk))
    if len(meant) == 1:
        return (yield from cancel(talk, meant[0].id, of_several=len(coming) > 1))
    if coming:
        return ask_which(talk, meant or coming, "cancel", partial(cancel_one, talk), is_none=not meant)
    if talk.booking is not None:
        return (yield from drop_draft(talk))
    return talk.answer(talk.menu(talk.say.nothing_to_cancel()))


def _draft_or(talk: Talk, only: ReservationView | None) -> Turn:
    say = talk.say
    other = cancel_one(talk, only) if only else button(say.cancel, "cancel_one")
    return talk.aside(card(say.drop_or_cancel(), button(say.drop_draft, "drop_draft"), other))


def one_of_several(talk: Talk) -> Conversation:
    """One of several, the unfinished booking aside."""
    page = yield from my_visits(talk)
    coming = beside_the_draft(talk, page.reservations)
    if not coming:
        return talk.aside(talk.menu(talk.say.nothing_to_cancel()))
    return ask_which(talk, coming, "cancel", partial(cancel_one, talk))


def drop_draft(talk: Talk) -> Conversation:
    """The unfinished booking, with the place that it holds."""
    held = bool(talk.booking and talk.booking.hold)
    freed = yield from release(talk)
    if freed.turn:
        return freed.turn
    return talk.answer(talk.menu(talk.say.draft_dropped(held=held)), booking=None)


def drop(talk: Talk, reservation_id: str) -> Conversation:
    """예약 그만두기 on an unpaid one, in one tap: no money is at stake."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    if reservation.paid is not None or reservation.status is not Status.AWAITING_PAYMENT:
        return talk.aside(*how_it_stands(talk, reservation))
    return (yield from _cancel(talk, reservation, 0))


def cancel(talk: Talk, reservation_id: str, *, of_several: bool = False) -> Conversation:
    """What cancelling gives, and the button that does it; one of several is named, as their figures may be the same."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    named = (of_several or talk.draft.asking == "reservation") and reservation.paid is not None
    lead = talk.say.this_visit(reservation.visit.starts_at) if named else ""
    return (yield from _terms(talk, reservation, lead))


def _terms(talk: Talk, reservation: Reservation, lead: str = "") -> Conversation:
    try:
        quote = yield from ask(QuoteCancellation(reservation_id=reservation.id))
    except TooLate:
        return (yield from too_late(talk, reservation))
    except NotAllowed as refusal:
        return talk.aside(*how_it_stands(talk, refusal.reservation))
    text = talk.say.cancel_terms(quote, reservation, talk.context.now)
    return _confirm(talk, reservation, quote, f"{lead} {text}".strip())


def _confirm(talk: Talk, reservation: Reservation, quote: CancellationQuote, text: str) -> Turn:
    sure = button(talk.say.confirm_cancel, "cancel!", reservation.id, reservation.version, quote.refund_krw)
    keep = button(talk.say.keep, "keep", reservation.id)
    says = pair(text, sure, keep)
    return talk.answer(says, yes=sure.action, no=keep.action, doing="cancel", about=reservation.id)


def cancel_now(talk: Talk, reservation_id: str, version: str, shown_krw: str) -> Conversation:
    """취소 확정: only of what was shown; anything else is asked again."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    if reservation.status is Status.CANCELLED:
        return _cancelled_before(talk, reservation)
    moved_on = reservation.version != int(version)
    if moved_on and reservation.status in (Status.AWAITING_PAYMENT, Status.CONFIRMED):
        return (yield from _again(talk, reservation, int(shown_krw)))
    return (yield from _cancel(talk, reservation, int(shown_krw)))


def _again(talk: Talk, reservation: Reservation, shown_krw: int) -> Conversation:
    try:
        quote = yield from ask(QuoteCancellation(reservation_id=reservation.id))
    except (TooLate, NotAllowed):
        return (yield from _terms(talk, reservation))
    if quote.refund_krw != shown_krw:
        return _changed(talk, reservation, quote, shown_krw)
    return (yield from _terms(talk, reservation, lead=talk.say.changed_meanwhile()))


def _cancel(talk: Talk, reservation: Reservation, shown_krw: int) -> Conversation:
    say = talk.say
    effect = Cancel(reservation_id=reservation.id, expected_refund_krw=shown_krw, reason=say.cancel_reason)
    try:
        cancelled = yield from ask(effect)
    except FiguresChanged as refusal:
        return _changed(talk, reservation, refusal.quote, shown_krw)
    except TooLate:
        return (yield from too_late(talk, reservation))
    except NotAllowed as refusal:
        return talk.aside(*how_it_stands(talk, refusal.reservation))
    if cancelled.paying is not None:
        return _done(talk, cancelled, say.cancelled_while_checking(cancelled.price_krw))
    return _done(talk, cancelled, say.cancelled(cancelled.cancellation.refund_krw if cancelled.cancellation else 0))


def _changed(talk: Talk, reservation: Reservation, quote: CancellationQuote, shown_krw: int) -> Turn:
    text = talk.say.cancel_terms_changed(quote, shown_krw, reservation, talk.context.now)
    return _confirm(talk, reservation, quote, text)


def _done(talk: Talk, reservation: Reservation, text: str) -> Turn:
    ours = talk.holds(reservation.id)
    booking = None if ours else talk.booking
    on = button(talk.say.go_on, "go_on") if booking else button(talk.say.book_again, "rebook", reservation.id)
    says = card(text, quick=(on, button(talk.say.my, "my")))
    return talk.answer(says, booking=booking, about=reservation.id)


def _cancelled_before(talk: Talk, reservation: Reservation) -> Turn:
    if reservation.paying is not None:
        return talk.aside(card(talk.say.cancelled_while_checking(reservation.price_krw), *_again_buttons(talk)))
    refund = reservation.cancellation.refund_krw if reservation.cancellation else 0
    return talk.aside(card(talk.say.cancelled_before(reservation.visit.starts_at, refund), *_again_buttons(talk)))


def _again_buttons(talk: Talk) -> tuple[Button, Button]:
    return button(talk.say.my, "my"), button(talk.say.book, "book")


def too_late(talk: Talk, reservation: Reservation, *, moving: bool = False) -> Conversation:
    """From the visit's time on, a person decides."""
    view = yield from ask(OnMyPage(reservation_id=reservation.id))
    started_at = view.job.started_at if view and view.job else None
    text = talk.say.too_late_started(started_at, moving=moving) if started_at else talk.say.too_late()
    return talk.aside(card(text, button(talk.say.human, "human")), about=reservation.id)


def refund_all(talk: Talk, reservation_id: str) -> Conversation:
    """전액 돌려받기, in one tap, as long as nobody was found."""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    if reservation.status is Status.CANCELLED:
        return _cancelled_before(talk, reservation)
    if reservation.status is not Status.CONFIRMED:
        return talk.aside(*how_it_stands(talk, reservation))
    if not reservation.unfilled:
        return (yield from _terms(talk, reservation, lead=talk.say.found_meanwhile()))
    quote = yield from ask(QuoteCancellation(reservation_id=reservation_id))
    effect = Cancel(
        reservation_id=reservation_id, expected_refund_krw=quote.refund_krw, reason=talk.say.unfilled_reason
    )
    try:
        yield from ask(effect)
    except (FiguresChanged, TooLate, NotAllowed):
        return (yield from cancel(talk, reservation_id))
    return _done(talk, reservation, talk.say.refunded_in_full(quote.refund_krw, quote.compensation_krw))


def keep_or_cancel(talk: Talk) -> Conversation:
    """취소, to a move: it is the move that isn't made; the visit is cancelled only if that is said."""
    yield from ()
    say, about = talk.say, talk.draft.about
    return talk.answer(
        card(say.not_moved(), button(say.cancel, "cancel", about), button(say.show, "show", about)), about=about
    )


def keep(talk: Talk, reservation_id: str = "") -> Conversation:
    """그대로 두기."""
    yield from ()
    more = (button(talk.say.show, "show", reservation_id),) if reservation_id else ()
    says: Card = card(talk.say.kept(), *more)
    return talk.aside(says) if talk.booking else talk.answer(says, about=reservation_id)
