"""A context that only tells and hears, to try what every context has: outbox, event log, inbox."""

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass, field

from messaging.broker import Delivery, Message
from messaging.consumer import Consumer
from messaging.envelope import Envelope, decode, encode
from services.shared_kernel.bot_events import ContactChanged
from services.shared_kernel.event import Received
from storage.cleaning.tables import messaging
from storage.engine import Database
from storage.unit_of_work import Context, SqlUnitOfWork
from tests.support.time import FakeClock, FakeIds

CONTEXT = "cleaning"
SOURCE = "/ssak3/bot"


def told(subject: str, version: int = 1) -> ContactChanged:
    return ContactChanged(person_id=subject, role="customer", language="ko", version=version, quiet_at_night=False)


@dataclass
class Teller:
    """One process of the context; several of them may share a database."""

    url: str
    clock: FakeClock
    ids: FakeIds
    causal: bool = False
    handled: list[tuple[str, int]] = field(default_factory=list)
    on_handling: Callable[[Received], None] = field(default=lambda received: None)

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.context = Context(
            tables=messaging, database=self.database, clock=self.clock, ids=self.ids, causal=self.causal
        )  # fmt: skip

    def work(self) -> SqlUnitOfWork:
        return SqlUnitOfWork(self.context)

    async def tell(self, *subjects: str) -> None:
        async with self.work() as work:
            await work.record([told(subject) for subject in subjects])

    def consumer(self, *deliveries: Delivery) -> Consumer[SqlUnitOfWork]:
        """With these waiting; what it handles is noted."""
        return self.consumer_of(Queue(list(deliveries)))

    def consumer_of(self, queue: "Queue") -> Consumer[SqlUnitOfWork]:
        """The same, of a queue that the test keeps."""

        async def react(work: SqlUnitOfWork, received: Received) -> None:
            self.handled.append((received.subject, received.sequence))
            self.on_handling(received)

        return Consumer(CONTEXT, queue, self.work, {ContactChanged: react})


def heard(subject: str, sequence: int, ids: FakeIds, clock: FakeClock, cause: str | None = None) -> Received:
    """An event as it arrives."""
    return Received(
        id=ids.new(), source=SOURCE, subject=subject, sequence=sequence, time=clock.now(), causation_id=cause,
        traceparent=None, event=told(subject, sequence),
    )  # fmt: skip


def bytes_of(received: Received) -> bytes:
    envelope = Envelope(
        id=received.id, sequence=received.sequence, time=received.time, causation_id=received.causation_id
    )
    return encode(received.event, envelope)


def delivered(received: Received, *, again: bool = False) -> Delivery:
    message = Message(id=received.id, routing_key="bot.contact_changed.v1", body=bytes_of(received))
    return Delivery(message=message, attempt=1, redelivered=again, handle=received.id)


class Queue:
    """A subscription that hands out what waits."""

    def __init__(self, deliveries: list[Delivery]) -> None:
        self.waiting = deliveries
        self.failed: list[str] = []
        self.buried: list[Delivery] = []
        self.may_wait: Set[str] = frozenset()

    async def receive(self, limit: int, wait_seconds: float, may_wait: Collection[str] = ()) -> Sequence[Delivery]:
        self.may_wait = set(may_wait)
        given, self.waiting = self.waiting, []
        return given

    async def ack(self, deliveries: Sequence[Delivery]) -> None: ...

    async def release(self, deliveries: Sequence[Delivery]) -> None:
        self.waiting = [*deliveries, *self.waiting]

    async def retry(self, delivery: Delivery, delay_seconds: int, cause: str) -> None:
        self.failed.append(cause)

    async def dead(self, delivery: Delivery, cause: str) -> None:
        self.failed.append(cause)
        self.buried.append(delivery)

    async def put_back(self, messages: Sequence[Message]) -> None:
        self.waiting += [Delivery(message=each, attempt=1, redelivered=False, handle=each.id) for each in messages]


async def logged(database: Database) -> list[Received]:
    """The event log, in order."""
    async with database.read() as connection:
        table = messaging.event_log
        return [decode(row.body) for row in await connection.execute(table.select().order_by(table.c.position))]


async def seen(database: Database) -> set[str]:
    """The events whose effects are committed."""
    async with database.read() as connection:
        return {row.event_id for row in await connection.execute(messaging.inbox.select())}


async def count(database: Database, table: str) -> int:
    """Rows of one of the context's event tables."""
    async with database.read() as connection:
        return len((await connection.execute(getattr(messaging, table).select())).all())
