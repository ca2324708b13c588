"""F2: the cleaner completes the cleaning, from the chat, in the right order and at the right time."""

import pytest

from services.cleaning.events import JobCompleted, JobStarted
from services.reservation.events import ReservationCompleted, ReservationStarted
from tests.support.story import agrees, cleans, my_page, on, until, words
from tests.support.world import World, together

pytestmark = pytest.mark.asyncio


async def test_leaving_starting_and_finishing_with_three_buttons(world: World):
    """Each tap answers with what it brought about and the next button; the reservation follows by events."""
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await agrees(customer, cleaner)
    await until(world, on(27, 13, 35))
    assert "고객님께 출발을 알렸어요. [청소 시작]" in words(await cleaner.tap("출발했어요"))
    await until(world, on(27, 14, 3))
    assert "오후 2:03에 시작했어요. 고객님께 알렸어요. [청소 완료]" in words(await cleaner.tap("청소 시작"))
    await world.settle()
    assert (await my_page(world, reservation_id)).status == "IN_PROGRESS"
    await until(world, on(27, 16, 52))
    done = words(await cleaner.tap("청소 완료"))
    assert "오후 4:52에 마쳤어요. 수고하셨어요. 68,000원이 정산 예정에 올랐어요." in done
    await world.settle()
    view = await my_page(world, reservation_id)
    assert view.status == "COMPLETED"
    assert view.job is not None
    assert (view.job.status, view.job.completed_at) == ("FINISHED", on(27, 16, 52))
    [completed] = world.happened(ReservationCompleted)
    assert completed.reservation_id == reservation_id


async def test_the_same_by_words(world: World):
    """출발, 시작, 완료 can be typed; out of order the chat says what comes first."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(27, 13, 40))
    assert "먼저 출발을 눌러 주세요." in words(await cleaner.say("시작"))
    assert "고객님께 출발을 알렸어요." in words(await cleaner.say("출발"))
    assert "아직 시작 전이에요. 도착하셨다면 시작부터 눌러 주세요." in words(await cleaner.say("완료"))
    assert "오후 1:40에 시작했어요." in words(await cleaner.say("시작"))
    assert "오후 1:40에 마쳤어요." in words(await cleaner.say("완료"))
    assert len(world.happened(JobCompleted)) == 1


async def test_starting_long_before_the_visit_is_refused_with_the_time(world: World):
    """From half an hour before the visit on, not earlier."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(27, 13, 0))
    await cleaner.tap("출발했어요")
    assert "아직 시작할 수 없어요. 오후 1:30부터 눌러 주세요." in words(await cleaner.tap("청소 시작"))
    assert world.happened(JobStarted) == []
    await until(world, on(27, 13, 30))
    assert "오후 1:30에 시작했어요." in words(await cleaner.tap("청소 시작"))


async def test_tapping_finish_twice_finishes_once(world: World):
    """Two taps at the same time and one the day after: one completion, told once."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await cleans(cleaner)
    finish = (await cleaner.button("청소 완료")).action
    await together(cleaner.act(finish), cleaner.act(finish))
    await world.later(days=1)
    await cleaner.act(finish)
    await world.settle()
    assert len(world.happened(JobCompleted)) == len(world.happened(ReservationCompleted)) == 1
    assert len(world.happened(ReservationStarted)) == 1
    assert (await customer.titles()).count("청소를 마쳤어요") == 1


async def test_another_cleaner_cannot_finish_it(world: World):
    """A button that came into the wrong hands does nothing."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(27, 13, 35))
    await cleaner.tap("출발했어요")
    start = (await cleaner.button("청소 시작")).action
    stranger = await world.cleaner("XX클린", areas=("songpa",))
    assert "마포구 OO로 12" not in words(await stranger.act(start))
    assert world.happened(JobStarted) == []
