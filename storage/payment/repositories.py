"""The payment context's unit of work."""

from storage.payment.cards import SqlCards
from storage.payment.ledger import SqlLedger
from storage.payment.payments import SqlPayments
from storage.payment.refunds import SqlCompensations, SqlRefunds
from storage.unit_of_work import SqlUnitOfWork


class PaymentUnitOfWork(SqlUnitOfWork):
    """A transaction of the payment context."""

    def open(self) -> None:
        self.ledger = SqlLedger(self.connection, self.context.clock)
        self.payments = SqlPayments(self, self.ledger)
        self.refunds = SqlRefunds(self.connection)
        self.compensations = SqlCompensations(self.connection)
        self.cards = SqlCards(self.connection)
