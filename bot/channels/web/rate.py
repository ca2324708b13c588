"""How fast one person may talk."""

from datetime import datetime

PER_SECOND = 5.0
BURST = 20.0


class Bucket:
    """A token bucket: `BURST` at once, `PER_SECOND` in the long run."""

    def __init__(self, now: datetime) -> None:
        self._tokens = BURST
        self._at = now

    def take(self, now: datetime) -> bool:
        """False when it is too much."""
        elapsed = max(0.0, (now - self._at).total_seconds())
        self._tokens = min(BURST, self._tokens + elapsed * PER_SECOND)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
