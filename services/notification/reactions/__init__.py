"""What other contexts' events mean for notification: keep the copies, queue whom to tell, plan reminders."""

from collections.abc import Awaitable, Callable, Mapping

from services.notification.policies import reminders_of
from services.notification.ports import NotificationWork
from services.notification.queueing import Cause, queue
from services.notification.reactions.copying import contact_after, copied, person_of, reservation_of
from services.notification.reactions.who import SILENT, TOLD, notices_for, tells_operators
from services.notification.templates import Templates
from services.notification.unreachable import send_again
from services.notification.values import ReservationCopy
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received
from services.shared_kernel.ids import Ids

Reaction = Callable[[NotificationWork, Received], Awaitable[None]]

_PLANS = (reservation.ReservationConfirmed, reservation.ReservationRescheduled)
_CALLS_OFF = (
    reservation.ReservationRescheduled,
    reservation.ReservationCancelled,
    reservation.ReservationStarted,
    reservation.ReservationCompleted,
)


class NotificationReactions:
    """Every event is handled alike; `who.TOLD` says who hears of it."""

    def __init__(self, clock: Clock, ids: Ids, templates: Templates) -> None:
        self._clock = clock
        self._ids = ids
        self._templates = templates

    def table(self) -> Mapping[type[Event], Reaction]:
        """Which event is answered by what."""
        return dict.fromkeys((*TOLD, *SILENT), self.handle)

    async def handle(self, work: NotificationWork, received: Received) -> None:
        """Learn from the event, then tell. NotYet when it tells about a reservation that isn't known yet."""
        now = self._clock.now()
        await self._learn_contact(work, received)
        copy = await _learn_reservation(work, received)
        operators = await work.contacts.operators() if tells_operators(received.event) else ()
        notices = notices_for(received, copy, operators)
        cause = Cause(id=received.id, event_id=received.id)
        await queue(work, notices, cause, templates=self._templates, ids=self._ids, now=now)
        if copy is not None and isinstance(received.event, _CALLS_OFF):
            await work.reminders.call_off(copy.reservation_id)
        if copy is not None and isinstance(received.event, _PLANS):
            # By the event's own time: handled late, a reminder that has come due since is still owed.
            await work.reminders.plan(reminders_of(copy, received.time))

    async def _learn_contact(self, work: NotificationWork, received: Received) -> None:
        person_id = person_of(received.event)
        if person_id is None:
            return
        old = await work.contacts.hold(person_id)
        new = contact_after(old, received)
        if new is not None and new != old:
            await work.contacts.save(old, new)
        event = received.event
        if isinstance(event, bot.PersonLinked) and old is not None and event.channel in old.channels:
            await send_again(work, person_id, event.channel, ids=self._ids, now=self._clock.now())


async def _learn_reservation(work: NotificationWork, received: Received) -> ReservationCopy | None:
    reservation_id = reservation_of(received.event)
    if reservation_id is None:
        return None
    old = await work.copies.find(reservation_id)
    new = copied(old, received)
    if new is not None and new != old:
        await work.copies.save(new)
    return new
