"""The notification context's unit of work."""

from storage.notification.copies import SqlContacts, SqlCopies
from storage.notification.ledger import SqlLedger
from storage.notification.reminders import SqlReminders
from storage.unit_of_work import SqlUnitOfWork


class NotificationUnitOfWork(SqlUnitOfWork):
    """A transaction of the notification context."""

    def open(self) -> None:
        self.contacts = SqlContacts(self.connection)
        self.copies = SqlCopies(self.connection)
        self.ledger = SqlLedger(self.connection, self.context.database.is_sqlite)
        self.reminders = SqlReminders(self.connection)
