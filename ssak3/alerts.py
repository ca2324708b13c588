"""What operators are told about the machine itself: set-aside messages, and payments that pause."""

from collections.abc import Callable

from messaging.broker import Delivery
from services.notification.use_cases import NotificationUseCases
from services.shared_kernel.clock import Clock


class Alerts:
    """Each cause is told once to every operator."""

    def __init__(
        self, notifications: NotificationUseCases, clock: Clock, provider: str, breaker_state: Callable[[], str]
    ) -> None:
        self._notifications = notifications
        self._clock = clock
        self._provider = provider
        self._breaker_state = breaker_state
        self._was_closed = True

    async def dead(self, consumer: str, delivery: Delivery, cause: str) -> None:
        """A message was set aside."""
        await self._notifications.alert_operators(
            template="operator_event_dead",
            cause=f"dead:{consumer}:{delivery.message.id}",
            values={"consumer": f"ssak3.{consumer}", "event_type": delivery.message.routing_key, "cause": cause},
        )

    async def watch_breaker(self) -> int:
        """Tell when the provider's breaker has opened; that it works again is an event of payment's."""
        is_closed = self._breaker_state() == "closed"
        opened = self._was_closed and not is_closed
        self._was_closed = is_closed
        if not opened:
            return 0
        return await self._notifications.alert_operators(
            template="operator_payments_paused",
            cause=f"breaker:{self._provider}:{self._clock.now().isoformat()}",
            values={"provider": self._provider},
        )
