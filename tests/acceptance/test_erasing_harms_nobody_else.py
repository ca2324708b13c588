"""What a cleaner needs to find somebody's home stays, whoever else is erased; of who is erased, nothing does."""

import pytest

from bot.erasure import StillOpen
from services.shared_kernel.card import Card
from services.shared_kernel.ids import short_code
from tests.support.erasing import everything_stored
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, PAY, agrees, cleans, holds, on, until, words
from tests.support.world import Phone, World

pytestmark = pytest.mark.asyncio

SATURDAY = "토요일 2시 마포 24평 집청소"
SATURDAY_PAY = "80,000원 결제하기"
DOG = "강아지가 있어요"


async def booked(customer: Phone, cleaner: Phone, address: str, *, wish: str = FRIDAY_AT_TWO, note: str = "") -> None:
    """With an address and a note of their own, paid, and a cleaner comes."""
    await customer.say(wish)
    await customer.say(address)
    if note:
        await customer.say(note)
    await customer.tap("없어요")
    await customer.tap(PAY if wish == FRIDAY_AT_TWO else SATURDAY_PAY)
    await customer.world.settle()
    await cleaner.tap("수락하기")
    await customer.world.settle()


async def shown(staff: Phone) -> list[Card]:
    return [one.card for one in await staff.log()]


async def erased(person: Phone) -> None:
    await person.world.ssak3.erasure.erase(person.id, by="shell")
    await person.world.settle()


async def talked(customer: Phone, operator: Phone, *said: str) -> None:
    """With operators, who end it."""
    await customer.say("상담원")
    for text in said:
        await customer.say(text)
    await customer.world.settle()
    await operator.say("상담 대기")
    await operator.tap("상담 끝내기")


async def test_who_has_no_name_and_said_what_anybody_says(world: World):
    """Customers have no names; what they said in a talk are words that we use as well."""
    bystander, cleaner, operator = await world.customer(), await world.cleaner(), await world.operator()
    customer = await world.customer()
    await booked(bystander, cleaner, ADDRESS, note=DOG)
    await talked(customer, operator, "출발했어요", "마포구", "OO로", DOG)
    before = await shown(cleaner)
    await erased(customer)
    assert await shown(cleaner) == before


async def test_who_has_the_same_home_and_the_same_dog_and_a_visit_to_come(world: World):
    customer, other = await world.customer(), await world.customer()
    cleaner, operator = await world.cleaner(), await world.operator()
    await booked(customer, cleaner, ADDRESS, note=DOG)
    await cleans(cleaner)
    handled = len(await shown(cleaner))
    await booked(other, cleaner, ADDRESS, wish=SATURDAY, note=DOG)
    await operator.say(ADDRESS)
    before = await shown(cleaner)
    assert ADDRESS in words(before[:handled])
    await erased(customer)
    after = await shown(cleaner)
    assert after[handled:] == before[handled:]
    assert ADDRESS in words(after[handled:])
    assert ADDRESS not in words(after[:handled])
    assert DOG not in words(after[:handled])


async def test_a_former_cleaner_with_the_name_of_a_place(world: World):
    customer, cleaner, operator = await world.customer(), await world.cleaner(), await world.operator()
    former = await world.cleaner("마포")
    await world.ssak3.people.rename(former.id, "마포")
    await world.ssak3.staff.take_back(former.id, by=operator.id)
    await world.settle()
    await booked(customer, cleaner, ADDRESS, note=DOG)
    before = await shown(cleaner)
    await erased(former)
    assert await shown(cleaner) == before


async def test_a_short_address_is_gone_as_well(world: World):
    """Cards name the job, not the booking."""
    customer, cleaner = await world.customer(), await world.cleaner()
    await booked(customer, cleaner, "도산로 5")
    await cleans(cleaner)
    assert "도산로 5" in words(await shown(cleaner))
    await erased(customer)
    assert not [where for where, text in (await everything_stored(world)).items() if "도산로 5" in text]


async def test_what_operators_answered_is_gone_from_their_own_logs(world: World):
    """Typed after [답장하기], or behind the order to send it; what they told others stays. The talk ends first."""
    customer, other, operator = await world.customer(), await world.customer(), await world.operator()
    await customer.say("상담원")
    await customer.say("제 번호는 010-2222-3333이에요")
    await world.settle()
    await operator.say("상담 대기")
    await operator.tap("답장하기")
    await operator.say("010-2222-3333으로 전화드릴게요")
    with pytest.raises(StillOpen) as refusal:
        await erased(customer)
    [talk] = refusal.value.still_open
    assert talk.kind == "talk"
    await operator.say(f"답장 {short_code(talk.id)} 010-2222-3333이 맞지요?")
    await operator.say("상담 대기")
    await operator.tap("상담 끝내기")
    await other.say("상담원")
    await other.say("언제 오세요?")
    await world.settle()
    await operator.say("상담 대기")
    await operator.tap("답장하기")
    await operator.say("두 시에 도착할 예정이에요")
    await erased(customer)
    stored = await everything_stored(world)
    assert not [where for where, text in stored.items() if "2222-3333" in text]
    assert "두 시에 도착할 예정이에요" in words(await shown(operator))


# What is open


async def test_a_talk_ends_first(world: World):
    """So that a complaint's record can be copied out."""
    customer, operator = await world.customer(), await world.operator()
    await customer.say("설정")
    await customer.say("상담원")
    await customer.say("청소가 마음에 안 들어요")
    await world.settle()
    await customer.act("erase_me")
    refused = words((await customer.log())[-1].card)
    assert "끝나지 않은 상담: 11/23(월)" in refused
    assert "[상담원 연결]" in refused
    await operator.act(f"erase:{customer.id}")
    refused = words((await operator.log())[-1].card)
    assert "상담은 보관할 내용을 옮겨 둔 뒤 끝내 주세요." in refused
    await operator.tap("대화 보기")
    await operator.tap("상담 끝내기")
    await customer.act("erase_me")
    assert "삭제할까요?" in words((await customer.log())[-1].card)


async def test_what_an_operator_never_wrote_is_no_talk(world: World):
    customer, operator = await world.customer(), await world.operator()
    reservation_id = await holds(customer)
    await world.later(minutes=40)
    await operator.act(f"reply:{reservation_id}")
    assert len(await world.ssak3.threads.open_ones()) == 1
    assert "삭제할까요?" in words(await customer.say("내 정보 삭제해줘"))


async def test_a_compensation_is_owed_until_it_is_known_to_be_paid(world: World):
    """Also while my page is behind."""
    customer, cleaner, operator = await world.customer(), await world.cleaner(), await world.operator()
    reservation_id = await agrees(customer, cleaner)
    await until(world, on(26, 10))
    await operator.say(f"찾기 {short_code(reservation_id)}")
    await operator.tap("운영 취소")
    await operator.say("업체 차량 고장")
    world.asleep.add("mypage")
    await operator.tap("취소 확정")
    await world.settle()
    assert "아직 보내지 않은 보상금" in words(await customer.say("내 정보 삭제해줘"))
    world.asleep.clear()
    await world.settle()
    assert "아직 보내지 않은 보상금" in words(await customer.say("내 정보 삭제해줘"))
    await operator.say("보상금")
    await operator.tap(f"{short_code(reservation_id)} 지급했어요")
    await operator.tap("보냈어요")
    await world.settle()
    assert "삭제할까요?" in words(await customer.say("내 정보 삭제해줘"))


async def test_a_visit_that_nobody_began_has_a_way_out(world: World):
    customer, cleaner, operator = await world.customer(), await world.cleaner(), await world.operator()
    reservation_id = await agrees(customer, cleaner)
    await until(world, on(30, 10))
    refused = words(await customer.say("내 정보 삭제해줘"))
    assert "시작되지 않은 지난 예약: 11/27(금) 14:00\n상담원에게 말씀해 주시면 정리해 드릴게요." in refused
    assert "[상담원 연결]" in refused
    await operator.say(f"개인정보 삭제 {short_code(reservation_id)}")
    refused = words((await operator.log())[-1].card)
    assert "지난 예약은 다녀오지 않았으면 취소하고" in refused
    await operator.act(f"show:{reservation_id}")
    await operator.tap("운영 취소")
    await operator.say("방문하지 못했어요")
    await operator.tap("취소 확정")
    await world.settle()
    assert "시작되지 않은 지난 예약" not in words(await customer.say("내 정보 삭제해줘"))


# Meaning it


async def test_only_the_button_that_was_just_shown_erases(world: World):
    """네 is the answer to somebody else's question; what was asked long ago, or left, is asked again."""
    customer, operator = await world.customer(), await world.operator()
    await holds(customer)
    await customer.say("예약 취소")
    await world.later(minutes=40)

    async def is_there(text: str) -> bool:
        return text in words((await customer.log())[-1].card)

    async def sure() -> str:
        return next(one.action for one in (await customer.log())[-1].card.buttons if one.label == "삭제 확정")

    await customer.say("내 정보 삭제해줘")
    first = await sure()
    for said in ("네", "확인", "응"):
        await customer.say(said)
    await customer.act("erase_me")
    await customer.tap("그대로 두기")
    for old in (first, "erase_me!", "erase_me!:x", "erase_me!:1"):
        await customer.act(old)
        assert await is_there("삭제할까요?")
        await customer.tap("그대로 두기")
    await customer.act("erase_me")
    late = await sure()
    await world.later(minutes=11)
    await customer.act(late)
    assert await is_there("삭제할까요?")

    await operator.act(f"erase:{customer.id}")
    button = next(one.action for one in (await operator.log())[-1].card.buttons if one.label == "삭제 확정")
    await operator.say("네")
    await operator.act(button)
    assert "삭제할까요?" in words((await operator.log())[-1].card)
    await world.later(minutes=11)
    await operator.tap("삭제 확정")
    assert "삭제할까요?" in words((await operator.log())[-1].card)
    assert await customer.log() != []
    await operator.tap("삭제 확정")
    assert "개인정보를 삭제했어요." in words((await operator.log())[-1].card)
    assert await customer.log() == []
