"""One person's lines are written one after the other; of somebody who was erased, nothing is written any more."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.shared_kernel.bot_events import ERASED
from storage.bot.tables import person
from storage.postgresql import lock

# The space of the locks on people's logs.
LOG = "message log"
_IS_ERASED = select(person.c.id).where(person.c.id == bindparam("who"), person.c.role == ERASED)


class Turns:
    """Of one transaction. Until its end nobody else writes what a person says or is told, or erases them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._taken: dict[str, bool] = {}

    async def take(self, person_id: str) -> bool:
        """False when they were erased, by whoever had the turn before."""
        if person_id not in self._taken:
            await lock(self._connection, LOG, [person_id])
            found = await self._connection.execute(_IS_ERASED, {"who": person_id})
            self._taken[person_id] = found.first() is None
        return self._taken[person_id]
