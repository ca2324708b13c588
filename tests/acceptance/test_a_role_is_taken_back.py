"""Somebody leaves the agency: their doors close at once, their jobs go on to others, and a new invite lets them in."""

import pytest

from bot.links import BadCode
from bot.people import BadInvite
from bot.staff import SHELL, LastOperator
from services.cleaning.events import JobOffered, JobUnattended, JobUnfilled, JobWithdrawn
from services.shared_kernel.bot_events import FORMER, RoleTakenBack
from services.shared_kernel.ids import short_code
from tests.support.story import agrees, books, items, my_page, on, until, words
from tests.support.world import Phone, World

pytestmark = pytest.mark.asyncio

OFFER = "새 일이 왔어요: 68,000원"
FAREWELL = "이제 여기서는 업체나 운영자로 일하실 수 없어요."


async def taken_back(operator: Phone, name: str) -> str:
    """By chat, in an operator's words; the last answer."""
    await operator.say("담당자")
    await operator.tap(name)
    answer = words(await operator.tap("회수 확정"))
    await operator.world.settle()
    return answer


async def test_what_a_cleaner_has_and_is_asked_goes_on_to_another(world: World):
    """The customer hears that somebody else is sought; the one who left hears a last word, and nothing after it."""
    gone, operator, customer = await world.cleaner("하나클린"), await world.operator(), await world.customer()
    reservation_id = await agrees(customer, gone)
    other_customer = await world.customer()
    await books(other_customer, "토요일 2시 마포 24평 집청소")
    assert (await gone.titles())[-1] == OFFER
    stays = await world.cleaner("두리클린")
    before = await gone.titles()

    shown = words(await operator.say("담당자"))
    assert "운영자 1명, 업체 2곳이에요." in shown
    [card, sure] = await operator.tap("업체 하나클린")
    assert items(card)["역할"] == "업체"
    assert "맡은 일과 받은 제안은 다른 업체에 넘기고" in sure.text
    assert "권한을 회수했어요." in words(await operator.tap("회수 확정"))
    assert FAREWELL in words((await gone.log())[-1].card)
    await world.settle()

    assert await gone.titles() == before
    assert (await customer.titles())[-1] == "다른 업체를 찾고 있어요"
    assert await stays.titles() == [OFFER, OFFER]
    assert {one.cleaner_id for one in world.happened(JobOffered)[2:]} == {stays.id}
    for message in await stays.log():
        for button in message.card.buttons:
            if button.label == "수락하기":
                await stays.act(button.action)
    await world.settle()
    job = (await my_page(world, reservation_id)).job
    assert job is not None
    assert job.cleaner_name == "두리클린"


async def test_an_open_chat_is_answered_kindly_and_does_nothing(world: World):
    """Old buttons and words, in the language of whoever left; nothing that was theirs is told or done any more."""
    gone, operator, customer = await world.cleaner(), await world.operator(), await world.customer()
    reservation_id = await agrees(customer, gone)
    await gone.say("English please")
    leave = (
        (await gone.button("On my way")).action if "[On my way]" in words([m.card for m in await gone.log()]) else ""
    )
    await world.ssak3.staff.take_back(gone.id, by=operator.id)
    happened = len(world.events)
    for said in (leave, f"visit:{reservation_id}", "home"):
        [answer] = await gone.act(said)
        assert answer.text.startswith("You can’t work here as a cleaner or an operator any more.")
        assert not (*answer.buttons, *answer.quick_replies)
    assert "OO로" not in words(await gone.say("my jobs"))
    assert len(world.events) == happened


async def test_who_is_at_work_is_told_to_operators_and_the_visit_goes_on(world: World):
    """Nobody else can finish a cleaning that has begun: an operator looks after it, and says that it is done."""
    gone, operator, customer = await world.cleaner(), await world.operator(), await world.customer()
    reservation_id = await agrees(customer, gone)
    await until(world, on(27, 13, 35))
    await gone.tap("출발했어요")
    await until(world, on(27, 14, 3))
    await gone.tap("청소 시작")
    await world.settle()
    await operator.news()
    await taken_back(operator, "업체 OO클린")
    [notice] = await operator.news()
    assert notice.title == "청소 중인 업체의 권한이 회수됐어요"
    assert items(notice)["업체"] == "OO클린"
    assert len(world.happened(JobUnattended)) == 1
    await operator.tap("예약 보기")
    assert "끝난 걸로 적을까요?" in words(await operator.tap("청소 끝내기"))
    assert "청소를 끝난 걸로 적었어요." in words(await operator.tap("끝났어요"))
    await world.settle()
    assert (await customer.titles())[-1] == "청소를 마쳤어요"
    assert (await my_page(world, reservation_id)).status == "COMPLETED"


async def test_too_near_to_the_visit_the_customer_chooses(world: World):
    """The usual way of a job that nobody takes: another time or the money back, and operators are told."""
    gone, operator, customer = await world.cleaner(), await world.operator(), await world.customer()
    await agrees(customer, gone)
    await until(world, on(27, 12, 30))
    await taken_back(operator, "업체 OO클린")
    assert len(world.happened(JobWithdrawn)) == len(world.happened(JobUnfilled)) == 1
    assert "갈 업체를 찾지 못했어요" in " ".join(await operator.titles())


async def test_an_operator_gets_no_more_notices_and_their_invites_and_codes_end(world: World):
    """Nor can they come back by themselves; who did it is in the log of events."""
    gone, stays, customer = await world.operator(), await world.operator(), await world.customer()
    [invited] = await gone.say("초대 운영자")
    code = items(invited)["코드"]
    link_code = await world.ssak3.links.new_code(gone.id)
    await customer.say("상담원")
    await world.settle()
    heard = await gone.titles()
    assert heard
    await world.ssak3.staff.take_back(gone.id, by=stays.id)
    with pytest.raises(BadInvite):
        await world.ssak3.people.join(code=code, channel="web")
    assert await _refused(world, link_code)
    await world.settle()
    await (await world.customer()).say("상담원")
    await world.settle()
    assert await gone.titles() == heard
    assert len(await stays.titles()) == 2
    [told] = world.happened(RoleTakenBack)
    assert (told.person_id, told.was, told.role, told.by) == (gone.id, "operator", FORMER, stays.id)


async def _refused(world: World, code: str) -> bool:
    try:
        await world.ssak3.links.use_code(code, "telegram", "77")
    except BadCode:
        return True
    return False


async def test_twice_is_once_and_the_last_operator_stays(world: World):
    """Without anybody, nobody would hear of what needs a person: only a shell can insist."""
    first, second = await world.operator(), await world.operator()
    for _ in range(2):
        await world.ssak3.staff.take_back(second.id, by=first.id)
    await world.settle()
    assert len(world.happened(RoleTakenBack)) == 1
    with pytest.raises(LastOperator):
        await world.ssak3.staff.take_back(first.id, by=SHELL)
    await first.say("직원 목록")
    [only] = [one.label for message in await first.log() for one in message.card.buttons if "운영자 " in one.label][-1:]
    assert "마지막 운영자라서 회수하지 않았어요." in await taken_back(first, only)
    await world.ssak3.staff.take_back(first.id, by=SHELL, even_last=True)
    await world.settle()
    assert [one.by for one in world.happened(RoleTakenBack)] == [first.id, SHELL]


async def test_the_farewell_is_the_last_word_also_of_an_answer_that_was_under_way(world: World):
    """Whoever takes their own role back gets no menu after it, and what they were in the middle of stays forgotten."""
    gone = await world.operator()
    await world.operator()
    await gone.say("담당자")
    await taken_back(gone, f"운영자 {short_code(gone.id)}")
    last = (await gone.log())[-1].card
    assert last.text.startswith(FAREWELL)
    assert not (*last.buttons, *last.quick_replies)
    async with world.ssak3.bot_work() as work:
        assert await work.drafts.load(gone.id) == {}


async def test_who_left_can_be_invited_again(world: World):
    """As somebody new: nothing of before comes back."""
    gone, operator = await world.cleaner(), await world.operator()
    await taken_back(operator, "업체 OO클린")
    again = await world.cleaner("OO클린")
    assert again.id != gone.id
    await books(await world.customer())
    assert await again.titles() == [OFFER]
    assert OFFER not in await gone.titles()
