"""What is meant when little is said: which visit, the old or a new one, now or later; and what never pays, moves or cancels."""

from collections.abc import Callable

import pytest

from services.reservation.values import Status
from tests.support.talk import Talk, at
from tests.unit.test_conversation_consent import at_the_price, with_a_deal


def two() -> Talk:
    """A home on Friday, an office on Monday."""
    talk = Talk()
    talk.world.booked(at(11, 27, 14))
    talk.world.booked(at(11, 30, 10), service="office")
    return talk


def twins(*, unpaid: bool = False) -> Talk:
    talk = Talk()
    talk.world.booked(at(11, 27, 10))
    talk.world.booked(at(11, 27, 14), unpaid=unpaid)
    return talk


def paid_and_unpaid() -> Talk:
    talk = with_a_deal()
    talk.world.booked(at(12, 1, 10), unpaid=True)
    return talk


def deal_and_price() -> Talk:
    """A visit on 12/4 is booked; another one is at its price."""
    talk = Talk()
    talk.world.assigned(talk.world.booked(at(12, 4, 10)))
    for text in ("금요일 2시 마포 24평 집청소", "마포구 OO로 12, 101동 502호", "없어요"):
        talk.say(text)
    return talk


def starts(talk: Talk) -> list[str]:
    standing = (Status.CONFIRMED, Status.AWAITING_PAYMENT)
    return sorted(
        f"{each.visit.starts_at:%m-%d %H}" for each in talk.world.reservations.values() if each.status in standing
    )


# Paying


@pytest.mark.parametrize(
    "text",
    [
        "결제 안할래요",
        "결제하기 싫어요",
        "나중에 결제할게요",
        "언제까지 결제해야돼요?",
        "결제 안해도 돼요?",
        "can i pay later?",
        "네?",
        "네 감사합니다",
        "넵 감사합니다",
    ],
)
@pytest.mark.parametrize("yes", ["네", "ㅇㅇ", "ok"])
def test_a_yes_after_a_refusal_or_a_question_doesnt_pay(text: str, yes: str) -> None:
    talk = at_the_price()
    assert talk.say(text).startswith("아직 결제하지 않았어요.")
    assert "80,000원이에요" in talk.say(yes)
    assert talk.world.charges == []
    talk.say(yes)
    assert talk.world.charges == [80_000]


@pytest.mark.parametrize(
    ("text", "start", "krw"),
    [
        ("4시로 바꾸고 결제할게요", "11-27 16", 80_000), ("토요일로 바꾸고 결제할게요", "11-28 14", 80_000), ("결제할게요 3시로요", "11-27 15", 80_000),
        ("냉장고 추가하고 결제할게요", "11-27 14", 100_000), ("금요일 3시도 되나요?", "11-27 15", 80_000),
    ],
)  # fmt: skip
def test_what_is_changed_comes_before_what_is_paid(text: str, start: str, krw: int) -> None:
    talk = at_the_price()
    talk.say(text)
    assert talk.world.charges == []
    assert starts(talk) == [start]
    talk.say("네")
    assert talk.world.charges == [krw]


@pytest.mark.parametrize(
    "text",
    [
        "내일 다시 할게요",
        "네 그럼 내일 연락드릴게요",
        "네, 나중에요",
        "네 좀 이따 할게요",
        "생각해볼게요",
        "남편이랑 상의해볼게요",
        "let me think about it",
    ],
)
def test_later_is_no_date_and_no_consent(text: str) -> None:
    talk = at_the_price()
    assert talk.say(text) == "네, 천천히 하세요. 오후 3:15까지 시간을 잡아 둘게요."
    talk.say("네")
    assert talk.world.charges == []
    assert starts(talk) == ["11-27 14"]


@pytest.mark.parametrize("text", ["네", "네?", "네~"])
def test_a_bare_yes_is_no_number(text: str) -> None:
    talk = Talk()
    talk.say("집청소 예약")
    assert talk.say(text) == "몇 평인가요? 숫자만 보내셔도 돼요."
    talk.say("24평 마포 금요일")
    assert talk.say(text) == "비어 있는 시간이에요."


def test_a_declined_card_leaves_the_booking_to_be_corrected() -> None:
    talk = Talk()
    talk.world.payment = "declining"
    for text in ("금요일 2시 마포 24평 집청소", "마포구 OO로 12, 101동 502호", "없어요", "결제할게요"):
        talk.say(text)
    assert "11/28(토) 오전 10시로 고쳤어요." in talk.say("토요일 10시")
    assert starts(talk) == ["11-28 10"]


@pytest.mark.parametrize("text", ["누가 와요?", "3시로 바꿔주세요", "냉장고 추가해주세요"])
def test_a_payment_that_is_being_looked_into_is_not_asked_for(text: str) -> None:
    talk = Talk()
    talk.world.payment = "unknown"
    for said in ("금요일 2시 마포 24평 집청소", "마포구 OO로 12, 101동 502호", "없어요", "결제할게요"):
        talk.say(said)
    assert talk.say(text).startswith("두 번 결제되지 않게 잠시 막아 두었어요.")
    assert not [label for label in talk.labels if "결제" in label]


# Which visit


@pytest.mark.parametrize(
    "text",
    [
        "12월 1일꺼 12월 2일로 옮겨주세요",
        "12/1꺼 한시간 늦춰주세요",
        "12/1 예약 옮겨주세요",
        "12/1 10시를 2시로 바꿔주세요",
        "결제 안한거 토요일로 바꿔줘",
    ],
)
def test_the_unpaid_one_is_meant_and_no_other_is_moved(text: str) -> None:
    talk = paid_and_unpaid()
    assert talk.say(text).startswith("아직 결제 전이라 그대로는 바꿀 수 없어요.")
    assert talk.labels == ["12/1 결제하기", "12/1 예약 취소"]
    talk.say("네")
    assert (starts(talk), talk.world.charges) == (["11-27 14", "12-01 10"], [])


def test_what_is_paid_is_not_asked_to_be_paid_again() -> None:
    talk = with_a_deal()
    talk.say("결제 전에 시간 바꿀 수 있나요")
    assert not [label for label in talk.labels if "결제" in label]


def test_one_that_isnt_there_is_not_taken_for_the_unpaid_one() -> None:
    assert paid_and_unpaid().say("목요일꺼 토요일로 옮겨주세요").startswith("말씀하신 때에 잡힌 예약은 없어요.")


@pytest.mark.parametrize("text", ["목요일꺼 토요일로 옮겨주세요", "3시 예약을 5시로 바꿔주세요"])
def test_one_that_isnt_there_is_said_to_be_none(text: str) -> None:
    talk = with_a_deal()
    assert talk.say(text) == "말씀하신 때에 잡힌 예약은 없어요. 어느 예약을 옮길까요?"
    talk.say("네")
    assert starts(talk) == ["11-27 14"]


@pytest.mark.parametrize(
    ("begun", "texts", "named"),
    [
        (twins, ("취소", "2시꺼요"), "11/27(금) 오후 2시 방문이에요."), (twins, ("취소", "10시"), "11/27(금) 오전 10시 방문이에요."),
        (twins, ("취소", "두번째꺼요"), "11/27(금) 오후 2시 방문이에요."), (twins, ("취소", "마지막"), "11/27(금) 오후 2시 방문이에요."),
        (twins, ("2시 예약 취소해주세요",), "11/27(금) 오후 2시 방문이에요."), (twins, ("오전꺼 취소",), "11/27(금) 오전 10시 방문이에요."),
        (two, ("취소", "사무실이요"), "11/30(월) 오전 10시 방문이에요."), (two, ("집청소 취소해주세요",), "11/27(금) 오후 2시 방문이에요."),
        (two, ("금요일꺼 환불해주세요",), "11/27(금) 오후 2시 방문이에요."),
        (twins, ("취소", "오후 2시 예약 취소", "아니 오전 10시꺼요"), "11/27(금) 오전 10시 방문이에요."),
        (twins, ("옮겨주세요", "오후꺼요"), "11/27(금) 오후 2시를 언제로 옮길까요?"), (two, ("옮겨주세요", "집청소요"), "11/27(금) 오후 2시를 언제로 옮길까요?"),
        (two, ("토요일 10시로 옮겨주세요", "금요일꺼요"), "11/27(금) 오후 2시를 11/28(토) 오전 10시로 옮길까요?"),
        (two, ("사무실청소 언제 와요?",), "11/30(월) 오전 10시 예약이에요."), (twins, ("11/27 2시 누가 와요?",), "11/27(금) 오후 2시 예약이에요."),
    ],
)  # fmt: skip
def test_it_is_told_by_its_hour_its_service_or_its_place(
    begun: Callable[[], Talk], texts: tuple[str, ...], named: str
) -> None:
    talk = begun()
    answers = [talk.say(text) for text in texts]
    assert answers[-1].startswith(named)


def test_the_one_just_shown_is_meant() -> None:
    talk = Talk()
    talk.world.booked(at(11, 24, 14))
    talk.world.booked(at(12, 4, 14))
    talk.say("내 예약")
    talk.tap("12/4 자세히 보기")
    assert talk.say("3시로 바꿔주세요").startswith("12/4(금) 오후 2시를 12/4(금) 오후 3시로 옮길까요?")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("12/4꺼 12/5로 옮겨주세요", "12/4(금) 오전 10시를 12/5(토) 오전 10시로 옮길까요?"),
        ("기존 예약 토요일로 옮겨주세요", "12/4(금) 오전 10시를 11/28(토) 오전 10시로 옮길까요?"),
        ("기존 예약 주소 바꿔주세요", "이미 예약하신 내용은 상담원이 고쳐 드려요."),
    ],
)
def test_beside_a_draft_the_booked_one_is_meant_if_it_is_named(text: str, answer: str) -> None:
    talk = deal_and_price()
    assert talk.say(text).startswith(answer)
    assert starts(talk) == ["11-27 14", "12-04 10"]


def test_a_day_that_both_have_is_asked_about_before_one_is_cancelled() -> None:
    talk = with_a_deal()
    for text in ("금요일 10시 마포 24평 집청소", "마포구 OO로 12, 101동 502호", "없어요"):
        talk.say(text)
    assert talk.say("금요일꺼 취소해주세요") == "적던 예약을 지울까요, 잡힌 예약을 취소할까요?"


def test_a_new_booking_is_no_answer_to_where_a_visit_shall_move() -> None:
    talk = with_a_deal()
    talk.say("옮겨주세요")
    talk.say("집청소 하나 더 예약할게요")
    assert talk.draft.booking is not None
    assert starts(talk) == ["11-27 14"]


# Moving


@pytest.mark.parametrize("text", ["취소", "취소할게요", "아니 취소", "취소해줘"])
def test_cancelling_a_move_cancels_no_visit(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 10시로 옮겨주세요")
    assert talk.say(text).startswith("옮기지 않고 그대로 둘게요.")
    cancel = talk.action("예약 취소")
    talk.say("네")
    assert starts(talk) == ["11-27 14"]
    assert talk.act(cancel).startswith("80,000원을 모두 돌려드려요.")


@pytest.mark.parametrize("text", ["예약 취소할게요", "그냥 예약 취소해주세요", "환불해주세요"])
def test_the_visit_is_cancelled_where_it_is_named(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 10시로 옮겨주세요")
    assert talk.say(text).startswith("80,000원을 모두 돌려드려요.")


@pytest.mark.parametrize("text", ["괜찮아요", "아니에요 괜찮아요", "그냥 두세요", "그만", "아니요"])
def test_a_kind_no_is_one(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 10시로 옮겨주세요")
    assert talk.say(text) == "그대로 둘게요. 바뀐 건 없어요."


@pytest.mark.parametrize(
    ("texts", "start"),
    [
        (("토요일", "10시", "옮겨주세요", "네"), "11-28 10"), (("10시", "토요일이요", "방문 옮기기", "네"), "11-28 10"),
        (("토요일 10시", "11시로요", "기존꺼 옮기는거요", "네"), "11-28 11"), (("토요일 10시", "전자", "네"), "11-28 10"),
        (("토요일 10시", "시간만 바꿔줘", "네"), "11-28 10"), (("금요일 말고 토요일이요", "네"), "11-28 14"), (("2시 말고 4시요", "네"), "11-27 16"),
        (("하루 뒤로요", "네"), "11-28 14"), (("한시간 뒤로", "네"), "11-27 15"),
    ],
)  # fmt: skip
def test_a_wish_grows_and_is_moved_to(texts: tuple[str, ...], start: str) -> None:
    talk = with_a_deal()
    for text in texts:
        talk.say(text)
    assert starts(talk) == [start]


@pytest.mark.parametrize("text", ["새 예약이요", "예약해주세요", "별개예요", "옮기는 거 아니고 새로요", "두번째"])
def test_another_one_is_said_in_many_ways(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 10시")
    assert talk.say(text) == "11/28(토) 오전 10시군요. 어떤 청소인가요?"


@pytest.mark.parametrize("text", ["둘다", "무슨 말이에요?", "네", "ㅁㄴㅇㄹ"])
def test_what_chooses_neither_is_asked_again_with_the_wish(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 10시")
    assert "11/28(토) 오전 10시군요. 11/27(금) 오후 2시 방문을 옮길까요" in talk.say(text)
    assert talk.labels == ["방문 옮기기", "새로 예약하기"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("어제", "지난 날이에요."),
        ("토요일 새벽 3시", "오전 8시부터 오후 6시 사이"),
        ("매주 금요일로 해주세요", "한 번씩만 예약할 수 있어요."),
    ],
)
def test_what_cant_be_is_explained(text: str, answer: str) -> None:
    assert answer in with_a_deal().say(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("다음주로 미룰게요", ["11/30(월)", "12/1(화)", "12/2(수)"]), ("주말로 옮겨주세요", ["11/28(토)", "11/29(일)"]),
        ("토요일이나 일요일로 바꿔주세요", ["11/28(토)", "11/29(일)"]),
    ],
)  # fmt: skip
def test_a_vague_day_narrows_the_choice(text: str, days: list[str]) -> None:
    talk = with_a_deal()
    talk.say(text)
    assert [label for label in talk.quick if "/" in label] == days


# Money


@pytest.mark.parametrize("text", ["환불해주세요", "취소하고 환불해주세요"])
def test_a_refund_of_several_is_asked_about(text: str) -> None:
    assert two().say(text) == "어느 예약을 취소할까요?"


def test_what_was_paid_and_given_back_is_of_ones_own_booking() -> None:
    talk = with_a_deal()
    assert "합계: 80,000원" in talk.say("얼마였죠?")
    talk.say("취소할게요")
    talk.say("네")
    assert talk.say("얼마 환불돼요?").startswith("80,000원을 돌려드리고 있어요.")


@pytest.mark.parametrize("text", ["옮기고 싶은데 수수료 있어요?", "옮기면 돈 들어요?", "옮기는건 무료예요?"])
def test_moving_costs_nothing_and_that_is_said(text: str) -> None:
    talk = with_a_deal()
    assert talk.say(text).startswith("방문을 옮기시는 데는 비용이 없어요.")
    talk.say("네")
    assert starts(talk) == ["11-27 14"]


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        (("24평 얼마예요", "사무실은요?", "에어컨은?"), "에어컨청소 24평은 90,000원이에요."), (("집청소 얼마", "24"), "집청소 24평은 80,000원이에요."),
        (("집청소 24평에 냉장고 추가 얼마예요?",), "집청소 24평은 80,000원이에요. 냉장고 청소까지 하면 100,000원이에요."),
        (("집청소 24평 얼마예요?", "냉장고 추가하면요?", "네"), "24평, 집청소, 냉장고 청소군요. 어느 지역인가요?"),
        (("집청소 24평 얼마예요?", "예약할게요"), "24평, 집청소군요. 어느 지역인가요?"),
        (("부산 24평 집청소 얼마예요?",), "부산은 아직 못 가요. 지금은 마포·서대문·강남·송파구에 갈 수 있어요. 집청소 24평은 80,000원이에요."),
    ],
)  # fmt: skip
def test_a_price_goes_on(texts: tuple[str, ...], answer: str) -> None:
    talk = Talk()
    assert [talk.say(text) for text in texts][-1] == answer


# For a person


@pytest.mark.parametrize(
    "text", ["비밀번호는 1234예요", "강아지 있어요", "연락처 바뀌었어요 010-1234-5678", "그날 안될거같은데"]
)
def test_what_is_for_whoever_comes_goes_to_a_person_as_it_was_typed(text: str) -> None:
    talk = with_a_deal()
    talk.say(text)
    assert talk.labels == ["상담원에게 전하기", "내 예약 보기"]
    assert talk.world.thread is None
    talk.tap("상담원에게 전하기")
    assert talk.world.thread == [text]


def test_a_question_goes_to_a_person_as_it_was_typed() -> None:
    talk = with_a_deal()
    talk.say("주차 되나요?")
    talk.tap("상담원 연결")
    assert talk.world.thread == ["주차 되나요?"]


@pytest.mark.parametrize(
    "text",
    [
        "상담 종료할게요 감사합니다",
        "상담 그만 둘게요",
        "상담 취소할게요",
        "상담 안할래요",
        "상담 나가기",
        "상담원 취소",
        "대화 종료",
    ],
)
def test_a_talk_is_ended_in_many_ways(text: str) -> None:
    talk = with_a_deal()
    talk.say("상담원 연결")
    assert talk.say(text).startswith("상담을 마쳤어요.")
    assert starts(talk) == ["11-27 14"]


def test_whether_a_talk_is_over_is_a_question_for_whoever_listens() -> None:
    talk = with_a_deal()
    talk.say("상담원 연결")
    talk.say("상담 끝났어요?")
    assert talk.world.thread == ["상담원 연결", "상담 끝났어요?"]


@pytest.mark.parametrize("text", ["같은걸로 다시 예약할게요", "아까 그거 다시 예약할게요"])
def test_what_was_cancelled_is_booked_again_in_one_sentence(text: str) -> None:
    talk = with_a_deal()
    talk.say("취소할게요")
    talk.say("네")
    talk.say(text)
    assert "80,000원 결제하기" in talk.labels
    assert starts(talk) == ["11-27 14"]


def test_in_an_open_talk_a_visit_is_looked_up_as_well() -> None:
    talk = with_a_deal()
    talk.say("상담원 연결")
    assert talk.say("누가 와요?").startswith("11/27(금) 오후 2시에 OO클린에서 가요.")
    assert talk.world.thread == ["상담원 연결", "누가 와요?"]


def test_whether_it_was_moved_is_shown() -> None:
    talk = with_a_deal()
    talk.say("토요일로 옮겨주세요")
    talk.say("네")
    assert "11/28(토) 14:00" in talk.say("옮겨졌나요?")
