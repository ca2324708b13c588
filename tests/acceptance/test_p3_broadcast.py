"""P3: an operator broadcasts by chat: to whom, what, a look before, the confirm, and how it goes, in one bubble."""

import pytest

from services.notification.events import BroadcastFinished
from tests.support.story import books, items, until, words
from tests.support.story import on as moment
from tests.support.world import Phone, World

pytestmark = pytest.mark.asyncio

TUESDAY_AT_TWO = "내일 2시 마포 24평 집청소"
SNOW = "#{고객명}님, 눈이 많이 와서 #{방문일시} 방문이 30분쯤 늦을 수 있어요."


async def writes(operator: Phone, *answers: str, kind: str = "발송 안내") -> str:
    """Up to the dry run; what it says."""
    said = await operator.say(kind)
    for answer in answers:
        said = await operator.say(answer)
    return words(said)


async def read_by(phone: Phone, text: str) -> int:
    """How often this came."""
    return sum(text in each.card.text for each in await phone.log())


async def test_information_to_tomorrows_customers(world: World):
    """Only they get it, once, with their own words; the operator sees it counted in the same bubble."""
    await world.cleaner()
    tomorrow, other = await world.customer(), await world.customer()
    await books(tomorrow, TUESDAY_AT_TWO)
    await books(other)
    operator = await world.operator()
    shown = await writes(operator, "내일 방문 고객, 마포구", SNOW, "한국어만", "버튼 없이")
    assert "1명을 골랐어요. 지금 1. 받는 분이 보는 글이에요." in shown
    assert "아직 보내지 않았어요." in shown
    assert await read_by(tomorrow, "눈이 많이 와서") == 0
    await operator.tap("1명 발송 확정")
    await world.later(seconds=1)
    assert await read_by(tomorrow, "눈이 많이 와서 11/24(화) 14:00 방문이 30분쯤") == 1
    assert await read_by(other, "눈이 많이 와서") == 0
    assert len(world.happened(BroadcastFinished)) == 1
    assert world.ssak3.live is not None
    await world.ssak3.live.run_once()
    [final] = [each for each in await operator.log() if "1명 발송을 마쳤어요. 도착 1." in each.card.text and each.place]
    assert not final.is_open
    report = words(await operator.tap("결과 보기"))
    assert "1명 발송을 마쳤어요. 도착 1." in report
    assert "[CSV 받기][정정 보내기]" in report


async def test_a_discount_is_no_information_and_nobody_agreed_to_advertising(world: World):
    """What looks like advertising is made advertising with one tap; without consent it goes to nobody."""
    customer, operator = await world.customer(), await world.operator()
    refused = await writes(operator, "고객", "12월 평일 오전 집청소 10% 할인")
    assert "‘할인’이 있어 안내로는 못 보내요." in refused
    await operator.tap("광고로 바꾸기")
    await operator.say("한국어만")
    nobody = words(await operator.say("버튼 없이"))
    assert "지금은 받을 분이 없어요. 제외 1: 동의 없음 1." in nobody
    assert "확정" not in nobody
    await world.settle()
    assert await read_by(customer, "할인") == 0


async def test_who_opts_out_with_the_broker_away_gets_no_advertising(world: World):
    """Word of it hasn't come to whoever sends, who asks before it leaves."""
    leaves, stays, operator = await world.customer(), await world.customer(), await world.operator()
    for customer in (leaves, stays):
        await world.ssak3.people.set_consent(customer.id, day=True, night=False)
    await world.settle()
    with world.broker_away():
        await leaves.say("수신거부")
        await writes(operator, "고객", "평일 오전 집청소 10% 할인", "한국어만", "버튼 없이", kind="발송 광고")
        await operator.tap("2명 발송 확정")
        await world.later(seconds=1)
        assert (await read_by(leaves, "10% 할인"), await read_by(stays, "10% 할인")) == (0, 1)
    await world.later(seconds=1)
    assert (await read_by(leaves, "10% 할인"), await read_by(stays, "10% 할인")) == (0, 1)


async def test_scheduled_paused_and_called_off(world: World):
    """Nothing goes before its time, nor after it was called off; a correction only to those who got it."""
    customer, operator = await world.customer(), await world.operator()
    await writes(operator, "고객", "내일 쉬어요.", "한국어만", "버튼 없이")
    await operator.tap("예약 발송")
    assert "11/24(화) 오전 9시에 1명에게 보낼까요?" in words(await operator.say("내일 오전 9시"))
    await operator.tap("이때 보내기")
    await until(world, moment(24, 8, 59))
    assert await read_by(customer, "내일 쉬어요.") == 0
    await operator.tap("발송 중단")
    assert "발송을 중단했어요. 아무에게도 보내지 않았어요." in words(await operator.tap("중단 확정"))
    await until(world, moment(24, 10))
    assert await read_by(customer, "내일 쉬어요.") == 0
    await writes(operator, "고객", "모레 쉬어요.", "한국어만", "버튼 없이")
    await operator.tap("1명 발송 확정")
    await world.later(seconds=1)
    newcomer = await world.customer()
    await operator.say("발송 목록")
    shown = await operator.act((await operator.button(f"{await _newest(operator)} 보기")).action)
    assert items(shown[-1])["상태"] == "마침"
    await operator.tap("정정 보내기")
    await operator.say("모레가 아니라 글피예요.")
    await operator.say("한국어만")
    await operator.say("버튼 없이")
    await operator.tap("1명 발송 확정")
    await world.later(seconds=1)
    assert (await read_by(customer, "글피예요."), await read_by(newcomer, "글피예요.")) == (1, 0)


async def _newest(operator: Phone) -> str:
    """The code of the broadcast at the top of the list."""
    listed = next(each.card for each in reversed(await operator.log()) if each.card.title == "발송 목록")
    return listed.items[0].name


async def test_what_changed_since_the_look_is_not_sent(world: World):
    """One more customer by now: the confirm sends nothing, and shows it anew."""
    await world.customer()
    operator = await world.operator()
    await writes(operator, "고객", "오늘은 일찍 닫아요.", "한국어만", "버튼 없이")
    old = (await operator.button("1명 발송 확정")).action
    newcomer = await world.customer()
    assert "그사이 날짜나 명단, 글이 바뀌어서 보내지 않았어요. 다시 계산했어요. 2명을" in words(await operator.act(old))
    await world.settle()
    assert await read_by(newcomer, "일찍 닫아요") == 0
    assert "지난 확정 버튼이라 보내지 않았어요." in words(await operator.act(old))
    await operator.tap("2명 발송 확정")
    await world.later(seconds=1)
    assert await read_by(newcomer, "일찍 닫아요") == 1


async def test_nobody_else_may(world: World):
    """A customer who knows the words and the buttons starts nothing."""
    customer = await world.customer()
    for said in (await customer.say("발송 안내"), await customer.act("bc"), await customer.act("bc_list")):
        assert "누구에게 보낼까요?" not in words(said)
        assert "발송 목록" not in words(said)
