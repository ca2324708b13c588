"""What people type when something is booked already: which visit is meant, and whether it is about that one at all."""

import pytest

from services.reservation.values import Status
from tests.support.talk import Talk, at
from tests.unit.test_conversation_consent import with_a_deal


def with_visits(*hours: int, unpaid: bool = False) -> Talk:
    """Of one Friday, at these hours."""
    talk = Talk()
    for hour in hours:
        talk.world.booked(at(11, 27, hour), unpaid=unpaid)
    return talk


def starts(talk: Talk) -> list[str]:
    return sorted(f"{each.visit.starts_at:%m-%d %H}" for each in talk.world.reservations.values())


# Twins


@pytest.mark.parametrize(
    ("text", "label", "named"),
    [
        ("내 예약", "자세히 보기", "11/27(금) 14:00–17:00"),
        ("취소할게요", "예약 취소", "11/27(금) 오후 2시 방문이에요. 80,000원을 모두 돌려드려요."),
        ("옮겨 주세요", "옮기기", "11/27(금) 오후 2시를 언제로 옮길까요?"),
    ],
)
def test_two_visits_of_one_day_are_called_by_their_times(text: str, label: str, named: str) -> None:
    talk = with_visits(10, 14)
    talk.say(text)
    assert set(talk.labels) == {f"오전 10시 {label}", f"오후 2시 {label}"}
    assert named in talk.say(f"오후 2시 {label}")


def test_two_unpaid_ones_of_one_day_are_paid_each_by_its_own_button() -> None:
    talk = with_visits(10, 14, unpaid=True)
    talk.say("결제할게요")
    assert set(talk.labels) == {"오전 10시 결제하기", "오후 2시 결제하기"}
    talk.tap("오후 2시 결제하기")
    talk.tap("80,000원 결제하기")
    paid = [each for each in talk.world.reservations.values() if each.status is Status.CONFIRMED]
    assert [each.visit.starts_at for each in paid] == [at(11, 27, 14)]


def test_those_of_different_days_are_called_by_their_days() -> None:
    talk = with_visits(10)
    talk.world.booked(at(11, 28, 10))
    talk.say("취소할게요")
    assert set(talk.labels) == {"11/27 예약 취소", "11/28 예약 취소"}


# A day or a time, and nothing else


@pytest.mark.parametrize(
    "text", ["토요일은 안 되나요", "토요일로 와주세요", "토요일에 부탁드려요", "can you come on saturday"]
)
def test_a_day_alone_is_asked_about(text: str) -> None:
    talk = with_a_deal()
    assert talk.say(text) == "11/28(토)이군요. 11/27(금) 오후 2시 방문을 옮길까요, 아니면 새로 예약할까요?"
    assert talk.labels == ["방문 옮기기", "새로 예약하기"]
    talk.tap("방문 옮기기")
    talk.say("2시")
    talk.tap("옮기기")
    assert starts(talk) == ["11-28 14"]


@pytest.mark.parametrize("answer", ["방문 옮기기", "옮겨 주세요", "네 옮겨주세요", "변경할게요"])
def test_a_time_alone_moves_the_visit_if_that_is_meant(answer: str) -> None:
    talk = with_a_deal()
    talk.say("4시에 와주세요")
    assert talk.say(answer) == "11/27(금) 오후 2시를 11/27(금) 오후 4시로 옮길까요? 비용은 없어요."
    talk.say("네")
    assert starts(talk) == ["11-27 16"]


@pytest.mark.parametrize("answer", ["새로 예약하기", "새로요", "하나 더 예약할게요", "another one"])
def test_or_it_begins_another_booking(answer: str) -> None:
    talk = with_a_deal()
    talk.say("4시에 와주세요")
    assert talk.say(answer) == "오후 4시군요. 어떤 청소인가요?"
    assert starts(talk) == ["11-27 14"]


@pytest.mark.parametrize("answer", ["네", "ㅇㅇ", "좋아요"])
def test_a_yes_chooses_neither(answer: str) -> None:
    talk = with_a_deal()
    talk.say("4시에 와주세요")
    assert talk.say(answer) == "오후 4시군요. 11/27(금) 오후 2시 방문을 옮길까요, 아니면 새로 예약할까요?"
    talk.say("옮길게요")
    talk.say("네")
    assert starts(talk) == ["11-27 16"]


def test_with_several_visits_it_is_asked_which() -> None:
    talk = with_visits(10, 14)
    assert talk.say("일요일 3시에 와주세요") == (
        "11/29(일) 오후 3시군요. 이미 예약하신 방문을 옮길까요, 아니면 새로 예약할까요?"
    )
    talk.tap("방문 옮기기")
    talk.tap("오전 10시 옮기기")
    talk.tap("옮기기")
    assert starts(talk) == ["11-27 14", "11-29 15"]


def test_a_part_of_the_day_stays_with_the_wish() -> None:
    talk = with_a_deal()
    talk.say("토요일 오후에 와주세요")
    assert talk.tap("방문 옮기기") == "11/28(토) 오후에 비어 있는 시간이에요. 언제가 좋으세요?"
    talk.say("3시")
    talk.say("네")
    assert starts(talk) == ["11-28 15"]


@pytest.mark.parametrize("text", ["금요일 맞죠?", "금요일 2시죠?", "27일 2시 맞나요"])
def test_the_very_time_of_the_visit_shows_it(text: str) -> None:
    talk = with_a_deal()
    assert "11/27(금) 14:00–17:00" in talk.say(text)
    assert talk.draft.booking is None


@pytest.mark.parametrize(
    "text", ["토요일 2시 청소 예약", "토요일 2시 마포 24평", "토요일에 집청소 되나요", "토요일에도 예약할게요"]
)
def test_what_names_a_booking_begins_one(text: str) -> None:
    talk = with_a_deal()
    talk.say(text)
    assert talk.draft.booking is not None


def test_a_stale_button_with_no_time_is_an_old_one() -> None:
    talk = with_a_deal()
    for action in ("move_when:-:2560:-:-", "book_when:tomorrow:-:-:-", "move_when:-", "book_when:-:-:-:-:-"):
        talk.act(action)
        assert starts(talk) == ["11-27 14"]
        assert talk.draft.booking is None


# Not paid yet


@pytest.mark.parametrize(
    "text", ["주소 바꿔주세요", "4시로 바꿔주세요", "시간 바꿔주세요", "냉장고도 추가해 주세요", "평수 변경할게요"]
)
def test_what_is_not_paid_yet_is_paid_or_cancelled_first(text: str) -> None:
    talk = with_visits(14, unpaid=True)
    assert talk.say(text).startswith("아직 결제 전이라 그대로는 바꿀 수 없어요.")
    assert talk.labels == ["11/27 결제하기", "11/27 예약 취소"]
    assert talk.draft.booking is None
    talk.tap("11/27 결제하기")
    talk.tap("80,000원 결제하기")
    assert talk.world.charges == [80_000]


# What it costs, bit by bit


@pytest.mark.parametrize(
    "texts", [("견적", "24평", "집청소요"), ("견적 내주세요", "집청소", "24평"), ("집청소 얼마예요", "24평이요")]
)
def test_a_price_is_asked_for_bit_by_bit(texts: tuple[str, ...]) -> None:
    talk = Talk()
    answers = [talk.say(text) for text in texts]
    assert answers[-1] == "집청소 24평은 80,000원이에요."
    assert talk.draft.booking is None
    assert "어느 지역인가요?" in talk.say("네 그걸로 할게요")


def test_what_was_asked_of_goes_into_the_booking_that_follows() -> None:
    talk = Talk()
    talk.say("집청소 얼마예요")
    assert (
        talk.say("24평 금요일 2시 마포") == "11/27(금) 오후 2시, 마포구 24평, 집청소군요. 이제 주소만 알려 주시면 돼요."
    )


def test_it_is_forgotten_with_the_next_word_about_something_else() -> None:
    talk = Talk()
    talk.say("집청소 얼마예요")
    talk.say("처음으로")
    assert talk.say("24평") == "24평이군요. 어떤 청소인가요?"


# An open talk


@pytest.mark.parametrize(
    "text",
    [
        "상담 종료",
        "상담 끝낼게요",
        "상담 그만할게요",
        "상담 끝",
        "상담은 이만 마칠게요. 감사합니다",
        "상담 안 해도 돼요",
        "end the chat",
    ],
)
def test_a_talk_is_ended_by_who_asked_for_it(text: str) -> None:
    talk = Talk()
    talk.say("상담원 연결")
    assert talk.say(text) == "상담을 마쳤어요. 더 궁금한 게 있으면 언제든 다시 불러 주세요."
    assert talk.world.thread is None
    assert talk.say(text) == "지금 열려 있는 상담은 없어요."


@pytest.mark.parametrize(
    "text", ["상담 끝나고 전화주세요", "상담 좀 해주세요", "상담 완료했나요?", "상담원 그만두게 하세요"]
)
def test_what_is_said_about_a_talk_ends_none(text: str) -> None:
    talk = Talk()
    talk.say("상담원 연결")
    talk.say(text)
    assert talk.world.thread is not None


def test_a_button_ends_it_as_well() -> None:
    talk = Talk()
    talk.say("상담원 연결")
    assert talk.say("주차 자리 있나요?").startswith("상담원에게 전했어요.")
    talk.tap("상담 끝내기")
    assert talk.world.thread is None
