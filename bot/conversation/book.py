"""Booking: every field in any order, corrected at any time, until the price is shown."""

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import date, time
from typing import Any

from bot.conversation.actions import parse_moment
from bot.conversation.address import take_address
from bot.conversation.ask_back import ask_back
from bot.conversation.draft import STEPS, Booking
from bot.conversation.effects import Cancel, TheDetails, TheReservation
from bot.conversation.hello import home
from bot.conversation.merge import Merged, values_of, without
from bot.conversation.proceed import carry_on, lead_of, merge_into, parts_of, proceed, take_values
from bot.conversation.questions import Asking, ask_for
from bot.conversation.quote import Release, release
from bot.conversation.reading import Ask, Intent, Reading, Why
from bot.conversation.standing import is_payable
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation, Effect, ask
from services.shared_kernel.clock import kst, kst_date


def start(talk: Talk) -> Conversation:
    """The first question, or the choice between an unfinished booking and a new one."""
    booking = talk.booking
    if booking is not None and booking.given:
        text = talk.say.draft_is_there(parts_of(talk, booking, booking.given))
        says = card(text, button(talk.say.go_on, "go_on"), button(talk.say.start_new, "book_new"))
        return talk.answer(says, booking=booking, yes="go_on", no="book_new")
    return (yield from ask_for(talk, Booking(), "service", Asking()))


def start_new(talk: Talk) -> Conversation:
    """The first question; what was given before is dropped."""
    freed = yield from release(talk)
    if freed.turn:
        return freed.turn
    return (yield from ask_for(talk, Booking(), "service", Asking()))


def start_with(talk: Talk, service: str, size: str, extras: str = "") -> Conversation:
    """After a price was told: book that."""
    add_ons = tuple(each for each in extras.split(",") if each in talk.context.catalogue.add_ons)
    values = {"service": service, "size_pyeong": int(size)} | ({"add_ons": add_ons} if add_ons else {})
    freed = yield from release(talk)
    return freed.turn or (yield from take_values(talk, Booking(), values))


def go_on(talk: Talk) -> Conversation:
    """The question that is due, once more."""
    if talk.booking is None:
        return (yield from start(talk))
    return (yield from carry_on(talk, talk.booking, Asking()))


def later(talk: Talk) -> Conversation:
    """내일 다시 할게요: nothing is changed, and how long the place is kept is said."""
    booking, say = talk.booking or Booking(), talk.say
    held = (yield from ask(TheReservation(reservation_id=booking.hold))) if booking.hold else None
    until = held.hold_expires_at if held is not None and is_payable(held) else None
    return talk.aside(card(say.take_your_time(until, talk.context.now)))


def take(talk: Talk, reading: Reading) -> Conversation:
    """Take what a text says into the booking."""
    booking = talk.booking or Booking()
    # after “처음으로”, a sentence that asks for a visit begins a new one
    if talk.booking is not None and not talk.draft.asking and reading.intent is Intent.BOOK and _says_much(reading):
        freed = yield from release(talk)
        if freed.turn:
            return freed.turn
        booking = Booking()
    values = values_of(reading) | {"time_from": reading.time_from, "time_to": reading.time_to}
    merged = merge_into(talk, booking, values)
    if reading.address:
        return (yield from take_address(talk, merged, reading))
    if reading.unserved_area:
        areas = list(talk.context.catalogue.areas.values())
        lead = talk.say.area_not_served(reading.unserved_area, areas)
        return (yield from ask_for(talk, without(merged.booking, "area"), "area", Asking(lead=lead)))
    open_ask = next((each for each in reading.asks if _still_open(each, merged.booking)), None)
    if open_ask is not None:
        # a question about the time names the day itself
        bounded = reading.time_from is not None or reading.time_to is not None
        named = open_ask.field == "time" and merged.new == ("date",) and bounded
        lead = "" if named else lead_of(talk, merged).lead
        return (yield from ask_back(talk, merged.booking, open_ask, lead))
    return (yield from proceed(talk, merged, asks_time=bool(reading.time_from or reading.time_to)))


def _says_much(reading: Reading) -> bool:
    return len(values_of(reading)) > 1 or reading.date is not None


def _still_open(back: Ask, booking: Booking) -> bool:
    return back.field in STEPS and back.field != "address"


def fill(talk: Talk, field: str, value: str) -> Conversation:
    """A quick reply: one field's value. Later than its question, it corrects that field."""
    if talk.booking is None and talk.draft.asking != field:
        return (yield from start(talk))
    booking = talk.booking or Booking()
    if field == "date" and value != "other" and date.fromisoformat(value) < kst_date(talk.context.now):
        lead = talk.say.why_asked("date", Why.PAST)
        return (yield from ask_for(talk, without(booking, "date"), "date", Asking(lead=lead)))
    if field == "area" and value not in talk.context.catalogue.areas:
        lead = talk.say.area_not_served(value, list(talk.context.catalogue.areas.values()))
        return (yield from ask_for(talk, without(booking, "area"), "area", Asking(lead=lead)))
    if value == "unsure":
        return (yield from _size_hint(talk, booking))
    if value == "other":
        kept = replace(without(booking, "date"), time=booking.time)
        return (yield from ask_for(talk, kept, "date", Asking(more_days=True)))
    if field == "add_ons" and value == "none":
        return (yield from carry_on(talk, _answered_add_ons(booking), Asking()))
    if field not in _READ:
        raise ValueError(f"not a field: {field}")
    return (yield from take_values(talk, booking, {field: _READ[field](value)}))


_READ: dict[str, Callable[[str], Any]] = {
    "service": str,
    "area": str,
    "size_pyeong": int,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "add_ons": lambda text: (text,),
}


def slot(talk: Talk, moment: str) -> Conversation:
    """A button with a day and a time."""
    starts_at = kst(parse_moment(moment))
    booking = talk.booking
    if booking is None:
        return (yield from start(talk))
    return (yield from take_values(talk, booking, {"date": starts_at.date(), "time": starts_at.time()}))


def unsure(talk: Talk) -> Conversation:
    """잘 모르겠어요, typed."""
    return (yield from _size_hint(talk, talk.booking or Booking()))


def _size_hint(talk: Talk, booking: Booking) -> Conversation:
    yield from ()
    choices = [button(talk.say.size_label(24), "fill", "size_pyeong", 24), button(talk.say.human, "human")]
    return talk.step(talk.say.size_hint(), choices, booking=booking, asking="size_pyeong")


def _answered_add_ons(booking: Booking) -> Booking:
    given = booking.given if "add_ons" in booking.given else (*booking.given, "add_ons")
    return replace(booking, given=given)


def no_more(talk: Talk) -> Conversation:
    """아니요 at the question for add-ons."""
    return (yield from carry_on(talk, _answered_add_ons(talk.booking or Booking()), Asking()))


# Back, and corrections


def back(talk: Talk) -> Conversation:
    """The field that was given last, once more; before the first there is the start. Out of a correction, on."""
    booking, asking = talk.booking, talk.draft.asking
    correcting = asking == "edit" or (booking is not None and asking in STEPS and booking.has(asking))
    if booking is not None and correcting:
        return (yield from carry_on(talk, booking, Asking()))
    if booking is None or not booking.given:
        return (yield from home(replace(talk, draft=replace(talk.draft, booking=None))))
    last = booking.given[-1]
    return (yield from ask_for(talk, without(booking, last), last, Asking()))


def edit(talk: Talk, field: str = "") -> Conversation:
    """Which field to correct, or the question for it."""
    booking = talk.booking
    if booking is None:
        return (yield from start(talk))
    if field in STEPS:
        # the old value stands until there is a new one; add-ons are chosen anew
        kept = without(booking, field) if field == "add_ons" else booking
        return (yield from ask_for(talk, kept, field, Asking(corrected=True)))
    choices = [button(talk.say.field_label(each), "edit", each) for each in STEPS if each in booking.given]
    if not choices:
        return (yield from go_on(talk))
    return talk.step(talk.say.ask_what_to_edit(), choices, booking=booking, asking="edit")


# Once more, from a reservation that is over


def _from_reservation(talk: Talk, reservation_id: str) -> Generator[Effect[Any], Any, Booking]:
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
    if is_payable(reservation):
        # its deadline is over but it isn't closed yet: give the place back, so that it can be held again
        yield from ask(Cancel(reservation_id=reservation_id, expected_refund_krw=0, reason=talk.say.drop_reason))
    visit = reservation.visit
    details = yield from ask(TheDetails(details_id=visit.details_id))
    starts_at = kst(visit.starts_at)
    booking = Booking(
        service=visit.service,
        size_pyeong=visit.size_pyeong,
        area=visit.area,
        date=starts_at.date(),
        time=starts_at.time(),
        address=details.address,
        note=details.note,
        phone=details.phone,
        add_ons=visit.add_ons,
        given=STEPS if details.address else tuple(step for step in STEPS if step != "address"),
    )
    return booking


def book_again(talk: Talk, reservation_id: str, *, same_time: bool) -> Conversation:
    """The same visit: at its time if that is free, or at another."""
    freed: Release = yield from release(talk)
    if freed.turn:
        return freed.turn
    booking = yield from _from_reservation(talk, reservation_id)
    if not same_time or (booking.date or date.min) < kst_date(talk.context.now):
        booking = without(without(booking, "date"), "time")
        return (yield from ask_for(talk, booking, "date", Asking()))
    return (yield from proceed(talk, Merged(booking=booking, new=("time",), changed=()), echo=False))
