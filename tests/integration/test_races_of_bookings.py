"""Several processes book, pay and move at the same moment, on PostgreSQL: what SQLite's one writer never lets happen."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from services.payment.events import PaymentApproved
from services.reservation.ports import Approved, Unavailable
from services.reservation.refusals import SlotFull
from services.reservation.values import Status
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import StaleVersion
from storage.reservation.places import SqlPlaces
from storage.reservation.tables import allocation, capacity, messaging
from tests.support.branch import CATALOGUE, FRIDAY_TWO, Branch, hours_later
from tests.support.fresh import Fresh
from tests.support.races import while_open
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

Open = Callable[[], Branch]


@pytest_asyncio.fixture
async def another(fresh_postgresql: Fresh) -> AsyncIterator[Open]:
    clock = FakeClock()
    ids, url, made = FakeIds(clock), fresh_postgresql("reservation"), []

    def make() -> Branch:
        made.append(Branch(url, clock, ids))
        return made[-1]

    yield make
    for branch in made:
        await branch.database.close()


def outcomes(answers: Sequence[object]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


async def held(branch: Branch) -> dict[datetime, int]:
    """Places counted as held, which are as many as are allocated."""
    async with branch.database.read() as connection:
        counted = (await connection.execute(select(capacity.c.window, capacity.c.held))).all()
        rows = select(allocation.c.window, func.count().label("taken")).group_by(allocation.c.window)
        given = {row.window: row.taken for row in await connection.execute(rows)}
    assert {row.window: row.held for row in counted if row.held} == given
    return given


async def fill(branch: Branch, but: int) -> None:
    for number in range(CATALOGUE.capacity["fri"] - but):
        await branch.ask(f"early-{number}")


async def test_who_asks_while_somebody_makes_the_first_rows_finds_room(another: Open, monkeypatch: pytest.MonkeyPatch):
    """Nobody had asked for that time yet when one looked, and somebody has when the rows are to be made."""
    here, elsewhere = another(), another()
    plan = SqlPlaces._plan
    met: list[str] = []

    async def meanwhile(places: SqlPlaces, area: str, windows: Sequence[datetime]) -> None:
        if not met:
            met.append(area)
            await elsewhere.ask("somebody")
        await plan(places, area, windows)

    monkeypatch.setattr(SqlPlaces, "_plan", meanwhile)
    assert outcomes([await here.ask("one")]) == {"Reservation": 1}
    assert met
    assert set((await held(here)).values()) == {2}


async def test_two_hundred_go_for_the_last_place_from_four_processes(another: Open):
    """Rule 1. Nobody waits in vain, either: those who see that it is full don't queue for it."""
    branches = [another() for _ in range(4)]
    await fill(branches[0], but=1)
    answers = await asyncio.gather(
        *(branches[number % 4].ask(f"c{number}") for number in range(200)), return_exceptions=True
    )
    assert outcomes(answers) == {"Reservation": 1, "SlotFull": 199}
    assert set((await held(branches[0])).values()) == {CATALOGUE.capacity["fri"]}


async def test_two_hundred_whose_visits_overlap_it_from_other_start_times(another: Open):
    branches = [another() for _ in range(4)]
    await fill(branches[0], but=1)
    starts = [hours_later(hours) for hours in (-2, -1, 0, 1, 2)]
    answers = await asyncio.gather(
        *(branches[number % 4].ask(f"c{number}", starts[number % 5]) for number in range(200)), return_exceptions=True
    )
    counts = outcomes(answers)
    assert counts["Reservation"] in (1, 2)  # noon to three and three to six don't meet
    assert counts["Reservation"] + counts["SlotFull"] == 200
    assert max((await held(branches[0])).values()) <= CATALOGUE.capacity["fri"]


async def test_one_customer_in_many_places_holds_no_more_than_two(another: Open):
    """Each would count the holds before the others' are there."""
    branches = [another() for _ in range(4)]
    answers = await asyncio.gather(
        *(branches[number % 4].ask("c", hours_later(24 * number)) for number in range(8)), return_exceptions=True
    )
    assert outcomes(answers) == {"Reservation": 2, "TooManyHolds": 6}


async def test_the_same_call_twice_at_once_makes_one_reservation(another: Open):
    """Whoever comes second finds what the first has made."""
    branches = [another() for _ in range(4)]
    wanted = branches[0].ids.new()
    answers = await asyncio.gather(*(one.ask("c", reservation_id=wanted) for one in branches))
    assert {answer.id for answer in answers} == {wanted}
    async with branches[0].database.read() as connection:
        assert len((await connection.execute(select(messaging.event_log))).all()) == 1
    assert set((await held(branches[0])).values()) == {1}


async def test_visits_that_change_places_do_not_wait_for_each_other_in_a_ring(another: Open):
    """Each gives back what the other wants, from the other end."""
    branches = [another() for _ in range(4)]
    made = [await branches[0].ask(f"c{number}", hours_later(3 * (number % 2))) for number in range(3)]
    for one in made:
        await branches[0].use.pay(reservation_id=one.id, customer_id=None, method="card")

    async def move_to_and_fro(branch: Branch, reservation_id: str, start: int) -> None:
        for turn in range(4):
            starts_at = hours_later(3 * ((start + turn + 1) % 2))
            await branch.use.reschedule(reservation_id=reservation_id, customer_id=None, starts_at=starts_at)

    await asyncio.gather(*(move_to_and_fro(branches[number], one.id, number % 2) for number, one in enumerate(made)))
    assert sum((await held(branches[0])).values()) == 9


async def test_cancelled_and_moved_at_once_the_places_still_add_up(another: Open):
    branches = [another() for _ in range(3)]
    one = await branches[0].ask("c")
    await branches[0].use.pay(reservation_id=one.id, customer_id=None, method="card")
    await asyncio.gather(
        branches[0].use.cancel(reservation_id=one.id, customer_id=None, expected_refund_krw=None, reason=""),
        branches[1].use.reschedule(reservation_id=one.id, customer_id=None, starts_at=hours_later(1)),
        branches[2].use.cancel(reservation_id=one.id, customer_id=None, expected_refund_krw=None, reason=""),
        return_exceptions=True,
    )
    assert (await branches[0].use.get(reservation_id=one.id)).status is Status.CANCELLED
    assert await held(branches[0]) == {}


async def test_the_answer_and_the_event_about_one_payment_come_at_once(another: Open):
    """The one who waits for the answer isn't told that somebody else was quicker: it is paid."""
    caller, consumer = another(), another()
    one = await caller.ask("c")
    paying, answered = asyncio.Event(), asyncio.Event()

    async def slowly(**asked: object) -> Approved:
        paying.set()
        await answered.wait()
        return Approved(payment_id="p", amount_krw=one.price_krw, method="card", approved_at=caller.clock.now())

    caller.payment.pay = slowly  # type: ignore[method-assign]
    pay = asyncio.create_task(caller.use.pay(reservation_id=one.id, customer_id=None, method="card"))
    await paying.wait()
    attempt = (await caller.use.get(reservation_id=one.id)).paying
    assert attempt is not None
    event = PaymentApproved(
        payment_id="p", reservation_id=one.id, customer_id="c", version=1, paid_krw=one.price_krw, refunded_krw=0,
        attempt_id=attempt.attempt_id, amount_krw=one.price_krw, method="card", approved_at=caller.clock.now(),
    )  # fmt: skip
    received = Received(
        id=caller.ids.new(), source="/ssak3/payment", subject="p", sequence=1, time=caller.clock.now(),
        causation_id=None, traceparent=None, event=event,
    )  # fmt: skip
    async with while_open(consumer.work(), pay_on(answered, pay)) as (work, other):
        await consumer.reactions[PaymentApproved](work, received)
    assert (await other.result()).status is Status.CONFIRMED


async def pay_on(answered: asyncio.Event, pay: "asyncio.Task[object]") -> object:
    answered.set()
    return await pay


async def test_who_saves_what_another_has_changed_meanwhile_is_refused(another: Open):
    """Read to look at, it isn't held; saved all the same, its version says no."""
    first, second = another(), another()
    one = await first.ask("c")
    begun, events = one.begin_payment(attempt_id="a", method="card", at=first.clock.now())

    async def save_late() -> None:
        async with first.work() as work:
            old = await work.reservations.find(one.id)
            await second.use.cancel(reservation_id=one.id, customer_id=None, expected_refund_krw=None, reason="")
            await work.reservations.save(old, begun, events)

    with pytest.raises(StaleVersion):
        await save_late()


async def test_two_tickers_call_everybody_back_once(another: Open):
    branches = [another() for _ in range(3)]
    for number in range(4):
        one = await branches[0].ask(f"c{number}", hours_later(24 * (number // 2)))
        branches[0].payment.answers = [Unavailable(retry_after_seconds=1)]
        await branches[0].use.pay(reservation_id=one.id, customer_id=None, method="card")
    for _ in range(2):
        await asyncio.gather(*(branch.ticks.call_back() for branch in branches))
    async with branches[0].database.read() as connection:
        log = messaging.event_log
        reopened = select(log.c.subject).where(log.c.type == "ssak3.reservation.payment_reopened.v1")
        told = Counter((await connection.execute(reopened)).scalars())
    assert (len(told), set(told.values())) == (4, {1})


async def test_two_tickers_close_a_hold_once(another: Open):
    branches = [another() for _ in range(3)]
    await branches[0].ask("c")
    branches[0].clock.advance(minutes=20)
    assert sum(await asyncio.gather(*(branch.ticks.expire_holds() for branch in branches))) == 1
    assert await held(branches[0]) == {}


async def test_full_is_full_for_those_who_come_later(another: Open):
    branch = another()
    await fill(branch, but=0)
    with pytest.raises(SlotFull):
        await branch.ask("late", FRIDAY_TWO)
