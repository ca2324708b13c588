"""From what was given to what comes next: another question, the nearest free times, or the price."""

from typing import Any

from bot.conversation.draft import Booking
from bot.conversation.free import free_between, offer_nearest
from bot.conversation.merge import Merged, merge, without
from bot.conversation.questions import Asking, ask_for
from bot.conversation.quote import release, show_quote
from bot.conversation.talk import Talk, button
from bot.conversation.turn import Conversation
from services.reservation.events import REPLACED
from services.shared_kernel.clock import kst_date


def take_values(talk: Talk, booking: Booking, values: dict[str, Any]) -> Conversation:
    """What a button says goes into the booking."""
    return (yield from proceed(talk, merge_into(talk, booking, values)))


def merge_into(talk: Talk, booking: Booking, values: dict[str, Any]) -> Merged:
    """The booking with these values; a day that is past isn't taken."""
    catalogue = talk.context.catalogue
    if "date" in values and values["date"] < kst_date(talk.context.now):
        values = {name: value for name, value in values.items() if name != "date"}
    return merge(booking, values, catalogue, catalogue.latest_day(talk.context.now))


def proceed(talk: Talk, merged: Merged, *, asks_time: bool = False, echo: bool = True) -> Conversation:
    """Say what was understood (`echo`), then ask for the next thing."""
    if merged.not_offered:
        return (yield from _not_offered(talk, merged))
    how = lead_of(talk, merged) if echo else Asking()
    booking = merged.booking
    if "area" in merged.changed and "address" not in merged.changed:
        # the address lies in the area that was said before
        booking = without(booking, "address")
    bounded = booking.time_from is not None or booking.time_to is not None
    if (asks_time or (bounded and "date" in merged.new)) and booking.date and not booking.time:
        return (yield from ask_for(talk, booking, "time", Asking()))
    if merged.touches_slot or merged.changed or merged.new:
        freed = yield from release(talk, booking, reason=REPLACED)
        if freed.turn:
            return freed.turn
        booking = freed.booking
    starts_at = booking.starts_at
    if merged.touches_slot and starts_at is not None:
        free = yield from free_between(talk, booking, starts_at.date(), starts_at.date())
        if starts_at not in free:
            text = talk.say.slot_not_free(starts_at)
            return (yield from offer_nearest(talk, without(booking, "time"), starts_at, text))
    return (yield from carry_on(talk, booking, how))


def carry_on(talk: Talk, booking: Booking, how: Asking) -> Conversation:
    """The next question or, when nothing is missing, the price."""
    step = booking.next_step
    if step:
        return (yield from ask_for(talk, booking, step, how))
    return (yield from show_quote(talk, booking, how.lead))


def lead_of(talk: Talk, merged: Merged) -> Asking:
    """What to say before the question: what was corrected, or understood besides the answer."""
    others = [name for name in merged.new if name not in ("address", "add_ons")]
    if merged.changed and others:
        return Asking(lead=talk.say.understood(parts_of(talk, merged.booking, (*merged.changed, *others))))
    if merged.changed:
        part = ", ".join(parts_of(talk, merged.booking, merged.changed))
        return Asking(lead=talk.say.corrected(part), corrected=True)
    # what just answers the question needs no echo
    if [name for name in merged.new if name not in ("address", "add_ons", talk.draft.asking)]:
        return Asking(lead=talk.say.understood(parts_of(talk, merged.booking, merged.new)), understood=True)
    return Asking()


def parts_of(talk: Talk, booking: Booking, fields: tuple[str, ...]) -> list[str]:
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
