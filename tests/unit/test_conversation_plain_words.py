"""What people type beside the point, and what they type when they mean it: at each question that has a consequence."""

from collections.abc import Callable

import pytest

from bot.conversation.parse.consent import sums_in
from services.reservation.values import Status
from tests.support.talk import Talk, at
from tests.unit.test_conversation_consent import at_the_extras, at_the_price, with_a_deal


def at_the_move() -> Talk:
    talk = with_a_deal()
    talk.say("토요일 3시로 옮겨 주세요")
    return talk


def at_the_cancellation() -> Talk:
    talk = with_a_deal()
    talk.say("취소할게요")
    return talk


def status(talk: Talk) -> Status:
    [reservation] = talk.world.reservations.values()
    return reservation.status


@pytest.mark.parametrize(
    "text",
    [
        "안 바꿔도 돼요", "변경 안 할래요", "변경 없음", "옮길 필요 없어요", "바꾸고 싶지 않아요", "못 옮겨요", "옮길까 말까 고민중이에요", "엄마가 바꾸래요",
        "현관 비번 바꿨어요", "업체 바꿔주세요", "변경 취소할게요", "옮기면 안돼요", "바꾸기 전에 물어볼게 있어요", "no change please", "I can't move",
        "let me check before I move it", "change the cleaner", "음... 어", "네❓", "확인 부탁드려요",
    ],
)  # fmt: skip
def test_this_moves_nothing(text: str) -> None:
    talk = at_the_move()
    talk.say(text)
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 27, 14)


@pytest.mark.parametrize(
    "text",
    [
        "네",
        "네 옮겨주세요",
        "옮겨 주세요",
        "변경할게요",
        "네 그 시간으로 해주세요",
        "그걸로 해주세요",
        "yes go ahead",
        "move it please",
    ],
)
def test_this_moves_it(text: str) -> None:
    talk = at_the_move()
    talk.say(text)
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 28, 15)


@pytest.mark.parametrize(
    "text",
    [
        "5만원 결제할게요", "3만 원 결제할게요", "100원 결제", "pay 50", "입금할게요", "송금 부탁드려요", "계산해 주세요", "/pay later", "확인해 주세요",
        "네⁉", "어어", "네ㅡㅡ", "ok...", "진행했어요", "찾아주세요", "다 골랐어요", "아 그래요", "please confirm",
    ],
)  # fmt: skip
def test_this_pays_nothing_either(text: str) -> None:
    talk = at_the_price()
    talk.say(text)
    assert talk.world.charges == []


@pytest.mark.parametrize(
    "text",
    [
        "그대로 결제해주세요", "카드결제할게요", "신용카드로 할게요", "ㅇㅇ 결제", "넹 결제할게요", "오케이 결제", "결제할게여", "결제할게욤", "결제하려고요",
        "네 알겠습니다 결제할게요", "결제할게요 감사합니다", "8만원 결제할게요", "80,000원이요 결제할게요", "got it, pay", "yup pay it now",
        "proceed with payment", "네에", "네 그렇게 해주세요", "그대로 진행해주세요", "sure, go ahead", "yes, go ahead", "/pay",
    ],
)  # fmt: skip
def test_this_pays_as_well(text: str) -> None:
    talk = at_the_price()
    talk.say(text)
    assert talk.world.charges == [80_000]


@pytest.mark.parametrize(
    "text",
    [
        "네 취소해주세요",
        "네 취소할게요",
        "그냥 취소해주세요",
        "ㅇㅇ 취소",
        "네 환불해주세요",
        "yes cancel it",
        "go ahead and cancel",
    ],
)
def test_this_cancels(text: str) -> None:
    talk = at_the_cancellation()
    talk.say(text)
    assert status(talk) is Status.CANCELLED


@pytest.mark.parametrize(
    "text",
    [
        "취소 가능해요?", "업체가 취소했대요", "취소 문자 왔어요", "환불 받을 수 있어요?", "can I cancel?", "냉장고 취소해 주세요", "왜 취소됐어요?", "취소 안 됐죠?",
        "I won't cancel", "취소한 예약 보여주세요",
    ],
)  # fmt: skip
def test_what_is_said_about_cancelling_and_then_a_yes_cancels_nothing(text: str) -> None:
    talk = with_a_deal()
    talk.say(text)
    talk.say("네")
    assert status(talk) is Status.CONFIRMED


@pytest.mark.parametrize(
    "text",
    ["취소 가능해요?", "취소하려면 어떻게 해요", "취소할까요", "결제하면 취소 되죠", "취소할 생각 없어요", "지난번에 업체가 취소했어요", "비 오면 취소할 수도 있어요",
     "can I cancel later", "I won't cancel"],
)  # fmt: skip
@pytest.mark.parametrize("begun", [at_the_price, at_the_extras])
def test_what_is_said_about_cancelling_drops_no_draft(begun: Callable[[], Talk], text: str) -> None:
    talk = begun()
    talk.say(text)
    assert talk.draft.booking is not None
    assert all(one.status is Status.AWAITING_PAYMENT for one in talk.world.reservations.values())


@pytest.mark.parametrize(
    "text", ["취소", "취소할게요", "그냥 취소해 주세요", "그만둘게요", "예약 취소 부탁드려요", "cancel please"]
)
def test_a_draft_is_dropped_when_it_is_said_so(text: str) -> None:
    talk = at_the_price()
    talk.say(text)
    assert talk.draft.booking is None


@pytest.mark.parametrize("text", ["업체가 한 시간 늦게 왔어요", "한 시간 일찍 끝났어요", "친구가 하루 미루래요"])
def test_a_report_and_then_a_yes_move_nothing(text: str) -> None:
    talk = with_a_deal()
    talk.say(text)
    talk.say("네")
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 27, 14)


@pytest.mark.parametrize("text", ["네?", "알겠어요", "그래요?", "확인했어요", "확인 부탁드려요", "ok?"])
def test_nobody_is_taken_to_consent_to_advertising(text: str) -> None:
    talk = Talk()
    talk.say("소식 받을래요")
    talk.say(text)
    assert not talk.world.consent.day
    talk.say("네")
    talk.say(text)
    talk.say("밤에도 괜찮을까요")
    assert (talk.world.consent.day, talk.world.consent.night) == (True, False)


@pytest.mark.parametrize("text", ["네", "좋아요", "네 그렇게 해주세요"])
def test_in_an_open_talk_a_bare_yes_may_be_for_the_operator(text: str) -> None:
    talk = Talk()
    talk.say("상담원")
    talk.tap("내 예약 보기")
    for said in ("금요일 2시 마포 24평 집청소", "마포구 OO로 12, 101동 502호", "없어요"):
        talk.say(said)
    talk.say(text)
    assert talk.world.charges == []
    talk.say("결제할게요")
    assert talk.world.charges == [80_000]


@pytest.mark.parametrize(
    "text",
    [
        "주소 마포대로 89로 바꿔주세요",
        "평수 32평으로 바꿔주세요",
        "전화번호 바꿔주세요",
        "업체 바꿔주세요",
        "오븐 취소해 주세요",
    ],
)
def test_another_field_of_what_is_booked_is_no_move(text: str) -> None:
    talk = with_a_deal()
    assert talk.say(text).startswith("이미 예약하신 내용은 상담원이 고쳐 드려요.")


@pytest.mark.parametrize(
    "text",
    ["영어로 설명해 주실 수 있는 분 있나요", "어떻게 해야 하나요 문이 안 열려요", "집청소 하러 온 분이 안 오셨어요"],
)
def test_in_an_open_talk_a_sentence_is_no_command(text: str) -> None:
    talk = Talk()
    talk.say("상담원")
    assert talk.say(text).startswith("상담원에게 전했어요.")
    assert talk.world.thread == ["상담원", text]


def test_a_long_call_for_a_person_is_passed_on_once() -> None:
    talk = Talk()
    talk.say("상담원")
    talk.say("상담원 좀 다시 연결해 주세요 급해요")
    assert talk.world.thread == ["상담원", "상담원 좀 다시 연결해 주세요 급해요"]


def test_sums() -> None:
    assert [sums_in(text) for text in ("80,000원", "8만원", "8만 5천원", "2.5만", "100", "없음")] == [
        [80_000], [80_000], [85_000], [25_000], [100], [],
    ]  # fmt: skip
