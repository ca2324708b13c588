"""Events are forgotten at their bound and not before, and none is handled twice for it: on each database (ADR 25)."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio

from messaging.keeping import LOG_KEPT, MARKS_KEPT
from services.shared_kernel import pieces
from services.shared_kernel.event import Received
from storage.event_retention import forget_events
from storage.inbox import joined_at
from tests.support.fresh import Fresh
from tests.support.telling import Queue, Teller, bytes_of, count, delivered, heard, logged, seen
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio
A_MOMENT = timedelta(milliseconds=1)
Told = Callable[..., Teller]


@pytest_asyncio.fixture
async def a_teller(fresh: Fresh) -> AsyncIterator[Told]:
    """One that has begun to listen."""
    clock = FakeClock()
    ids, url, made = FakeIds(clock), fresh("cleaning"), []

    def make(*, causal: bool = False) -> Teller:
        made.append(Teller(url, clock, ids, causal))
        return made[-1]

    yield make
    for teller in made:
        await teller.database.close()


async def join(teller: Teller) -> Teller:
    async with teller.work() as work:
        await joined_at(work.connection, teller.context.tables, teller.clock.now())
    teller.clock.advance(seconds=1)
    return teller


def passes(teller: Teller, duration: timedelta) -> None:
    teller.clock.advance(seconds=duration.total_seconds())


async def test_what_was_told_is_kept_for_400_days_and_its_numbers_go_on(a_teller: Told):
    teller = a_teller()
    await teller.tell("a", "b", "a")
    passes(teller, timedelta(days=1))
    await teller.tell("a")
    passes(teller, LOG_KEPT - timedelta(days=1))
    assert await forget_events(teller.context) == 0
    passes(teller, A_MOMENT)
    assert await forget_events(teller.context) == 3
    assert await forget_events(teller.context) == 0
    await teller.tell("b")
    assert [(one.subject, one.sequence) for one in await logged(teller.database)] == [("a", 3), ("b", 2)]


async def test_it_goes_a_piece_at_a_time_and_ends_for_now_when_there_is_much(
    a_teller: Told, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pieces, "AT_ONCE", 2)
    monkeypatch.setattr(pieces, "MOST_PIECES", 2)
    teller = a_teller()
    await teller.tell(*"abcdefg")
    passes(teller, LOG_KEPT + A_MOMENT)
    assert [await forget_events(teller.context) for _ in range(3)] == [4, 3, 0]


async def test_two_who_forget_at_once_harm_nobody(a_teller: Told):
    first, second = a_teller(), a_teller()
    await first.tell(*"abcdefg")
    passes(first, LOG_KEPT + A_MOMENT)
    assert sum([await forget_events(one.context) for one in (first, second)]) == 7


async def test_a_mark_outlives_its_event_and_what_comes_after_it_is_still_handled_once(a_teller: Told):
    """The position is never forgotten: it refuses what the mark did."""
    teller = await join(a_teller())
    subject = teller.ids.new()
    first = heard(subject, 1, teller.ids, teller.clock)
    await teller.consumer(delivered(first)).run_once()
    passes(teller, MARKS_KEPT - timedelta(seconds=1))
    assert await forget_events(teller.context) == 0
    passes(teller, timedelta(seconds=2))
    assert await forget_events(teller.context) == 1
    assert await seen(teller.database) == set()
    second = heard(subject, 2, teller.ids, teller.clock)
    await teller.consumer(delivered(first, again=True), delivered(second), delivered(first)).run_once()
    assert teller.handled == [(subject, 1), (subject, 2)]


async def test_a_dead_letter_older_than_all_marks_is_handled_once_however_often_it_is_replayed(a_teller: Told):
    """Those that waited for it follow."""
    teller = await join(a_teller())
    subject = teller.ids.new()
    first, second, third = (heard(subject, number, teller.ids, teller.clock) for number in (1, 2, 3))
    await teller.consumer(delivered(first), delivered(third)).run_once()  # the second is set aside
    passes(teller, MARKS_KEPT + timedelta(days=1))
    await forget_events(teller.context)
    for _ in range(3):
        await teller.consumer(delivered(second, again=True)).run_once()
        passes(teller, MARKS_KEPT + timedelta(days=1))
        await forget_events(teller.context)
    assert teller.handled == [(subject, 1), (subject, 2), (subject, 3)]
    assert await count(teller.database, "parked") == 0


async def test_an_effect_doesnt_wait_for_a_cause_that_may_be_forgotten(a_teller: Told):
    """A compensation that is paid after years names what it was owed for."""
    teller = await join(a_teller(causal=True))
    cause = heard(teller.ids.new(), 1, teller.ids, teller.clock)
    await teller.consumer(delivered(cause)).run_once()
    passes(teller, MARKS_KEPT + timedelta(days=1))
    await forget_events(teller.context)
    effect = heard(teller.ids.new(), 1, teller.ids, teller.clock, cause=cause.id)
    await teller.consumer(delivered(effect)).run_once()
    assert teller.handled[1:] == [(effect.subject, 1)]


async def test_an_effect_waits_for_any_cause_that_is_remembered(a_teller: Told):
    teller = await join(a_teller(causal=True))
    cause = heard(teller.ids.new(), 1, teller.ids, teller.clock)
    passes(teller, LOG_KEPT)
    effect = heard(teller.ids.new(), 1, teller.ids, teller.clock, cause=cause.id)
    queue = Queue([delivered(effect)])
    await teller.consumer_of(queue).run_once()
    assert (teller.handled, await count(teller.database, "parked")) == ([], 1)
    passes(teller, MARKS_KEPT)  # a cause that was dead for so long lets what waits for it go all the same
    queue.waiting = [delivered(cause)]
    await teller.consumer_of(queue).run_once()
    assert teller.handled == [(cause.subject, 1), (effect.subject, 1)]


async def test_of_what_is_older_than_the_logs_a_new_follower_takes_the_first_that_comes(a_teller: Told):
    """It was told of before this consumer followed who tells it, and nobody can tell its beginning again."""
    teller = await join(a_teller())
    young, old = teller.ids.new(), teller.ids.new()
    passes(teller, LOG_KEPT)
    await teller.consumer(delivered(heard(young, 6, teller.ids, teller.clock))).run_once()
    assert (teller.handled, await count(teller.database, "parked")) == ([], 1)
    passes(teller, A_MOMENT)
    follow = [delivered(heard(old, number, teller.ids, teller.clock)) for number in (6, 8, 7)]
    await teller.consumer(*follow).run_once()
    assert teller.handled == [(old, 6), (old, 7), (old, 8)]


async def test_the_time_in_an_id_counts_and_not_when_it_was_handled(a_teller: Told):
    """So that no index is kept for it: what was handled late is forgotten with the others of its time."""
    teller = await join(a_teller())
    event = heard(teller.ids.new(), 1, teller.ids, teller.clock)
    passes(teller, MARKS_KEPT + timedelta(days=1))
    await teller.consumer(delivered(event)).run_once()
    assert await forget_events(teller.context) == 1


async def passes_over(teller: Teller, received: Received) -> bool:
    async with teller.work() as work:
        return await work.inbox.pass_over(received, bytes_of(received))


async def test_what_is_behind_a_gap_that_nobody_can_fill_is_handled_once_it_is_told_again(a_teller: Told):
    teller = await join(a_teller())
    subject = teller.ids.new()
    first, _, third, fourth = (heard(subject, number, teller.ids, teller.clock) for number in (1, 2, 3, 4))
    await teller.consumer(delivered(first), delivered(third), delivered(fourth)).run_once()
    assert await passes_over(teller, third)
    assert await passes_over(teller, third), "whoever was stopped before telling it does it again"
    assert (teller.handled, await count(teller.database, "parked")) == ([(subject, 1)], 2)
    await teller.consumer(delivered(third)).run_once()
    await teller.consumer(delivered(third, again=True)).run_once()
    assert teller.handled == [(subject, 1), (subject, 3), (subject, 4)]
    assert await count(teller.database, "parked") == 0
    assert not await passes_over(teller, third), "it isn't parked any more"


async def test_what_waited_for_a_cause_that_is_forgotten_by_now_waits_no_more(a_teller: Told):
    teller = await join(a_teller(causal=True))
    lost = heard(teller.ids.new(), 1, teller.ids, teller.clock)
    effect = heard(teller.ids.new(), 1, teller.ids, teller.clock, cause=lost.id)
    await teller.consumer(delivered(effect)).run_once()
    assert not await passes_over(teller, effect), "it may still come"
    passes(teller, LOG_KEPT + timedelta(days=1))
    assert await passes_over(teller, effect)
    await teller.consumer(delivered(effect)).run_once()
    assert (teller.handled, await count(teller.database, "parked")) == ([(effect.subject, 1)], 0)


async def test_what_is_behind_a_gap_still_waits_for_its_own_cause(a_teller: Told):
    teller = await join(a_teller(causal=True))
    subject = teller.ids.new()
    first = heard(subject, 1, teller.ids, teller.clock)
    passes(teller, LOG_KEPT)
    cause = heard(teller.ids.new(), 1, teller.ids, teller.clock)
    third = heard(subject, 3, teller.ids, teller.clock, cause=cause.id)
    await teller.consumer(delivered(first)).run_once()
    await teller.consumer(delivered(third)).run_once()
    assert not await passes_over(teller, third)
    await teller.consumer(delivered(cause)).run_once()
    assert teller.handled == [(subject, 1), (cause.subject, 1), (subject, 3)]
    assert await count(teller.database, "parked") == 0
