"""The embedded broker's rows."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, not_, select, update

from messaging.broker import Message
from messaging.catalogue import dead_queue_name, queue_name
from messaging.dead import DeadGroup, DeadLetter
from messaging.in_process import QueueRow
from storage.broker.tables import message as table
from storage.engine import Database

LONGEST_CAUSE = 200


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
                types=tuple(sorted({f"ssak3.{key}" for key, _ in letters})),
                first_at=datetime.fromtimestamp(min(at for _, at in letters), UTC),
            )
            for (consumer, cause), letters in grouped.items()
        ]
        return sorted(groups, key=lambda group: -group.count)

    async def dead_letters(self, consumer: str, cause: str) -> list[DeadLetter]:
        """Those of a group, the oldest first."""
        statement = select(table).where(_dead(consumer, cause)).order_by(table.c.available_at, table.c.position)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            DeadLetter(
                id=row.message_id,
                type=f"ssak3.{row.routing_key}",
                consumer=consumer,
                cause=cause,
                attempt=row.attempt,
                at=datetime.fromtimestamp(row.available_at, UTC),
                body=row.body,
            )
            for row in rows
        ]

    async def revive(self, consumer: str, cause: str) -> int:
        """Put a group of dead letters back into its queue, as new; how many."""
        new = {"queue": queue_name(consumer), "attempt": 1, "available_at": 0.0, "cause": None}
        async with self._database.write() as connection:
            done = await connection.execute(update(table).where(_dead(consumer, cause)).values(**new))
            return int(done.rowcount)

    async def discard(self, consumer: str, cause: str) -> int:
        """Throw a group of dead letters away; how many."""
        async with self._database.write() as connection:
            return int((await connection.execute(delete(table).where(_dead(consumer, cause)))).rowcount)


def _dead(consumer: str, cause: str) -> ColumnElement[bool]:
    return and_(
        table.c.home == queue_name(consumer), table.c.queue == dead_queue_name(consumer), table.c.cause == cause
    )
