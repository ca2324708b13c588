"""Each context's consumer: its queue, its unit of work, its reactions."""

from collections.abc import Callable
from typing import Any

from messaging.broker import Broker
from messaging.consumer import BATCH, Consumer
from messaging.observer import Observer
from services.notification import events as notification
from services.reservation.catalogue import Catalogue
from services.shared_kernel.tracing import Tracing
from ssak3.outside import Switches
from storage.cleaning.repositories import CleaningUnitOfWork
from storage.mypage.repositories import MyPageUnitOfWork
from storage.notification.repositories import NotificationUnitOfWork
from storage.payment.repositories import PaymentUnitOfWork
from storage.reservation.repositories import ReservationUnitOfWork
from storage.unit_of_work import Context

# What my page does for an event makes no statement of its own: what a transaction costs is shared by more of them, and
# on PostgreSQL nobody waits for its rows meanwhile.
_BATCHES = {"mypage": 250}
# Which notices went out is for whoever looks later.
_MAY_WAIT = {"mypage": frozenset(notification.ALL.values())}


class Consumers:
    """Makes them; `reactions` is a context's table."""

    def __init__(
        self, broker: Broker, catalogue: Catalogue, switches: Switches, observer: Observer, tracing: Tracing
    ) -> None:
        self._broker = broker
        self._switches = switches
        self._observer = observer
        self._tracing = tracing
        self._works: dict[str, Callable[[Context], Any]] = {
            "reservation": lambda context: ReservationUnitOfWork(context, catalogue),
            "payment": PaymentUnitOfWork,
            "cleaning": CleaningUnitOfWork,
            "notification": NotificationUnitOfWork,
            "mypage": MyPageUnitOfWork,
        }

    def of(self, name: str, context: Context, reactions: Any) -> Consumer[Any]:
        """The consumer of one context's queue."""
        work = self._works[name]
        return Consumer(
            name, self._broker.subscribe(name), lambda: work(context), reactions, self._is_paused(name),
            self._observer, self._tracing, _BATCHES.get(name, BATCH), _MAY_WAIT.get(name, ()),
        )  # fmt: skip

    def _is_paused(self, name: str) -> Callable[[], bool]:
        if name == "notification":
            return lambda: self._switches.notifications_paused
        return lambda: False
