"""What time does to reservations. Every tick may run twice, or in two places: each row is taken by a guarded save."""

from collections.abc import Callable
from datetime import timedelta

from services.reservation.policies import Policies
from services.reservation.ports import PaymentGateway, ReservationWork
from services.reservation.refusals import NotAllowed
from services.reservation.settlement import Answered, settle
from services.reservation.values import Status
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import StaleVersion

LIMIT = 100
SETTLE_AFTER = timedelta(seconds=30)
FIRST_ROUND = 2
LARGEST_ROUND = 64


class ReservationTicks:
    """Called by the scheduler; each returns how many reservations it changed."""

    def __init__(
        self, unit_of_work: Callable[[], ReservationWork], clock: Clock, ids: Ids, policies: Policies,
        payment: PaymentGateway,
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._policies = policies
        self._payment = payment

    async def expire_holds(self) -> int:
        """Close unpaid ones whose time is over, and free their places."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            due = await work.reservations.due_to_expire(now, LIMIT)
        done = 0
        for reservation_id in due:
            try:
                async with self._unit_of_work() as work:
                    old = await work.reservations.get(reservation_id)
                    new, events = old.expire(at=now)
                    await work.places.give_back(reservation_id)
                    await work.reservations.save(old, new, events)
                done += 1
            except (NotAllowed, StaleVersion):
                continue
        return done

    async def settle_payments(self) -> int:
        """Find out about attempts that nobody has heard of for a while (rule 2)."""
        async with self._unit_of_work() as work:
            waiting = await work.reservations.paying_since_before(self._clock.now() - SETTLE_AFTER, LIMIT)
        done = 0
        for reservation_id in waiting:
            done += await self._settle(reservation_id)
        return done

    async def _settle(self, reservation_id: str) -> bool:
        async with self._unit_of_work() as work:
            old = await work.reservations.find(reservation_id)
        if old is None or old.paying is None:
            return False
        attempt_id = old.paying.attempt_id
        answer = await self._payment.resolve(attempt_id=attempt_id)
        answered = Answered(reservation_id=reservation_id, attempt_id=attempt_id, answer=answer)
        try:
            async with self._unit_of_work() as work:
                new = await settle(work, answered, self._policies.hold, self._ids, self._clock)
        except StaleVersion:
            return False
        return new.paying is None

    async def call_back(self) -> int:
        """When payment works again, tell those who were put off: a few first, twice as many while they succeed."""
        async with self._unit_of_work() as work:
            anyone = await work.reservations.deferred(1)
        if not anyone or not await self._payment.is_available():
            return 0
        async with self._unit_of_work() as work:
            size = await self._next_round(work)
            waiting = await work.reservations.deferred(size)
            for reservation_id in waiting:
                old = await work.reservations.get(reservation_id)
                new, events = old.reopen_payment()
                if new is not old:
                    await work.reservations.save(old, new, events)
            await work.callbacks.note(size, waiting, self._clock.now())
        return len(waiting)

    async def _next_round(self, work: ReservationWork) -> int:
        last = await work.callbacks.last_reopened()
        if not last:
            return FIRST_ROUND
        paid = 0
        for reservation_id in last:
            reservation = await work.reservations.find(reservation_id)
            paid += reservation is not None and reservation.status is not Status.AWAITING_PAYMENT
        if paid == 0:
            return FIRST_ROUND
        return min(LARGEST_ROUND, 2 * await work.callbacks.size())
