"""Due rows of reminders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.values import Reminder, ReminderKind, ReminderStatus
from storage.notification.tables import reminder as table
from storage.postgresql import arrays
from storage.rows import insert_all_or_leave, insert_or_leave

_REMINDER = ("reservation_id", "visit_revision", "kind", "due_at")
_PLANNED = (*_REMINDER, "status")

_PLAN = insert_all_or_leave(table, *_PLANNED)
_CALL_OFF = (
    update(table)
    .where(table.c.reservation_id == bindparam("reservation"), table.c.status == ReminderStatus.PLANNED)
    .values(status=ReminderStatus.CALLED_OFF)
)
_DUE = (
    select(table)
    .where(table.c.status == ReminderStatus.PLANNED, table.c.due_at <= bindparam("now"))
    .order_by(table.c.due_at, table.c.reservation_id, table.c.kind)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(table)
    .where(
        table.c.reservation_id == bindparam("reservation"),
        table.c.visit_revision == bindparam("revision"),
        table.c.kind == bindparam("which"),
        table.c.status == ReminderStatus.PLANNED,
    )
    .values(status=bindparam("new_status"))
)


_PURGE = delete(table).where(table.c.status != ReminderStatus.PLANNED, table.c.due_at < bindparam("before"))


class SqlReminders:
    """Each row is closed once, by a guarded update. New ones are written at the end, or before they may be met."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._planned: list[dict[str, Any]] = []

    async def plan(self, reminders: Sequence[Reminder]) -> None:
        self._planned += [
            {**{name: getattr(reminder, name) for name in _REMINDER}, "status": ReminderStatus.PLANNED}
            for reminder in reminders
        ]

    async def flush(self) -> None:
        """Write what was planned, all at once."""
        planned, self._planned = self._planned, []
        if planned and self._connection.dialect.name == "sqlite":
            await self._connection.execute(insert_or_leave(table, *_PLANNED), planned)
        elif planned:
            await self._connection.execute(_PLAN, arrays(_PLANNED, planned))

    async def call_off(self, reservation_id: str) -> None:
        if any(row["reservation_id"] == reservation_id for row in self._planned):
            await self.flush()
        await self._connection.execute(_CALL_OFF, {"reservation": reservation_id})

    async def due(self, now: datetime, limit: int) -> Sequence[Reminder]:
        await self.flush()
        rows = await self._connection.execute(_DUE, {"now": now, "limit": limit})
        return [
            Reminder(
                reservation_id=row.reservation_id,
                visit_revision=row.visit_revision,
                kind=ReminderKind(row.kind),
                due_at=row.due_at,
            )
            for row in rows
        ]

    async def take(self, reminder: Reminder, *, told: bool) -> bool:
        await self.flush()
        which = {"reservation": reminder.reservation_id, "revision": reminder.visit_revision, "which": reminder.kind}
        status = ReminderStatus.DONE if told else ReminderStatus.SKIPPED
        result = await self._connection.execute(_TAKE, {**which, "new_status": status})
        return result.rowcount == 1

    async def purge(self, before: datetime) -> int:
        await self.flush()
        return int((await self._connection.execute(_PURGE, {"before": before})).rowcount)
