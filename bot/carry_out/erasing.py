"""Carries out what conversations ask for about erasing somebody."""

from bot.carry_out.runner import Table
from bot.conversation import effects_erasing
from bot.conversation.turn import Person
from bot.erasure import Erasure


class ErasingEffects:
    """As the operator, or the customer, who is talking."""

    def __init__(self, erasure: Erasure) -> None:
        self._erasure = erasure

    def of_others(self) -> Table:
        """What operators may ask for."""
        return {
            effects_erasing.LookBeforeErasing: self._look,
            effects_erasing.ErasePerson: self._erase,
        }

    def of_oneself(self) -> Table:
        """What customers may ask for."""
        return {
            effects_erasing.LookBeforeErasingMe: self._look_at_me,
            effects_erasing.EraseMe: self._erase_me,
        }

    async def _look(self, effect: effects_erasing.LookBeforeErasing, person: Person) -> effects_erasing.ToErase:
        return await self._to_erase(effect.person_id)

    async def _erase(self, effect: effects_erasing.ErasePerson, person: Person) -> None:
        await self._erasure.erase(effect.person_id, by=person.id)

    async def _look_at_me(
        self, effect: effects_erasing.LookBeforeErasingMe, person: Person
    ) -> effects_erasing.ToErase:  # fmt: skip
        return await self._to_erase(person.id)

    async def _erase_me(self, effect: effects_erasing.EraseMe, person: Person) -> None:
        await self._erasure.erase(person.id, by=person.id)

    async def _to_erase(self, person_id: str) -> effects_erasing.ToErase:
        found, affairs = await self._erasure.look(person_id)
        return effects_erasing.ToErase(
            person_id=found.id,
            role=found.role,
            visits=len(affairs.reservation_ids) - len(affairs.still_open),
            still_open=affairs.still_open,
        )
