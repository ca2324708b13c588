"""The notification context's unit of work."""

from collections.abc import Sequence

from services.notification.reactions.copying import person_of
from services.notification.reactions.who import TOLD
from services.shared_kernel.event import Received
from storage.notification.broadcasts import SqlBroadcasts
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
        self.broadcasts = SqlBroadcasts(self.connection)
        self.reminders = SqlReminders(self.connection)

    async def expect(self, batch: Sequence[Received]) -> None:
        about = {getattr(received.event, "reservation_id", None) for received in batch}
        people = {person_of(received.event) for received in batch}
        await self.contacts.expect({one for one in people if one is not None})
        await self.copies.expect({one for one in about if one is not None})
        await self.ledger.expect({received.id for received in batch if type(received.event) in TOLD})

    async def flush(self) -> None:
        await self.contacts.flush()
        await self.copies.flush()
        await self.ledger.flush()
        await self.reminders.flush()
        await super().flush()
