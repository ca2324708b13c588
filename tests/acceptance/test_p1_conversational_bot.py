"""P1: the conversational bot: booking, payment and cancelling by buttons, commands and free text, in two languages."""

import pytest

from services.reservation.events import ReservationCancelled, ReservationConfirmed
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, books, charges, holds, items, refunds, words
from tests.support.world import OpenWorld, Phone, World

pytestmark = pytest.mark.asyncio


async def test_by_buttons(world: World):
    """From the greeting to the refund, typing only the address."""
    customer = await world.customer()
    for label in ("청소 예약하기", "집청소", "24평", "마포구", "다른 날짜", "11/27(금)", "오후 2시"):
        await customer.tap(label)
    await customer.say(ADDRESS)
    for label in ("없어요", "80,000원 결제하기", "내 예약 보기"):
        await customer.tap(label)
        await world.settle()
    for label in ("11/27 자세히 보기", "예약 취소", "취소 확정"):
        await customer.tap(label)
    await world.settle()
    assert (await charges(world), await refunds(world)) == ([80_000], [80_000])


async def test_by_commands(world: World):
    """/book, /pay, /my, /cancel and /help mean what they say; an unknown one is answered, too."""
    customer = await world.customer()
    assert "어떤 청소가 필요하세요?" in words(await customer.say("/book"))
    await holds(customer)
    assert "80,000원 결제했어요" in words(await customer.say("/pay"))
    await world.settle()
    assert "예약 1건이에요." in words(await customer.say("/my"))
    assert "80,000원을 모두 돌려드려요." in words(await customer.say("/cancel"))
    assert "취소했어요." in words(await customer.tap("취소 확정"))
    assert "이렇게 말씀하시면 돼요." in words(await customer.say("/help"))
    assert "11/27(금) 오후 2시 예약은 이미 취소했어요." in words(await customer.say("/pay"))
    assert words(await customer.say("/nonsense"))


async def test_by_free_text_in_korean(world: World):
    """As people type: 결제할게, 취소할게요, ㅇㅇ."""
    customer = await world.customer()
    await customer.say("이번주금욜 2시 마포스물네평 집청소")
    await customer.say(ADDRESS)
    assert "80,000원이에요" in words(await customer.say("없어요"))
    assert "80,000원 결제했어요" in words(await customer.say("결제할게"))
    await world.settle()
    assert "80,000원을 모두 돌려드려요." in words(await customer.say("취소해줘"))
    assert "취소했어요." in words(await customer.say("ㅇㅇ"))
    await world.settle()
    assert await refunds(world) == [80_000]


async def test_by_free_text_in_english(world: World):
    """The same in English, asked for in the chat; not one Korean word in the answers, but for the address."""
    customer = await world.customer()
    await customer.say("English please")
    said = [
        await customer.say("this Friday 2pm, 24 pyeong home cleaning in Mapo"),
        await customer.say(ADDRESS),
        await customer.say("nothing"),
        await customer.say("pay now"),
    ]
    await world.settle()
    said += [await customer.say("my bookings"), await customer.say("cancel my booking"), await customer.say("yes")]
    await world.settle()
    shown = "\n".join(words(cards) for cards in said).replace(ADDRESS, "").replace("한국어로 보기", "")
    assert "80,000" in shown
    assert [letter for letter in shown if "가" <= letter <= "힣"] == [], shown
    assert len(world.happened(ReservationConfirmed)) == len(world.happened(ReservationCancelled)) == 1
    assert await refunds(world) == [80_000]


async def test_switching_the_language_in_the_middle_keeps_the_draft(world: World):
    """Half in Korean, half in English, one booking."""
    customer = await world.customer()
    await customer.say(FRIDAY_AT_TWO)
    assert "Switched to English." in words(await customer.say("English please"))
    await customer.say(ADDRESS)
    await customer.tap("한국어로 보기")
    await customer.say("없어요")
    assert "80,000원 결제하기" in await customer.transcript()


async def test_a_draft_survives_a_restart_in_the_middle_of_a_question(open_world: OpenWorld):
    """The process ends between two messages; the next one goes on where it was, and a kept message is answered."""
    async with open_world() as world:
        customer = await world.customer()
        await customer.say(FRIDAY_AT_TWO)
    async with open_world(clock=world.clock) as again:
        phone = Phone(again, customer.person)
        phone._said = 10
        await phone.say(ADDRESS)
        await phone.tap("없어요")
        assert items((await phone.log())[-2].card)["일시"] == "11/27(금) 14:00–17:00"
    async with open_world(clock=world.clock) as last:
        phone = Phone(last, customer.person)
        phone._said = 20
        assert "80,000원 결제했어요" in words(await phone.tap("80,000원 결제하기"))
        await last.settle()
        assert await charges(last) == [80_000]
        assert (await phone.titles()) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]


async def test_nonsense_three_times_brings_a_person(world: World):
    """A hint, then buttons, then somebody who can help; nobody is left without a way on."""
    customer, operator = await world.customer(), await world.operator()
    assert "제가 잘 못 알아들었어요." in words(await customer.say("ㅁㄴㅇㄹ"))
    assert "[청소 예약하기][내 예약 보기][상담원 연결]" in words(await customer.say("뿌뿌"))
    assert "상담원에게 이어 드릴까요?" in words(await customer.say("ㅋㅋㅋㅋ"))
    assert "상담원에게 전했어요." in words(await customer.tap("상담원 연결"))
    await world.settle()
    assert (await operator.titles())[-1].endswith("상담원을 찾아요")


async def test_any_odd_message_gets_an_answer_and_changes_nothing(world: World):
    """Empty, huge, control characters, markup, buttons that never were: an answer, no stack trace, no booking."""
    customer = await world.customer()
    await books(customer)
    before = len(world.events)
    for text in (
        " ",
        "가" * 4000,
        "\x00\x07",
        "<script>alert(1)</script>",
        "'; DROP TABLE",
        "🧹" * 50,
        "/",
        "-1",
        "0평",
    ):
        assert words(await customer.say(text)), text
    for action in (
        "pay:",
        "cancel!:x:y:z",
        "nothing",
        "show:00000000-0000-7000-8000-000000000000",
        "fill:date:x",
        "pay:1:2:3",
    ):
        assert words(await customer.act(action)), action
    await world.settle()
    assert len(world.events) == before


async def test_who_called_a_person_ends_the_talk(world: World):
    """What is typed afterwards is for the bot alone; the operators have it until they close it, or write once more."""
    customer, operator = await world.customer(), await world.operator()
    await customer.say("상담원 연결")
    await customer.say("창문이 깨졌어요")
    [answer] = await customer.tap("상담 끝내기")
    assert answer.text.startswith("상담을 마쳤어요.")
    assert "못 알아들었어요" in (await customer.say("그르마추"))[0].text
    [card] = await operator.say("상담 대기")
    assert "이 대화를 끝냈어요." in card.text
    await operator.tap("대화 보기")
    assert "창문이 깨졌어요" in await operator.transcript()
    await operator.tap("답장하기")
    await operator.say("사진을 보내 주시겠어요?")
    assert (await customer.say("그르마추"))[0].text.startswith("상담원에게 전했어요.")
    await customer.say("상담 종료")
    await operator.say("상담 대기")
    await operator.tap("상담 끝내기")
    said = [message.card.text for message in await customer.log() if message.sender == "bot"]
    assert sum(text.startswith("상담을 마쳤어요.") for text in said) == 2
    assert (await operator.say("상담 대기"))[0].text == "기다리는 고객이 없어요."
