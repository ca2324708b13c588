"""What other contexts' events mean for jobs. Each is handed the consumer's open unit of work."""

from collections.abc import Awaitable, Callable, Mapping

from services.cleaning.dispatch import seek
from services.cleaning.model import Events, Job
from services.cleaning.policies import DispatchPolicy
from services.cleaning.ports import CleaningWork, roster_for
from services.cleaning.values import Visit
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received
from services.shared_kernel.ids import Ids

Reaction = Callable[[CleaningWork, Received], Awaitable[None]]


class CleaningReactions:
    """A job for each paid reservation, moved and called off with it. Unpaid ones are none of a cleaner's business."""

    def __init__(self, clock: Clock, ids: Ids, policy: DispatchPolicy) -> None:
        self._clock = clock
        self._ids = ids
        self._policy = policy

    def table(self) -> Mapping[type[Event], Reaction]:
        """Which event is answered by what."""
        return {
            reservation.ReservationConfirmed: self._confirmed,
            reservation.ReservationRescheduled: self._rescheduled,
            reservation.ReservationCancelled: self._cancelled,
            bot.RoleTakenBack: self._role_taken_back,
        }

    async def _confirmed(self, work: CleaningWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, reservation.ReservationConfirmed)
        if await work.jobs.of_reservation(event.reservation_id) is None:
            await self._seek(work, None, self._open(event), [])

    async def _rescheduled(self, work: CleaningWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, reservation.ReservationRescheduled)
        old = await work.jobs.of_reservation(event.reservation_id)
        if old is None:
            # Confirmed before this consumer joined: only a paid one can be moved.
            await self._seek(work, None, self._open(event), [])
            return
        new, events = old.reschedule(visit=_visit(event), policy=self._policy, ids=self._ids, at=self._clock.now())
        if new is not old:
            await self._seek(work, old, new, events)

    async def _cancelled(self, work: CleaningWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, reservation.ReservationCancelled)
        old = await work.jobs.of_reservation(event.reservation_id)
        if old is None:
            return
        new, events = old.call_off(reason=event.reason)
        if new is not old:
            await work.jobs.save(old, new, events)

    async def _role_taken_back(self, work: CleaningWork, received: Received) -> None:
        """Of a cleaner: what they have or are asked about goes on to others."""
        event = received.event
        assert isinstance(event, bot.RoleTakenBack)
        if await work.cleaners.find(event.person_id) is None:
            return
        known = await work.cleaners.get(event.person_id)
        gone, left = known.leave()
        if gone is not known:
            await work.cleaners.save(known, gone, left)
        for job_id in await work.jobs.in_hand(gone.id):
            old = await work.jobs.get(job_id)
            new, events = old.hand_on(cleaner_id=gone.id, policy=self._policy, at=self._clock.now())
            if new is not old:
                await self._seek(work, old, new, events)

    def _open(self, event: reservation.VisitEvent) -> Job:
        return Job.open(
            id=self._ids.new(),
            reservation_id=event.reservation_id,
            customer_id=event.customer_id,
            visit=_visit(event),
            price_krw=event.price_krw,
            policy=self._policy,
            at=self._clock.now(),
        )

    async def _seek(self, work: CleaningWork, old: Job | None, new: Job, events: Events) -> None:
        now = self._clock.now()
        new, asked = seek(new, await roster_for(work, new, self._policy, now), self._policy, self._ids, now)
        await work.jobs.save(old, new, [*events, *asked])


def _visit(event: reservation.VisitEvent) -> Visit:
    return Visit(
        service=event.service,
        size_pyeong=event.size_pyeong,
        add_ons=event.add_ons,
        area=event.area,
        details_id=event.details_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        revision=event.visit_revision,
    )
