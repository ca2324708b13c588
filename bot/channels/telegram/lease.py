"""One process at a time speaks for a token: who has the lease polls, reads the inbox and sends answers."""

from datetime import timedelta

from services.shared_kernel.clock import Clock
from services.shared_kernel.lease import Lease, Leases

__all__ = ["Lease", "Leases", "lease_of"]

# Longer than a poll and a request after it may take. A killed holder is followed after as much.
LIFE = timedelta(seconds=20)
RENEW_SECONDS = 4.0
# How often a process that doesn't have it asks.
ASK_SECONDS = 2.0


def lease_of(leases: Leases, clock: Clock, bot_id: int) -> Lease:
    """Of one bot, whatever process it runs in."""
    return Lease(
        leases, f"telegram {bot_id}", life=LIFE, renew_seconds=RENEW_SECONDS, ask_seconds=ASK_SECONDS,
        now=lambda: clock.now().timestamp(),
    )  # fmt: skip
