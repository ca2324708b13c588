"""Two replicas of one consumer, at the same moment, on PostgreSQL: nothing is parked for good, nothing overwritten."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from sqlalchemy import text

from messaging.consumer import Admission
from services.mypage.projection import Row
from services.notification.values import Contact
from services.payment import events as payment
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import StaleVersion
from storage.engine import Database
from storage.inbox import hold, joined_at
from storage.mypage.repositories import MyPageUnitOfWork, project
from storage.mypage.tables import messaging
from storage.notification.repositories import NotificationUnitOfWork
from storage.outbox import SqlOutbox
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.notices import Story
from tests.support.notification import at_home
from tests.support.races import while_open
from tests.support.telling import Teller, bytes_of, count, delivered, heard
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

Another = Callable[..., Teller]


@pytest_asyncio.fixture
async def another(fresh_postgresql: Fresh) -> AsyncIterator[Another]:
    """One more replica, of a consumer that has joined."""
    clock = FakeClock()
    ids, url, made = FakeIds(clock), fresh_postgresql("cleaning"), []

    def make(*, causal: bool = False) -> Teller:
        made.append(Teller(url, clock, ids, causal))
        return made[-1]

    first = make()
    async with first.work() as work:
        await joined_at(work.connection, first.context.tables, clock.now())
    clock.advance(seconds=1)
    yield make
    for teller in made:
        await teller.database.close()


# What may be lost with the power: the relay's own notes, and nothing else

WATCH = (
    "CREATE TABLE how_committed (doing text, waits text)",
    """CREATE FUNCTION note_how() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO how_committed VALUES (TG_OP, current_setting('synchronous_commit')); RETURN NULL;
       END $$""",
    """CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE OR DELETE ON cleaning_outbox
           DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_how()""",
)
UNWATCH = ("DROP FUNCTION note_how CASCADE", "DROP TABLE how_committed")


async def test_the_relay_doesnt_wait_for_the_disk_and_what_is_told_does(another: Another):
    teller = another()
    outbox = SqlOutbox(teller.database, teller.context.tables, teller.clock)
    await carry_out(teller.database, *WATCH)
    try:
        await teller.tell("a", "b")
        first, second = [message.id for message in await outbox.claim(2)]
        await outbox.unclaim([first])
        await outbox.delete([second])
        await teller.tell("a")
        async with teller.database.read() as connection:
            found = (await connection.execute(text("SELECT * FROM how_committed"))).all()
    finally:
        await carry_out(teller.database, *UNWATCH)
    assert [tuple(row) for row in found] == [
        ("INSERT", "on"), ("INSERT", "on"), ("UPDATE", "off"), ("UPDATE", "off"), ("UPDATE", "off"), ("DELETE", "off"),
        ("INSERT", "on"),
    ]  # fmt: skip


async def carry_out(database: Database, *statements: str) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


# Parking (rule 13)


async def test_what_is_being_parked_is_released_by_the_one_before_that_comes_just_then(another: Another):
    early, late = another(), another()
    subject = early.ids.new()
    first, second = (heard(subject, number, early.ids, early.clock) for number in (1, 2))
    async with while_open(early.work(), late.consumer(delivered(first)).run_once()) as (work, other):
        await work.inbox.expect([second])
        assert await work.inbox.admit(second, bytes_of(second)) is Admission.PARKED
    await other.result()
    assert late.handled == [(subject, 1), (subject, 2)]
    assert await count(early.database, "parked") == 0


async def test_what_is_being_handled_is_waited_for_by_the_one_after_that_comes_just_then(another: Another):
    early, late = another(), another()
    subject = early.ids.new()
    first, second = (heard(subject, number, early.ids, early.clock) for number in (1, 2))
    async with while_open(early.work(), late.consumer(delivered(second)).run_once()) as (work, other):
        await work.inbox.expect([first])
        assert await work.inbox.admit(first, b"") is Admission.HANDLE
        assert not await work.inbox.released_by(first)
    await other.result()
    assert late.handled == [(subject, 2)]
    assert await count(early.database, "parked") == 0


@pytest.mark.parametrize("cause_comes_first", [True, False])
async def test_an_effect_and_its_cause_at_two_replicas(another: Another, cause_comes_first: bool):
    early, late = another(causal=True), another(causal=True)
    cause = heard(early.ids.new(), 1, early.ids, early.clock)
    effect = heard(early.ids.new(), 1, early.ids, early.clock, cause=cause.id)
    now, then = (cause, effect) if cause_comes_first else (effect, cause)
    async with while_open(early.work(), late.consumer(delivered(then)).run_once()) as (work, other):
        await work.inbox.expect([now])
        admission = await work.inbox.admit(now, bytes_of(now))
        assert admission is (Admission.HANDLE if cause_comes_first else Admission.PARKED)
        if cause_comes_first:
            assert not await work.inbox.released_by(now)
    await other.result()
    assert (effect.subject, 1) in late.handled
    assert await count(early.database, "parked") == 0


async def test_what_is_released_is_followed_by_what_another_replica_has(another: Another):
    """The cause releases an effect of another subject, whose next event somebody else handles just then."""
    early, late = another(causal=True), another(causal=True)
    cause = heard(early.ids.new(), 1, early.ids, early.clock)
    subject = early.ids.new()
    effect = heard(subject, 1, early.ids, early.clock, cause=cause.id)
    follows = heard(subject, 2, early.ids, early.clock)
    await early.consumer(delivered(effect)).run_once()
    async with while_open(early.work(), late.consumer(delivered(follows)).run_once()) as (work, other):
        await work.inbox.expect([cause])
        assert await work.inbox.admit(cause, b"") is Admission.HANDLE
        assert list(await work.inbox.released_by(cause)) == [bytes_of(effect)]
        await work.inbox.expect([effect])
        assert await work.inbox.admit(effect, b"") is Admission.HANDLE
        assert not await work.inbox.released_by(effect)
    await other.result()
    assert late.handled == [(subject, 2)]
    assert await count(early.database, "parked") == 0


async def test_batches_that_overlap_crosswise_do_not_wait_in_a_ring(another: Another):
    replicas = [another() for _ in range(4)]
    subjects = [replicas[0].ids.new() for _ in range(12)]
    for number in range(1, 5):
        events = [heard(subject, number, replicas[0].ids, replicas[0].clock) for subject in subjects]
        batches = (events, events[::-1], events[6:] + events[:6], events[::2])
        await asyncio.gather(
            *(one.consumer(*map(delivered, batch)).run_once() for one, batch in zip(replicas, batches, strict=True))
        )
    handled = [one for replica in replicas for one in replica.handled]
    assert sorted(handled) == sorted((subject, number) for subject in subjects for number in range(1, 5))


# Contention


async def test_of_two_who_wait_for_each_other_one_hears_that_the_other_was_quicker(another: Another):
    one, two = another(), another()
    await one.tell("a", "b")
    lock = text("SELECT 1 FROM cleaning_stream WHERE subject = :subject FOR UPDATE")

    async def crosswise(teller: Teller, first: str, second: str, other_has_begun: asyncio.Barrier) -> str:
        try:
            async with teller.work() as work:
                await work.connection.execute(lock, {"subject": first})
                await other_has_begun.wait()
                await work.connection.execute(lock, {"subject": second})
        except StaleVersion as refusal:
            return str(refusal)
        return "done"

    both = asyncio.Barrier(2)
    found = await asyncio.gather(crosswise(one, "a", "b", both), crosswise(two, "b", "a", both))
    assert sorted(found) == ["deadlock", "done"]


async def test_a_consumer_that_lost_a_deadlock_does_its_batch_again(another: Another):
    teller = another()
    events = [heard(teller.ids.new(), 1, teller.ids, teller.clock) for _ in range(3)]
    unlucky = iter([True, False])

    def lose_once(received: Received) -> None:
        if received.id == events[-1].id and next(unlucky):
            raise StaleVersion("deadlock")

    teller.on_handling = lose_once
    assert await teller.consumer(*map(delivered, events)).run_once() == 3
    assert len(teller.handled) == 6  # all of them twice, of which the first time was undone
    assert await count(teller.database, "inbox") == 3


# Projections and copies, put together from several sources


@pytest_asyncio.fixture
async def story() -> Story:
    clock = FakeClock()
    return Story(clock, FakeIds(clock))


async def test_my_page_keeps_both_parts_that_come_at_once(fresh_postgresql: Fresh, story: Story):
    async with AsyncExitStack() as stack:
        contexts = []
        for url in [fresh_postgresql("mypage")] * 2:
            database = Database(url)
            stack.push_async_callback(database.close)
            contexts.append(Context(tables=messaging, database=database, clock=story._clock, ids=story._ids))

        async def show(context: Context, received: Received) -> None:
            async with MyPageUnitOfWork(context) as work:
                await work.inbox.expect([received])
                await project(work, received)

        requested = story.requested()
        pending = story.payment(payment.PaymentPending, attempt_id="a", amount_krw=80_000)
        async with while_open(MyPageUnitOfWork(contexts[0]), show(contexts[1], pending)) as (work, other):
            await work.inbox.expect([requested])
            await project(work, requested)
        await other.result()
        async with MyPageUnitOfWork(contexts[0]) as work:
            row = await work.load(story.reservation_id)
        assert row is not None
        assert row.last == {"reservation": 1, "payment": 1}
        assert row.reservation["service"] == "home"


async def test_who_makes_my_page_again_waits_for_who_hears_of_the_same_reservation(
    fresh_postgresql: Fresh, story: Story
):
    database = Database(fresh_postgresql("mypage"))
    context = Context(tables=messaging, database=database, clock=story._clock, ids=story._ids)
    requested = story.requested()

    async def look() -> Row | None:
        async with MyPageUnitOfWork(context) as work:
            await hold(work.connection, "mypage", [story.reservation_id])
            return await work.load(story.reservation_id)

    async with while_open(MyPageUnitOfWork(context), look()) as (work, other):
        await work.inbox.expect([requested])
        await project(work, requested)
    assert (await other.result()).last == {"reservation": 1}
    await database.close()


async def test_notification_tells_by_what_it_has_just_learnt(fresh_postgresql: Fresh):
    """Both replicas make the reservation's copy: one after the other."""
    async with at_home(fresh_postgresql) as home:
        requested = home.story.requested()
        pending = home.story.payment(payment.PaymentPending, attempt_id="a", amount_krw=80_000)

        async def hear(received: Received) -> None:
            async with home.work() as work:
                await work.inbox.expect([received])
                await home.reactions.handle(work, received)

        async with while_open(home.work(), hear(pending)) as (work, other):
            await work.inbox.expect([requested])
            await home.reactions.handle(work, requested)
        await other.result()
        await home.send_all()
        assert home.web.titles(home.story.customer) == ["결제하면 예약이 확정돼요", "결제됐는지 확인하고 있어요"]


async def test_what_two_make_at_once_is_refused_to_the_second(fresh_postgresql: Fresh):
    """Without the inbox before it: the database's own word."""
    async with at_home(fresh_postgresql) as home:
        contact = Contact(person_id="p", role="customer")

        async def learn() -> None:
            async with NotificationUnitOfWork(home.context) as work:
                await work.contacts.save(None, contact)

        async with while_open(NotificationUnitOfWork(home.context), learn()) as (work, other):
            await work.contacts.save(None, contact)
        with pytest.raises(StaleVersion):
            await other.result()


# Senders and reminders


async def test_two_senders_take_different_deliveries(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        stories = [Story(home.clock, home.ids) for _ in range(6)]
        await home.hear(
            *(event for one in stories for event in (one.linked(one.customer, "customer"), one.requested()))
        )
        async with home.work() as first, home.work() as second:
            mine = await first.ledger.due(home.clock.now(), 4)
            yours = await second.ledger.due(home.clock.now(), 4)
        assert (len(mine), len(yours)) == (4, 2)
        assert not {one.id for one in mine} & {one.id for one in yours}


async def test_many_changes_at_once_say_which_were_written(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        stories = [Story(home.clock, home.ids) for _ in range(3)]
        await home.hear(
            *(event for one in stories for event in (one.linked(one.customer, "customer"), one.requested()))
        )
        async with home.work() as work:
            due = await work.ledger.due(home.clock.now(), 10)
            changed = [(one, one.suppress(reason="x" * 200)) for one in due]
            assert await work.ledger.save_all(changed[:1]) == {due[0].id}
            assert await work.ledger.save_all(changed) == {due[1].id, due[2].id}
            assert await work.ledger.save_all([]) == frozenset()


async def test_two_tickers_remind_once(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted())
        await home.send_all()
        home.clock.advance(days=3, hours=5)
        counted = await asyncio.gather(*(home.tick.remind() for _ in range(4)))
        before = len(home.web.log)
        await home.send_all()
        assert sum(counted) == len(home.web.log) - before > 0
