"""What a process is given, and what it lets be watched and switched."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.payment.adapters.session import ClientSession
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Recorded
from services.shared_kernel.ids import Ids
from services.shared_kernel.tracing import Tracing
from ssak3.system import bits, chance, invite_code


@dataclass(frozen=True, kw_only=True)
class Outside:
    """The world around it. Tests give it another."""

    clock: Clock
    ids: Ids
    session: ClientSession
    provider_url: str
    provider_secret: str
    test_card: str | None
    api_token: str
    new_code: Callable[[], str] = invite_code
    chance: Callable[[], float] = chance
    monotonic: Callable[[], float] = time.monotonic
    tracing: Tracing = field(default_factory=lambda: Tracing(bits))
    # Longer than the 3 s that a customer waits: the call goes on, so that its answer is known when it comes.
    provider_timeout_seconds: float = 8.0
    payment_timeout_seconds: float = 3.0


@dataclass(kw_only=True)
class Switches:
    """What the demo can turn off."""

    notifications_paused: bool = False


@dataclass(kw_only=True)
class Observers:
    """Who hears of every event that this process commits: metrics, the log, the demo's live line."""

    listeners: list[Callable[[Recorded], None]] = field(default_factory=list)

    def __call__(self, recorded: Recorded) -> None:
        for listener in self.listeners:
            listener(recorded)
