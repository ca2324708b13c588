"""Nobody could be found for a visit: another time, or all the money back, each in one tap."""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.actions import pack_moment
from bot.conversation.free import NEAREST, free_between
from bot.conversation.quote import booking_of
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Effect
from services.reservation.model import Reservation
from services.shared_kernel.card import Card
from services.shared_kernel.clock import kst_date

_LOOK = timedelta(days=14)
_APART = timedelta(hours=4)
_TIME_TO_FIND = timedelta(hours=4)  # nobody could be found for this one: one in three hours would end the same


def unfilled(talk: Talk, reservation: Reservation) -> Generator[Effect[Any], Any, tuple[Card, Card]]:
    """Three free times and, in a second bubble, the full refund."""
    say, id, version = talk.say, reservation.id, reservation.version
    day = kst_date(reservation.visit.starts_at)
    free = yield from free_between(talk, booking_of(reservation), day, day + _LOOK)
    soonest = talk.context.now + _TIME_TO_FIND
    near = _spread([start for start in free if start >= soonest], reservation.visit.starts_at)
    paid = reservation.paid.amount_krw if reservation.paid else 0
    times = [button(say.slot_label(start), "move!", id, version, pack_moment(start)) for start in near]
    return (
        card(say.unfilled(reservation.visit.starts_at, paid), *times),
        card(say.or_refund(), button(say.refund_all, "refund_all", id, version)),
    )


def _spread(free: Sequence[datetime], missed: datetime) -> Sequence[datetime]:
    """The nearest that are not near each other: cleaners who had no time at two have none at three either."""
    near: list[datetime] = []
    for start in sorted(free, key=lambda start: (abs(start - missed), start)):
        if start != missed and all(abs(start - other) >= _APART for other in near):
            near.append(start)
    return near[:NEAREST]
