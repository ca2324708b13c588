"""The same call twice acts once (rule 15).

A call's effects lie in other contexts' databases, and no transaction spans two of them. So the key is written down
before the call begins, with a `fresh_id` that what it creates will bear, and the answer after it. Killed in between,
the same call goes on under the same `fresh_id`: each use case then finds what is there already.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports import BotWork
from bot.records import KeyedCall, KeyUse
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

KEPT = timedelta(hours=24)
# Longer than any call takes (payment answers within 3 s); after it, the process that ran it is taken for dead.
LEASE = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Begun:
    """Do it now. `resumed`: an earlier run stopped somewhere on the way."""

    fresh_id: str
    resumed: bool


@dataclass(frozen=True, kw_only=True)
class Finished:
    """It was done: this is the answer."""

    status: int
    answer: bytes


@dataclass(frozen=True, kw_only=True)
class Running:
    """Somebody does it just now."""

    retry_after_seconds: int


@dataclass(frozen=True, kw_only=True)
class OtherBody:
    """The key belongs to another request."""


class Idempotency:
    """What every keyed call passes before and after."""

    def __init__(self, unit_of_work: Callable[[], BotWork], clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids

    async def begin(self, use: KeyUse, body: bytes) -> Begun | Finished | Running | OtherBody:
        """Whether to do it, and if not, why."""
        now, fresh_id, body_hash = self._clock.now(), self._ids.new(), hashlib.sha256(body).hexdigest()
        until = now + LEASE
        async with self._unit_of_work() as work:
            calls = work.keyed_calls
            if await calls.add(use, body_hash=body_hash, fresh_id=fresh_id, running_until=until, at=now):
                return Begun(fresh_id=fresh_id, resumed=False)
            known = await calls.find(use)
            if known is None:  # forgotten or purged this very moment
                return Running(retry_after_seconds=1)
            if known.body_hash != body_hash:
                return OtherBody()
            if known.status is None and await calls.resume(use, now=now, running_until=until):
                return Begun(fresh_id=known.fresh_id, resumed=True)
        return _settled(known, now)

    async def finish(self, use: KeyUse, *, status: int, answer: bytes) -> Finished:
        """Keep the answer. Who took longer than its lease gets the one that whoever went on with it has given."""
        async with self._unit_of_work() as work:
            await work.keyed_calls.finish(use, status=status, answer=answer)
            known = await work.keyed_calls.find(use)
        if known is None or known.status is None or known.answer is None:  # forgotten meanwhile
            return Finished(status=status, answer=answer)
        return Finished(status=known.status, answer=known.answer)

    async def let_go(self, use: KeyUse) -> None:
        """It failed on the way, for a reason that may pass."""
        async with self._unit_of_work() as work:
            await work.keyed_calls.let_go(use)

    async def forget(self, use: KeyUse) -> None:
        """It was never a call that could be done."""
        async with self._unit_of_work() as work:
            await work.keyed_calls.forget(use)

    async def purge(self) -> int:
        """A tick: drop keys older than 24 h; how many."""
        async with self._unit_of_work() as work:
            return await work.keyed_calls.purge(self._clock.now() - KEPT)


def _settled(known: KeyedCall, now: datetime) -> Finished | Running:
    if known.status is not None and known.answer is not None:
        return Finished(status=known.status, answer=known.answer)
    left = (known.running_until - now).total_seconds() if known.running_until else 0
    return Running(retry_after_seconds=max(1, math.ceil(left)))
