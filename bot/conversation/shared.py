"""What a phone shares by one tap: where it is, and its number. A place is a hint; what is booked is said in words."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.draft import STEPS, Booking
from bot.conversation.parse.districts import MIDDLES
from bot.conversation.proceed import carry_on, take_values
from bot.conversation.questions import Asking, ask_for, joined
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation, Turn
from services.reservation.catalogue import Named
from services.shared_kernel.card import Card

_DIGITS = re.compile(r"\+?\d{8,15}", re.ASCII)
_KOREAN = re.compile(r"\+?82(\d{8,10})")


def near(talk: Talk, *districts: str) -> Conversation:
    """A place on the map, with the districts that it may be in. It is said back, and decides nothing."""
    booking, areas = talk.booking, talk.context.catalogue.areas
    districts = tuple(each for each in districts if each in MIDDLES)
    served = [area for area in areas.values() if area.ko in districts]
    lead = _lead(talk, districts, served)
    if booking is None:
        return (yield from _without_booking(talk, lead, served))
    if booking.area is None:
        return (yield from _which_area(talk, booking, lead, served))
    here = areas.get(booking.area)
    if here is not None and here not in served:
        lead = joined(lead, talk.say.area_stays(here))
    if talk.draft.asking == "address" or booking.next_step == "address":
        return talk.step(joined(lead, talk.say.address_in_words()), [], booking=booking, asking="address")
    if booking.address:
        lead = joined(lead, talk.say.address_stays())
    return (yield from _on(talk, booking, lead))


def book_in(talk: Talk, area: str) -> Conversation:
    """Begin a booking there."""
    if talk.booking is not None or area not in talk.context.catalogue.areas:
        return (yield from carry_on(talk, talk.booking or Booking(), Asking()))
    return (yield from take_values(talk, Booking(), {"area": area}))


def phone(talk: Talk, number: str) -> Conversation:
    """Their own number, for whoever has to reach them about this booking. ValueError if it is none."""
    digits = re.sub(r"[\s()-]", "", number)
    if not _DIGITS.fullmatch(digits):
        raise ValueError("not a phone number")
    if talk.booking is None:
        return _as_it_was(talk, card(talk.say.phone_when_booking(), button(talk.say.book, "book")))
    kept = replace(talk.booking, phone=_KOREAN.sub(r"0\1", digits))
    return (yield from _on(talk, kept, talk.say.phone_kept()))


def _lead(talk: Talk, districts: Sequence[str], served: Sequence[Named]) -> str:
    areas = talk.context.catalogue.areas.values()
    names = {area.ko: area.name(talk.say.language) for area in areas}
    lead = talk.say.place_near([names.get(each, each) for each in districts])
    if districts and not served:
        lead = joined(lead, talk.say.area_not_served(districts[0], list(areas)))
    return lead


def _without_booking(talk: Talk, lead: str, served: Sequence[Named]) -> Conversation:
    yield from ()
    if not served:
        return _as_it_was(talk, card(lead, button(talk.say.book, "book")))
    book = [button(talk.say.to_area_label(area), "book_in", area.id) for area in served]
    return _as_it_was(talk, card(joined(lead, talk.say.book_near()), *book))


def _which_area(talk: Talk, booking: Booking, lead: str, served: Sequence[Named]) -> Conversation:
    """Asked, with those near by to choose from; all of them where none is."""
    if not served:
        return (yield from ask_for(talk, booking, "area", Asking(lead=lead)))
    choices = [button(area.name(talk.say.language), "fill", "area", area.id) for area in served]
    yes = choices[0].action if len(choices) == 1 else ""
    return talk.step(joined(lead, talk.say.ask_area()), choices, booking=booking, asking="area", yes=yes)


def _on(talk: Talk, booking: Booking, lead: str) -> Conversation:
    """What was asked is asked again, after these words."""
    asking = talk.draft.asking
    if asking in STEPS:
        return (yield from ask_for(talk, booking, asking, Asking(lead=lead)))
    return (yield from carry_on(talk, booking, Asking(lead=lead)))


def _as_it_was(talk: Talk, says: Card) -> Turn:
    """Said in between: whatever is being done goes on, with what was asked."""
    return Turn(draft=talk.draft, says=(says,))
