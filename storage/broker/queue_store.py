"""The embedded broker's rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, not_, select, update

from messaging.broker import Message
from messaging.in_process import QueueRow
from storage.broker.tables import message as table
from storage.engine import Database

LONGEST_CAUSE = 200


@dataclass(frozen=True, kw_only=True)
class DeadGroup:
    """Dead letters of one consumer with one cause; `first_at` is when the first was set aside."""

    consumer: str
    cause: str
    count: int
    routing_keys: tuple[str, ...]
    first_at: datetime


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
        await self._change(position, queue=wait_queue, available_at=until, attempt=attempt, cause=cause[:LONGEST_CAUSE])

    async def set_aside(self, position: int, dead_queue: str, cause: str, at: float) -> None:
        await self._change(position, queue=dead_queue, cause=cause[:LONGEST_CAUSE], available_at=at)

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

    async def dead_groups(self) -> list[DeadGroup]:
        """Dead letters by consumer and cause, the largest group first."""
        statement = select(table.c.home, table.c.cause, table.c.routing_key, table.c.available_at).where(
            table.c.queue.endswith(".dead")
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        grouped: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for home, cause, key, at in rows:
            grouped.setdefault((home.removeprefix("ssak3."), cause or ""), []).append((key, at))
        groups = [
            DeadGroup(
                consumer=consumer,
                cause=cause,
                count=len(letters),
                routing_keys=tuple(sorted({key for key, _ in letters})),
                first_at=datetime.fromtimestamp(min(at for _, at in letters), UTC),
            )
            for (consumer, cause), letters in grouped.items()
        ]
        return sorted(groups, key=lambda group: -group.count)

    async def replay(self, consumer: str, cause: str) -> int:
        """Put a group of dead letters back into its queue, as new; how many."""
        home = f"ssak3.{consumer}"
        statement = (
            update(table)
            .where(table.c.home == home, table.c.queue == f"{home}.dead", table.c.cause == cause)
            .values(queue=home, attempt=1, available_at=0.0, cause=None)
        )
        async with self._database.write() as connection:
            return int((await connection.execute(statement)).rowcount)
