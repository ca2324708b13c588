"""F9: when the payment is cancelled, the cleaner of the job is told, asynchronously."""

import pytest

from tests.support.story import agrees, books, items, on, until
from tests.support.world import World

pytestmark = pytest.mark.asyncio


async def test_first_that_the_job_is_off_then_that_the_money_went_back(world: World):
    """Two notices in causal order, with what went back and what is left for the cleaner."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await cleaner.news()
    await until(world, on(26, 10))
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.settle()
    off, money = await cleaner.news()
    assert off.title == "11/27(금) 14:00 일이 취소됐어요"
    assert off.text == "OO클린님, 이 일은 가지 않으셔도 돼요."
    assert items(off) == {"지역": "마포구", "사유": "고객 요청"}
    assert money.title == "고객 결제가 취소됐어요"
    assert money.text == "OO클린님, 11/27(금) 14:00 일의 고객 결제가 취소됐어요."
    assert items(money) == {"취소 금액": "64,000원", "정산": "0원"}


async def test_it_is_told_when_the_refund_is_done_and_not_before(world: World):
    """As long as the provider is away, the money isn't back, and nobody says it is."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await world.provider("down")
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.later(minutes=5)
    assert (await cleaner.titles())[-1] == "11/27(금) 14:00 일이 취소됐어요"
    await world.provider("normal")
    await world.later(hours=1)
    await world.later(hours=1)
    assert (await cleaner.titles())[-2:] == ["11/27(금) 14:00 일이 취소됐어요", "고객 결제가 취소됐어요"]


async def test_who_was_only_asked_hears_that_no_answer_is_needed(world: World):
    """An open offer is withdrawn kindly; its button then says what is true."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await books(customer)
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.settle()
    assert await cleaner.titles() == ["새 일이 왔어요: 68,000원", "답하지 않으셔도 돼요"]
    [answer] = await cleaner.tap("수락하기")
    assert "고객님이 11/27(금) 오후 2시 예약을 취소하셨어요. 가지 않으셔도 돼요." in answer.text
