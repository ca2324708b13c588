"""What is different inside a process of the rig: a clock to move, marks to count by, and what a test asks for.

All of it is put in from here; the product knows nothing of it.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from messaging.consumer import Admission
from messaging.rabbitmq.subscription import RabbitSubscription
from services.reservation.events import ReservationConfirmed
from services.shared_kernel.event import Received
from ssak3.composition import Ssak3
from ssak3.consumers import Consumers
from ssak3.system import SystemClock
from storage.inbox import SqlInbox
from tests.chaos.apart.bare import open_bare_channel
from tests.chaos.apart.fuse import Fuse

CLOCK, MARKS, FUSE, RECEIVER, BUG = (f"CHAOS_{name}" for name in ("CLOCK", "MARKS", "FUSE", "RECEIVER", "BUG"))
# Whose events the bug of a process with CHAOS_BUG doesn't bear.
POISONOUS = "poison-"


def prepare() -> None:
    """As the environment says."""
    asked = os.environ
    if CLOCK in asked:
        _move_clock(Path(asked[CLOCK]))
    if MARKS in asked:
        mark = Marks(Path(asked[MARKS]))
        _note_lives(mark)
        _note_repeats(mark)
        if FUSE in asked:
            point, _, at = asked[FUSE].rpartition(" ")
            Fuse(point, int(at), lambda point: mark("burnt", point=point)).install()
    if RECEIVER in asked:
        open_bare_channel(asked[RECEIVER])
    if BUG in asked:
        _have_bug()


class Marks:
    """Lines of one file that all processes write to; what is written outlives a kill."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def __call__(self, kind: str, **what: Any) -> None:
        line = json.dumps({"mark": kind, "pid": os.getpid(), **what})
        os.write(self._file, line.encode() + b"\n")


def _move_clock(path: Path) -> None:
    """Ahead of the machine's by as many seconds as the file says, at every moment."""
    known: tuple[int, timedelta] = (0, timedelta())

    def now(_: SystemClock) -> datetime:
        nonlocal known
        changed = path.stat().st_mtime_ns
        if changed != known[0]:
            known = changed, timedelta(seconds=float(path.read_text()))
        return datetime.now(UTC) + known[1]

    SystemClock.now = now  # type: ignore[method-assign, assignment]


def _note_lives(mark: Marks) -> None:
    build = Ssak3.__init__

    @wraps(build)
    def noted(self: Ssak3, *given: Any, **named: Any) -> None:
        build(self, *given, **named)
        mark("life", name=self.name)

    Ssak3.__init__ = noted  # type: ignore[method-assign]


def _note_repeats(mark: Marks) -> None:
    """Events that came again after they had been handled."""
    admit, receive = SqlInbox.admit, RabbitSubscription.receive
    redelivered: set[str] = set()

    async def noting_admit(self: SqlInbox, received: Received, body: bytes) -> Admission:
        admission = await admit(self, received, body)
        if admission is Admission.SEEN:
            mark("repeat", event=received.id, redelivered=received.id in redelivered)
        return admission

    async def noting_receive(self: RabbitSubscription, *given: Any) -> Any:
        deliveries = await receive(self, *given)
        redelivered.update(one.message.id for one in deliveries if one.redelivered and one.attempt == 1)
        return deliveries

    SqlInbox.admit = noting_admit  # type: ignore[method-assign]
    RabbitSubscription.receive = noting_receive  # type: ignore[method-assign, assignment]


def _have_bug() -> None:
    """Reactions to certain customers' confirmed bookings fail, each time."""
    of = Consumers.of

    def buggy(self: Consumers, name: str, context: Any, table: Any) -> Any:
        react = table.get(ReservationConfirmed)

        async def fails(work: Any, received: Received) -> None:
            event = received.event
            if isinstance(event, ReservationConfirmed) and event.customer_id.startswith(POISONOUS):
                raise KeyError("a bug")
            if react is not None:
                await react(work, received)

        return of(self, name, context, {**table, ReservationConfirmed: fails})

    Consumers.of = buggy  # type: ignore[method-assign, assignment]
