"""Somebody wants everything about them erased (개인정보 보호법 제36조): it goes everywhere, what the law wants kept stays."""

import pytest

from bot.erasure import StillOpen, StillStaff
from services.cleaning.events import OfferAccepted
from services.shared_kernel.bot_events import ERASED, ConsentChanged, PersonErased
from services.shared_kernel.ids import short_code
from storage.bot import tables as bot_tables
from tests.support.erasing import everything_stored
from tests.support.story import agrees, books, cleans, holds, my_page, words
from tests.support.world import Phone, World

pytestmark = pytest.mark.asyncio

NAME, PHONE, NOTE = "홍길순", "01087654321", "현관 비밀번호는 우편함 안에 있어요"
ADDRESS = "마포구 OO로 12, 101동 502호"
ASKED_OPERATORS = "강아지 알레르기가 있는데 괜찮을까요"


async def a_whole_life(customer: Phone, cleaner: Phone, operator: Phone) -> str:
    """A visit with phone and note, cleaned; a talk with operators, who look at everything; the reservation's id."""
    world = customer.world
    await world.ssak3.people.rename(customer.id, NAME)
    await world.ssak3.people.set_consent(customer.id, day=True, night=False)
    await customer.say("금요일 2시 마포 24평 집청소")
    await customer.act(f"phone:{PHONE}")
    await customer.say(ADDRESS)
    await customer.say(NOTE)
    await customer.tap("없어요")
    await customer.tap("80,000원 결제하기")
    await world.settle()
    await cleaner.tap("수락하기")
    await world.settle()
    await customer.say("상담원")
    await customer.say(ASKED_OPERATORS)
    await world.settle()
    await operator.say("상담 대기")
    await operator.tap("대화 보기")
    await operator.tap("답장하기")
    await operator.say("네, 미리 말씀드릴게요")
    await operator.tap("상담 끝내기")
    await cleans(cleaner)
    [accepted] = [one for one in world.happened(OfferAccepted) if one.customer_id == customer.id]
    reservation_id = str(accepted.reservation_id)
    code = short_code(reservation_id)
    for said in (code, NAME, PHONE[-4:], ADDRESS, f"기록 {code}"):
        await operator.say(said)
    await operator.act(f"show:{reservation_id}")
    await operator.act(f"oprefund:{reservation_id}")
    await operator.say("1만원")
    await operator.say(f"{ADDRESS}에 늦게 가서")
    await cleaner.say("오늘 일")
    await world.settle()
    return reservation_id


async def test_nothing_that_was_typed_is_left_anywhere(world: World, capfd: pytest.CaptureFixture[str]):
    """In no table, log of events, queue or dead letter of any context, and no line of a log; the visit stays."""
    customer, cleaner, operator = await world.customer(), await world.cleaner(), await world.operator()
    reservation_id = await a_whole_life(customer, cleaner, operator)
    said = (NAME, PHONE, f"{PHONE[:3]}-****-{PHONE[-4:]}", NOTE, "OO로 12", "502호", ASKED_OPERATORS)
    before = await everything_stored(world)
    for one in said:
        assert any(one in text for text in before.values()), f"{one} was never stored: nothing is tried"

    assert "payment_card.card_key" in before

    await operator.act(f"show:{reservation_id}")
    question = words(await operator.tap("개인정보 삭제"))
    assert "등록한 카드" in question
    assert "예약과 결제 기록 1건은 법에 따라 5년 동안 보관하지만, 누구인지는 남지 않아요." in question
    assert "개인정보를 삭제했어요." in words(await operator.tap("삭제 확정"))
    await world.settle()

    after = await everything_stored(world)
    assert "payment_card.card_key" not in after
    for where, text in after.items():
        for one in said:
            assert one not in text, f"{where}: {text[max(0, text.index(one) - 200) : text.index(one) + 100]}"
    logged = "".join(capfd.readouterr())
    assert not [one for one in said if one in logged]
    assert await customer.log() == []
    shown = await my_page(world, reservation_id)
    assert (shown.status, shown.price_krw, shown.customer_id) == ("COMPLETED", 80_000, customer.id)
    [told] = world.happened(PersonErased)
    assert (told.person_id, told.was, told.role, told.by) == (customer.id, "customer", ERASED, operator.id)
    assert [one.day for one in world.happened(ConsentChanged)] == [True, False]


async def test_what_is_open_is_said_and_nothing_is_erased(world: World):
    """A visit that is to come keeps what it needs; once it is cancelled and the money is back, there is a way."""
    customer, operator = await world.customer(), await world.operator()
    reservation_id = await books(customer)
    refused = words(await customer.say("내 정보 삭제해줘"))
    assert "아직 끝나지 않은 일이 있어서 지금은 삭제할 수 없어요." in refused
    assert "남아 있는 예약: 11/27(금) 14:00" in refused
    assert "예약을 먼저 취소하고 다시 말씀해 주세요." in refused
    with pytest.raises(StillOpen):
        await world.ssak3.erasure.erase(customer.id, by=operator.id)
    await operator.say(f"개인정보 삭제 {short_code(reservation_id)}")
    assert "지금은 삭제할 수 없어요." in words((await operator.log())[-1].card)
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    assert "돌려드리는 중인 돈" in words(await customer.say("개인정보 삭제해 주세요"))
    await world.settle()
    assert "삭제할까요?" in words(await customer.say("개인정보 삭제해 주세요"))
    assert not world.happened(PersonErased)


async def test_an_unpaid_one_is_open_as_well(world: World):
    customer = await world.customer()
    await holds(customer)
    assert "결제를 기다리는 예약" in words(await customer.say("탈퇴할래요"))


async def test_customers_erase_themselves_and_come_back_as_somebody_new(world: World):
    """They are asked once, with a way out; twice is once; what is said too late is kept by nobody."""
    customer = await world.customer()
    await customer.say("설정")
    await customer.tap("내 정보 삭제")
    assert "그대로 두었어요." in words(await customer.tap("그대로 두기"))
    await customer.say("delete my data")
    await customer.tap("삭제 확정")
    await customer.act("erase_me!")
    await world.settle()
    assert await customer.log() == []
    assert await customer.say("제 주소는 마포구 OO로 12예요") == []
    assert len(world.happened(PersonErased)) == 1
    assert not any("OO로 12예요" in text for text in (await everything_stored(world)).values())
    new = await world.ssak3.people.welcome_customer(channel="telegram", address="77")
    await world.ssak3.erasure.erase(new.id, by=new.id)
    assert await world.ssak3.links.person_of("telegram", "77") is None
    again = await world.ssak3.people.welcome_customer(channel="telegram", address="77")
    assert again.id not in (new.id, customer.id)
    stored = await everything_stored(world)
    assert stored[f"{bot_tables.link.name}.person_id"] == again.id


async def test_who_works_here_leaves_first(world: World):
    """A former cleaner or operator may be erased; the visits they did still say which business came."""
    cleaner, operator, customer = await world.cleaner(), await world.operator(), await world.customer()
    await agrees(customer, cleaner)
    await cleans(cleaner)
    with pytest.raises(StillStaff):
        await world.ssak3.erasure.erase(cleaner.id, by=operator.id)
    await world.ssak3.staff.take_back(cleaner.id, by=operator.id)
    await world.settle()
    await world.ssak3.erasure.erase(cleaner.id, by=operator.id)
    await world.settle()
    assert await cleaner.log() == []
    found = await world.ssak3.people.get(cleaner.id)
    assert (found.role, found.name) == (ERASED, "")
