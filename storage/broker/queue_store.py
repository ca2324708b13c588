"""The embedded broker's rows."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Integer, bindparam, delete, func, insert, not_, select, update

from messaging.broker import Message
from messaging.catalogue import dead_queue_name, queue_name
from messaging.dead import DeadGroup, DeadLetter
from messaging.in_process import QueueRow
from storage.broker.tables import message as table
from storage.engine import Database

LONGEST_CAUSE = 200

_APPEND = insert(table)
_IS_DEAD = table.c.queue.endswith(".dead")
_IS_ALIVE_OF = (table.c.home == bindparam("queue"), not_(_IS_DEAD))
_READY = (
    select(table)
    .where(
        *_IS_ALIVE_OF,
        table.c.available_at <= bindparam("now"),
        table.c.position.not_in(bindparam("skip", expanding=True)),
    )
    .order_by(table.c.position)
    .limit(bindparam("limit", type_=Integer))
)
_DELETE = delete(table).where(table.c.position.in_(bindparam("positions", expanding=True)))
_CHANGE = update(table).where(table.c.position == bindparam("at_position"))
_NEXT_DUE = select(func.min(table.c.available_at)).where(*_IS_ALIVE_OF)
_DEPTHS = select(table.c.queue, func.count()).group_by(table.c.queue)
_HELD = select(table.c.home, table.c.message_id)
_BEFORE = select(table.c.home, table.c.body).where(table.c.message_id < bindparam("before"))
_ALL_DEAD = select(table.c.home, table.c.cause, table.c.routing_key, table.c.available_at).where(_IS_DEAD)
_IS_IN_GROUP = (
    table.c.home == bindparam("of_home"),
    table.c.queue == bindparam("of_queue"),
    table.c.cause == bindparam("of_cause"),
)
_DEAD_LETTERS = select(table).where(*_IS_IN_GROUP).order_by(table.c.available_at, table.c.position)
_REVIVE = update(table).where(*_IS_IN_GROUP)
_DISCARD = delete(table).where(*_IS_IN_GROUP)


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
            await connection.execute(_APPEND, values)

    async def ready(self, queue: str, now: float, limit: int, skip: Sequence[int]) -> Sequence[QueueRow]:
        wanted = {"queue": queue, "now": now, "limit": limit, "skip": skip}
        async with self._database.read() as connection:
            rows = (await connection.execute(_READY, wanted)).all()
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
            await connection.execute(_DELETE, {"positions": positions})

    async def put_off(self, position: int, until: float, attempt: int, wait_queue: str, cause: str) -> None:
        await self._change(position, queue=wait_queue, available_at=until, attempt=attempt, cause=cause[:LONGEST_CAUSE])

    async def set_aside(self, position: int, dead_queue: str, cause: str, at: float) -> None:
        await self._change(position, queue=dead_queue, cause=cause[:LONGEST_CAUSE], available_at=at)

    async def _change(self, position: int, **values: object) -> None:
        async with self._database.write() as connection:
            await connection.execute(_CHANGE, {"at_position": position, **values})

    async def next_due(self, queue: str) -> float | None:
        async with self._database.read() as connection:
            due: float | None = (await connection.execute(_NEXT_DUE, {"queue": queue})).scalar_one_or_none()
        return due

    async def depths(self) -> dict[str, int]:
        """How many messages each queue holds, wait and dead queues too."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_DEPTHS)).all()
        return {str(queue): int(count) for queue, count in rows}

    async def dead_groups(self) -> list[DeadGroup]:
        """Dead letters by consumer and cause, the largest group first."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_ALL_DEAD)).all()
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
        async with self._database.read() as connection:
            rows = (await connection.execute(_DEAD_LETTERS, _group(consumer, cause))).all()
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

    async def held(self) -> Sequence[tuple[str, str]]:
        """Of every message its consumer's queue and its id."""
        async with self._database.read() as connection:
            return [(row.home, row.message_id) for row in await connection.execute(_HELD)]

    async def bodies_before(self, message_id: str) -> Sequence[tuple[str, bytes]]:
        """Of every message with a lower id its consumer's queue and its body."""
        async with self._database.read() as connection:
            return [(row.home, row.body) for row in await connection.execute(_BEFORE, {"before": message_id})]

    async def revive(self, consumer: str, cause: str) -> int:
        """Put a group of dead letters back into its queue, as new; how many."""
        new = {"queue": queue_name(consumer), "attempt": 1, "available_at": 0.0, "cause": None}
        async with self._database.write() as connection:
            done = await connection.execute(_REVIVE, {**_group(consumer, cause), **new})
            return int(done.rowcount)

    async def discard(self, consumer: str, cause: str) -> int:
        """Throw a group of dead letters away; how many."""
        async with self._database.write() as connection:
            return int((await connection.execute(_DISCARD, _group(consumer, cause))).rowcount)


def _group(consumer: str, cause: str) -> dict[str, str]:
    return {"of_home": queue_name(consumer), "of_queue": dead_queue_name(consumer), "of_cause": cause}
