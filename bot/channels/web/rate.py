"""How often one person, or one address, may do a thing."""

from datetime import datetime
from ipaddress import ip_address

MOST_KEYS = 10_000


class Bucket:
    """A token bucket: `burst` at once, `per_second` in the long run."""

    def __init__(self, now: datetime, *, burst: float, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = burst
        self._at = now

    def take(self, now: datetime) -> bool:
        """False when it is too much."""
        elapsed = max(0.0, (now - self._at).total_seconds())
        self._tokens = min(self._burst, self._tokens + elapsed * self._per_second)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Buckets:
    """A bucket a key. Of too many keys the oldest are forgotten, so that inventing keys fills no memory."""

    def __init__(self, *, burst: float, per_second: float) -> None:
        self.burst = burst
        self.per_second = per_second
        self._by_key: dict[str, Bucket] = {}

    def take(self, key: str, now: datetime) -> bool:
        """False when it is too much for this key."""
        if key not in self._by_key:
            while len(self._by_key) >= MOST_KEYS:
                del self._by_key[next(iter(self._by_key))]
            self._by_key[key] = Bucket(now, burst=self.burst, per_second=self.per_second)
        return self._by_key[key].take(now)


def neighbourhood(address: str) -> str:
    """What one client has to itself: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else found.exploded[:19]
