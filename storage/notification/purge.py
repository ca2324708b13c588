"""What is taken out of the ledger: notifications with all their deliveries."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notification.broadcasts.model import cause_of
from services.notification.lifecycle import UNFINISHED
from services.shared_kernel.ids import first_id_at
from storage.notification.tables import broadcast as broadcasts
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications

_STAYS = exists().where(
    deliveries.c.notification_id == notifications.c.id,
    or_(deliveries.c.status.in_(UNFINISHED), deliveries.c.broadcast_id.is_not(None)),
)
# By their ids, which begin with their time and have an index already.
_OLDEST = (
    select(notifications.c.id)
    .where(notifications.c.id < bindparam("before"), ~_STAYS)
    .order_by(notifications.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_OF_BROADCAST = (
    select(notifications.c.id)
    .where(notifications.c.cause == bindparam("about"))
    .limit(bindparam("limit", type_=Integer))
)
_DELIVERIES = delete(deliveries).where(deliveries.c.notification_id.in_(bindparam("ids", expanding=True)))
_NOTIFICATIONS = delete(notifications).where(notifications.c.id.in_(bindparam("ids", expanding=True)))
_BROADCAST = delete(broadcasts).where(
    broadcasts.c.id == bindparam("broadcast"), ~exists().where(notifications.c.cause == bindparam("about"))
)


async def purge_news(connection: AsyncConnection, before: datetime, limit: int) -> int:
    """The oldest from before then, none of a broadcast's and none of which something may still go out."""
    wanted = {"before": first_id_at(before), "limit": limit}
    return await _purge(connection, (await connection.execute(_OLDEST, wanted)).scalars().all())


async def purge_recipients(connection: AsyncConnection, broadcast_id: str, limit: int) -> int:
    """So many of those whom a broadcast was told to."""
    wanted = {"about": cause_of(broadcast_id), "limit": limit}
    return await _purge(connection, (await connection.execute(_OF_BROADCAST, wanted)).scalars().all())


async def purge_broadcast(connection: AsyncConnection, broadcast_id: str) -> int:
    """The broadcast itself, unless somebody is left whom it was told to."""
    wanted = {"broadcast": broadcast_id, "about": cause_of(broadcast_id)}
    return int((await connection.execute(_BROADCAST, wanted)).rowcount)


async def _purge(connection: AsyncConnection, ids: Collection[str]) -> int:
    if ids:
        for statement in (_DELIVERIES, _NOTIFICATIONS):
            await connection.execute(statement, {"ids": list(ids)})
    return len(ids)
