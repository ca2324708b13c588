"""Crash points: a process kills itself between two steps that no commit holds together."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any
from weakref import WeakSet

from bot.idempotency import Idempotency
from messaging.rabbitmq.subscription import RabbitSubscription
from services.notification.adapters.bot_client import MessageLogSender
from services.payment.adapters.toss import TossProvider
from services.shared_kernel.event import Event
from storage.engine import Database
from storage.outbox import SqlOutbox
from storage.unit_of_work import SqlUnitOfWork
from tests.chaos.apart.bare import BareChannel

PUBLISHING = ("bot", "reservation", "payment", "cleaning", "notification")
CONSUMING = ("reservation", "payment", "cleaning", "notification", "mypage")
ALL = ("bot", "scheduler", *CONSUMING)

# Each point, and the processes that come by it.
POINTS: Mapping[str, tuple[str, ...]] = {
    "committed, not published": PUBLISHING,
    "confirmed, not deleted": PUBLISHING,
    "handled, not acknowledged": CONSUMING,
    "charged, not recorded": ("payment",),
    "refunded, not recorded": ("payment",),
    "sent, not recorded": ("notification",),
    "done, answer not kept": ("bot",),
    "before a commit": ALL,
    "after a commit": ALL,
}


class Fuse:
    """Burns when the process comes by the point for the `at`-th time; `tell` hears of it."""

    def __init__(self, point: str, at: int, tell: Callable[[str], None]) -> None:
        self._point = point
        self._left = at
        self._tell = tell

    def passes(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left <= 0:
            self._tell(point)
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        self._before(SqlOutbox, "delete", "confirmed, not deleted")
        self._before(RabbitSubscription, "ack", "handled, not acknowledged")
        self._before(Idempotency, "finish", "done, answer not kept")
        self._after(TossProvider, "charge_card", "charged, not recorded")
        self._after(TossProvider, "cancel", "refunded, not recorded")
        self._after(MessageLogSender, "send", "sent, not recorded")
        self._after(BareChannel, "send", "sent, not recorded")
        self._at_commits()

    def _before(self, owner: type, name: str, point: str) -> None:
        method = getattr(owner, name)

        @wraps(method)
        async def wrapped(it: Any, what: Any, **named: Any) -> Any:
            if what:  # called with nothing to do, it does nothing
                self.passes(point)
            return await method(it, what, **named)

        setattr(owner, name, wrapped)

    def _after(self, owner: type, name: str, point: str) -> None:
        method = getattr(owner, name)

        @wraps(method)
        async def wrapped(*given: Any, **named: Any) -> Any:
            result = await method(*given, **named)
            self.passes(point)
            return result

        setattr(owner, name, wrapped)

    def _at_commits(self) -> None:
        write, record, leave, fuse = Database.write, SqlUnitOfWork.record, SqlUnitOfWork.__aexit__, self
        telling = WeakSet[SqlUnitOfWork]()

        @asynccontextmanager
        async def guarded(database: Database) -> AsyncIterator[Any]:
            async with write(database) as connection:
                yield connection
                fuse.passes("before a commit")
            fuse.passes("after a commit")

        async def recording(work: SqlUnitOfWork, events: Sequence[Event]) -> None:
            await record(work, events)
            if events:
                telling.add(work)

        async def leaving(work: SqlUnitOfWork, kind: Any, error: Any, trace: Any) -> Any:
            result = await leave(work, kind, error, trace)
            if error is None and work in telling:
                fuse.passes("committed, not published")
            return result

        SqlUnitOfWork.record = recording  # type: ignore[method-assign, assignment]
        Database.write = guarded  # type: ignore[method-assign, assignment]
        SqlUnitOfWork.__aexit__ = leaving  # type: ignore[method-assign, assignment]
