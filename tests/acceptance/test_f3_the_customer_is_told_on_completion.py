"""F3: on completion the customer is told, asynchronously and once."""

import pytest

from tests.support.story import agrees, cleans, items, on, until, words
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def test_the_customer_reads_when_it_was_finished(world: World):
    """A notice with the time, a way to look, and a way to complain; a complaint reaches an operator."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await customer.news()
    await cleans(cleaner)
    *_, last = await customer.news()
    assert last.title == "청소를 마쳤어요"
    assert "고객님, 16:52에 마쳤어요. 살펴보시고 문제가 있으면 알려 주세요." in last.text
    assert [button.label for button in last.buttons] == ["예약 보기", "문제 알리기"]
    [card] = await customer.tap("예약 보기")
    assert items(card)["상태"] == "완료"


async def test_it_is_told_later_when_notification_was_away(world: World):
    """The cleaner's tap is answered at once; the notice waits, comes when notification is back, and comes once."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await until(world, on(27, 13, 35))
    await cleaner.tap("출발했어요")
    world.ssak3.switches.notifications_paused = True
    for minutes, label in ((28, "청소 시작"), (120, "청소 완료")):
        await world.later(minutes=minutes)
        answer = words(await cleaner.tap(label))
    assert "수고하셨어요" in answer
    await world.later(minutes=30)
    assert "청소를 마쳤어요" not in await customer.titles()
    world.ssak3.switches.notifications_paused = False
    await world.later(seconds=1)
    assert (await customer.titles())[-3:] == ["OO클린에서 출발했어요", "청소를 시작했어요", "청소를 마쳤어요"]
    assert "고객님, 16:03에 마쳤어요" in words(await customer.news())
