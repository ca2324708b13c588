"""The address of a booking, and what else the cleaner should know."""

from dataclasses import replace

from bot.conversation.draft import Booking
from bot.conversation.hello import passed_on
from bot.conversation.merge import Merged
from bot.conversation.proceed import carry_on, lead_of, merge_into, proceed
from bot.conversation.questions import Asking, ask_for, joined
from bot.conversation.reading import Reading, looks_like_address
from bot.conversation.talk import Talk, button, card, pair
from bot.conversation.turn import Conversation

LONGEST_NOTE = 200


def take_address(talk: Talk, merged: Merged, reading: Reading) -> Conversation:
    """An address needs a road (or lot) with its number, in the area that was said."""
    booking, address = merged.booking, reading.address or ""
    catalogue = talk.context.catalogue
    if reading.unserved_area:
        lead = talk.say.area_not_served(reading.unserved_area, list(catalogue.areas.values()))
        return talk.step(lead, [], booking=booking, asking="address")
    if not looks_like_address(address):
        text = talk.say.address_needs_number(catalogue.areas.get(booking.area or ""))
        if talk.is_passed_on:
            text = joined(talk.say.passed_on(), text)
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
        return talk.answer(says, booking=booking, asking="address", yes=f"to_area:{named.id}", no="edit:address")
    both = merged
    if named and not booking.area:
        by_address = merge_into(talk, booking, {"area": named.id})
        both = replace(by_address, new=merged.new + by_address.new, changed=merged.changed)
    lead = joined(lead_of(talk, both).lead, talk.say.address_kept())
    return (yield from _with_address(talk, both, address, lead))


def to_area(talk: Talk, area: str) -> Conversation:
    """The address that was given last holds, and its district with it."""
    booking = talk.booking
    if booking is None or not booking.other_address or area not in talk.context.catalogue.areas:
        return (yield from carry_on(talk, booking or Booking(), Asking()))
    moved = Merged(booking=replace(booking, area=area), new=("area",), changed=())
    return (yield from _with_address(talk, moved, booking.other_address, talk.say.address_kept()))


def _with_address(talk: Talk, said: Merged, address: str, lead: str) -> Conversation:
    booking = said.booking
    given = booking.given if booking.address else (*booking.given, "address")
    kept = replace(booking, address=address, other_address="", given=given)
    changed = said.changed if booking.address in ("", address) else (*said.changed, "address")
    new = said.new if booking.address else (*said.new, "address")
    turn = yield from proceed(talk, Merged(booking=kept, new=new, changed=changed), echo=False)
    return replace(turn, says=(card(lead), *turn.says))


def note(talk: Talk, text: str) -> Conversation:
    """Free words at the last question are for the cleaner, unless an operator is listening."""
    if talk.is_passed_on:
        return passed_on(talk)
    booking = talk.booking or Booking()
    # a second sentence must not push out the first: 현관 비번, and then 강아지
    said = " ".join(f"{booking.note} {text}".split())
    kept = replace(booking, note=said[:LONGEST_NOTE])
    return (yield from ask_for(talk, kept, "add_ons", Asking(lead=talk.say.note_kept())))
