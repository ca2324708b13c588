"""The payment context's unit of work."""

from collections.abc import Sequence

from services.reservation.events import RefundRequested, ReservationCancelled, ReservationExpired
from services.shared_kernel.event import Received
from storage.payment.cards import SqlCards
from storage.payment.ledger import SqlLedger
from storage.payment.payments import SqlPayments
from storage.payment.refunds import SqlCompensations, SqlRefunds
from storage.unit_of_work import SqlUnitOfWork

# Of a reservation's other events, none means anything for its payment: it isn't kept from whoever is just charging.
_MATTER = (RefundRequested, ReservationCancelled, ReservationExpired)


class PaymentUnitOfWork(SqlUnitOfWork):
    """A transaction of the payment context."""

    def open(self) -> None:
        self.ledger = SqlLedger(self.connection, self.context.clock)
        self.payments = SqlPayments(self, self.ledger)
        self.refunds = SqlRefunds(self.connection)
        self.compensations = SqlCompensations(self.connection)
        self.cards = SqlCards(self.connection, self.payments)

    async def expect(self, batch: Sequence[Received]) -> None:
        events = [received.event for received in batch]
        await self.payments.of_reservations({event.reservation_id for event in events if isinstance(event, _MATTER)})

    async def flush(self) -> None:
        await self.payments.write()
        await self.ledger.write()
        await super().flush()
