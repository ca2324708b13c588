"""The embedded broker's rows."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, not_, select, update

from messaging.broker import Message
from messaging.in_process import QueueRow
from storage.broker.tables import message as table
from storage.engine import Database


class SqlQueueStore:
    """Every call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, rows: Sequence[tuple[str, Message]]) -> None:
        if not rows:
            return
        values = [
            {
                "home": queue,
                "queue": queue,
                "message_id": message.id,
                "routing_key": message.routing_key,
                "headers": dict(message.headers),
                "body": message.body,
                "attempt": 1,
                "available_at": 0.0,
            }
            for queue, message in rows
        ]
        async with self._database.write() as connection:
            await connection.execute(insert(table), values)

    async def ready(self, queue: str, now: float, limit: int, skip: Sequence[int]) -> Sequence[QueueRow]:
        statement = (
            select(table)
            .where(
                table.c.home == queue,
                not_(table.c.queue.endswith(".dead")),
                table.c.available_at <= now,
                table.c.position.not_in(skip),
            )
            .order_by(table.c.position)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            QueueRow(
                position=row.position,
                attempt=row.attempt,
                message=Message(id=row.message_id, routing_key=row.routing_key, body=row.body, headers=row.headers),
            )
            for row in rows
        ]

    async def delete(self, positions: Sequence[int]) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(table.c.position.in_(positions)))

    async def put_off(self, position: int, until: float, attempt: int, wait_queue: str, cause: str) -> None:
        await self._change(position, queue=wait_queue, available_at=until, attempt=attempt, cause=cause)

    async def set_aside(self, position: int, dead_queue: str, cause: str) -> None:
        await self._change(position, queue=dead_queue, cause=cause)

    async def _change(self, position: int, **values: object) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(table).where(table.c.position == position).values(**values))

    async def next_due(self, queue: str) -> float | None:
        statement = select(func.min(table.c.available_at)).where(
            table.c.home == queue, not_(table.c.queue.endswith(".dead"))
        )
        async with self._database.read() as connection:
            due: float | None = (await connection.execute(statement)).scalar_one_or_none()
        return due

    async def depths(self) -> dict[str, int]:
        """How many messages each queue holds, wait and dead queues too."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(table.c.queue, func.count()).group_by(table.c.queue))).all()
        return {str(queue): int(count) for queue, count in rows}
