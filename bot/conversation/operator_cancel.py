"""An operator cancels for the agency, moves a visit, or ends it for a cleaner who can't: shown first, then done."""

from collections.abc import Generator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.conversation.actions import pack_moment, parse, parse_moment
from bot.conversation.effects import FreeStarts
from bot.conversation.effects_operator import FinishVisit, Found, OperatorCancel, OperatorMove, QuoteOperatorCancel
from bot.conversation.operator_talk import (
    ABOUT,
    LIVE,
    SEEN,
    OperatorTalk,
    booking_rows,
    cleaner_of,
    menu,
    no_such_reservation,
    old_button,
    the_one,
    with_reservation,
    with_rows,
)
from bot.conversation.parse.consent import is_asked_back
from bot.conversation.parse.operator_words import is_no_reason
from bot.conversation.reading import Reading, read
from bot.conversation.talk import button, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.mypage.view import ReservationView
from services.reservation.policies import CancellationQuote
from services.reservation.refusals import FiguresChanged, NotAllowed, NotOffered, SlotFull, TooLate
from services.shared_kernel.clock import KST, kst, kst_date
from services.shared_kernel.refusal import NotFound

LONGEST_REASON = 100
MOST_TIMES = 8
_DAYS_SHOWN = 7


def cancel(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """운영 취소: the reason first, because the customer reads it."""
    found = yield from the_one(arguments[0])
    if found is None:
        return no_such_reservation(talk)
    if found.reservation.status not in LIVE:
        return _as_it_stands(talk, found.reservation)
    keep = {"reservation": arguments[0]}
    if talk.memo.get(ABOUT) == arguments[0]:
        keep[SEEN] = "1"
    return talk.question(talk.say.ask_reason(), asking="reason", keep=keep)


def reason_given(talk: OperatorTalk, text: str) -> Conversation:
    """The reason of a cancellation; now what it costs, and whose visit it is if that isn't on the screen."""
    is_seen = SEEN in talk.memo and "reason" not in talk.memo
    keep, reason = talk.recall("reservation", SEEN), " ".join(text.split())
    if not reason or "reservation" not in keep:
        return talk.question(talk.say.ask_reason(), asking="reason", keep=keep) if keep else old_button(talk)
    if (problem := reason_problem(talk, reason)) is not None:
        return talk.question(problem, asking="reason", keep=keep)
    found = yield from the_one(keep["reservation"])
    if found is None:
        return no_such_reservation(talk)
    try:
        quote = yield from ask(QuoteOperatorCancel(reservation_id=found.reservation.id))
    except (TooLate, NotAllowed, NotFound) as refusal:
        return _refused(talk, refusal, found.reservation)
    text = talk.say.cancel_terms(quote, found.reservation.starts_at, talk.context.now)
    turn = _confirm_cancel(talk, text, found.reservation.id, reason, quote)
    return turn if is_seen else with_rows(turn, booking_rows(talk, found, (talk.say.item_reason, reason)))


def reason_problem(talk: OperatorTalk, reason: str) -> str | None:
    """What to say to a reason that can't be one: it is read by somebody else, as it is."""
    if len(reason) > LONGEST_REASON:
        return talk.say.reason_too_long(LONGEST_REASON)
    return talk.say.reason_unclear() if is_no_reason(reason) else None


def _confirm_cancel(talk: OperatorTalk, text: str, reservation_id: str, reason: str, quote: CancellationQuote) -> Turn:
    yes = button(talk.say.confirm_cancel, "opcancel!", reservation_id, quote.refund_krw, quote.compensation_krw)
    says = pair(text, yes, button(talk.say.stop, "stop"))
    keep = {"reservation": reservation_id, "reason": reason, **talk.recall(SEEN)}
    return talk.answer(says, asking="confirm", keep=keep)


def cancel_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """취소 확정, for the figures that were shown: others are shown again first (rule 5)."""
    reservation_id, shown = arguments[0], (int(arguments[1]), int(arguments[2]))
    found = yield from the_one(reservation_id)
    if found is None:
        return no_such_reservation(talk)
    reason = talk.memo.get("reason", "") if talk.memo.get("reservation") == reservation_id else ""
    if not reason:
        return (yield from cancel(talk, (reservation_id,)))
    try:
        quote = yield from ask(QuoteOperatorCancel(reservation_id=reservation_id))
        if (quote.refund_krw, quote.compensation_krw) != shown:
            return _figures_changed(talk, found, reason, sum(shown), quote)
        yield from ask(OperatorCancel(reservation_id=reservation_id, expected_refund_krw=shown[0], reason=reason))
    except FiguresChanged as refusal:
        return _figures_changed(talk, found, reason, sum(shown), refusal.quote)
    except (TooLate, NotAllowed, NotFound) as refusal:
        return _refused(talk, refusal, found.reservation)
    return talk.answer(menu(talk, talk.say.cancelled(cleaner_of(found.reservation))))


def _figures_changed(talk: OperatorTalk, found: Found, reason: str, shown_krw: int, quote: CancellationQuote) -> Turn:
    view = found.reservation
    text = talk.say.cancel_terms_changed(shown_krw, quote, view.starts_at, talk.context.now)
    return _confirm_cancel(talk, text, view.id, reason, quote)


def _refused(talk: OperatorTalk, refusal: TooLate | NotAllowed | NotFound, view: ReservationView) -> Turn:
    if isinstance(refusal, TooLate):
        return with_reservation(talk, talk.say.too_late(), view)
    if isinstance(refusal, NotAllowed):
        status = refusal.reservation.status.value
        text = talk.say.cancelled_already() if status == "CANCELLED" else talk.say.not_possible(status)
        return talk.answer(menu(talk, text))
    return no_such_reservation(talk)


def _as_it_stands(talk: OperatorTalk, view: ReservationView) -> Turn:
    if view.status == "CANCELLED":
        return with_reservation(talk, talk.say.cancelled_already(), view)
    text = talk.say.too_late() if view.status == "IN_PROGRESS" else talk.say.not_possible(view.status)
    return with_reservation(talk, text, view)


# Moving


def move(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """방문 옮기기: when to."""
    found = yield from the_one(arguments[0])
    if found is None:
        return no_such_reservation(talk)
    if found.reservation.status != "CONFIRMED":
        return _as_it_stands(talk, found.reservation)
    text = talk.say.ask_when(found.reservation.starts_at)
    turn = talk.question(text, asking="when", keep={"reservation": arguments[0]})
    return turn if talk.memo.get(ABOUT) == arguments[0] else with_rows(turn, booking_rows(talk, found))


def move_to_text(talk: OperatorTalk, reservation_id: str, text: str) -> Conversation:
    """토요일 10시."""
    found = yield from the_one(reservation_id)
    if found is None:
        return no_such_reservation(talk)
    view = found.reservation
    if view.status != "CONFIRMED":
        return _as_it_stands(talk, view)
    reading = read(text, now=talk.context.now, asking="date")
    day, at = _wished(talk, reading, view)
    if day is None and at is not None:
        day = kst_date(view.starts_at)
    if day is None:
        return _ask_when_again(talk, view, talk.say.ask_when(view.starts_at))
    if at is None:
        return (yield from _offer_times(talk, view, day, ""))
    return (yield from _check_and_confirm(talk, view, datetime.combine(day, at, KST)))


def _wished(talk: OperatorTalk, reading: Reading, view: ReservationView) -> tuple[date | None, time | None]:
    if reading.shift_days or reading.shift_minutes:
        moved = kst(view.starts_at) + timedelta(days=reading.shift_days or 0, minutes=reading.shift_minutes or 0)
        return moved.date(), moved.time()
    day = reading.to_date or reading.date
    kept = talk.memo.get("day", "")
    return day or (date.fromisoformat(kept) if kept else None), reading.to_time or reading.time


def _check_and_confirm(talk: OperatorTalk, view: ReservationView, wanted: datetime) -> Conversation:
    if wanted == view.starts_at:
        return with_reservation(talk, talk.say.same_time(view.starts_at), view)
    free = yield from ask(_free(view, kst_date(wanted)))
    if all(start != wanted for start, _, _ in free):
        return (yield from _offer_times(talk, view, kst_date(wanted), talk.say.not_free(wanted)))
    yes = button(talk.say.confirm_move, "opmove!", view.id, pack_moment(wanted))
    says = pair(talk.say.confirm_moving(view.starts_at, wanted), yes, button(talk.say.stop, "stop"))
    return talk.answer(says, asking="confirm", keep={"reservation": view.id})


def move_instead(talk: OperatorTalk, text: str) -> Generator[Effect[Any], Any, Turn | None]:
    """아니 11시, 토요일 말고 일요일: another time than the one proposed, of which the rest stays. None for no time."""
    _, (reservation_id, proposed) = parse(talk.draft.yes)
    moment, reading = parse_moment(proposed), read(text, now=talk.context.now, asking="date")
    shift = timedelta(days=reading.shift_days or 0, minutes=reading.shift_minutes or 0)
    day, at = reading.to_date or reading.date, reading.to_time or reading.time
    if is_asked_back(text) or not (day or at or shift or reading.asks):
        return None
    found = yield from the_one(reservation_id)
    if found is None:
        return no_such_reservation(talk)
    if reading.asks:
        return (yield from _offer_times(talk, found.reservation, day or kst_date(moment), ""))
    wanted = kst(moment) + shift
    wanted = datetime.combine(day or wanted.date(), at or wanted.time(), KST)
    return (yield from _check_and_confirm(talk, found.reservation, wanted))


def _free(view: ReservationView, day: date) -> FreeStarts:
    return FreeStarts(area=view.area, service=view.service, size_pyeong=view.size_pyeong, first=day, last=day)


def _offer_times(talk: OperatorTalk, view: ReservationView, day: date, lead: str) -> Conversation:
    free = yield from ask(_free(view, day))
    if not free:
        return _ask_when_again(talk, view, f"{lead} {talk.say.no_free_times()}".strip())
    step = -(-len(free) // MOST_TIMES)
    choices = [button(talk.say.clock(start), "opmove_to", view.id, pack_moment(start)) for start, _, _ in free[::step]]
    text = f"{lead} {talk.say.free_times(free[0][0])}".strip()
    return talk.question(text, choices, asking="when", keep={"reservation": view.id, "day": day.isoformat()})


def _ask_when_again(talk: OperatorTalk, view: ReservationView, text: str) -> Turn:
    return talk.question(text, asking="when", keep={"reservation": view.id})


def move_to(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """One of the times that were free."""
    found = yield from the_one(arguments[0])
    if found is None:
        return no_such_reservation(talk)
    if found.reservation.status != "CONFIRMED":
        return _as_it_stands(talk, found.reservation)
    return (yield from _check_and_confirm(talk, found.reservation, parse_moment(arguments[1])))


def move_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """옮기기. Moved there already: the same answer."""
    found = yield from the_one(arguments[0])
    if found is None:
        return no_such_reservation(talk)
    view, wanted = found.reservation, parse_moment(arguments[1])
    try:
        yield from ask(OperatorMove(reservation_id=view.id, starts_at=wanted))
    except SlotFull:
        return (yield from _offer_times(talk, view, kst_date(wanted), talk.say.not_free(wanted)))
    except NotOffered:
        return _ask_when_again(talk, view, talk.say.not_offered())
    except (TooLate, NotAllowed, NotFound) as refusal:
        return _refused(talk, refusal, view)
    return talk.answer(menu(talk, talk.say.moved(wanted)), keep={ABOUT: view.id})


def finish(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """청소 끝내기: asked once more, because the customer is told."""
    found = yield from the_one(arguments[0])
    if found is None:
        return no_such_reservation(talk)
    view = found.reservation
    if view.status != "IN_PROGRESS":
        return _as_it_stands(talk, view)
    yes = button(talk.say.confirm_finish, "opfinish!", view.id)
    return talk.answer(pair(talk.say.sure_finish(cleaner_of(view)), yes, button(talk.say.not_yet, "show", view.id)))


def finish_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """끝났어요. Ended already: the same answer."""
    try:
        yield from ask(FinishVisit(reservation_id=arguments[0]))
    except NotFound:
        return no_such_reservation(talk)
    return talk.answer(menu(talk, talk.say.finished()))
