"""What operators and the rest of the program ask of notification."""

from collections.abc import Callable, Collection, Sequence

from services.notification.model import Delivery
from services.notification.ports import Entry, NotificationWork
from services.notification.queueing import Cause, queue
from services.notification.templates import Templates
from services.notification.values import DeliveryStatus, Notice, Values
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids


class NotificationUseCases:
    """The commands and queries of the notification context."""

    def __init__(
        self, unit_of_work: Callable[[], NotificationWork], clock: Clock, ids: Ids, templates: Templates
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._templates = templates

    async def ledger_of(self, reservation_id: str) -> Sequence[Entry]:
        """Who was told what about a reservation, and how each hop went, in order."""
        async with self._unit_of_work() as work:
            return await work.ledger.of_reservation(reservation_id)

    async def waiting_count(self) -> int:
        """How many deliveries are neither sent nor given up."""
        async with self._unit_of_work() as work:
            return await work.ledger.waiting_count()

    async def waiting_of_broadcasts(self) -> int:
        """How many of running broadcasts' deliveries are neither sent nor given up."""
        async with self._unit_of_work() as work:
            return await work.ledger.waiting_of_broadcasts()

    async def told(self, causes: Collection[str]) -> frozenset[tuple[str, str, str]]:
        """(cause, recipient, template) of all that the ledger holds for these causes: the audit's other side."""
        async with self._unit_of_work() as work:
            return frozenset(await work.ledger.told(causes))

    async def retry(self, *, delivery_id: str) -> Delivery:
        """Send a failed or unknown one again, as another hop over the person's preferred channel.

        Refusals: NotAllowed (it hasn't failed), NotFound.
        """
        async with self._unit_of_work() as work:
            entry = await work.ledger.get(delivery_id)
            old, hop = entry.delivery.fall_back(
                id=self._ids.new(),
                channel=None,
                again=entry.delivery.status is DeliveryStatus.UNKNOWN,
                at=self._clock.now(),
            )
            if await work.ledger.save(entry.delivery, old):
                await work.ledger.add_hop(hop)
            return hop

    async def delivered(self, *, delivery_id: str) -> None:
        """A channel reports that the person has it; twice is harmless. Refusals: NotAllowed, NotFound."""
        async with self._unit_of_work() as work:
            delivery = (await work.ledger.get(delivery_id)).delivery
            await work.ledger.save(delivery, delivery.delivered())

    async def alert_operators(self, *, template: str, cause: str, values: Values) -> int:
        """Tell every operator, once for each cause (such as `dead:<event id>`); how many were told now."""
        async with self._unit_of_work() as work:
            return await alert(
                work, template, Cause(id=cause), values, templates=self._templates, ids=self._ids, clock=self._clock
            )


async def alert(
    work: NotificationWork, template: str, cause: Cause, values: Values, *, templates: Templates, ids: Ids, clock: Clock
) -> int:
    """Queue one notice for each operator."""
    notices = [
        Notice(recipient_id=operator, template=template, values=values) for operator in await work.contacts.operators()
    ]
    return await queue(work, notices, cause, templates=templates, ids=ids, now=clock.now())
