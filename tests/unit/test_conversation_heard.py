"""What people really typed and were misread: each sentence with what it must not become again."""

from datetime import datetime

import pytest

from bot.conversation.cleaner import reply
from bot.conversation.parse.intents import is_question, wants_refund
from bot.conversation.parse.staff import asks_for_new_jobs, asks_for_profile, is_for_operator
from bot.conversation.reading import Intent, read
from bot.conversation.texts_ko_cleaner import CleanerKorean
from bot.conversation.turn import Person
from services.shared_kernel.clock import KST
from tests.support.cleaner_world import ME, CleanerWorld
from tests.support.talk import Talk, World, at
from tests.support.talking import Talking
from tests.support.time import FakeClock

NOW = datetime(2026, 11, 23, 15, tzinfo=KST)
ADDRESS = "마포구 OO로 12, 101동 502호"


def quoted() -> Talk:
    """Somebody who sees the price of Friday at two."""
    talk = Talk(World())
    for text in ("금요일 2시 마포 24평 집청소", ADDRESS, "없어요"):
        talk.say(text)
    return talk


@pytest.fixture
def chat() -> Talking:
    clock = FakeClock()
    return Talking(reply, CleanerWorld(clock), clock, Person(id=ME, role="cleaner", language="ko"))


@pytest.mark.parametrize("text", ["여자분으로 보내주세요", "이 주소로 와주세요", "입금주의", "주차주변에"])
def test_no_week_is_read_into_other_words(text):
    assert not any(each.field == "date" for each in read(text, now=NOW).asks)


@pytest.mark.parametrize("text", ["환불 규정 알려줘", "취소 정책이 어떻게 되나요", "환불기준 뭐예요"])
def test_a_question_about_the_rule_is_answered_with_the_rule(text):
    assert read(text, now=NOW).intent is Intent.FEE


@pytest.mark.parametrize(
    "text",
    ["강아지 있어도 되나요", "주차 되나요?", "세제는 가져오세요?", "강아지 있다고 전해주세요", "do you bring supplies"],
)
def test_a_question_goes_to_a_person_at_once(text):
    assert is_question(text)
    talk = Talk(World())
    assert "상담원에게 남기시면" in talk.say(text)
    assert talk.labels[:2] == ["상담원 연결", "청소 예약하기"]


@pytest.mark.parametrize("text", ["ㅁㄴㅇㄹ", "뿌뿌", "비싸네", "ㅠㅠ"])
def test_noise_is_no_question(text):
    assert not is_question(text)


def test_a_second_note_keeps_the_first():
    talk = Talk(World())
    for text in ("금요일 2시 마포 24평 집청소", ADDRESS, "현관 비번은 1234*예요", "강아지가 짖어요"):
        talk.say(text)
    assert "메모: 현관 비번은 1234*예요 강아지가 짖어요" in talk.say("없어요")


def test_a_correction_names_everything_that_was_heard():
    talk = Talk(World())
    talk.say("목요일에 청소할게요")
    heard = talk.say("금요일 열시 마포 24평 집청소로 해주세요")
    assert heard.startswith("11/27(금) 오전 10시, 마포구 24평, 집청소군요.")


def test_no_price_with_the_day_that_is_being_changed():
    talk = quoted()
    assert "어느 월요일인가요?" in talk.say("월요일 4시로 바꿔줘")
    assert "11/27" not in talk.say("음냐음냐")
    assert "11/30(월) 16:00" in talk.tap("11/30(월)")


def test_a_wrong_address_is_asked_anew():
    assert "주소" in (text := quoted().say("주소 틀렸어요"))
    assert "80,000원" not in text


@pytest.mark.parametrize("text", ["아니 그냥 둬", "그냥 둬요", "놔둬"])
def test_leave_it_is_a_no(text):
    world = World()
    world.booked(at(11, 27, 14))
    talk = Talk(world)
    talk.say("토요일 10시로 옮겨줘")
    assert talk.say(text).startswith("그대로 둘게요.")


@pytest.mark.parametrize(
    ("text", "wants"),
    [("환불해줘", True), ("돌려주세요", True), ("환불 언제 돼요", False), ("환불 받았는데 언제 들어와요", False)],
)
def test_asking_for_a_refund_or_where_it_is(text, wants):
    assert wants_refund(text) is wants


def test_a_refund_before_cancelling_shows_what_comes_back():
    world = World()
    world.booked(at(11, 27, 14))
    talk = Talk(world)
    assert "80,000원을 모두 돌려드려요." in talk.say("환불해줘")
    assert "취소 확정" in talk.labels


def test_who_comes():
    assert read("누가 와요?", now=NOW).intent is Intent.STATUS


# Cleaners


def test_a_greeting_is_no_name(chat):
    chat.do("hello")
    assert "이름" in chat.say("안녕하세요")
    assert chat.say("OO클린") == "어느 지역에 가실 수 있나요? 여러 곳도 돼요."


@pytest.mark.parametrize(("address", "heard"), [("101동 502호", "502호예요."), ("3, 101동", "101동이에요.")])
def test_the_particle_after_an_address(address, heard):
    assert heard in CleanerKorean().accepted(at(11, 27, 14), address, "")


def test_an_area_a_moment_late(chat):
    for text in ("OO클린", "마포요"):
        chat.say(text)
    chat.do("hello")
    for text in ("OO클린", "마포요"):
        chat.say(text)
    assert chat.say("서대문도요") == "마포구·서대문구로 적었어요. 어느 요일에 가실 수 있나요?"
    assert chat.say("다요") == "OO클린, 마포구·서대문구, 매일로 등록할까요?"


def test_what_the_settings_change():
    for text in ("이름 바꿀래요", "지역 추가하고 싶어요", "쉬고싶어요", "당분간 쉴게요"):
        assert asks_for_profile(text), text
    assert not asks_for_profile("시간 바꿔 주세요")


def test_what_only_an_operator_can_help_with():
    for text in ("늦을것같아요", "고객 전화번호 알려주세요", "돈 언제 들어와요", "문이 안 열려요"):
        assert is_for_operator(text), text
    assert not is_for_operator("출발")


def test_is_there_work():
    assert asks_for_new_jobs("일 없나요")
    assert asks_for_new_jobs("일 있어요?")
