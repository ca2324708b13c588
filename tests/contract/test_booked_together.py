"""Customers who ask for places at the same moment: one transaction, and each hears what they would alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import select

from services.reservation.model import Reservation
from services.reservation.refusals import NotOffered, SlotFull, TooManyHolds
from services.reservation.values import PaymentState, Status
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.tracing import PASSING_ON
from storage.reservation.tables import messaging
from tests.support.branch import CATALOGUE, FRIDAY_TWO, Branch, hours_later
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

ROOM = CATALOGUE.capacity["fri"]
A_WEEK = 24 * 7
BEFORE = (0, A_WEEK, 2 * A_WEEK)


@pytest_asyncio.fixture
async def branch(fresh: Fresh) -> AsyncIterator[Branch]:
    clock = FakeClock()
    made = Branch(fresh("reservation"), clock, FakeIds(clock))
    # Windows that nobody has used yet have no rows: whoever comes first makes them, alone.
    for hours in BEFORE:
        await made.ask(f"before-{hours}", hours_later(hours))
    yield made
    await made.database.close()


async def transactions(branch: Branch) -> int | None:
    """By which events were written since; SQLite has no number for that."""
    if branch.database.is_sqlite:
        return None
    written = f"SELECT xmin::text AS by FROM {messaging.event_log.name} ORDER BY position OFFSET {len(BEFORE)}"
    async with branch.database.read() as connection:
        found = await connection.exec_driver_sql(f"SELECT count(DISTINCT by) FROM ({written}) AS written")
        return int(found.scalar_one())


async def test_they_share_a_transaction(branch: Branch):
    made = await asyncio.gather(*(branch.ask(f"c{number}", hours_later(BEFORE[number % 3])) for number in range(6)))
    assert {one.status for one in made} == {Status.AWAITING_PAYMENT}
    assert len({one.id for one in made}) == 6
    assert await transactions(branch) in (1, None)


async def test_each_keeps_its_own_trace(branch: Branch):
    traces = [f"00-{number:032x}-00f067aa0ba902b7-01" for number in (1, 2)]

    async def ask(number: int) -> Reservation:
        with PASSING_ON.begin("test", traces[number]):
            return await branch.ask(f"c{number}", hours_later(BEFORE[number]))

    made = await asyncio.gather(ask(0), ask(1))
    assert await transactions(branch) in (1, None)
    outbox = messaging.outbox
    async with branch.database.read() as connection:
        rows = (await connection.execute(select(outbox.c.body, outbox.c.traceparent))).all()
    told = {one.id: row.traceparent for row in rows for one in made if one.id.encode() in row.body}
    assert [told[one.id].split("-")[1] for one in made] == [trace.split("-")[1] for trace in traces]


async def test_what_is_refused_is_refused_to_whom_it_concerns(branch: Branch):
    for number in (1, 2):
        await branch.ask("greedy", hours_later(BEFORE[number]))
    known = await branch.ask("c0", hours_later(A_WEEK))
    answers = await asyncio.gather(
        branch.ask("c1"),
        branch.ask("greedy"),
        branch.ask("c2", hours_later(-24 * 30)),
        branch.ask("c0", FRIDAY_TWO, known.id),
        branch.ask("c3", FRIDAY_TWO, known.id),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [Reservation, TooManyHolds, NotOffered, Reservation, NotFound]
    assert answers[3] == known


async def test_one_id_asked_for_by_two_at_once_is_one_of_both(branch: Branch):
    id = branch.ids.new()
    answers = await asyncio.gather(
        *(branch.ask(f"c{number}", reservation_id=id) for number in (1, 2)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["NotFound", "Reservation"]


async def test_the_last_places_go_to_as_many_as_there_are(branch: Branch):
    answers = await asyncio.gather(*(branch.ask(f"c{number}") for number in range(ROOM + 2)), return_exceptions=True)
    got = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(got) == ROOM - 1
    assert {type(answer) for answer in answers} == {Reservation, SlotFull}


async def test_one_who_finds_it_full_takes_nothing_from_those_beside(branch: Branch):
    """All windows or none: of a visit whose last hour is full the first hours stay free."""
    for number in range(ROOM - 1):
        await branch.ask(f"early-{number}", hours_later(2))
    answers = await asyncio.gather(branch.ask("c1"), branch.ask("c2", hours_later(A_WEEK)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [SlotFull, Reservation]
    async with branch.work() as work:
        left = await work.places.left("mapo", FRIDAY_TWO.date(), FRIDAY_TWO.date())
    assert left[FRIDAY_TWO] == ROOM - 1


async def test_those_who_find_room_share_a_transaction_though_others_do_not(branch: Branch):
    for number in range(ROOM - 1):
        await branch.ask(f"early-{number}", hours_later(2))
    before = await transactions(branch)
    wanted = [0, A_WEEK, 2 * A_WEEK, 0, A_WEEK]
    answers = await asyncio.gather(
        *(branch.ask(f"c{number}", hours_later(hours)) for number, hours in enumerate(wanted)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [SlotFull, Reservation, Reservation, SlotFull, Reservation]
    assert before is None or await transactions(branch) == before + 1


async def test_answers_of_payment_are_noted_together(branch: Branch):
    paid = await asyncio.gather(
        *(
            branch.use.request_and_pay(
                reservation_id=branch.ids.new(), customer_id=f"c{number}", service="home", size_pyeong=24, area="mapo",
                details_id="details", starts_at=hours_later(BEFORE[number % 3]), method="card",
            )
            for number in range(6)
        )
    )  # fmt: skip
    assert {one.status for one in paid} == {Status.CONFIRMED}
    assert {one.payment_state for one in paid} == {PaymentState.PAID}
    assert await transactions(branch) in (2, None)  # held, and confirmed
