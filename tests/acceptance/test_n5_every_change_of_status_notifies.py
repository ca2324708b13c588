"""N5: every change of status notifies: each party gets exactly the right notices, once, in causal order."""

import pytest

from tests.support.story import PAY, agrees, asks, books, charges, cleans, holds, on, refunds, until, words
from tests.support.world import Phone, World

pytestmark = pytest.mark.asyncio

HELD, CONFIRMED, COMES = "결제하면 예약이 확정돼요", "예약이 확정됐어요", "OO클린에서 방문해요"
OFFER, TAKEN = "새 일이 왔어요: 68,000원", "일을 맡으셨어요"


async def test_from_request_to_completion_with_both_reminders(world: World):
    """The whole good way: eight notices for the customer, three for the cleaner, none for operators."""
    cleaner, customer, operator = await world.cleaner(), await world.customer(), await world.operator()
    await agrees(customer, cleaner)
    await until(world, on(26, 19))
    evening = (await customer.news())[-1]
    assert "오늘 취소하면 수수료는 16,000원, 자정부터는 24,000원이에요." in evening.text
    await until(world, on(27, 12))
    await cleans(cleaner)
    await world.later(days=2)
    assert await customer.titles() == [
        HELD, CONFIRMED, COMES, "내일 14:00에 방문해요", "두 시간 뒤에 방문해요", "OO클린에서 출발했어요",
        "청소를 시작했어요", "청소를 마쳤어요",
    ]  # fmt: skip
    assert await cleaner.titles() == [OFFER, TAKEN, "14:00에 일이 있어요"]
    assert await operator.titles() == []


async def test_expiry(world: World):
    """Held, then let go; nobody else hears of it."""
    cleaner, customer, operator = await world.cleaner(), await world.customer(), await world.operator()
    await holds(customer)
    await world.later(minutes=15)
    await world.later(days=1)
    assert await customer.titles() == [HELD, "잡아 둔 시간이 풀렸어요"]
    assert await cleaner.titles() == await operator.titles() == []


async def test_decline_then_paid(world: World):
    """A refused card is a notice, too; the cleaner hears only of the paid one."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await holds(customer)
    await world.provider("declining")
    await customer.tap(PAY)
    await world.settle()
    await world.provider("normal")
    await customer.tap("다시 결제하기")
    await world.settle()
    assert await customer.titles() == [HELD, "카드사에서 승인하지 않았어요", CONFIRMED]
    assert await cleaner.titles() == [OFFER]


async def test_unknown_then_approved(world: World):
    """It is being found out, then it is confirmed."""
    customer = await world.customer()
    await holds(customer)
    await world.provider("unknown")
    await customer.tap(PAY)
    await world.settle()
    await world.provider("normal")
    await world.later(minutes=2)
    assert await customer.titles() == [HELD, "결제됐는지 확인하고 있어요", CONFIRMED]
    assert await charges(world) == [80_000]


async def test_deferred_reopened_and_paid(world: World):
    """Put off, called back once, paid; operators hear that payment is back."""
    *others, customer = [await world.customer() for _ in range(6)]
    operator = await world.operator()
    for number, other in enumerate(others):
        await asks(other, f"목요일 {'10시' if number % 2 else '2시'} 강남 24평 집청소", "강남구 OO대로 3, 7층")
    await holds(customer)
    await world.provider("down")
    for phone in (*others, customer):
        await phone.tap(PAY)
    await world.settle()
    await world.provider("normal")
    await world.later(minutes=1)
    await customer.tap("결제하기")
    await world.settle()
    assert await customer.titles() == [HELD, "결제는 조금 뒤에 받을게요", "이제 결제하실 수 있어요", CONFIRMED]
    assert (await operator.titles())[-1] == "결제를 다시 받고 있어요"


async def test_moved_and_taken_again(world: World):
    """The customer moves; who had the job is asked, says yes, and the customer hears who comes then."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await agrees(customer, cleaner)
    await _moves(customer, "토요일 10시")
    await cleaner.tap("갈 수 있어요")
    await world.settle()
    assert await customer.titles() == [HELD, CONFIRMED, COMES, "방문 시간이 바뀌었어요", COMES]
    assert await cleaner.titles() == [OFFER, TAKEN, "일 시간이 바뀌었어요", TAKEN]


async def test_withdrawn_and_found_again(world: World):
    """The cleaner gives the job back: told at once, and told again when another comes."""
    one, other = await world.cleaner(), await world.cleaner()
    customer = await world.customer()
    await books(customer)
    first, second = (one, other) if await one.titles() else (other, one)
    await first.tap("수락하기")
    await world.settle()
    await first.tap("못 가게 됐어요")
    await first.tap("찾아 주세요")
    await world.settle()
    await second.tap("수락하기")
    await world.settle()
    assert await customer.titles() == [HELD, CONFIRMED, COMES, "다른 업체를 찾고 있어요", COMES]
    assert await first.titles() == await second.titles() == [OFFER, TAKEN]


async def test_nobody_found_and_all_the_money_back_in_one_tap(world: World):
    """Unfilled two hours before: the customer chooses the refund, gets a compensation, everyone hears their part."""
    customer, operator = await world.customer(), await world.operator()
    await books(customer)
    await until(world, on(26, 14))
    assert await operator.titles() == ["하루 남았는데 맡은 업체가 없어요"]
    await until(world, on(27, 12))
    assert await customer.titles() == [HELD, CONFIRMED, "갈 업체를 찾지 못했어요"]
    answer = words(await customer.tap("전액 돌려받기"))
    assert "80,000원을 모두 돌려드릴게요. 영업일 3일 안에 끝나요. 보상금 24,000원도 따로 드려요." in answer
    await world.settle()
    assert await refunds(world) == [80_000]
    assert await customer.titles() == [
        HELD, CONFIRMED, "갈 업체를 찾지 못했어요", "환불과 보상금을 드려요", "80,000원을 돌려드렸어요",
    ]  # fmt: skip
    assert await operator.titles() == [
        "하루 남았는데 맡은 업체가 없어요", "갈 업체를 찾지 못했어요", "보상금 24,000원을 보내야 해요",
    ]  # fmt: skip


async def test_nobody_found_and_another_time_in_one_tap(world: World):
    """The other choice: a free time, and cleaners are asked anew."""
    customer = await world.customer()
    await books(customer)
    await until(world, on(27, 12))
    offered = words(await customer.tap("다른 시간 고르기"))
    assert "11/27(금) 오후 2시에 갈 업체를 찾지 못했어요. 죄송해요." in offered
    assert "[11/27 오후 4시][11/28 오전 8시][11/28 낮 12시]" in offered
    cleaner = await world.cleaner()
    await customer.tap("11/28 오전 8시")
    await world.settle()
    await cleaner.tap("수락하기")
    await world.settle()
    assert (await customer.titles())[-2:] == ["방문 시간이 바뀌었어요", COMES]


async def test_a_cleaner_who_does_not_come(world: World):
    """Half an hour after the visit's time operators are told, once, with whom to call."""
    cleaner, customer, operator = await world.cleaner(), await world.customer(), await world.operator()
    await agrees(customer, cleaner)
    await until(world, on(27, 14, 29))
    assert await operator.titles() == []
    await until(world, on(27, 14, 30))
    await world.later(hours=1)
    assert await operator.titles() == ["아직 청소를 시작하지 않았어요"]
    assert "업체: OO클린" in words(await operator.news())


async def test_our_fault_with_compensation_by_an_operator(world: World):
    """The agency cancels the day before: full refund, 20 % on top, paid out by an operator and told at every step."""
    cleaner, customer, operator = await world.cleaner(), await world.customer(), await world.operator()
    await agrees(customer, cleaner)
    await until(world, on(26, 10))
    code = await _code(customer)
    await operator.say(f"찾기 {code}")
    assert "사유를 적어 주세요. 고객님께 그대로 보여요." in words(await operator.tap("운영 취소"))
    terms = words(await operator.say("업체 차량 고장으로 방문이 어려워요"))
    assert "환불 80,000원과 보상 16,000원(전날 20%), 모두 96,000원이 나가요." in terms
    await operator.tap("취소 확정")
    await world.settle()
    notice = next(card for card in await customer.news() if card.title == "환불과 보상금을 드려요")
    assert "사유: 업체 차량 고장으로 방문이 어려워요 / 환불: 80,000원 / 보상: 16,000원" in words(notice)
    assert await refunds(world) == [80_000]
    assert await cleaner.titles() == [OFFER, TAKEN, "11/27(금) 14:00 일이 취소됐어요", "고객 결제가 취소됐어요"]
    assert await operator.titles() == ["보상금 16,000원을 보내야 해요"]
    await operator.say("보상금")
    await operator.tap(f"{code} 지급했어요")
    await operator.tap("보냈어요")
    await world.settle()
    assert (await customer.titles())[-3:] == [
        "환불과 보상금을 드려요", "80,000원을 돌려드렸어요", "보상금 16,000원을 보내드렸어요",
    ]  # fmt: skip


async def test_a_refund_that_is_late_is_told_to_both_sides_before_the_law_is_broken(world: World):
    """Two business days without an answer of the provider: the customer and the operators hear of it, once."""
    customer, operator = await world.customer(), await world.operator()
    await books(customer)
    await world.provider("down")
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    for _ in range(5):
        await world.later(hours=12)
    assert (await customer.titles()).count("환불이 늦어지고 있어요") == 1
    assert (await operator.titles()).count("환불이 늦고 있어요") == 1
    await world.provider("normal")
    await world.later(hours=12)
    assert (await customer.titles())[-1] == "80,000원을 돌려드렸어요"


async def test_the_same_in_english(world: World):
    """Whoever reads English gets English notices, with the same figures."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await customer.say("English please")
    await customer.say("this Friday 2pm, 24 pyeong home cleaning in Mapo")
    await customer.say("마포구 OO로 12, 101동 502호")
    await customer.tap("Nothing else")
    await world.settle()
    notices = words(await customer.news())
    assert "80,000" in notices
    assert not any("가" <= letter <= "힣" for letter in notices.replace("마포구 OO로 12, 101동 502호", ""))
    assert await cleaner.titles() == []


async def _moves(customer: Phone, to: str) -> None:
    await customer.say(f"금요일 거 {to}로 옮겨줘")
    await customer.tap("옮기기")
    await customer.world.settle()


async def _code(customer: Phone) -> str:
    """The code that people call a reservation by, as the customer reads it."""
    *_, card = await customer.say("내 예약")
    [details] = await customer.tap(next(button.label for button in card.buttons if "자세히" in button.label))
    return details.title.removeprefix("예약 ")
