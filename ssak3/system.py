"""Where time, identifiers and chance come from; everything else is given them."""

import random
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uuid_utils

LONGEST_STEP = timedelta(days=31)
# Ids carry the real time: further ahead than events are kept (ADR 25), what is told now would be forgotten now.
LONGEST_SHIFT = timedelta(days=365)
_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class DemoClock:
    """The machine's clock, put forward: a newcomer needn't wait four days to see a cleaning begin.

    The shift lives in `<DATA_DIR>/demo_clock`, so that a restart goes on where it was; it is never turned back.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "demo_clock"
        self.shift = timedelta(seconds=float(self._path.read_text())) if self._path.exists() else timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def put_forward(self, by: timedelta) -> None:
        """ValueError for a step back or beyond a month, and once all steps together were more than a year."""
        if not timedelta() <= by <= LONGEST_STEP:
            raise ValueError(f"the demo's clock goes forward, at most {LONGEST_STEP.days} days at a time")
        shift = self.shift + by
        if shift > LONGEST_SHIFT:
            raise ValueError("the demo's clock goes forward a year at most")
        fresh = self._path.with_suffix(".new")
        fresh.write_text(str(shift.total_seconds()))
        fresh.replace(self._path)
        self.shift = shift


def clock_of(data_dir: Path, *, is_distributed: bool) -> SystemClock | DemoClock:
    """Only the embedded form has a clock that the demo may have put forward."""
    return SystemClock() if is_distributed else DemoClock(data_dir)


class SystemIds:
    """UUIDv7s, in order within a process."""

    def new(self) -> str:
        return str(uuid_utils.uuid7())


def chance() -> float:
    """Between 0 and 1, for spreading what would otherwise happen at the same moment."""
    return secrets.randbelow(1_000_000) / 1_000_000


def bits(count: int) -> int:
    """So many bits of chance, never all zero. They name traces and keep no secret, and are asked for at every event."""
    return random.getrandbits(count) or 1


def invite_code() -> str:
    """Ten characters that a person can type: 50 bits of chance."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(10))


def token() -> str:
    """A secret for programs: 256 bits."""
    return secrets.token_urlsafe(32)
