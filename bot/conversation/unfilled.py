"""Nobody could be found for a visit: another time, or all the money back, each in one tap."""

from collections.abc import Generator
from typing import Any

from bot.conversation.actions import pack_moment
from bot.conversation.free import nearest_free
from bot.conversation.quote import booking_of
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Effect
from services.reservation.model import Reservation
from services.shared_kernel.card import Card


def unfilled(talk: Talk, reservation: Reservation) -> Generator[Effect[Any], Any, tuple[Card, Card]]:
    """Three free times and, in a second bubble, the full refund."""
    say, id, version = talk.say, reservation.id, reservation.version
    near = yield from nearest_free(talk, booking_of(reservation), reservation.visit.starts_at)
    paid = reservation.paid.amount_krw if reservation.paid else 0
    times = [button(say.slot_label(start), "move!", id, version, pack_moment(start)) for start in near]
    return (
        card(say.unfilled(reservation.visit.starts_at, paid), *times),
        card(say.or_refund(), button(say.refund_all, "refund_all", id, version)),
    )
