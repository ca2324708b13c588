"""What a process is given, and what it lets be watched and switched."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.payment.adapters.session import ClientSession
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event
from services.shared_kernel.ids import Ids
from ssak3.system import chance, invite_code


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
    # Longer than the 3 s that a customer waits: the call goes on, so that its answer is known when it comes.
    provider_timeout_seconds: float = 8.0
    payment_timeout_seconds: float = 3.0


@dataclass(kw_only=True)
class Switches:
    """What the demo can turn off."""

    notifications_paused: bool = False


@dataclass(kw_only=True)
class Observers:
    """Who hears of every committed event in this process: the demo's live line."""

    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
