"""A talk that its customer has ended is still the operators' to see and to end: with what was asked in it."""

import pytest

from services.shared_kernel.ids import short_code
from tests.support.story import words
from tests.support.world import a_world

pytestmark = pytest.mark.asyncio


async def test_what_was_asked_is_shown_and_not_the_goodbye(tmp_path):
    async with a_world(tmp_path) as world:
        customer, operator = await world.customer(), await world.operator()
        await customer.say("상담원 연결")
        await customer.say("청소하고 나서 물이 새요")
        await customer.say("상담 끝내기")
        await world.settle()
        assert "고객이 끝낸 상담 1" in words(await operator.say("현황"))
        assert "고객이 끝냈지만 닫지 않은 상담 1건" in words(await operator.tap("급한 일 보기"))
        listed = words(await operator.tap("기다리는 고객"))
        assert "대화를 끝냈어요. “청소하고 나서 물이 새요”" in listed
        [talk] = await world.ssak3.threads.open_ones()
        code = short_code(talk.thread.id)
        assert "대화를 끝냈어요" in words(await operator.say("답장 네 죄송해요"))
        assert "상담을 끝냈어요" in words(await operator.say(f"상담 끝내기 {code}"))
        assert "고객이 끝낸" not in words(await operator.say("현황"))
        assert "죄송해요" not in words(await customer.news())
