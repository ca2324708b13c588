"""Time and identifiers that tests steer."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.shared_kernel.clock import KST

# The day and hour of the model conversations.
MONDAY_AFTERNOON = datetime(2026, 11, 23, 15, 0, tzinfo=KST)


class FakeClock:
    """Stands still until it is told otherwise."""

    def __init__(self, start: datetime = MONDAY_AFTERNOON) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, **duration: float) -> None:
        self._now += timedelta(**duration)

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)


class RunningClock(FakeClock):
    """Goes on by itself, as fast as the real one, besides being told."""

    def __init__(self, start: datetime = MONDAY_AFTERNOON) -> None:
        super().__init__(start)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self._began)


class FakeIds:
    """UUIDv7s of the fake clock's time, counted, so that they sort in the order they were made."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._count = 0

    def new(self) -> str:
        self._count += 1
        milliseconds = int(self._clock.now().timestamp() * 1000)
        # The count in the first bits after the version keeps the order; mixed bits at the end make short codes differ.
        mixed = (self._count * 2654435761) & 0xFFFFFFFF
        value = (milliseconds << 80) | (0x7 << 76) | ((self._count >> 20 & 0xFFF) << 64) | (0b10 << 62)
        return str(UUID(int=value | ((self._count & 0xFFFFF) << 40) | mixed))
