"""Carries out the question that customers and operators both ask: when is there room?"""

from collections.abc import Sequence

from bot.carry_out.runner import Handler
from bot.conversation import effects
from bot.conversation.turn import Person
from services.reservation.catalogue import Catalogue
from services.reservation.use_cases import ReservationUseCases


def free_starts(reservations: ReservationUseCases, catalogue: Catalogue) -> Handler:
    """The handler of `FreeStarts`."""

    async def find(effect: effects.FreeStarts, person: Person) -> Sequence[effects.FreeStart]:
        hours = None
        if effect.service is not None and effect.size_pyeong is not None:
            hours = catalogue.service(effect.service).size(effect.size_pyeong).hours
        return await reservations.free_starts(area=effect.area, first=effect.first, last=effect.last, hours=hours)

    return find
