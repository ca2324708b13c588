"""What other contexts' events mean for reservations. Each is handed the consumer's open unit of work."""

from collections.abc import Awaitable, Callable, Mapping

from services.cleaning import events as cleaning
from services.payment import events as payment
from services.reservation.model import Events, Reservation
from services.reservation.policies import HoldPolicy
from services.reservation.ports import ReservationWork
from services.reservation.values import Paid
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received
from services.shared_kernel.ids import Ids

Reaction = Callable[[ReservationWork, Received], Awaitable[None]]


class ReservationReactions:
    """Confirm on approval, follow the cleaner, keep the totals of refunds."""

    def __init__(self, clock: Clock, ids: Ids, hold: HoldPolicy) -> None:
        self._clock = clock
        self._ids = ids
        self._hold = hold

    def table(self) -> Mapping[type[Event], Reaction]:
        """Which event is answered by what."""
        return {
            payment.PaymentApproved: self._approved,
            payment.PaymentDeclined: self._declined,
            payment.PaymentRefunded: self._refunded,
            cleaning.OfferAccepted: self._accepted,
            cleaning.JobWithdrawn: self._withdrawn,
            cleaning.JobUnfilled: self._unfilled,
            cleaning.JobStarted: self._started,
            cleaning.JobCompleted: self._completed,
        }

    async def _approved(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, payment.PaymentApproved)
        paid = Paid(
            payment_id=event.payment_id,
            attempt_id=event.attempt_id,
            amount_krw=event.amount_krw,
            method=event.method,
            paid_at=event.approved_at,
        )
        refund_id = self._ids.new()
        await _change(work, event.reservation_id, lambda old: old.confirm(paid=paid, refund_id=refund_id))

    async def _declined(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, payment.PaymentDeclined)
        await _change(
            work,
            event.reservation_id,
            lambda old: old.payment_failed(attempt_id=event.attempt_id, hold=self._hold, at=self._clock.now()),
        )

    async def _refunded(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, payment.PaymentRefunded)
        await _change(work, event.reservation_id, lambda old: (old.refunded(refunded_krw=event.refunded_krw), []))

    async def _accepted(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, cleaning.OfferAccepted)
        await _change(
            work, event.reservation_id, lambda old: (old.cleaner_found(visit_revision=event.visit_revision), [])
        )

    async def _withdrawn(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, cleaning.JobWithdrawn)
        await _change(work, event.reservation_id, lambda old: (old.cleaner_lost(), []))

    async def _unfilled(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, cleaning.JobUnfilled)
        await _change(
            work, event.reservation_id, lambda old: (old.nobody_found(visit_revision=event.visit_revision), [])
        )

    async def _started(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, cleaning.JobStarted)
        await _change(work, event.reservation_id, lambda old: old.start(at=event.started_at))

    async def _completed(self, work: ReservationWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, cleaning.JobCompleted)
        await _change(work, event.reservation_id, lambda old: old.complete(at=event.completed_at))


async def _change(
    work: ReservationWork, reservation_id: str, decide: Callable[[Reservation], tuple[Reservation, Events]]
) -> None:
    old = await work.reservations.get(reservation_id)
    new, events = decide(old)
    if new is not old:
        await work.reservations.save(old, new, events)
