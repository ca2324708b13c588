"""What operators are told about the machine itself: set-aside messages, and payments that pause."""

from collections.abc import Awaitable, Callable

from messaging.broker import BrokerUnavailable
from messaging.dead import DeadLetters
from services.notification.use_cases import NotificationUseCases
from services.shared_kernel.clock import Clock


class Alerts:
    """Each cause is told once to every operator. Run by the scheduler, wherever the trouble is."""

    def __init__(
        self, notifications: NotificationUseCases, clock: Clock, provider: str,
        breaker_state: Callable[[], Awaitable[str]], dead: DeadLetters,
    ) -> None:  # fmt: skip
        self._notifications = notifications
        self._clock = clock
        self._provider = provider
        self._breaker_state = breaker_state
        self._dead = dead
        self._was_closed = True

    async def watch_dead(self) -> int:
        """Tell of messages that were set aside: once a group, however many join it; anew when it was emptied."""
        told = 0
        try:
            groups = await self._dead.groups()
        except BrokerUnavailable:
            return 0
        for group in groups:
            told += await self._notifications.alert_operators(
                template="operator_event_dead",
                cause=f"dead:{group.consumer}:{group.first_at.isoformat()}",
                values={
                    "consumer": f"ssak3.{group.consumer}",
                    "event_type": group.types[0],
                    "cause": group.cause,
                },
            )
        return told

    async def watch_breaker(self) -> int:
        """Tell when the provider's breaker has opened; that it works again is an event of payment's."""
        is_closed = await self._breaker_state() == "closed"
        opened = self._was_closed and not is_closed
        self._was_closed = is_closed
        if not opened:
            return 0
        return await self._notifications.alert_operators(
            template="operator_payments_paused",
            cause=f"breaker:{self._provider}:{self._clock.now().isoformat()}",
            values={"provider": self._provider},
        )
