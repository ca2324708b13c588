"""What operators type to the questions of a broadcast, and to the look at it: half answers, other words, ways out."""

from datetime import date, datetime

import pytest

from bot.conversation.operator import reply
from services.notification.broadcasts.values import BroadcastStatus, Kind, Segment
from services.shared_kernel.clock import KST
from services.shared_kernel.ids import short_code
from tests.support.operator_world import ME, OperatorWorld
from tests.support.talking import Talking
from tests.support.time import FakeClock
from tests.unit.test_conversation_broadcast import SNOW, confirmed, only, written


@pytest.fixture
def chat() -> Talking:
    clock = FakeClock(datetime(2026, 11, 23, 21, 10, tzinfo=KST))
    return Talking(reply, OperatorWorld(clock), clock, ME)


@pytest.mark.parametrize(
    ("said", "kind"),
    [("안내로요", Kind.INFO), ("공지예요", Kind.INFO), ("광고요", Kind.AD), ("할인 소식", Kind.AD), ("an ad", Kind.AD)],
)
def test_the_kind_in_words(chat: Talking, said: str, kind: Kind) -> None:
    """What is neither, or both, is asked again, and says so."""
    chat.say("발송")
    assert chat.say("안내 말고 광고인가") == "안내인지 광고인지 골라 주세요. 할인이나 행사 소식은 광고예요."
    chat.say(said)
    for answer in ("고객", SNOW, "한국어만", "버튼 없이"):
        chat.say(answer)
    assert only(chat).kind is kind


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("공지 보내기", "누구에게"), ("안내문 발송", "누구에게"), ("광고 보낼래요", "누구에게"), ("단체 문자", "안내인가요"),
        ("send a broadcast", "안내인가요"),
    ],
)  # fmt: skip
def test_how_people_ask_for_a_broadcast(chat: Talking, said: str, asks: str) -> None:
    assert chat.say(said).startswith(asks)


def test_one_area_at_a_time(chat: Talking) -> None:
    """Said, with those that were named; what else was said is kept."""
    chat.say("발송 안내")
    assert chat.say("마포랑 서대문 고객") == "지역은 한 번에 한 곳씩 보낼 수 있어요. 먼저 어디로 보낼까요?"
    assert chat.labels()[:2] == ["마포구", "서대문구"]
    assert chat.tap("서대문구").startswith("서대문구 고객에게")


def test_whose_name_is_filled_in(chat: Talking) -> None:
    """`고객명` in what a cleaner gets is the cleaner's."""
    chat.say("발송 안내")
    assert chat.say("내일 업체").startswith("11/24(화)에 일하는 업체에게")
    assert chat.text.endswith("업체에는 #{고객명} 자리에 업체 이름이 들어가요.")


@pytest.mark.parametrize("said", ["없음", "없어요", "아니요", "건너뛰기", "none"])
def test_no_is_no_text(chat: Talking, said: str) -> None:
    """Nobody reads 없음 as the English text, and no button is called so."""
    chat.say("발송 안내")
    chat.tap("고객")
    chat.say(SNOW)
    assert chat.say(said).startswith("버튼을 하나 달까요?")
    assert "64명을 골랐어요." in chat.say(said)
    assert (only(chat).wording.text_en, only(chat).wording.button_ko) == ("", "")


def test_the_english_text_is_english(chat: Talking) -> None:
    """With the names that English texts have for what is filled in, and a way to go without."""
    chat.say("발송 안내")
    chat.tap("고객")
    assert chat.say("#{고객명}님, 내일 쉬어요.").endswith(
        "영어 글에서는 바뀌는 말을 이렇게 적어 주세요: #{customer_name}"
    )
    assert chat.say("네").startswith("여기에는 영어로 된 글을 적어 주세요.")
    assert chat.say("#{날씨} tomorrow").startswith("‘날씨’는 제가 모르는 말이에요.")
    assert chat.text.endswith("영어 글에서는 바뀌는 말을 이렇게 적어 주세요: #{customer_name}")
    assert "한국어만" in chat.labels()
    chat.say("#{customer_name}, we are closed.")
    chat.say("예약 버튼이요")
    assert (only(chat).wording.text_en, only(chat).wording.button_action) == (
        "#{customer_name}, we are closed.",
        "book",
    )


@pytest.mark.parametrize("said", ["취소", "취소해줘", "안 보낼래요", "그만"])
def test_leaving_says_what_became_of_it(chat: Talking, said: str) -> None:
    """Before there is a text there is nothing; then it is in the list, and can be thrown away there."""
    chat.say("발송 안내")
    chat.say("고객")
    assert chat.say(said) == "그만뒀어요. 바뀐 건 없어요."
    written(chat)
    assert chat.say(said) == "그만뒀어요. 보낸 건 없고, 쓰던 글은 ‘발송 목록’에 있어요."
    code = short_code(only(chat).id)
    chat.say("발송 목록")
    chat.tap(f"{code} 보기")
    assert chat.tap("버리기") == "쓰던 글을 버릴까요? 되돌릴 수 없어요."
    assert chat.tap("버리기") == "쓰던 글을 버렸어요. 보낸 건 없어요."
    assert only(chat).status is BroadcastStatus.CANCELLED
    assert not {"결과 보기", "정정 보내기"} & set(chat.labels())
    assert "안내, 버린 글, 11/23(월) 21:10" in chat.say("발송 목록")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("현황", "손이 필요한"), ("도움말", "이렇게 말씀하시면"), ("찾기 1234", "‘1234’에 맞는"),
        ("답장 R7K2Q 네", "‘R7K2Q’에 맞는"),
    ],
)  # fmt: skip
def test_a_whole_command_is_no_text_for_everybody(chat: Talking, said: str, answer: str) -> None:
    chat.say("발송 안내")
    chat.say("고객")
    assert chat.say(said).startswith(answer)


@pytest.mark.parametrize("said", ["네", "발송", "보내줘", "발송 확정", "아니요", "글 고칠래요"])
def test_the_confirm_is_tapped(chat: Talking, said: str) -> None:
    """Words send nothing and lose nothing: it is shown again."""
    written(chat)
    assert chat.say(said).startswith("보내거나 고치려면 아래 버튼을 눌러 주세요. 64명을 골랐어요.")
    assert only(chat).status is BroadcastStatus.DRAFT
    assert chat.say("현황").startswith("손이 필요한")


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("두 시간 뒤", datetime(2026, 11, 23, 23, 10, tzinfo=KST)),
        ("30분 뒤에", datetime(2026, 11, 23, 21, 40, tzinfo=KST)),
        ("in an hour", datetime(2026, 11, 23, 22, 10, tzinfo=KST)),
        ("새벽 6시", datetime(2026, 11, 24, 6, tzinfo=KST)),
        ("오늘 밤 12시", datetime(2026, 11, 24, tzinfo=KST)),
        ("내일 밤 1시", datetime(2026, 11, 25, 1, tzinfo=KST)),
        ("내일 낮 12시", datetime(2026, 11, 24, 12, tzinfo=KST)),
        ("사흘 뒤 오전 10시", datetime(2026, 11, 26, 10, tzinfo=KST)),
    ],
)
def test_when_in_words(chat: Talking, said: str, start: datetime) -> None:
    """Under the look itself as well, and again under the question whether then."""
    written(chat, whom="고객")
    chat.say(said)
    chat.say(said)
    assert chat.say("네").endswith("에 64명에게 보낼게요.")
    assert only(chat).starts_at == start


def test_tomorrow_morning_is_one_tap(chat: Talking) -> None:
    written(chat)
    chat.tap("예약 발송")
    assert chat.say("내일").startswith("언제 보낼까요? 날짜와 시각을 함께 적어 주세요.")
    assert chat.tap("내일 오전 9시").startswith("11/24(화) 오전 9시에 64명에게 보낼까요?")


def test_not_after_the_visit(chat: Talking) -> None:
    """What it says of tomorrow's visit is of no use the day after."""
    written(chat, text="눈이 와서 30분쯤 늦을 수 있어요.")
    chat.tap("예약 발송")
    assert chat.say("모레 오전 9시") == "그때는 11/24(화) 방문이 끝난 뒤예요. 그날까지의 시각을 적어 주세요."
    assert chat.say("내일 오전 9시") == "11/24(화) 오전 9시에 64명에게 보낼까요?"


@pytest.mark.parametrize("said", ["발송 중단", "발송 취소해줘", "멈춰", "그만 보내", "stop the broadcast"])
def test_stopping_in_a_hurry(chat: Talking, said: str) -> None:
    """What can still be stopped is shown with its buttons; drafts and what is over aren't."""
    assert chat.say(said) == "지금 보내고 있거나 예약한 발송이 없어요."
    id = confirmed(chat)
    written(chat)
    assert chat.say(said).startswith(f"이 발송을 멈출까요?\n발송 {short_code(id)}\n상태: 보내는 중")
    assert chat.labels()[:2] == ["잠깐 멈춤", "발송 중단"]
    assert chat.tap("잠깐 멈춤").startswith("잠깐 멈췄어요.")


@pytest.mark.parametrize(
    ("said", "segment"),
    [
        ("모두", Segment()),
        ("고객", Segment(role="customer")),
        ("모든 업체", Segment(role="cleaner")),
        ("마포 업체", Segment(role="cleaner", area="mapo")),
        ("60일 넘게 안 온 고객", Segment(role="customer", idle_days=60)),
        ("60일 넘게 이용 안 한 고객", Segment(role="customer", idle_days=60)),
        ("세 달 동안 이용하지 않은 고객", Segment(role="customer", idle_days=90)),
        ("90일 이상 예약하지 않으신 분들", Segment(role="customer", idle_days=90)),
        ("한 달째 안 부르신 손님", Segment(role="customer", idle_days=30)),
        ("두 달 동안 안 오신 분", Segment(role="customer", idle_days=60)),
        ("영어로 읽는 고객", Segment(role="customer", language="en")),
        ("12/1 방문 업체", Segment(role="cleaner", visit_on=date(2026, 12, 1))),
        ("customers with a visit tomorrow in Mapo", Segment(role="customer", area="mapo", visit_on=date(2026, 11, 24))),
        ("customers without a visit for 60 days", Segment(role="customer", idle_days=60)),
        ("everyone", Segment()),
    ],
)
def test_whom_in_words(chat: Talking, said: str, segment: Segment) -> None:
    """In both languages, whole."""
    written(chat, whom=said)
    assert only(chat).segment == segment


def test_whom_asked_back(chat: Talking) -> None:
    """What isn't clear is asked with an example or choices, and what was clear is kept."""
    chat.say("발송 안내")
    assert chat.say("뿌뿌").startswith("누구인지 잘 못 알아들었어요. “내일 방문 고객, 마포구”나")
    assert chat.say("월요일 방문 고객, 마포구").startswith("어느 날에 방문하는 고객인가요?")
    assert chat.tap("11/30(월)").startswith("마포구 11/30(월) 방문 고객에게 안내를 보내요.")
    chat.say("이전")
    assert chat.say("신촌 고객") == "어느 지역인지 골라 주세요."
    assert chat.tap("서대문구").startswith("서대문구 고객에게")
    chat.say("이전")
    assert chat.say("부산 고객") == "어느 지역인지 골라 주세요."
    assert chat.say("강남").startswith("강남구 고객에게")
    chat.say("이전")
    assert chat.say("어제 방문 고객").startswith("지난 날은 고를 수 없어요.")
    assert chat.say("내일").startswith("11/24(화) 방문 고객에게")
    chat.say("이전")
    assert chat.say("30일 안 온 업체").startswith("며칠 넘게 이용하지 않은 고객인가요?")
    assert chat.say("45").startswith("45일 넘게 이용하지 않은 고객에게")


@pytest.mark.parametrize(
    "said",
    ["최근 이용 고객", "단골 고객", "VIP 고객", "고객 말고 업체", "recent customers", "카드로 결제한 고객", "뿌뿌"],
)
def test_whoever_is_described_by_another_word_is_not_everybody(chat: Talking, said: str) -> None:
    """More people than were meant is the worse mistake."""
    chat.say("발송 안내")
    assert chat.say(said).startswith("누구인지 잘 못 알아들었어요.")


@pytest.mark.parametrize(
    "said",
    [
        "오래 안 온 고객이요",
        "한동안 뜸한 고객들",
        "결제하지 않은 고객",
        "예약 없는 고객",
        "내일 예약 없는 고객",
        "customers who haven't come",
    ],
)
def test_how_long_is_asked(chat: Talking, said: str) -> None:
    chat.say("발송 안내")
    assert chat.say(said).startswith("며칠 넘게 이용하지 않은 고객인가요?")


def test_texts_are_taken_as_typed(chat: Talking) -> None:
    """Also such that would be commands elsewhere: nobody gets a reply that was meant for all."""
    chat.say("발송 안내")
    chat.tap("고객")
    chat.say("답장 주시면 바로 도와드릴게요. 1만원 아니에요.")
    chat.tap("한국어만")
    chat.tap("버튼 없이")
    assert only(chat).wording.text_ko == "답장 주시면 바로 도와드릴게요. 1만원 아니에요."
