"""Aggregates' rows, written at the end of their transaction: several together leave what each alone leaves."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import select

from services.reservation.model import Reservation
from services.reservation.values import Cancellation, Party, Status
from services.shared_kernel.refusal import StaleVersion
from storage.reservation.tables import reservation as table
from tests.support.branch import Branch, hours_later
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def branch(fresh: Fresh) -> AsyncIterator[Branch]:
    clock = FakeClock()
    made = Branch(fresh("reservation"), clock, FakeIds(clock))
    yield made
    await made.database.close()


async def some(branch: Branch, count: int) -> list[Reservation]:
    return [await branch.ask(f"c{number}", hours_later(24 * number)) for number in range(count)]


def next_of(one: Reservation, **changes: object) -> Reservation:
    return replace(one, version=one.version + 1, **changes)  # type: ignore[arg-type]


def cancelled(one: Reservation) -> Reservation:
    """With every kind of value that a row can hold."""
    why = Cancellation(
        by=Party.CUSTOMER, reason="{이유}, \"'\\", fee_krw=1, refund_krw=2, compensation_krw=3, policy_version="1",
        cancelled_at=one.requested_at,
    )  # fmt: skip
    return next_of(one, status=Status.CANCELLED, cancellation=why, returned=("a", "b,c", '{"d"}'), unfilled=True)


async def rows(branch: Branch) -> list[dict[str, object]]:
    same = {"id", "customer_id", "starts_at", "ends_at", "requested_at", "hold_expires_at"}
    async with branch.database.read() as connection:
        found = (await connection.execute(select(table).order_by(table.c.id))).all()
    return [{name: value for name, value in row._mapping.items() if name not in same} for row in found]


async def test_several_made_together_are_as_one_made_alone(branch: Branch):
    others = (await some(branch, 3))[1:]
    made = [replace(one, id=f"{one.id[:-2]}x{number}") for number, one in enumerate(others)]
    async with branch.work() as work:
        for one in made:
            await work.reservations.save(None, one, [])
    found = await rows(branch)
    assert len(found) == 5
    assert all(row == found[0] for row in found)
    async with branch.work() as work:
        assert [await work.reservations.find(one.id) for one in made] == made


async def test_several_changed_together_are_as_one_changed_alone(branch: Branch):
    first, *others = await some(branch, 3)
    for together in ([first], others):
        async with branch.work() as work:
            for one in together:
                await work.reservations.save(one, cancelled(one), [])
    found = await rows(branch)
    assert found[0]["status"] == "CANCELLED"
    assert all(row == found[0] for row in found)
    async with branch.work() as work:
        assert await work.reservations.find(others[0].id) == cancelled(others[0])


async def test_what_is_changed_twice_is_written_once_as_it_is_last(branch: Branch):
    [one] = await some(branch, 1)
    async with branch.work() as work:
        await work.reservations.save(one, next_of(one, unfilled=True), [])
        again = await work.reservations.get(one.id)
        await work.reservations.save(again, next_of(again, cleaner_accepted=True), [])
    async with branch.work() as work:
        assert await work.reservations.find(one.id) == replace(
            one, version=one.version + 2, unfilled=True, cleaner_accepted=True
        )


async def test_what_is_made_and_changed_is_made_as_it_is_last(branch: Branch):
    [one] = await some(branch, 1)
    new = replace(one, id=f"{one.id[:-2]}xx")
    async with branch.work() as work:
        await work.reservations.save(None, new, [])
        await work.reservations.save(new, next_of(new, unfilled=True), [])
    async with branch.work() as work:
        assert await work.reservations.find(new.id) == next_of(new, unfilled=True)


@pytest.mark.parametrize("count", [1, 3])
async def test_one_that_somebody_changed_meanwhile_stops_all(branch: Branch, count: int):
    found = await some(branch, count)
    async with branch.work() as work:
        await work.reservations.save(found[-1], next_of(found[-1], unfilled=True), [])

    async def save_all() -> None:
        async with branch.work() as work:
            for one in found:
                await work.reservations.save(one, cancelled(one), [])

    with pytest.raises(StaleVersion):
        await save_all()
    assert {row["status"] for row in await rows(branch)} == {"AWAITING_PAYMENT"}


async def test_changing_what_this_very_transaction_has_changed_since_is_refused(branch: Branch):
    [one] = await some(branch, 1)
    async with branch.work() as work:
        await work.reservations.save(one, next_of(one, unfilled=True), [])
        with pytest.raises(StaleVersion):
            await work.reservations.save(one, cancelled(one), [])


@pytest.mark.parametrize("count", [1, 3])
async def test_one_that_is_there_already_stops_all(branch: Branch, count: int):
    found = await some(branch, count)

    async def make_again() -> None:
        async with branch.work() as work:
            for number, one in enumerate(found):
                await work.reservations.save(None, replace(one, id=f"{one.id[:-2]}x{number}") if number else one, [])

    with pytest.raises(StaleVersion):
        await make_again()
    assert len(await rows(branch)) == count


async def test_one_id_made_twice_in_one_transaction_is_refused(branch: Branch):
    """The second would be told that it is theirs, and nothing of it kept."""
    [one] = await some(branch, 1)
    new = replace(one, id=f"{one.id[:-2]}xx")
    async with branch.work() as work:
        await work.reservations.save(None, new, [])
        with pytest.raises(StaleVersion):
            await work.reservations.save(None, replace(new, customer_id="another"), [])


async def test_what_is_kept_is_there_when_something_else_is_looked_for(branch: Branch):
    [one] = await some(branch, 1)
    async with branch.work() as work:
        await work.reservations.save(one, next_of(one, unfilled=True), [])
        assert await work.reservations.of_customer("c0") == [next_of(one, unfilled=True)]
