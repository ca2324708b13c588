"""The questions of a booking, each with what can be chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.conversation.draft import Booking
from bot.conversation.free import free_between, nothing_free, offer_nearest
from bot.conversation.talk import Talk, button
from bot.conversation.turn import Conversation
from services.shared_kernel.card import Button
from services.shared_kernel.clock import KST, kst_date

SIZES = (10, 24, 32)
DAYS_SHOWN = 3
MORE_DAYS_SHOWN = 7
TIMES_SHOWN = 7
_FIRST_LOOK = timedelta(days=9)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How to ask: after which words (`lead`), whether something was just corrected, or more days are wanted."""

    lead: str = ""
    corrected: bool = False
    understood: bool = False
    more_days: bool = False


def ask_for(talk: Talk, booking: Booking, step: str, how: Asking) -> Conversation:
    """Ask for one field."""
    return (yield from _QUESTIONS[step](talk, booking, how))


def joined(lead: str, text: str) -> str:
    """Two sentences in one bubble."""
    return f"{lead} {text}".strip()


def _service(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    yield from ()
    services = talk.context.catalogue.services.values()
    choices = [button(each.name(talk.say.language), "fill", "service", each.id) for each in services]
    if how.understood:
        choices.append(button(talk.say.edit_something, "edit"))
    text = talk.say.ask_service_last() if booking.given else talk.say.ask_service()
    return talk.step(joined(how.lead, text), choices, booking=booking, asking="service")


def _size(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    yield from ()
    choices = [button(talk.say.size_label(size), "fill", "size_pyeong", size) for size in SIZES]
    choices.append(button(talk.say.unsure, "fill", "size_pyeong", "unsure"))
    return talk.step(joined(how.lead, talk.say.ask_size()), choices, booking=booking, asking="size_pyeong")


def _area(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    yield from ()
    areas = talk.context.catalogue.areas.values()
    choices = [button(each.name(talk.say.language), "fill", "area", each.id) for each in areas]
    return talk.step(joined(how.lead, talk.say.ask_area()), choices, booking=booking, asking="area")


def _date(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    today = kst_date(talk.context.now)
    latest = talk.context.catalogue.latest_day(talk.context.now)
    days: list[date] = []
    for last in (today + _FIRST_LOOK, latest):
        starts = yield from free_between(talk, booking, today, last)
        days = sorted({kst_date(start) for start in starts if _suits(start, booking)})
        if len(days) > DAYS_SHOWN:
            break
    if not days:
        return nothing_free(talk, booking)
    shown = days[DAYS_SHOWN : DAYS_SHOWN + MORE_DAYS_SHOWN] if how.more_days else days[:DAYS_SHOWN]
    choices = day_choices(talk, shown)
    text = talk.say.ask_other_date() if how.more_days else talk.say.ask_date()
    if not how.more_days:
        choices.append(button(talk.say.other_day, "fill", "date", "other"))
    return talk.step(joined(how.lead, text), choices, booking=booking, asking="date")


def day_choices(talk: Talk, days: Sequence[date]) -> list[Button]:
    """A quick reply for each day."""
    return [button(talk.say.day_label(day), "fill", "date", day.isoformat()) for day in days]


def _time(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    if booking.date is None:
        return (yield from _date(talk, booking, how))
    starts = yield from free_between(talk, booking, booking.date, booking.date)
    if not starts:
        noon = datetime.combine(booking.date, booking.time_from or time(12), KST)
        text = joined(how.lead, talk.say.day_full(booking.date))
        return (yield from offer_nearest(talk, booking, noon, text))
    fitting = [start for start in starts if _within(start.time(), booking)]
    first, last = (booking.time_from, booking.time_to) if fitting else (None, None)
    shown = thinned(fitting or starts, DAYS_SHOWN if first or last else TIMES_SHOWN)
    choices = [button(talk.say.time_label(each.time()), "fill", "time", f"{each:%H%M}") for each in shown]
    if first or last:
        choices.append(button(talk.say.other_day, "fill", "date", "other"))
    text = talk.say.ask_time(booking.date, first=first, last=last)
    return talk.step(joined(how.lead, text), choices, booking=booking, asking="time")


def thinned(starts: Sequence[datetime], most: int) -> Sequence[datetime]:
    """At most so many, spread over all of them."""
    return starts[:: -(-len(starts) // most)]


def _suits(start: datetime, booking: Booking) -> bool:
    return start.time() == booking.time if booking.time else _within(start.time(), booking)


def _within(at: time, booking: Booking) -> bool:
    return (booking.time_from or time.min) <= at <= (booking.time_to or time.max)


def _address(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    yield from ()
    text = talk.say.ask_address(corrected=how.corrected)
    return talk.step(joined(how.lead, text), [], booking=booking, asking="address")


def _add_ons(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    yield from ()
    add_ons = talk.context.catalogue.add_ons
    chosen = [add_ons[each] for each in booking.add_ons]
    others = [each for each in add_ons.values() if each.id not in booking.add_ons]
    choices = [button(talk.say.add_on_label(each), "fill", "add_ons", each.id) for each in others]
    choices.append(button(talk.say.all_chosen if chosen else talk.say.nothing_more, "fill", "add_ons", "none"))
    text = talk.say.ask_add_ons(chosen, has_note=bool(booking.note))
    return talk.step(joined(how.lead, text), choices, booking=booking, asking="add_ons")


_QUESTIONS: dict[str, Callable[[Talk, Booking, Asking], Conversation]] = {
    "service": _service,
    "size_pyeong": _size,
    "area": _area,
    "date": _date,
    "time": _time,
    "address": _address,
    "add_ons": _add_ons,
}
