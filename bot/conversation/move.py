"""Moving a visit: to when, is it free, what stays promised, and then in one tap."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from bot.conversation.actions import pack_moment, parse_moment
from bot.conversation.cancel import too_late
from bot.conversation.effects import Move, OnMyPage, TheReservation
from bot.conversation.find_visit import ask_which, just_shown, my_visits, on_day, pay_first, upcoming
from bot.conversation.free import free_between, nearest_free
from bot.conversation.parse.intents import says_unpaid
from bot.conversation.questions import DAYS_SHOWN, MORE_DAYS_SHOWN, TIMES_SHOWN, thinned
from bot.conversation.quote import booking_of
from bot.conversation.reading import Choice, Reading, Why
from bot.conversation.standing import how_it_stands
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from bot.conversation.unfilled import unfilled
from services.mypage.view import ReservationView
from services.reservation.model import Reservation
from services.reservation.refusals import NotAllowed, NotOffered, SlotFull, TooLate
from services.reservation.values import Status
from services.shared_kernel.card import Button
from services.shared_kernel.clock import KST, kst, kst_date

_LOOK = timedelta(days=14)


def asked_to_move(talk: Talk, reading: Reading) -> Conversation:
    """Which visit, and where to."""
    page = yield from my_visits(talk)
    coming = upcoming(page.reservations)
    dealt = [each for each in coming if each.status != Status.AWAITING_PAYMENT]
    named = on_day(coming, reading.date, reading.time)
    meant = just_shown(talk, [each for each in named if each in dealt])
    if not coming:
        return talk.answer(talk.menu(talk.say.nothing_to_move()))
    unpaid = [each for each in (named if dealt else coming) if each not in dealt]
    if unpaid and (not meant or says_unpaid(talk.said.text)):
        return pay_first(talk, unpaid)
    if len(meant) != 1:
        return ask_which(talk, meant or dealt, "move", partial(_one, talk, reading), is_none=not meant)
    reservation = yield from ask(TheReservation(reservation_id=meant[0].id))
    return (yield from _towards(talk, reservation, reading))


def _one(talk: Talk, reading: Reading, view: ReservationView, twin: bool) -> Button:
    label = talk.say.move_one_label(view.starts_at, twin=twin)
    target = _target(view.starts_at, reading)
    if target is None:
        return button(label, "move", view.id, view.version)
    return button(label, "move_to", view.id, pack_moment(target))


def _target(starts_at: datetime, reading: Reading) -> datetime | None:
    """Where the visit shall go, if enough was said; what wasn't said stays as it is."""
    old = kst(starts_at)
    if reading.shift_days or reading.shift_minutes:
        return old + timedelta(days=reading.shift_days or 0, minutes=reading.shift_minutes or 0)
    unclear = {each.field for each in reading.asks}
    bounded = reading.time_from is not None or reading.time_to is not None
    if bounded or unclear & {"date", "time"} or (reading.to_date is None and reading.to_time is None):
        return None
    return datetime.combine(reading.to_date or old.date(), reading.to_time or old.time(), KST)


def _towards(talk: Talk, reservation: Reservation, reading: Reading) -> Conversation:
    refusal = yield from _cannot(talk, reservation)
    if refusal is not None:
        return refusal
    target = _target(reservation.visit.starts_at, reading)
    if target is not None:
        return (yield from _propose(talk, reservation, target))
    lead = next((talk.say.why_asked(each.field, each.why) for each in reading.asks if each.why is not Why.OTHER), "")
    if reading.to_date is not None:
        return (yield from _ask_time(talk, reservation, reading.to_date, lead, reading.time_from, reading.time_to))
    among = next((each.choices for each in reading.asks if each.field == "date"), ())
    return (yield from _ask_date(talk, reservation, lead, among=among))


def move(talk: Talk, reservation_id: str) -> Conversation:
    """방문 옮기기: to when?"""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    refusal = yield from _cannot(talk, reservation)
    if refusal is not None:
        return refusal
    if reservation.unfilled:
        return talk.answer(*(yield from unfilled(talk, reservation)), about=reservation.id)
    return (yield from _ask_date(talk, reservation, ""))


def _cannot(talk: Talk, reservation: Reservation) -> Generator[Effect[Any], Any, Turn | None]:
    late = talk.context.now >= reservation.visit.starts_at and reservation.status is Status.CONFIRMED
    if late or reservation.status is Status.IN_PROGRESS:
        return (yield from too_late(talk, reservation, moving=True))
    if reservation.status is not Status.CONFIRMED:
        return talk.aside(*how_it_stands(talk, reservation))
    return None


def _ask_date(
    talk: Talk, reservation: Reservation, lead: str, *, more: bool = False, among: Sequence[Choice] = ()
) -> Conversation:
    today = kst_date(talk.context.now)
    starts = yield from free_between(talk, booking_of(reservation), today, today + _LOOK)
    free = sorted({kst_date(start) for start in starts})
    days = [day for day in free if day in among] or free
    shown = days[DAYS_SHOWN : DAYS_SHOWN + MORE_DAYS_SHOWN] if more else days[:DAYS_SHOWN]
    choices = [button(talk.say.day_label(day), "move_day", reservation.id, day.isoformat()) for day in shown]
    if not more:
        choices.append(button(talk.say.other_day, "move_day", reservation.id, "other"))
    text = talk.say.ask_other_date() if more else talk.say.ask_where_to_move(reservation.visit.starts_at)
    return _asking(talk, reservation, f"{lead} {text}".strip(), choices, "date")


def _ask_time(
    talk: Talk, reservation: Reservation, day: date, lead: str = "", first: time | None = None,
    last: time | None = None,
) -> Conversation:  # fmt: skip
    starts = yield from free_between(talk, booking_of(reservation), day, day)
    fitting = [start for start in starts if (first or time.min) <= start.time() <= (last or time.max)]
    if not starts:
        wanted = datetime.combine(day, kst(reservation.visit.starts_at).time(), KST)
        return (yield from _nearest(talk, reservation, wanted, talk.say.day_full(day)))
    shown = thinned(fitting or starts, TIMES_SHOWN)
    choices = [button(talk.say.time_label(each.time()), "move_to", reservation.id, pack_moment(each)) for each in shown]
    text = talk.say.ask_time(day, first=first if fitting else None, last=last if fitting else None)
    turn = _asking(talk, reservation, f"{lead} {text}".strip(), choices, "time")
    return replace(turn, draft=replace(turn.draft, wish=day))


def _asking(talk: Talk, reservation: Reservation, text: str, choices: list[Button], asking: str) -> Turn:
    keep = button(talk.say.keep, "keep", reservation.id)
    says = talk.step_card(text, [*choices, keep])
    return talk.answer(says, asking=asking, doing="move", about=reservation.id, no=keep.action)


def take(talk: Talk, reading: Reading) -> Conversation:
    """A day or a time, in answer to the question where to."""
    reservation = yield from ask(TheReservation(reservation_id=talk.draft.about))
    on, at = reading.to_date or reading.date, reading.to_time or reading.time
    wish = on or (talk.draft.wish if at or reading.time_from else None)
    said = replace(reading, to_date=wish, to_time=at, date=None, time=None)
    if at is None and wish is not None:
        refusal = yield from _cannot(talk, reservation)
        if refusal is not None:
            return refusal
        return (yield from _ask_time(talk, reservation, wish, "", reading.time_from, reading.time_to))
    if wish is None and any(each.why is Why.OTHER for each in reading.asks):
        return (yield from _ask_date(talk, reservation, "", more=True))
    return (yield from _towards(talk, reservation, said))


def move_day(talk: Talk, reservation_id: str, day: str) -> Conversation:
    """A day was chosen: which time?"""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    refusal = yield from _cannot(talk, reservation)
    if refusal is not None:
        return refusal
    if day == "other":
        return (yield from _ask_date(talk, reservation, "", more=True))
    return (yield from _ask_time(talk, reservation, date.fromisoformat(day)))


def move_to(talk: Talk, reservation_id: str, moment: str) -> Conversation:
    """A time was chosen: sure?"""
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    return (yield from _propose(talk, reservation, kst(parse_moment(moment))))


def _propose(talk: Talk, reservation: Reservation, target: datetime) -> Conversation:
    refusal = yield from _cannot(talk, reservation)
    if refusal is not None:
        return refusal
    say, starts_at = talk.say, reservation.visit.starts_at
    if target == starts_at:
        return talk.answer(card(say.is_then_already(target), button(say.show, "show", reservation.id)))
    free = yield from free_between(talk, booking_of(reservation), target.date(), target.date())
    if target not in free:
        return (yield from _nearest(talk, reservation, target, say.slot_not_free(target)))
    # the model keeps the fee of the day that was promised first: say so before asking
    keeps = reservation.cleaner_accepted and not reservation.unfilled
    warn = keeps and reservation.policy.tier_percent(starts_at, talk.context.now) > 0
    text = say.ask_to_move(starts_at, target)
    sure = button(say.confirm_move, "move!", reservation.id, reservation.version, pack_moment(target))
    keep = button(say.keep, "keep", reservation.id)
    says = (*([card(say.move_keeps_fee(starts_at))] if warn else []), pair(text, sure, keep))
    wish = kst_date(target)  # 아니 4시로요 is about that day
    return talk.answer(*says, yes=sure.action, no=keep.action, doing="move", about=reservation.id, wish=wish)


def _nearest(talk: Talk, reservation: Reservation, wanted: datetime, text: str) -> Conversation:
    near = yield from nearest_free(talk, booking_of(reservation), wanted)
    buttons = [button(talk.say.slot_label(each), "move_to", reservation.id, pack_moment(each)) for each in near]
    if not buttons:
        latest = talk.context.catalogue.latest_day(talk.context.now)
        return talk.aside(card(talk.say.nothing_free(latest), button(talk.say.human, "human")))
    keep = button(talk.say.keep, "keep", reservation.id)
    says = card(text, *buttons, quick=(keep, *talk.ways_out()))
    return talk.answer(says, asking="date", doing="move", about=reservation.id, no=keep.action)


def move_now(talk: Talk, reservation_id: str, version: str, moment: str) -> Conversation:
    """옮기기: only from what was shown; anything else is asked again."""
    say, target = talk.say, kst(parse_moment(moment))
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    if reservation.visit.starts_at == target and reservation.status is Status.CONFIRMED:
        return talk.answer(card(say.moved_already(target), button(say.show, "show", reservation_id)))
    if reservation.status is not Status.CONFIRMED:
        return talk.aside(*how_it_stands(talk, reservation))
    if reservation.version != int(version):
        turn = yield from _propose(talk, reservation, target)
        return replace(turn, says=(card(say.changed_meanwhile()), *turn.says))
    view = yield from ask(OnMyPage(reservation_id=reservation_id))
    cleaner = (view.job.cleaner_name or "") if view and view.job and reservation.cleaner_accepted else ""
    try:
        moved = yield from ask(Move(reservation_id=reservation_id, starts_at=target))
    except SlotFull:
        return (yield from _nearest(talk, reservation, target, say.slot_taken(target)))
    except NotOffered:
        return (yield from _nearest(talk, reservation, target, say.slot_not_free(target)))
    except TooLate:
        return (yield from too_late(talk, reservation, moving=True))
    except NotAllowed as refusal:
        return talk.aside(*how_it_stands(talk, refusal.reservation))
    show = button(say.show, "show", reservation_id)
    return talk.answer(card(say.moved(moved.visit.starts_at, cleaner), quick=(show,)), about=reservation_id)
