"""Rule 1: of two hundred who want the last place, one gets it; the others hear kindly what is free."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.reservation.refusals import SlotFull
from services.shared_kernel.clock import KST
from tests.support.crowd import hold
from tests.support.story import words
from tests.support.world import World

pytestmark = pytest.mark.asyncio

FRIDAY_TWO = datetime(2026, 11, 27, 14, 0, tzinfo=KST)
ADDRESS = "마포구 성미산로 12, 101동 502호"


async def fill(world: World, but: int) -> None:
    """Take all places of Friday at two in Mapo, but so many."""
    for number in range(world.ssak3.catalogue.capacity["fri"] - but):
        await ask(world, f"early-{number}", FRIDAY_TWO)


async def ask(world: World, customer_id: str, starts_at: datetime):
    return await world.ssak3.reservations.request(
        reservation_id=world.ssak3.ids.new(),
        customer_id=customer_id,
        service="home",
        size_pyeong=24,
        area="mapo",
        details_id="details",
        starts_at=starts_at,
    )


async def test_two_hundred_go_for_the_last_place_of_a_slot(world: World):
    """One holds it, 199 are refused, and the places add up."""
    await fill(world, but=1)
    answers = await asyncio.gather(
        *(ask(world, f"c{number}", FRIDAY_TWO) for number in range(200)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert sum(isinstance(answer, SlotFull) for answer in answers) == 199


async def test_two_hundred_whose_visits_overlap_it_from_other_start_times(world: World):
    """Three-hour visits at noon, one, two, three and four all need the window from two to three, or one beside it."""
    await fill(world, but=1)
    starts = [FRIDAY_TWO + timedelta(hours=hours) for hours in (-2, -1, 0, 1, 2)]
    answers = await asyncio.gather(
        *(ask(world, f"c{number}", starts[number % 5]) for number in range(200)), return_exceptions=True
    )
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    capacity = world.ssak3.catalogue.capacity["fri"]
    for hour in range(24):
        window = FRIDAY_TWO.replace(hour=0) + timedelta(hours=hour)
        inside = sum(each.visit.starts_at <= window < each.visit.ends_at for each in won)
        early = (capacity - 1) if 14 <= hour < 17 else 0
        assert inside + early <= capacity, f"{hour}:00 is taken {inside + early} times"
    assert 1 <= len(won) <= 2  # noon to three and three to six don't meet: no window is beyond its last place


async def test_those_who_come_too_late_hear_what_is_free_and_lose_nothing(world: World):
    """Ten chat at once for the last place: one is asked to pay, nine get three near times, and their words are kept."""
    await fill(world, but=1)
    phones = [await world.customer() for _ in range(10)]
    for phone in phones:
        await phone.say("11월 27일 오후 2시 마포 24평 집청소")
        await phone.say(ADDRESS)
    answers = [words(cards) for cards in await asyncio.gather(*(phone.tap("없어요") for phone in phones))]
    lucky = [answer for answer in answers if "80,000원이에요" in answer]
    late = [answer for answer in answers if "먼저 잡으셨어요" in answer]
    assert (len(lucky), len(late)) == (1, 9)
    for answer in late:
        assert "적어 주신 내용은 그대로예요" in answer
        assert answer.count("[11/") >= 3, answer


async def test_giving_back_twice_gives_back_once(world: World):
    """A cancelled hold frees its place for one other, not two."""
    held = await hold(world, 0)
    first = await world.ssak3.reservations.free_starts(
        area="mapo", first=held.visit.starts_at.date(), last=held.visit.starts_at.date(), hours=3
    )
    for _ in range(2):
        await world.ssak3.reservations.cancel(
            reservation_id=held.id, customer_id=held.customer_id, expected_refund_krw=0, reason=""
        )
    after = await world.ssak3.reservations.free_starts(
        area="mapo", first=held.visit.starts_at.date(), last=held.visit.starts_at.date(), hours=3
    )
    left = {start: left for start, _, left in after}
    assert left[held.visit.starts_at] == {start: left for start, _, left in first}[held.visit.starts_at] + 1
    assert max(left.values()) <= max(world.ssak3.catalogue.capacity.values())
