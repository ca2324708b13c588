"""Free times: looking them up, and offering the nearest instead of one that isn't."""

from collections.abc import Generator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.conversation.actions import pack_moment
from bot.conversation.draft import Booking
from bot.conversation.effects import FreeStarts
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.shared_kernel.card import Button
from services.shared_kernel.clock import kst, kst_date

Looking = Generator[Effect[Any], Any, Sequence[datetime]]

NEAREST = 3
_AROUND = timedelta(days=3)


def free_between(talk: Talk, booking: Booking, first: date, last: date) -> Looking:
    """Free starts of these days, by time; for every area as long as none is said."""
    today, latest = kst_date(talk.context.now), talk.context.catalogue.latest_day(talk.context.now)
    first, last = max(first, today), min(last, latest)
    if first > last:
        return ()
    found: set[datetime] = set()
    for area in [booking.area] if booking.area else talk.context.catalogue.areas:
        starts = yield from ask(
            FreeStarts(area=area, service=booking.service, size_pyeong=booking.size_pyeong, first=first, last=last)
        )
        found.update(kst(start) for start, _, _ in starts)
    return sorted(found)


def nearest_free(talk: Talk, booking: Booking, wanted: datetime) -> Looking:
    """The free starts that are nearest to the wanted one, the nearest first; looks further when there are few."""
    day = kst_date(wanted)
    found = yield from free_between(talk, booking, day - _AROUND, day + _AROUND)
    if len(found) < NEAREST:
        latest = talk.context.catalogue.latest_day(talk.context.now)
        found = yield from free_between(talk, booking, kst_date(talk.context.now), latest)
    others = [start for start in found if start != wanted]
    return sorted(others, key=lambda start: (abs(start - wanted), start))[:NEAREST]


def slot_buttons(talk: Talk, starts: Sequence[datetime]) -> list[Button]:
    """One button for each start, that fills it into the booking."""
    return [button(talk.say.slot_label(start), "slot", pack_moment(start)) for start in starts]


def offer_nearest(talk: Talk, booking: Booking, wanted: datetime, text: str) -> Conversation:
    """Say why not, and offer the three nearest instead."""
    near = yield from nearest_free(talk, booking, wanted)
    if not near:
        return nothing_free(talk, booking)
    says = card(text, *slot_buttons(talk, near), quick=(_other_day(talk), *talk.ways_out()))
    return talk.answer(says, booking=booking, asking="time")


def nothing_free(talk: Talk, booking: Booking) -> Turn:
    """Not on any day."""
    latest = talk.context.catalogue.latest_day(talk.context.now)
    says = card(talk.say.nothing_free(latest), button(talk.say.human, "human"), quick=talk.ways_out())
    return talk.answer(says, booking=booking, asking="date")


def _other_day(talk: Talk) -> Button:
    return button(talk.say.other_day, "fill", "date", "other")
