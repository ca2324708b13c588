"""What the reservation's events mean for payments. Each is handed the consumer's open unit of work."""

from collections.abc import Awaitable, Callable, Mapping

from services.payment.model import Payment
from services.payment.ports import PaymentWork
from services.payment.refunding import WantedRefund, take_up
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event, Received
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.transient import NotYet

Reaction = Callable[[PaymentWork, Received], Awaitable[None]]


class PaymentNotThereYet(NotYet):
    """The request names a payment that isn't stored (yet): worth another try, and a dead letter in the end."""


class CardStillNeeded(NotYet):
    """An attempt with the card isn't settled: it may have to be sent again with the very card it began with."""


class PaymentReactions:
    """Refund when asked; once a reservation has ended unpaid, take no payment for it any more; forget cards."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def table(self) -> Mapping[type[Event], Reaction]:
        """Which event is answered by what."""
        return {
            reservation.RefundRequested: self._refund,
            reservation.ReservationCancelled: self._ended,
            reservation.ReservationExpired: self._ended,
            bot.PersonErased: self._erased,
        }

    async def _refund(self, work: PaymentWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, reservation.RefundRequested)
        wanted = WantedRefund(
            payment_id=event.payment_id,
            refund_id=event.refund_id,
            amount_krw=event.amount_krw,
            cause=event.cause,
            reason=event.reason,
            caused_by=received.id,
            fee_krw=event.fee_krw,
            compensation_krw=event.compensation_krw,
        )
        try:
            await take_up(work, wanted, self._clock.now())
        except NotFound:
            raise PaymentNotThereYet(event.payment_id) from None

    async def _ended(self, work: PaymentWork, received: Received) -> None:
        event = received.event
        assert isinstance(event, reservation.ReservationEvent)
        old = await work.payments.of_reservation(event.reservation_id)
        payment = old or Payment.open(
            id=self._ids.new(), reservation_id=event.reservation_id, customer_id=event.customer_id
        )
        closed = payment.close()
        if closed is not payment:
            await work.payments.save(old, closed, [])

    async def _erased(self, work: PaymentWork, received: Received) -> None:
        """What was charged and refunded stays: 전자상거래법 시행령 제6조 wants it kept for five years."""
        event = received.event
        assert isinstance(event, bot.PersonErased)
        if not await work.cards.forget(event.person_id):
            raise CardStillNeeded(event.person_id)
