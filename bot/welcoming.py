"""Customers whom the agency's own programs name: who comes at the same moment is welcomed in one transaction.

Not a part of `bot/people.py`, which conversation imports: it may know of no event loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.people import newcomer
from bot.ports import BotWork
from bot.records import PersonRecord
from services.shared_kernel.clock import Clock
from services.shared_kernel.gathering import Gathering
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.tracing import current_traceparent


@dataclass(frozen=True, kw_only=True)
class _Comer:
    person_id: str
    traceparent: str | None


class Welcoming:
    """By ids that those programs give."""

    def __init__(self, unit_of_work: Callable[[], BotWork], clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        # A second one of the same id finds whom the first has made.
        self._gathering = Gathering(self._welcome, key=lambda comer: comer.person_id)

    async def welcome(self, person_id: str) -> PersonRecord:
        """The customer of that id, who may be new. NotFound when it is somebody's in another role."""
        return await self._gathering(_Comer(person_id=person_id, traceparent=current_traceparent()))

    async def _welcome(self, comers: Sequence[_Comer]) -> Sequence[PersonRecord | Exception]:
        async with self._unit_of_work() as work:
            known = await work.persons.find_all([comer.person_id for comer in comers])
            return [
                _of_known(known[comer.person_id]) if comer.person_id in known else await self._add(work, comer)
                for comer in comers
            ]

    async def _add(self, work: BotWork, comer: _Comer) -> PersonRecord:
        person, linked = newcomer(comer.person_id, "customer", "ko", "api", self._clock.now())
        work.because_of_id(None, comer.traceparent)
        await work.persons.save(None, person, [linked])
        return person


def _of_known(person: PersonRecord) -> PersonRecord | NotFound:
    return person if person.role == "customer" else NotFound(person.id)
