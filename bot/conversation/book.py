"""Booking: every field in any order, corrected at any time, until the price is shown."""

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import date, time
from typing import Any

from bot.conversation.actions import parse_moment
from bot.conversation.ask_back import ask_back
from bot.conversation.draft import STEPS, Booking
from bot.conversation.effects import TheDetails, TheReservation
from bot.conversation.free import free_between, offer_nearest
from bot.conversation.hello import home
from bot.conversation.merge import Merged, merge, values_of, without
from bot.conversation.questions import Asking, ask_for, joined
from bot.conversation.quote import Release, release, show_quote
from bot.conversation.reading import Ask, Intent, Reading, looks_like_address
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.turn import Conversation, Effect, ask
from services.shared_kernel.clock import kst, kst_date

LONGEST_NOTE = 200


def start(talk: Talk) -> Conversation:
    """The first question, or the choice between an unfinished booking and a new one."""
    booking = talk.booking
    if booking is not None and booking.given:
        text = talk.say.draft_is_there(_parts(talk, booking, booking.given))
        says = card(text, button(talk.say.go_on, "go_on"), button(talk.say.start_new, "book_new"))
        return talk.answer(says, booking=booking, yes="go_on", no="book_new")
    return (yield from ask_for(talk, Booking(), "service", Asking()))


def start_new(talk: Talk) -> Conversation:
    """The first question; what was given before is dropped."""
    freed = yield from release(talk)
    if freed.turn:
        return freed.turn
    return (yield from ask_for(talk, Booking(), "service", Asking()))


def start_with(talk: Talk, service: str, size: str) -> Conversation:
    """After a price was told: book that."""
    values = {"service": service, "size_pyeong": int(size)}
    return (yield from _take_values(talk, replace(talk, draft=replace(talk.draft, booking=None)), values))


def go_on(talk: Talk) -> Conversation:
    """The question that is due, once more."""
    if talk.booking is None:
        return (yield from start(talk))
    return (yield from _carry_on(talk, talk.booking, Asking()))


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
    merged = _merge(talk, booking, values)
    if reading.address:
        return (yield from _take_address(talk, merged, reading))
    if reading.unserved_area:
        areas = list(talk.context.catalogue.areas.values())
        lead = talk.say.area_not_served(reading.unserved_area, areas)
        return (yield from ask_for(talk, without(merged.booking, "area"), "area", Asking(lead=lead)))
    open_ask = next((each for each in reading.asks if _still_open(each, merged.booking)), None)
    if open_ask is not None:
        lead = _lead(talk, merged).lead if merged.changed or len(merged.new) > 1 else ""
        return (yield from ask_back(talk, merged.booking, open_ask, lead))
    return (yield from _proceed(talk, merged, asks_time=bool(reading.time_from or reading.time_to)))


def _says_much(reading: Reading) -> bool:
    return len(values_of(reading)) > 1 or reading.date is not None


def _still_open(back: Ask, booking: Booking) -> bool:
    return back.field in STEPS and back.field != "address"


def fill(talk: Talk, field: str, value: str) -> Conversation:
    """A quick reply: one field's value. Later than its question, it corrects that field."""
    if talk.booking is None and talk.draft.asking != field:
        return (yield from start(talk))
    booking = talk.booking or Booking()
    if value == "unsure":
        return (yield from _size_hint(talk, booking))
    if value == "other":
        kept = replace(without(booking, "date"), time=booking.time)
        return (yield from ask_for(talk, kept, "date", Asking(more_days=True)))
    if field == "add_ons" and value == "none":
        return (yield from _carry_on(talk, _answered_add_ons(booking), Asking()))
    if field not in _READ:
        raise ValueError(f"not a field: {field}")
    return (yield from _take_values(talk, talk, {field: _READ[field](value)}))


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
    if talk.booking is None:
        return (yield from start(talk))
    return (yield from _take_values(talk, talk, {"date": starts_at.date(), "time": starts_at.time()}))


def unsure(talk: Talk) -> Conversation:
    """잘 모르겠어요, typed."""
    return (yield from _size_hint(talk, talk.booking or Booking()))


def _size_hint(talk: Talk, booking: Booking) -> Conversation:
    yield from ()
    choices = [button(talk.say.size_label(24), "fill", "size_pyeong", 24), button(talk.say.human, "human")]
    return talk.step(talk.say.size_hint(), choices, booking=booking, asking="size_pyeong")


def _take_values(talk: Talk, onto: Talk, values: dict[str, Any]) -> Conversation:
    merged = _merge(talk, onto.booking or Booking(), values)
    return (yield from _proceed(talk, merged, asks_time=False))


def _merge(talk: Talk, booking: Booking, values: dict[str, Any]) -> Merged:
    catalogue = talk.context.catalogue
    if "date" in values and values["date"] < kst_date(talk.context.now):
        values = {name: value for name, value in values.items() if name != "date"}
    return merge(booking, values, catalogue, catalogue.latest_day(talk.context.now))


def _proceed(talk: Talk, merged: Merged, *, asks_time: bool) -> Conversation:
    """Say what was understood, then ask for the next thing."""
    if merged.not_offered:
        return (yield from _not_offered(talk, merged))
    how = _lead(talk, merged)
    booking = merged.booking
    bounded = booking.time_from is not None or booking.time_to is not None
    if (asks_time or (bounded and "date" in merged.new)) and booking.date and not booking.time:
        return (yield from ask_for(talk, booking, "time", Asking()))
    if merged.touches_slot or merged.changed or merged.new:
        freed = yield from release(talk, booking)
        if freed.turn:
            return freed.turn
        booking = freed.booking
    starts_at = booking.starts_at
    if merged.touches_slot and starts_at is not None:
        free = yield from free_between(talk, booking, starts_at.date(), starts_at.date())
        if starts_at not in free:
            text = talk.say.slot_not_free(starts_at)
            return (yield from offer_nearest(talk, without(booking, "time"), starts_at, text))
    return (yield from _carry_on(talk, booking, how))


def _carry_on(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    step = booking.next_step
    if step:
        return (yield from ask_for(talk, booking, step, how))
    return (yield from show_quote(talk, booking, how.lead))


def _lead(talk: Talk, merged: Merged) -> Asking:
    if merged.changed:
        part = ", ".join(_parts(talk, merged.booking, merged.changed))
        return Asking(lead=talk.say.corrected(part), corrected=True)
    if len([name for name in merged.new if name != "add_ons"]) > 1:
        return Asking(lead=talk.say.understood(_parts(talk, merged.booking, merged.new)), understood=True)
    return Asking()


def _parts(talk: Talk, booking: Booking, fields: tuple[str, ...]) -> list[str]:
    """The values of these fields, as parts of a sentence: when, where and how large, what."""
    catalogue, say = talk.context.catalogue, talk.say
    area = catalogue.areas.get(booking.area or "") if "area" in fields else None
    service = catalogue.services.get(booking.service or "") if "service" in fields else None
    parts = [
        say.part_when(
            booking.date if "date" in fields else None,
            booking.time if "time" in fields else None,
        ),
        say.part_where(area, booking.size_pyeong if "size_pyeong" in fields else None),
        service.name(say.language) if service else "",
        ", ".join(say.add_on_label(catalogue.add_ons[each]) for each in booking.add_ons if "add_ons" in fields),
        booking.address if "address" in fields else "",
    ]
    return [part for part in parts if part]


def _not_offered(talk: Talk, merged: Merged) -> Conversation:
    booking, field, catalogue = merged.booking, merged.not_offered, talk.context.catalogue
    if field == "size_pyeong" and booking.service:
        service = catalogue.services[booking.service]
        lead = talk.say.size_not_offered(service, service.sizes[-1].up_to_pyeong)
        choices = [button(talk.say.human, "human")]
        return talk.step(lead, choices, booking=without(booking, field), asking=field)
    lead = {
        "date": talk.say.too_far(catalogue.latest_day(talk.context.now)),
        "service": talk.say.service_not_offered(),
    }.get(field, "")
    return (yield from ask_for(talk, without(booking, field), field, Asking(lead=lead)))


# Address


def _take_address(talk: Talk, merged: Merged, reading: Reading) -> Conversation:
    booking, address = merged.booking, reading.address or ""
    catalogue = talk.context.catalogue
    if reading.unserved_area:
        lead = talk.say.area_not_served(reading.unserved_area, list(catalogue.areas.values()))
        return talk.step(lead, [], booking=booking, asking="address")
    if not looks_like_address(address):
        text = talk.say.address_needs_number(catalogue.areas.get(booking.area or ""))
        return talk.step(text, [], booking=booking, asking="address")
    named = catalogue.areas.get(reading.area or "")
    if named and booking.area and named.id != booking.area:
        says = pair(
            talk.say.other_district(named),
            button(talk.say.to_area_label(named), "to_area", named.id),
            button(talk.say.fix_address, "edit", "address"),
            quick=talk.ways_out(),
        )
        booking = replace(booking, other_address=address)
        return talk.answer(
            says, booking=booking, asking="address", yes=f"to_area:{named.id}", no="edit:address"
        )
    area = {"area": named.id} if named else {}
    again = _merge(talk, booking, area) if area else merged
    fields = again.new + merged.new
    return (yield from _with_address(talk, again.booking, address, checked="area" not in fields))


def to_area(talk: Talk, area: str) -> Conversation:
    """The address that was given last holds, and its district with it."""
    booking = talk.booking
    if booking is None or not booking.other_address or area not in talk.context.catalogue.areas:
        return (yield from go_on(talk))
    moved = replace(booking, area=area, other_address="")
    return (yield from _with_address(talk, moved, booking.other_address, checked=False))


def _with_address(talk: Talk, booking: Booking, address: str, *, checked: bool) -> Conversation:
    new = () if booking.address else ("address",)
    changed = ("address",) if booking.address and booking.address != address else ()
    given = (*booking.given, *(name for name in new if name not in booking.given))
    kept = replace(booking, address=address, other_address="", given=given)
    merged = Merged(booking=kept, new=new if checked else (*new, "area"), changed=changed)
    turn = yield from _proceed(talk, merged, asks_time=False)
    first, *rest = turn.says
    if first.title or first.items or first.buttons:
        return replace(turn, says=(card(talk.say.address_kept()), first, *rest))
    return replace(turn, says=(replace(first, text=joined(talk.say.address_kept(), first.text)), *rest))


def note(talk: Talk, text: str) -> Conversation:
    """Free words at the last question are for the cleaner."""
    kept = replace(talk.booking or Booking(), note=" ".join(text.split())[:LONGEST_NOTE])
    return (yield from ask_for(talk, kept, "add_ons", Asking(lead=talk.say.note_kept())))


def _answered_add_ons(booking: Booking) -> Booking:
    given = booking.given if "add_ons" in booking.given else (*booking.given, "add_ons")
    return replace(booking, given=given)


def no_more(talk: Talk) -> Conversation:
    """아니요 at the question for add-ons."""
    return (yield from _carry_on(talk, _answered_add_ons(talk.booking or Booking()), Asking()))


# Back, and corrections


def back(talk: Talk) -> Conversation:
    """The field that was given last, once more; before the first there is the start."""
    booking = talk.booking
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
        return (yield from ask_for(talk, without(booking, field), field, Asking(corrected=True)))
    choices = [button(talk.say.field_label(each), "edit", each) for each in STEPS if each in booking.given]
    if not choices:
        return (yield from go_on(talk))
    return talk.step(talk.say.ask_what_to_edit(), choices, booking=booking, asking="edit")


# Once more, from a reservation that is over


def _from_reservation(talk: Talk, reservation_id: str) -> Generator[Effect[Any], Any, Booking]:
    reservation = yield from ask(TheReservation(reservation_id=reservation_id))
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
    return (yield from _proceed(talk, Merged(booking=booking, new=("time",), changed=()), asks_time=False))
