"""What every context's storage promises: units of work, outbox, inbox, leases. The suite runs over each database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from messaging.broker import BrokerUnavailable, Message
from messaging.catalogue import EVENTS
from messaging.consumer import Admission, Consumer
from messaging.relay import BATCH, Handover, Relay
from services.shared_kernel.bot_events import ContactChanged, PersonLinked
from services.shared_kernel.clock import KST
from services.shared_kernel.event import Received, Recorded
from storage.bot.tables import lease
from storage.engine import Database, UtcDateTime
from storage.inbox import joined_at
from storage.leases import SqlLeases
from storage.outbox import CLAIM, SqlOutbox
from storage.unit_of_work import SqlUnitOfWork
from storage.waiting import Waiting, parked, unsent
from tests.support.brokers import AwayOrThere
from tests.support.fresh import Fresh
from tests.support.telling import CONTEXT, Queue, Teller, bytes_of, count, delivered, heard, logged, seen, told
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

Another = Callable[..., Teller]


@pytest_asyncio.fixture
async def another(fresh: Fresh) -> AsyncIterator[Another]:
    """One more process at the same database."""
    clock = FakeClock()
    ids, url, made = FakeIds(clock), fresh("cleaning", "bot"), []

    def make(*, causal: bool = False) -> Teller:
        made.append(Teller(url, clock, ids, causal))
        return made[-1]

    yield make
    for teller in made:
        await teller.database.close()


@pytest.fixture
def teller(another: Another) -> Teller:
    return another()


# Telling


async def given_up(teller: Teller, *received: Received) -> None:
    """A transaction that does everything and then fails."""
    with contextlib.suppress(GivenUp):
        async with teller.work() as work:
            await work.inbox.expect(received)
            for one in received:
                assert await work.inbox.admit(one, b"") is Admission.HANDLE
            await work.record([told("a")])
            await work.flush()
            raise GivenUp


class GivenUp(Exception):
    """At the last moment."""


async def test_numbers_have_no_gap_though_a_transaction_was_given_up(teller: Teller):
    await teller.tell("a", "b", "a")
    await given_up(teller)
    await teller.tell("a")
    assert [(one.subject, one.sequence) for one in await logged(teller.database)] == [
        ("a", 1), ("b", 1), ("a", 2), ("a", 3),
    ]  # fmt: skip


async def test_those_who_tell_of_one_subject_at_once_are_numbered_one_after_the_other(another: Another):
    tellers = [another() for _ in range(3)]
    await asyncio.gather(*(tellers[number % 3].tell("a", f"own-{number}", "a") for number in range(15)))
    found = await logged(tellers[0].database)
    assert sorted(one.sequence for one in found if one.subject == "a") == list(range(1, 31))
    assert len({one.id for one in found}) == 45


async def test_several_are_each_caused_by_the_one_before(teller: Teller):
    cause = teller.ids.new()
    async with teller.work() as work:
        work.because_of_id(cause, "00-trace")
        await work.record([told("a"), told("b"), told("c")])
    found = await logged(teller.database)
    assert [one.causation_id for one in found] == [cause, found[0].id, found[1].id]
    assert {one.traceparent for one in found} == {"00-trace"}
    messages = await SqlOutbox(teller.database, teller.context.tables, teller.clock).claim(10)
    assert [message.id for message in messages] == [one.id for one in found]
    assert [message.headers for message in messages] == [{"traceparent": "00-trace"}] * 3


async def test_what_is_given_up_leaves_nothing(teller: Teller):
    await given_up(teller, heard("a", 1, teller.ids, teller.clock))
    assert [await count(teller.database, name) for name in ("outbox", "event_log", "inbox", "position", "stream")] == (
        [0] * 5
    )


async def test_those_who_listen_hear_only_of_what_was_committed(teller: Teller):
    seen: list[Recorded] = []
    commits: list[int] = []
    teller.context.observe, teller.context.on_commit = seen.append, lambda: commits.append(1)
    await teller.tell("a", "b")
    await given_up(teller)
    async with teller.work():
        pass
    assert [(one.id, one.event) for one in seen] == [(one.id, one.event) for one in await logged(teller.database)]
    assert ([one.event.subject for one in seen], len(commits)) == (["a", "b"], 1)


# The outbox


async def test_two_relays_never_get_the_same_row(another: Another):
    tellers = [another() for _ in range(3)]
    await tellers[0].tell(*(f"s{number}" for number in range(60)))
    outboxes = [SqlOutbox(one.database, one.context.tables, one.clock) for one in tellers]
    claimed = await asyncio.gather(*(outboxes[number % 3].claim(7) for number in range(12)))
    events = [message.id for messages in claimed for message in messages]
    assert len(events) == len(set(events)) == 60
    in_order = [one.id for one in await logged(tellers[0].database)]
    assert all(
        [one.id for one in messages] == sorted((one.id for one in messages), key=in_order.index) for messages in claimed
    )


async def test_a_claim_is_given_back_or_ends_and_what_was_sent_is_gone(teller: Teller):
    outbox = SqlOutbox(teller.database, teller.context.tables, teller.clock)
    assert await outbox.claim(5) == []
    await teller.tell("a", "b", "c", "d")
    first = [message.id for message in await outbox.claim(2)]
    assert len(await outbox.claim(10)) == 2
    await outbox.unclaim(first[:1])
    assert [message.id for message in await outbox.claim(10)] == first[:1]
    await outbox.delete(first)
    assert (await outbox.claim(10), (await unsent(teller.context)).size) == ([], 2)
    teller.clock.advance(seconds=CLAIM.total_seconds() + 1)
    assert len(await outbox.claim(10)) == 2


async def test_what_this_process_tells_is_its_own_to_publish_until_the_claim_ends(teller: Teller):
    outbox = SqlOutbox(teller.database, teller.context.tables, teller.clock)
    teller.context.handover = handover = Handover()
    async with teller.work() as work:
        work.because_of_id(None, "00-trace")
        await work.record([told(subject) for subject in "abcabab"])
    found = await logged(teller.database)
    assert [(one.subject, one.sequence) for one in found] == [*zip("abcabab", (1, 1, 1, 2, 2, 3, 3), strict=True)]
    events = [one.id for one in found]
    assert await outbox.claim(10) == []
    handed = handover.take()
    assert not handover
    teller.clock.advance(seconds=CLAIM.total_seconds() + 1)
    assert handed == await outbox.claim(10)
    assert [message.id for message in handed] == events


async def test_what_is_given_up_is_not_handed_over(teller: Teller):
    teller.context.handover = Handover()
    await given_up(teller)
    assert not teller.context.handover


async def test_where_much_waits_already_the_rest_stays_in_the_outbox(teller: Teller):
    outbox = SqlOutbox(teller.database, teller.context.tables, teller.clock)
    teller.context.handover = handover = Handover()
    handover.put([Message(id=str(number), routing_key="x", body=b"") for number in range(BATCH)])
    await teller.tell("a")
    assert len(handover.take()) == BATCH
    assert len(await outbox.claim(10)) == 1


async def test_a_broker_that_is_away_leaves_what_was_handed_over_to_whoever_comes_first(teller: Teller):
    outbox = SqlOutbox(teller.database, teller.context.tables, teller.clock)
    broker = AwayOrThere(is_away=True)
    relay = Relay("cleaning", outbox, broker)
    teller.context.handover = relay.handover
    await teller.tell("a", "b")
    assert await relay.publish_handed_over() == 0
    broker.is_away = False
    await teller.tell("c")
    assert [await relay.publish_handed_over(), await relay.run_once(), await relay.run_once()] == [1, 2, 0]
    assert sorted(broker.published) == sorted(one.id for one in await logged(teller.database))
    assert (await unsent(teller.context)).size == 0


async def test_whoever_ends_gives_back_what_was_handed_over(teller: Teller):
    outbox = SqlOutbox(teller.database, teller.context.tables, teller.clock)
    relay = Relay("cleaning", outbox, AwayOrThere())
    teller.context.handover = relay.handover
    await teller.tell("a", "b")
    await relay.give_back()
    assert len(await outbox.claim(10)) == 2


# The inbox


async def test_a_consumer_says_which_events_may_wait_for_company(teller: Teller):
    """Those that it only notes, and those that it is told of: the rest presses."""
    queue = Queue([])

    async def react(work: SqlUnitOfWork, received: Received) -> None:
        """Nothing."""

    reactions = {ContactChanged: react, PersonLinked: react}
    consumer = Consumer(CONTEXT, queue, teller.work, reactions, may_wait={PersonLinked})
    assert await consumer.run_once() == 0
    assert {"bot.person_linked.v1", "reservation.requested.v1"} <= queue.may_wait
    assert "bot.contact_changed.v1" not in queue.may_wait
    assert len(queue.may_wait) == len(EVENTS) - 1


async def test_an_event_that_comes_twice_is_handled_once(another: Another):
    teller = another()
    event = heard("a", 1, teller.ids, teller.clock)
    for again in (False, False, True):
        assert await teller.consumer(delivered(event, again=again)).run_once() == 1
    both = [another() for _ in range(2)]
    later = heard("a", 2, teller.ids, teller.clock)
    await asyncio.gather(*(one.consumer(delivered(later)).run_once() for one in both))
    assert teller.handled == [("a", 1)]
    assert [*both[0].handled, *both[1].handled] == [("a", 2)]
    assert await count(teller.database, "inbox") == 2


SUBJECTS, EACH = 3, 4
ARRIVALS = st.permutations([(subject, number) for subject in range(SUBJECTS) for number in range(1, EACH + 1)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=ARRIVALS, sizes=st.lists(st.integers(1, 5), min_size=1, max_size=12), replicas=st.integers(1, 3))
async def test_in_any_order_and_any_batches_each_is_handled_once_and_in_turn(another, order, sizes, replicas):
    """The same test is given several worlds, so each takes subjects of its own."""
    tellers = [another() for _ in range(replicas)]
    clock, ids = tellers[0].clock, tellers[0].ids
    async with tellers[0].work() as work:
        await joined_at(work.connection, tellers[0].context.tables, clock.now())
    clock.advance(seconds=1)
    names = [ids.new() for _ in range(SUBJECTS)]
    arriving = [delivered(heard(names[subject], number, ids, clock)) for subject, number in order]
    while arriving:
        batches = []
        for teller in tellers:
            sizes = [*sizes[1:], sizes[0]]
            batches.append(teller.consumer(*arriving[: sizes[0]]))
            arriving = arriving[sizes[0] :]
        await asyncio.gather(*(consumer.run_once() for consumer in batches))
    handled = [one for teller in tellers for one in teller.handled if one[0] in names]
    assert sorted(handled) == sorted((name, number) for name in names for number in range(1, EACH + 1))
    for teller in tellers:
        for name in names:
            turns = [number for subject, number in teller.handled if subject == name]
            assert turns == sorted(turns)
    assert await count(tellers[0].database, "parked") == 0
    for teller in tellers:
        await teller.database.close()


async def test_an_effect_waits_for_its_cause_where_that_matters(another: Another):
    teller = another(causal=True)
    async with teller.work() as work:
        await joined_at(work.connection, teller.context.tables, teller.clock.now())
    teller.clock.advance(seconds=1)
    cause, effect = (teller.ids.new() for _ in range(2))
    first = heard(cause, 1, teller.ids, teller.clock)
    second = heard(effect, 1, teller.ids, teller.clock, cause=first.id)
    third = heard(effect, 2, teller.ids, teller.clock, cause=second.id)
    for event in (third, second, first):
        await teller.consumer(delivered(event)).run_once()
    assert teller.handled == [(cause, 1), (effect, 1), (effect, 2)]


async def test_what_is_parked_keeps_its_bytes(teller: Teller):
    async with teller.work() as work:
        await joined_at(work.connection, teller.context.tables, teller.clock.now())
    teller.clock.advance(seconds=1)
    subject = teller.ids.new()
    first, second = (heard(subject, number, teller.ids, teller.clock) for number in (1, 2))
    async with teller.work() as work:
        await work.inbox.expect([second])
        assert await work.inbox.admit(second, bytes_of(second)) is Admission.PARKED
    since = teller.clock.now()
    teller.clock.advance(seconds=30)
    assert await parked(teller.context) == Waiting(size=1, since=since)
    async with teller.work() as work:
        await work.inbox.expect([first])
        assert await work.inbox.admit(first, bytes_of(first)) is Admission.HANDLE
        assert list(await work.inbox.released_by(first)) == [bytes_of(second)]
    assert await parked(teller.context) == Waiting(size=0, since=None)


@pytest.mark.parametrize("is_cause", [False, True])
async def test_a_parked_one_that_fails_harms_only_itself_and_what_follows_it(another: Another, is_cause: bool):
    """Not the event that released it: that one is handled. The other is dead under its own name, until it is mended."""
    teller = another(causal=is_cause)
    first, second, third = await three_in_a_row(teller, caused=is_cause)
    queue = Queue([delivered(second), delivered(third)])
    consumer = teller.consumer_of(queue)
    await consumer.run_once()
    assert await count(teller.database, "parked") == 2

    teller.on_handling = refuses(second)
    queue.waiting = [delivered(first)]
    await consumer.run_once()
    assert [await seen(teller.database), queue.failed] == [{first.id}, []]
    assert [each.message.id for each in queue.waiting] == [second.id]
    await consumer.run_once()
    assert [each.message.id for each in queue.buried] == [second.id]
    assert [await seen(teller.database), await count(teller.database, "parked")] == [{first.id}, 1]

    teller.on_handling = lambda received: None
    queue.waiting = queue.buried
    await consumer.run_once()
    assert await seen(teller.database) == {first.id, second.id, third.id}
    assert await count(teller.database, "parked") == 0


async def test_a_parked_one_whose_writing_fails_at_the_end_harms_only_itself(teller: Teller):
    """Much is written at the end of a transaction: who of several is at fault nobody can tell there."""
    first, second, _ = await three_in_a_row(teller)

    class Fussy(SqlUnitOfWork):
        def open(self) -> None:
            self.written: list[str] = []

        async def flush(self) -> None:
            if second.id in self.written:
                raise ValueError("too long")
            await super().flush()

    async def react(work: Fussy, received: Received) -> None:
        work.written.append(received.id)

    queue = Queue([delivered(second)])
    consumer = Consumer(CONTEXT, queue, lambda: Fussy(teller.context), {ContactChanged: react})
    await consumer.run_once()
    queue.waiting = [delivered(first)]
    await consumer.run_once()
    assert [await seen(teller.database), queue.failed] == [{first.id}, []]
    assert [each.message.id for each in queue.waiting] == [second.id]
    await consumer.run_once()
    assert [each.message.id for each in queue.buried] == [second.id]


@pytest.mark.parametrize("which", [1, 2])
async def test_killed_before_a_parked_one_that_failed_is_back_in_the_queue(teller: Teller, which: int):
    """Then the one that released it comes again, and finds it still there, whatever it waited for before."""
    events = await three_in_a_row(teller)
    first, second, third = events
    await teller.consumer(delivered(third), delivered(second)).run_once()
    teller.on_handling = refuses(events[which])
    queue = Away([delivered(first)])
    await teller.consumer_of(queue).run_once()
    assert queue.failed  # to be tried again
    assert await seen(teller.database) == {each.id for each in events[:which]}
    assert await count(teller.database, "parked") == 3 - which

    teller.on_handling = lambda received: None
    await teller.consumer(delivered(first, again=True)).run_once()
    assert await seen(teller.database) == {first.id, second.id, third.id}
    assert await count(teller.database, "parked") == 0


async def test_one_that_a_replica_parks_anew_stays_parked(another: Another):
    """It got it back from the queue before the one that goes first, and before the one who put it there went on."""
    teller, replica = another(), another()
    first, second, third = await three_in_a_row(teller)
    await teller.consumer(delivered(third), delivered(second)).run_once()

    class Fussy(SqlUnitOfWork):
        def open(self) -> None:
            self.written: list[str] = []

        async def flush(self) -> None:
            if len(self.written) > 1:
                raise ValueError("too long")
            await super().flush()

    async def react(work: Fussy, received: Received) -> None:
        work.written.append(received.id)

    class Shared(Queue):
        async def put_back(self, messages: Sequence[Message]) -> None:
            assert {each.id for each in messages} == {second.id, third.id}
            await replica.consumer(delivered(third)).run_once()

    consumer = Consumer(CONTEXT, Shared([delivered(first)]), lambda: Fussy(teller.context), {ContactChanged: react})
    await consumer.run_once()
    assert [await seen(teller.database), await count(teller.database, "parked")] == [{first.id}, 1]
    await replica.consumer(delivered(second)).run_once()
    assert await seen(teller.database) == {first.id, second.id, third.id}
    assert await count(teller.database, "parked") == 0


async def three_in_a_row(teller: Teller, *, caused: bool = False) -> list[Received]:
    """Younger than the consumer. `caused`: the second is of another subject, and an effect of the first."""
    async with teller.work() as work:
        await joined_at(work.connection, teller.context.tables, teller.clock.now())
    teller.clock.advance(seconds=1)
    subject = teller.ids.new()
    first = heard(subject, 1, teller.ids, teller.clock)
    if not caused:
        return [first, *(heard(subject, number, teller.ids, teller.clock) for number in (2, 3))]
    effect = teller.ids.new()
    second = heard(effect, 1, teller.ids, teller.clock, cause=first.id)
    return [first, second, heard(effect, 2, teller.ids, teller.clock)]


def refuses(bad: Received) -> Callable[[Received], None]:
    """A bug that one event meets."""

    def handling(received: Received) -> None:
        if received.id == bad.id:
            raise ValueError("a bug")

    return handling


class Away(Queue):
    """Takes nothing back."""

    async def put_back(self, messages: Sequence[Message]) -> None:
        raise BrokerUnavailable("it is away")


async def test_what_waits_to_be_published_says_since_when(teller: Teller):
    assert await unsent(teller.context) == Waiting(size=0, since=None)
    await teller.tell("a")
    since = teller.clock.now()
    teller.clock.advance(seconds=30)
    await teller.tell("b", "c")
    assert await unsent(teller.context) == Waiting(size=3, since=since)


async def test_the_first_of_several_who_join_says_since_when(another: Another):
    async def join(teller: Teller) -> datetime:
        async with teller.work() as work:
            return await joined_at(work.connection, teller.context.tables, teller.clock.now())

    tellers = [another() for _ in range(4)]
    assert len(set(await asyncio.gather(*map(join, tellers)))) == 1


# Leases


async def test_of_many_who_want_a_lease_one_gets_it(another: Another):
    tellers = [another() for _ in range(4)]
    leases = [SqlLeases(one.database, lease, one.clock, str(number)) for number, one in enumerate(tellers)]
    life = timedelta(seconds=10)
    for _ in range(3):
        taken = await asyncio.gather(*(lease.take("poll", life) for lease in leases))
        assert sum(taken) == 1
        tellers[0].clock.advance(seconds=11)


# Times


times = Table("times", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
MOMENTS = [
    datetime(2026, 11, 23, 15, 0, 0, 123456, tzinfo=KST),
    datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2030, 1, 1, tzinfo=KST),
]


async def test_a_time_comes_back_as_the_same_moment_in_utc(teller: Teller):
    database: Database = teller.database
    async with database.write() as connection:
        await connection.run_sync(times.metadata.create_all)
    try:
        async with database.write() as connection:
            await connection.execute(insert(times), [{"id": n, "at": moment} for n, moment in enumerate(MOMENTS)])
        with pytest.raises(Exception, match="without an offset"):
            async with database.write() as connection:
                await connection.execute(insert(times), {"id": 9, "at": datetime(2026, 11, 23, 15, 0)})  # noqa: DTZ001
        async with database.read() as connection:
            found = list((await connection.execute(select(times.c.at).order_by(times.c.id))).scalars())
            until = (await connection.execute(select(times.c.id).where(times.c.at < MOMENTS[1]))).scalars().all()
        assert found == MOMENTS
        assert {moment.utcoffset() for moment in found} == {timedelta(0)}
        assert until == [0]
    finally:
        async with database.write() as connection:
            await connection.run_sync(times.metadata.drop_all)
