"""Carries out what an operator's conversation asks for about who works here."""

from collections.abc import Sequence

from bot.carry_out.runner import Table
from bot.conversation import effects_staff
from bot.conversation.turn import Person
from bot.staff import Staff


class StaffEffects:
    """As the operator who is talking."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects_staff.StaffList: self._list,
            effects_staff.TakeRoleBack: self._take_back,
        }

    async def _list(self, effect: effects_staff.StaffList, person: Person) -> Sequence[effects_staff.StaffMember]:
        return [
            effects_staff.StaffMember(id=one.id, role=one.role, name=one.name, since=one.created_at)
            for one in await self._staff.everybody()
        ]

    async def _take_back(self, effect: effects_staff.TakeRoleBack, person: Person) -> None:
        await self._staff.take_back(effect.person_id, by=person.id)
