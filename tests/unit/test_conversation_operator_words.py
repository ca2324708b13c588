"""What operators type in their own words: to whom a reply goes, what a confirmation is about, what leaves it."""

from datetime import datetime

import pytest

from bot.conversation.effects_operator import OperatorRefund
from bot.conversation.operator import reply
from bot.conversation.parse.consent import is_yes_here, says_to_cancel, says_to_move, says_to_pay
from bot.conversation.parse.operator_words import (
    CONFIRMED,
    is_about_replies,
    is_no_reason,
    read_coded_deed,
    read_deed,
    refuses,
    says_to_do,
)
from bot.conversation.turn import Person
from services.mypage.view import ReservationView
from services.payment.values import CompensationStatus
from services.shared_kernel.clock import KST
from services.shared_kernel.ids import short_code
from tests.support.operator_world import ME, OperatorWorld
from tests.support.talking import Talking
from tests.support.time import FakeClock

SATURDAY_10AM = datetime(2026, 11, 28, 10, tzinfo=KST)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def world(clock: FakeClock) -> OperatorWorld:
    return OperatorWorld(clock)


@pytest.fixture
def chat(world: OperatorWorld, clock: FakeClock) -> Talking:
    return Talking(reply, world, clock, ME)


def other_code(*codes: str) -> str:
    return next(code for code in ("ZZZZZ", "YYYYY", "XXXXX") if code not in codes)


def sent(world: OperatorWorld) -> list[tuple[str, str]]:
    return [(thread_id, text) for thread_id, text, _ in world.sent]


# 답장


@pytest.mark.parametrize("text", ["네 환불해 드릴게요", "강아지 있어도 돼요", "Yes, of course"])
def test_a_reply_without_a_code_is_shown_with_its_reader(chat: Talking, world: OperatorWorld, text: str) -> None:
    thread = world.thread("강아지 있어도 되나요?")
    assert chat.say(f"답장 {text}") == f"김OO 고객님께 이렇게 보낼까요? “{text}”"
    assert chat.labels()[:2] == ["보내기", "그만두기"]
    assert not world.sent
    action = chat.button("보내기").action
    assert chat.tap("보내기") == "김OO 고객님께 보냈어요. 오후 3시 도착."
    assert sent(world) == [(thread, text)]
    assert chat.do(action).startswith("지난 버튼이에요.")
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    "said", ["네", "네 보내주세요", "네 보내", "보내 주세요", "보내기", "응", "보낼게요", "yes", "send it"]
)
def test_it_goes_by_words(chat: Talking, world: OperatorWorld, said: str) -> None:
    thread = world.thread("강아지 있어도 되나요?")
    chat.say("답장 그럼요")
    assert chat.say(said) == "김OO 고객님께 보냈어요. 오후 3시 도착."
    assert sent(world) == [(thread, "그럼요")]


@pytest.mark.parametrize(
    "said", ["아니요", "보내지 마세요", "그만두기", "안 보낼게요", "취소", "네?", "취소 확정", "잠깐만요"]
)
def test_it_stays_by_words(chat: Talking, world: OperatorWorld, said: str) -> None:
    world.thread("강아지 있어도 되나요?")
    chat.say("답장 그럼요")
    chat.say(said)
    assert not world.sent


def test_a_reply_that_begins_with_a_name(chat: Talking, world: OperatorWorld) -> None:
    """답장 이순자 네: not to whoever else is there."""
    world.thread("언제 와요?", name="김OO")
    other = world.thread("환불되나요?", name="이순자")
    for said in (
        "답장 이순자 네 환불해 드릴게요",
        "답장 이순자님께 네 환불해 드릴게요",
        "답장 이순자 고객님: 네 환불해 드릴게요",
    ):
        assert chat.say(said) == "이순자 고객님께 이렇게 보낼까요? “네 환불해 드릴게요”"
    chat.say("네")
    assert sent(world) == [(other, "네 환불해 드릴게요")]


def test_a_name_that_nobody_has_is_sent_to_nobody_unseen(chat: Talking, world: OperatorWorld) -> None:
    world.thread("언제 와요?", name="김OO")
    assert chat.say("답장 이순자 네 환불해 드릴게요").startswith("김OO 고객님께 이렇게 보낼까요?")
    assert not world.sent


@pytest.mark.parametrize(
    "text",
    [
        "목록 보여줘", "대기 몇 명이에요?", "안 할게요", "나중에 할게요", "보냈나요?", "목록", "대기 중인 고객 보여주세요", "이따 할게요",
        "했나요?", "보냈어요?", "왔나요?", "안 해요", "취소할게요", "나중에", "해주세요", "안 보낼래요", "그만", "누구한테 해요?",
        "상담 끝내기", "list", "later", "was it sent?",
    ],
)  # fmt: skip
def test_what_is_about_replies_is_none(chat: Talking, world: OperatorWorld, text: str) -> None:
    """Neither at once, nor just after an answer, nor with a code in front."""
    thread = world.thread("강아지 있어도 되나요?")
    assert "김OO 고객님이 기다려요" in chat.say(f"답장 {text}")
    chat.do(f"handover:{thread}")
    chat.say("네, 괜찮아요")
    chat.say(f"답장 {text}")
    chat.say("네")
    assert len(world.sent) == 1
    assert chat.say(f"답장 {short_code(thread)} {text}") == f"김OO 고객님께 이렇게 보낼까요? “{text}”"
    assert len(world.sent) == 1


@pytest.mark.parametrize("text", ["목록 보여줘", "나중에 할게요", "보냈나요?", "R7K2Q 취소", "R7K2Q 환불 2만원"])
def test_what_is_hardly_for_a_customer_is_asked_about(chat: Talking, world: OperatorWorld, text: str) -> None:
    """Typed where a reply is: it may be one."""
    thread = world.thread("강아지 있어도 되나요?")
    chat.do(f"handover:{thread}")
    assert chat.say(text) == f"김OO 고객님께 이렇게 보낼까요? “{text}”"
    assert not world.sent
    chat.say("네")
    assert sent(world) == [(thread, text)]


@pytest.mark.parametrize(
    "said",
    [
        "답장: 네 괜찮아요",
        "답장, 네 괜찮아요",
        "답장 김OO 네 괜찮아요",
        "답장 김OO님께: 네 괜찮아요",
        "회신 네 괜찮아요",
    ],
)
def test_a_reply_in_other_words(chat: Talking, world: OperatorWorld, said: str) -> None:
    world.thread("강아지 있어도 되나요?")
    assert chat.say(said) == "김OO 고객님께 이렇게 보낼까요? “네 괜찮아요”"


@pytest.mark.parametrize("said", ["답장 김OO", "답장 김OO 고객님께"])
def test_a_name_alone_asks_what_to_say(chat: Talking, world: OperatorWorld, said: str) -> None:
    world.thread("강아지 있어도 되나요?")
    assert chat.say(said).endswith("김OO 고객님께 보낼 말을 적어 주세요. 그대로 보여요.")


@pytest.mark.parametrize(
    "text",
    [
        "네", "현관에서 대기해 주세요", "나중에 방문해도 괜찮아요", "목록은 문자로 보내드렸어요", "안 됩니다", "보냈어요", "있어요", "못 갑니다", "네, 보내드렸습니다",
    ],
)  # fmt: skip
def test_what_a_customer_may_read(text: str) -> None:
    assert not is_about_replies(text)


@pytest.mark.parametrize("between", [" ", ": ", ", ", ":", ",", " : ", ". ", " - ", "; "])
@pytest.mark.parametrize("small", [False, True])
def test_a_code_is_read_whatever_follows_it(chat: Talking, world: OperatorWorld, between: str, small: bool) -> None:
    """And isn't in what the customer reads."""
    threads = [world.thread("하나", name="김OO"), world.thread("둘", name="이순자")]
    for thread in threads:
        code = short_code(thread)
        said = f"답장 {code.lower() if small else code}{between}네, 괜찮아요"
        assert chat.say(said) == "보냈어요. 오후 3시 도착."
    assert sent(world) == [(thread, "네, 괜찮아요") for thread in threads]


@pytest.mark.parametrize("between", [" ", ": ", ", ", ":"])
def test_a_wrong_code_is_sent_to_nobody(chat: Talking, world: OperatorWorld, between: str) -> None:
    thread = world.thread("강아지 있어도 되나요?")
    for code in (other_code(short_code(thread)), "R7K2Q", "r7k2q"):
        assert chat.say(f"답장 {code}{between}네, 괜찮아요").startswith(f"‘{code.upper()}’에 맞는 상담이나 예약이")
    assert not world.sent


def test_who_has_left_is_not_chosen(chat: Talking, world: OperatorWorld) -> None:
    """Without a code; with one they are."""
    left = world.thread("물이 새요", name="이순자")
    world.leave(left)
    assert "이순자 고객님이 대화를 끝냈어요" in chat.say("답장 네 괜찮아요")
    there = world.thread("강아지 있어도 되나요?")
    assert chat.say("답장 네 괜찮아요").startswith("김OO 고객님께 이렇게 보낼까요?")
    chat.say("네")
    assert sent(world) == [(there, "네 괜찮아요")]
    assert chat.say(f"답장 {short_code(left)} 죄송해요").startswith("보냈어요.")


# Confirmations


ROWS = "예약번호: {code}\n고객: 김OO 고객님\n일시: 11/24(화) 14:00–17:00\n청소: 집청소 24평"


def rows_of(view: ReservationView) -> str:
    return ROWS.format(code=short_code(view.id))


def test_a_cancellation_shows_whose_visit_it_is(chat: Talking, world: OperatorWorld) -> None:
    view = world.reservation()
    assert chat.say(f"취소 {short_code(view.id)}") == f"사유를 적어 주세요. 고객님께 그대로 보여요.\n{rows_of(view)}"
    assert chat.say("업체 차량 고장") == (
        f"환불 80,000원과 보상 16,000원(전날 20%), 모두 96,000원이 나가요.\n{rows_of(view)}\n사유: 업체 차량 고장"
    )
    assert chat.labels()[:2] == ["취소 확정", "그만두기"]
    chat.say("네")
    assert len(world.cancelled) == 1


def test_an_old_button_shows_whose_visit_it_is(chat: Talking, world: OperatorWorld) -> None:
    view, other = world.reservation(), world.reservation(name="이순자")
    chat.say(f"찾기 {short_code(other.id)}")
    chat.do(f"opcancel:{view.id}")
    assert rows_of(view) in chat.say("업체 차량 고장")


def test_a_move_shows_whose_visit_it_is(chat: Talking, world: OperatorWorld) -> None:
    view = world.reservation()
    code = short_code(view.id)
    proposed = f"11/24(화) 오후 2시를 11/28(토) 오전 10시로 옮길까요?\n{rows_of(view)}"
    assert chat.say(f"옮기기 {code} 토요일 10시") == proposed
    assert rows_of(view) in chat.say(f"옮기기 {code}")
    assert rows_of(view) in chat.do(f"opmove:{view.id}")


def test_a_refund_by_code_shows_whose_it_is(chat: Talking, world: OperatorWorld) -> None:
    view = world.reservation()
    assert rows_of(view) in chat.say(f"환불 {short_code(view.id)}")
    chat.say("절반만 해주세요")
    assert chat.say("청소가 늦었어요") == (
        f"김OO 고객님께 40,000원을 돌려드릴까요? 사유: 청소가 늦었어요\n{rows_of(view)}"
    )


@pytest.mark.parametrize(
    "said",
    [
        "네",
        "네 취소해주세요",
        "1234",
        "안녕하세요",
        "네 그렇게 해주세요",
        "ㅇㅇ",
        "확인",
        "감사합니다",
        "아니요",
        "?",
        "취소 확정",
        "없음",
        "몰라요",
    ],
)
def test_what_is_no_reason_is_told_to_nobody(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    for verb in ("opcancel", "oprefund"):
        chat.do(f"{verb}:{view.id}")
        if verb == "oprefund":
            chat.say("2만원")
        assert chat.say(said).startswith("그건 사유로 보이지 않아요.")
        chat.say("네")
        assert chat.draft.asking in ("reason", "refund_reason")
        chat.say("업체 차량 고장")
        assert chat.draft.asking == "confirm"
    assert not world.cancelled


@pytest.mark.parametrize(
    "said", ["차량 고장", "네 고객님 요청이에요", "업체가 취소했어요", "고객 요청으로 취소해 주세요", "사유", "no show"]
)
def test_what_is_a_reason(said: str) -> None:
    assert not is_no_reason(said)


@pytest.mark.parametrize(
    ("said", "is_made"),
    [
        ("네 취소해주세요", False), ("네 취소", False), ("취소 확정", False), ("취소해주세요", False), ("취소", False), ("네 환불하지 마세요", False),
        ("환불하지 마세요", False), ("환불", False), ("네 환불 취소해주세요", False), ("환불 취소", False), ("네?", False),
        ("네", True), ("네 환불해 주세요", True), ("환불 확정", True), ("환불해 주세요", True), ("네 환불", True),
    ],
)  # fmt: skip
def test_only_its_own_word_makes_a_refund(chat: Talking, world: OperatorWorld, said: str, is_made: bool) -> None:
    view = world.reservation()
    chat.do(f"oprefund:{view.id}")
    chat.say("2만원")
    chat.say("청소가 늦었어요")
    chat.say(said)
    assert any(isinstance(each, OperatorRefund) for each in chat.effects) is is_made
    assert world.reserved_krw == (20_000 if is_made else 0)


@pytest.mark.parametrize(
    "said",
    [
        "얼마 나가요?",
        "잠시만요",
        "업체가 취소했어요",
        "네 옮겨주세요",
        "취소해주세요",
        "취소",
        "네?",
        "안녕하세요",
        "취소할게요",
    ],
)
def test_a_cancellation_stays_asked(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    chat.say("업체 차량 고장")
    chat.say(said)
    assert chat.labels()[:2] == ["취소 확정", "그만두기"]
    assert not world.cancelled
    assert chat.say("네") == "취소했어요. 고객님과 OO클린에 알렸어요."
    assert world.cancelled == [(view.id, 80_000, "업체 차량 고장")]


@pytest.mark.parametrize(
    "said", ["취소하지 마세요", "아니요", "그만두기", "그만할게요", "취소 안 할래요", "아니요 취소하지 말아 주세요"]
)
def test_a_cancellation_is_left(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    chat.say("업체 차량 고장")
    assert chat.say(said) == "그만뒀어요. 바뀐 건 없어요."
    chat.say("네")
    assert not world.cancelled


def test_figures_asked_for_are_shown_again(chat: Talking, world: OperatorWorld) -> None:
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    first = chat.say("업체 차량 고장")
    assert chat.say("얼마 나가요?") == first
    chat.say("찾기 1234")
    chat.tap("운영 취소")
    assert rows_of(view) not in chat.say("업체 차량 고장")
    assert rows_of(view) in chat.say("누구 예약이죠?")
    chat.say("찾기 1234")
    chat.tap("운영 취소")
    assert rows_of(view) not in chat.say("업체 차량 고장")
    assert rows_of(view) in chat.say("누구 예약이죠?")


@pytest.mark.parametrize(
    "said", ["변경해주세요", "바꿔주세요", "미뤄주세요", "네 변경해주세요", "연기해 주세요", "언제였죠", "네?"]
)
def test_what_may_be_another_time_moves_nothing(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.say(f"옮기기 {short_code(view.id)} 토요일 10시")
    chat.say(said)
    assert not world.moved
    assert chat.labels()[:2] == ["옮기기", "그만두기"]
    assert chat.say("네") == "11/28(토) 오전 10시로 옮겼어요. 고객님과 업체에 알렸어요."


@pytest.mark.parametrize(
    "said",
    ["네", "네 옮겨 주세요", "옮겨 주세요", "네 그렇게 해주세요", "옮기기", "옮길게요", "네 옮겨", "yes", "move it"],
)
def test_a_move_by_words(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.say(f"옮기기 {short_code(view.id)} 토요일 10시")
    chat.say(said)
    assert world.moved == [(view.id, SATURDAY_10AM)]


@pytest.mark.parametrize(
    ("said", "proposed"),
    [
        ("16시로", "11/28(토) 오후 4시"), ("아니 오후 4시", "11/28(토) 오후 4시"), ("토요일 말고 일요일", "11/29(일) 오전 10시"),
        ("일요일로 해주세요", "11/29(일) 오전 10시"), ("일요일 오후 2시로 변경해주세요", "11/29(일) 오후 2시"), ("2시 말고 4시로요", "11/28(토) 오후 4시"),
    ],
)  # fmt: skip
def test_another_time_is_proposed_anew(chat: Talking, world: OperatorWorld, said: str, proposed: str) -> None:
    view = world.reservation()
    chat.say(f"옮기기 {short_code(view.id)} 토요일 10시")
    assert f"{proposed}로 옮길까요?" in chat.say(said)
    assert not world.moved
    assert chat.say("네").startswith(f"{proposed}로 옮겼어요.")


def test_a_time_that_is_taken_is_not_proposed(chat: Talking, world: OperatorWorld) -> None:
    view = world.reservation()
    chat.say(f"옮기기 {short_code(view.id)} 토요일 10시")
    assert chat.say("아니 11시").startswith(
        "11/28(토) 오전 11시에는 자리가 없어요. 11/28(토)로 옮길 수 있는 시간이에요."
    )
    assert "11/28(토) 오후 4시로 옮길까요?" in chat.say("4시요")


@pytest.mark.parametrize("said", ["오늘 방문 보여줘", "현황", "찾기 1234", "급한 일"])
def test_a_command_at_a_move_is_no_time(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.say(f"옮기기 {short_code(view.id)} 토요일 10시")
    assert "옮길까요?" not in chat.say(said)
    assert not world.moved


def test_another_booking_at_a_move(chat: Talking, world: OperatorWorld) -> None:
    """A command about another visit isn't a time of this one."""
    view, other = world.reservation(), world.reservation(name="이순자")
    chat.say(f"옮기기 {short_code(view.id)} 토요일 10시")
    assert "고객: 이순자 고객님" in chat.say(f"옮기기 {short_code(other.id)} 일요일 10시")
    assert "고객: 김OO 고객님" in chat.say(f"{short_code(view.id)} 일요일 10시로 옮겨줘")
    assert not world.moved


@pytest.mark.parametrize(
    ("said", "is_taken"),
    [
        ("네 회수해 주세요", True), ("회수해 주세요", True), ("네", True), ("네 그렇게 해주세요", True), ("회수하지 마세요", False), ("아니요", False),
        ("안 할래요", False), ("취소", False), ("회수", False), ("회수하면 어떻게 돼요?", False), ("잠깐만요", False), ("아니요 회수하지 말아 주세요", False),
    ],
)  # fmt: skip
def test_taking_a_role_back_by_words(chat: Talking, world: OperatorWorld, said: str, is_taken: bool) -> None:
    world.member("operator")
    cleaner = world.member("cleaner", "OO클린")
    chat.say("담당자")
    chat.say("OO클린")
    chat.say(said)
    assert (cleaner.id not in world.staff) is is_taken


@pytest.mark.parametrize(
    ("said", "is_ended"),
    [
        ("네 끝내주세요", True), ("네", True), ("끝났어요", True), ("네 끝났어요", True), ("완료해 주세요", True), ("끝내지 마세요", False),
        ("아직이에요", False), ("안 끝났어요", False), ("취소", False), ("아직요", False), ("끝났나요?", False), ("네 취소해주세요", False),
    ],
)  # fmt: skip
def test_ending_a_cleaning_by_words(chat: Talking, world: OperatorWorld, said: str, is_ended: bool) -> None:
    view = world.reservation(status="IN_PROGRESS")
    chat.do(f"opfinish:{view.id}")
    chat.say(said)
    assert bool(world.finished) is is_ended


@pytest.mark.parametrize(
    "said",
    [
        "보내지 않았어요",
        "취소하면 안 돼요",
        "네 회수해 주세요",
        "회수하지 마세요?",
        "보내지 않으면 안 돼요",
        "마지막이에요",
    ],
)
def test_what_refuses_nothing(said: str) -> None:
    assert refuses(said) is (said == "보내지 않았어요")


# Beside one booking


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("이거 취소", "사유를 적어 주세요."), ("이 예약 취소해 주세요", "사유를 적어 주세요."),
        ("취소", "사유를 적어 주세요. 고객님께 그대로 보여요."), ("취소해 주세요", "사유를 적어 주세요. 고객님께 그대로 보여요."),
        ("취소할게요", "사유를 적어 주세요. 고객님께 그대로 보여요."), ("운영 취소", "사유를 적어 주세요. 고객님께 그대로 보여요."),
        ("환불", "얼마를 돌려드릴까요? 80,000원까지 돼요."), ("환불 2만원", "사유를 적어 주세요. 기록에 남고, 고객님께는 금액만 알려 드려요."),
        ("2만원 환불해 주세요", "사유를 적어 주세요. 기록에 남고, 고객님께는 금액만 알려 드려요."),
        ("전액 환불", "사유를 적어 주세요. 기록에 남고, 고객님께는 금액만 알려 드려요."),
        ("토요일 10시로 옮겨줘", "11/24(화) 오후 2시를 11/28(토) 오전 10시로 옮길까요?"), ("옮기기", "11/24(화) 오후 2시를 언제로 옮길까요?"),
        ("기록", "남은 기록이 없어요."),
    ],
)  # fmt: skip
def test_after_one_was_found(chat: Talking, world: OperatorWorld, said: str, answer: str) -> None:
    view = world.reservation()
    code = short_code(view.id)
    for found in (f"찾기 {code}", "1234"):
        chat.say("그만두기")
        chat.say(found)
        assert chat.say(said).startswith(answer)
    assert chat.say(f"{code} {said}").startswith(answer)
    assert chat.say(f"{code.lower()} {said}").startswith(answer)


def test_what_was_found_is_forgotten(chat: Talking, world: OperatorWorld) -> None:
    """Several, none, or something else in between: it is asked which."""
    world.reservation()
    chat.say("찾기 1234")
    chat.say("뿌뿌")
    assert chat.say("취소") == "사유를 적어 주세요. 고객님께 그대로 보여요."
    chat.say("찾기 1234")
    chat.say("현황")
    assert chat.say("취소").startswith("어느 예약인가요?")
    world.reservation()
    assert chat.say("찾기 1234").startswith("찾은 예약\n2건")
    assert chat.say("환불 2만원").startswith("제가 잘 못") or "어느 예약" in chat.text


@pytest.mark.parametrize("text", ["주소 변경해 주세요", "환불 언제 돼요", "옮겨도 되나요?", "옮기지 마세요", "현황"])
def test_no_deed(text: str) -> None:
    assert read_deed(text) is None


def test_a_word_that_only_looks_like_a_code(chat: Talking) -> None:
    assert read_coded_deed("staff list") is None
    assert chat.say("zebra 취소").startswith("제가 잘 못 알아들었어요.")


def test_a_bare_code_without_a_digit(chat: Talking, world: OperatorWorld) -> None:
    """Found if there is such a booking; else it wasn't understood."""
    for _ in range(200):
        view = world.reservation()
        code = short_code(view.id)
        if code.isalpha():
            break
    for said in (code, code.lower(), f"{code.lower()}."):
        assert chat.say(said).startswith(f"1건 찾았어요. {code},")
    assert chat.say("ZZZZZ").startswith("제가 잘 못 알아들었어요.")


@pytest.mark.parametrize("said", ["김OO", "김OO 고객님", "김OO님", "OO클린"])
def test_a_bare_name(chat: Talking, world: OperatorWorld, said: str) -> None:
    world.reservation()
    assert chat.say(said).startswith("1건 찾았어요.")
    assert chat.say(f"찾기 {said.split('님', maxsplit=1)[0].split(maxsplit=1)[0]}").startswith("1건 찾았어요.")


def test_digits_find_and_change_nothing(chat: Talking, world: OperatorWorld) -> None:
    """취소 2345 may be a phone: what is found by it is shown, and nothing is begun."""
    view = world.reservation()
    assert chat.say("취소 2345").startswith("‘2345’에 맞는")
    assert world.found[view.id].phone.endswith("1234")
    assert chat.say("답장 2345 네").startswith("‘2345’에 맞는 상담이나 예약이 없어요.")


# A talk that was left


def test_a_talk_that_was_left_is_on_the_board(chat: Talking, world: OperatorWorld) -> None:
    thread = world.thread("물이 새요")
    world.leave(thread)
    assert chat.say("현황").startswith("손이 필요한 일 1건이에요. 고객이 끝낸 상담 1.")
    assert chat.tap("급한 일 보기") == "고객이 끝냈지만 닫지 않은 상담 1건이 있어요."
    assert "물이 새요" in chat.tap("기다리는 고객")


@pytest.mark.parametrize(
    "said", ["상담 끝내기 {}", "{} 상담 끝내기", "상담 종료 {}", "{} 상담 종료", "close {}", "end talk {}"]
)
def test_a_talk_is_ended_by_its_code(chat: Talking, world: OperatorWorld, said: str) -> None:
    thread, other = world.thread("물이 새요"), world.thread("언제 와요?")
    world.leave(thread)
    assert chat.say(said.format(short_code(thread))) == "상담을 끝냈어요."
    assert [*world.threads] == [other]
    assert chat.say(said.format("ZZZZZ")).startswith("그 상담은 찾을 수 없어요.")


# Sums


@pytest.mark.parametrize(
    ("typed", "won"),
    [
        ("전액이요", 80_000), ("전액 해주세요", 80_000), ("절반", 40_000), ("절반만요", 40_000), ("반만 해주세요", 40_000), ("half", 40_000),
        ("다 돌려주세요", 80_000), ("전부 다요", 80_000), ("반액", 40_000), ("50%", 40_000), ("2만5천원만 해주세요", 25_000), ("2만원 환불해 주세요", 20_000), ("만원만요", 10_000), ("20,000원으로 해줘", 20_000),
    ],
)  # fmt: skip
def test_sums_in_more_words(chat: Talking, world: OperatorWorld, typed: str, won: int) -> None:
    view = world.reservation()
    chat.do(f"oprefund:{view.id}")
    chat.say(typed)
    chat.say("청소가 늦었어요")
    chat.tap("환불 확정")
    assert [each.amount_krw for each in chat.effects if isinstance(each, OperatorRefund)] == [won]


@pytest.mark.parametrize(
    ("said", "won"),
    [
        ("3만원으로", 30_000),
        ("아니 3만원", 30_000),
        ("전액으로 해주세요", 80_000),
        ("네 전액 환불해 주세요", 80_000),
        ("10만원", 0),
        ("5678", 0),
    ],
)
def test_another_sum_is_asked_about(chat: Talking, world: OperatorWorld, said: str, won: int) -> None:
    """With the reason that was given; more than there is isn't."""
    view = world.reservation()
    chat.do(f"oprefund:{view.id}")
    chat.say("2만원")
    chat.say("청소가 늦었어요")
    chat.say(said)
    assert world.reserved_krw == 0
    assert (f"{won:,}원을 돌려드릴까요? 사유: 청소가 늦었어요" in chat.text) is bool(won)
    chat.say("네")
    assert world.reserved_krw == won


@pytest.mark.parametrize(
    ("said", "is_paid"),
    [("네 보냈어요", True), ("네", True), ("지급했어요", True), ("안 보냈어요", False), ("아직이에요", False)],
)
def test_a_compensation_by_words(chat: Talking, world: OperatorWorld, said: str, is_paid: bool) -> None:
    view = world.reservation()
    made = world.owe(view)
    chat.do(f"paid:{made.id}")
    chat.say(said)
    assert (world.owed[made.id].compensation.status is CompensationStatus.PAID) is is_paid


# Broadcasts


@pytest.mark.parametrize("text", ["APPLE 답장 주세요", "7월까지 답장 주세요", "R7K2Q 답장 네", "R7K2Q 상담 종료"])
def test_a_broadcast_that_begins_like_a_code(chat: Talking, text: str) -> None:
    """Of nothing that there is: it is the text."""
    chat.say("발송 안내")
    chat.say("모든 업체")
    chat.say(text)
    assert chat.draft.memo["broadcast"]
    assert chat.draft.asking.startswith("bc_")


@pytest.mark.parametrize(
    "said", ["보내지 마세요", "중단해주세요", "멈춰 주세요", "발송하지 마세요", "안 보낼래요", "보류해 주세요"]
)
def test_a_look_at_a_broadcast_is_left(chat: Talking, said: str) -> None:
    chat.say("발송 안내")
    chat.say("모든 업체")
    chat.say("눈이 많이 와요.")
    while chat.draft.asking != "bc_confirm":
        chat.say("없어요")
    assert "그만뒀어요" in chat.say(said)
    assert chat.draft.asking == ""


@pytest.mark.parametrize("said", ["보내지 마세요", "중단해주세요", "멈춰 주세요"])
def test_a_broadcast_that_runs_or_waits(chat: Talking, said: str) -> None:
    """It is asked whether it shall stop; one that isn't confirmed yet is left."""
    for when in ("", "내일 오전 9시"):
        chat.say("발송 안내")
        chat.say("모든 업체")
        chat.say("눈이 많이 와요.")
        while chat.draft.asking != "bc_confirm":
            chat.say("없어요")
        if when:
            chat.say(when)
            assert "그만뒀어요" in chat.say(said)
        else:
            chat.tap("64명 발송 확정")
            chat.say(said)
            assert "발송 중단" in chat.labels()


def test_in_english(world: OperatorWorld, clock: FakeClock) -> None:
    chat = Talking(reply, world, clock, Person(id=ME.id, role="operator", language="en"))
    view, thread = world.reservation(), world.thread("Is a dog all right?")
    assert chat.say("reply Yes, it is") == "Send this to 김OO? “Yes, it is”"
    assert chat.say("send it").startswith("Sent to 김OO.")
    assert sent(world) == [(thread, "Yes, it is")]
    assert f"Booking: {short_code(view.id)}" in chat.say(f"cancel {short_code(view.id)}")
    assert chat.say("yes").startswith("That doesn’t look like a reason.")
    chat.say("the van broke down")
    assert chat.say("what does it cost?").startswith("A refund of")
    assert chat.say("don't cancel it").startswith("Stopped.")
    assert not world.cancelled


@pytest.mark.parametrize(
    "text",
    [
        "네" * 300 + "x", "네에요" * 100 + "x", "네요" * 100 + "x", "네 취소" + "해요" * 100 + "x", "네 취소 " + "부탁해요" * 80 + "x",
        "ㅇㅇ" * 150 + "x", "예" * 300 + "x", "네" + " , " * 100 + "x", "네 취소 " + "감사해요 " * 60 + "x", "R7K2Q " + " :," * 150 + "x",
        "지" * 400 + "x", "대기 고객 " * 100 + "x", "환불 " * 100 + "x", "yes " * 90 + "x", "아니요" * 100 + "x",
    ],
)  # fmt: skip
def test_long_texts_are_read_at_once(text: str) -> None:
    """No pattern takes forever; nor do those that customers' words are read by."""
    for verb in CONFIRMED:
        assert not says_to_do(verb, text)
    for reads in (says_to_cancel, says_to_pay, says_to_move, is_yes_here, refuses, is_about_replies):
        assert not reads(text)
    read_deed(text)
    read_coded_deed(text)
    is_no_reason(text)
