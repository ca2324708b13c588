"""P2: a cleaner confirms with buttons: accept, decline, on my way, start, finish; whatever was tapped, once."""

import pytest

from services.cleaning.events import JobEnRoute, JobOffered, OfferAccepted, OfferRevoked
from tests.support.story import agrees, books, my_page, on, until, words
from tests.support.world import Phone, World, together

pytestmark = pytest.mark.asyncio

OFFER = "새 일이 왔어요: 68,000원"


async def test_accepting_tells_the_address_and_the_customer_who_comes(world: World):
    """The answer has the address and the next buttons; the customer reads the cleaner's name."""
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await books(customer)
    answer = words(await cleaner.tap("수락하기"))
    assert "11/27(금) 오후 2시 일을 맡으셨어요. 마포구 OO로 12, 101동 502호예요." in answer
    assert "[출발했어요][못 가게 됐어요]" in answer
    await world.settle()
    assert (await customer.titles())[-1] == "OO클린에서 방문해요"
    job = (await my_page(world, reservation_id)).job
    assert job is not None
    assert (job.status, job.cleaner_name) == ("ASSIGNED", "OO클린")


async def test_declining_brings_it_to_the_next_one_at_once(world: World):
    """One at a time; whoever says no isn't asked again, and the customer notices nothing."""
    one, other, customer = await world.cleaner("하나클린"), await world.cleaner("두리클린"), await world.customer()
    await books(customer)
    first, second = await _asked_first(one, other)
    assert await second.titles() == []
    assert "알겠어요. 다음 일도 보내드릴게요." in words(await first.tap("거절하기"))
    await world.settle()
    assert await second.titles() == [OFFER]
    await second.tap("수락하기")
    await world.later(hours=1)
    assert await first.titles() == [OFFER]
    assert (await customer.titles())[-1] == f"{await _name(second)}에서 방문해요"


async def test_no_answer_by_the_deadline_asks_the_next_and_the_late_one_may_still(world: World):
    """Ten minutes; then the next, then everybody. Late is asked again, and welcome while it is free."""
    one, other, customer = await world.cleaner("하나클린"), await world.cleaner("두리클린"), await world.customer()
    await books(customer)
    first, second = await _asked_first(one, other)
    accept = (await first.button("수락하기")).action
    await world.later(minutes=9, seconds=59)
    assert await second.titles() == []
    await world.later(seconds=1)
    assert (await first.titles(), await second.titles()) == ([OFFER, "답할 시간이 지났어요"], [OFFER])
    late = words(await first.act(accept))
    assert "답할 시간은 지났지만 아직 비어 있는 일이에요. 맡으시겠어요? [수락][거절]" in late
    assert "일을 맡으셨어요" in words(await first.tap("수락"))
    await world.settle()
    assert (await second.titles())[-1] == "다른 업체가 먼저 맡았어요"
    assert "다른 업체가 먼저 수락했어요. 맞는 일이 생기면 또 보내드릴게요." in words(await second.tap("수락하기"))
    assert len(world.happened(OfferAccepted)) == 1


async def test_of_three_who_accept_at_once_one_gets_it(world: World):
    """In the open pool the database decides; the others are told kindly, in the chat and by notice."""
    cleaners = [await world.cleaner(name) for name in ("하나클린", "두리클린", "세나클린")]
    customer = await world.customer()
    await books(customer)
    for _ in range(3):
        await world.later(minutes=10)
    for cleaner in cleaners:
        assert OFFER in await cleaner.titles()
    answers = await together(*(cleaner.tap("수락하기") for cleaner in cleaners))
    said = [words(answer) for answer in answers]
    assert sum("일을 맡으셨어요" in each for each in said) == 1, said
    assert sum("다른 업체가 먼저 수락했어요" in each for each in said) == 2
    await world.settle()
    assert len(world.happened(OfferAccepted)) == 1
    assert {event.reason for event in world.happened(OfferRevoked)} <= {"taken"}
    assert (await customer.titles()).count("예약이 확정됐어요") == 1


async def test_double_taps_act_once_and_old_buttons_say_what_is_true(world: World):
    """Every button twice at the same time; then each old one once more at the end."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await books(customer)
    old = {}
    steps = (("출발했어요", on(27, 13, 40)), ("청소 시작", on(27, 14)), ("청소 완료", on(27, 16)))
    for label, moment in (("수락하기", on(23, 15)), *steps):
        for way in (on(26, 19), on(27, 12), moment):
            await until(world, max(way, world.clock.now()) if way <= moment else world.clock.now())
        old[label] = (await cleaner.button(label)).action
        await together(cleaner.act(old[label]), cleaner.act(old[label]))
        await world.settle()
    happened = len(world.events)
    answers = {label: words(await cleaner.act(action)) for label, action in old.items()}
    assert all("오후 4시" in answers[label] for label in ("출발했어요", "청소 시작", "청소 완료")), answers
    await world.settle()
    assert len(world.events) == happened
    assert await customer.titles() == [
        "결제하면 예약이 확정돼요", "예약이 확정됐어요", "OO클린에서 방문해요", "내일 14:00에 방문해요",
        "두 시간 뒤에 방문해요", "OO클린에서 출발했어요", "청소를 시작했어요", "청소를 마쳤어요",
    ]  # fmt: skip


async def test_giving_a_job_back_finds_another(world: World):
    """못 가게 됐어요 asks once more; the customer hears it at once, and again when somebody else comes."""
    one, other, customer = await world.cleaner("하나클린"), await world.cleaner("두리클린"), await world.customer()
    await books(customer)
    first, second = await _asked_first(one, other)
    await first.tap("수락하기")
    await world.settle()
    assert "다른 업체를 찾을까요? 고객님께는 저희가 알려드려요." in words(await first.tap("못 가게 됐어요"))
    await first.tap("찾아 주세요")
    await world.settle()
    assert (await customer.titles())[-1] == "다른 업체를 찾고 있어요"
    await second.tap("수락하기")
    await world.settle()
    assert (await customer.titles())[-1] == f"{await _name(second)}에서 방문해요"
    await until(world, on(27, 13, 35))
    assert "이제 맡으신 일이 아니에요. 가지 않으셔도 돼요." in words(await first.tap("출발했어요"))
    assert world.happened(JobEnRoute) == []


async def test_a_moved_visit_asks_whoever_has_it_first(world: World):
    """갈 수 있어요 or 못 가요; the button of the old time takes nothing."""
    one, other, customer = await world.cleaner("하나클린"), await world.cleaner("두리클린"), await world.customer()
    await books(customer)
    first, second = await _asked_first(one, other)
    old = (await first.button("수락하기")).action
    await first.tap("수락하기")
    await world.settle()
    assert "11/27(금) 오후 2시를 11/28(토) 오전 10시로 옮길까요?" in words(
        await customer.say("금요일 거 토요일 10시로 옮겨줘")
    )
    await customer.tap("옮기기")
    await world.settle()
    assert (await first.titles())[-1] == "일 시간이 바뀌었어요"
    assert await second.titles() == []
    assert "11/28(토) 오전 10시로 옮기셨어요. 이때도 가실 수 있나요?" in words(await first.act(old))
    assert "다른 업체를 찾을게요." in words(await first.tap("못 가요"))
    await world.settle()
    assert (await second.titles()) == [OFFER]
    assert "11/28(토) 10:00" in words(await second.news())


async def test_a_cleaner_joins_by_invite_and_gets_jobs(world: World):
    """Name, areas, days, 등록하기: from then on paid jobs come."""
    cleaner, customer = await world.invited("cleaner"), await world.customer()
    await books(customer)
    assert "반가워요. 이름이나 상호를 알려 주세요." in await cleaner.transcript()
    await cleaner.say("OO클린")
    await cleaner.say("마포, 서대문")
    assert "OO클린, 마포구·서대문구, 매일로 등록할까요?" in words(await cleaner.tap("매일"))
    assert "등록했어요. 결제가 끝난 일만 보내드려요." in words(await cleaner.tap("등록하기"))
    await world.later(minutes=2)
    assert await cleaner.titles() == [OFFER]
    await agrees(await world.customer(), cleaner, "목요일 2시 마포 24평 집청소")


async def test_somebody_elses_offer_cannot_be_taken(world: World):
    """A button that was passed on is no offer."""
    cleaner, stranger = await world.cleaner(areas=("mapo",)), await world.cleaner("XX클린", areas=("songpa",))
    await books(await world.customer())
    answer = words(await stranger.act((await cleaner.button("수락하기")).action))
    assert "보내드린 적이 없는 일이에요." in answer
    assert world.happened(OfferAccepted) == []


async def _asked_first(one: Phone, other: Phone) -> tuple[Phone, Phone]:
    """The one who got the offer, and the other."""
    [offered] = one.world.happened(JobOffered)
    return (one, other) if offered.cleaner_id == one.id else (other, one)


async def _name(phone: Phone) -> str:
    cleaner = await phone.world.ssak3.cleaning.cleaner(cleaner_id=phone.id)
    assert cleaner is not None
    return cleaner.name
