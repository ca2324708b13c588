"""Only what plainly says so pays, cancels or moves; a question, a no and a sigh do nothing."""

import pytest

from services.reservation.values import Status
from tests.support.talk import Talk, at

FRIDAY = "금요일 2시 마포 24평 집청소"
ADDRESS = "마포구 OO로 12, 101동 502호"
NOT_PAYING = [
    "결제 안돼요", "결제가 안 돼요", "결제 안할래요", "결제 왜 안되나요?", "결제는 나중에 할게요", "결제 어떻게 해요?", "결제 안 했는데요",
    "아직 결제하지 마세요", "결제 전에 물어볼 게 있어요", "카드 말고 계좌이체로 결제할래요", "결제못하겠어요", "결제할게요?", "결제했어요",
    "dont pay yet", "I can't pay", "I will pay later", "should I pay?", "네?", "예?", "응?", "ok?", "좋아요?", "확인했어요", "알겠어요",
    "아 네 알겠어요",
]  # fmt: skip
PAYING = [
    "결제", "결제할게요", "결제할께요", "네 결제할게요", "결제해 주세요", "카드로 할게요", "지금 결제하겠습니다", "결재할게요~", "80,000원 결제할게요",
    "결제하고 싶어요", "네", "좋아요", "ㅇㅇ", "pay now", "I'll pay by card", "yes please", "확인",
]  # fmt: skip


def at_the_price() -> Talk:
    talk = Talk()
    for text in (FRIDAY, ADDRESS, "없어요"):
        talk.say(text)
    return talk


def with_a_deal() -> Talk:
    talk = Talk()
    talk.world.assigned(talk.world.booked(at(11, 27, 14)))
    return talk


@pytest.mark.parametrize("text", NOT_PAYING)
def test_this_pays_nothing_and_the_amount_and_the_button_come_again(text: str) -> None:
    talk = at_the_price()
    assert talk.say(text).startswith("아직 결제하지 않았어요.")
    assert talk.world.charges == []
    assert "80,000원 결제하기" in talk.labels
    talk.tap("80,000원 결제하기")
    assert talk.world.charges == [80_000]


@pytest.mark.parametrize("text", PAYING)
def test_this_pays(text: str) -> None:
    talk = at_the_price()
    talk.say(text)
    assert talk.world.charges == [80_000]


@pytest.mark.parametrize("text", ["네?", "알겠어요", "아 네 알겠습니다", "확인했어요"])
def test_this_cancels_and_moves_nothing(text: str) -> None:
    talk = with_a_deal()
    talk.say("취소할게요")
    assert talk.say(text).startswith("아직 취소하지 않았어요.")
    talk.tap("그대로 두기")
    talk.say("토요일 3시로 옮겨 주세요")
    assert talk.say(text).startswith("아직 옮기지 않았어요.")
    [reservation] = talk.world.reservations.values()
    assert (reservation.status, reservation.visit.starts_at) == (Status.CONFIRMED, at(11, 27, 14))
    talk.say("네")
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 28, 15)


@pytest.mark.parametrize("text", ["왜 옮겨요?", "옮겨도 되나요", "누가 옮기래요?"])
def test_a_question_about_moving_moves_nothing(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 3시로 옮겨 주세요")
    assert talk.say(text).startswith("아직 옮기지 않았어요.")
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 27, 14)
    talk.say("네 옮겨 주세요")
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 28, 15)


@pytest.mark.parametrize("text", ["네", "아 네 알겠어요", "네?"])
def test_a_question_about_the_fee_is_no_consent(text: str) -> None:
    talk = with_a_deal()
    assert "취소 확정" in (talk.say("취소하면 얼마 돌려받아요?"), *talk.labels)
    assert talk.say(text).startswith("아직 취소하지 않았어요.")
    [reservation] = talk.world.reservations.values()
    assert reservation.status is Status.CONFIRMED
    talk.tap("취소 확정")
    [reservation] = talk.world.reservations.values()
    assert reservation.status is Status.CANCELLED


@pytest.mark.parametrize("text", ["옮기지 마세요", "안 옮길래요", "바꾸지 말아 주세요", "don't move it"])
def test_who_says_not_to_move_it_is_not_moved(text: str) -> None:
    talk = with_a_deal()
    talk.say("토요일 3시로 옮겨 주세요")
    talk.say(text)
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == at(11, 27, 14)


@pytest.mark.parametrize(
    "text",
    [
        "나중에 취소할 수 있나요?",
        "취소는 언제까지 돼요?",
        "결제하면 취소 되나요?",
        "취소할 수 있어요?",
        "취소 수수료 얼마예요?",
    ],
)
def test_who_asks_about_cancelling_keeps_the_booking_at_the_price(text: str) -> None:
    talk = at_the_price()
    talk.say(text)
    assert talk.draft.booking is not None
    assert talk.draft.booking.hold
    [held] = talk.world.reservations.values()
    assert held.status is Status.AWAITING_PAYMENT


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("아 토요일 4시로요", at(11, 28, 16)),
        ("모레 3시로", at(11, 25, 15)),
        ("아니 4시로요", at(11, 28, 16)),
    ],
)
def test_another_wish_at_the_question_is_another_proposal(text: str, moment: object) -> None:
    talk = with_a_deal()
    talk.say("토요일 3시로 옮겨 주세요")
    talk.say(text)
    talk.tap("옮기기")
    [reservation] = talk.world.reservations.values()
    assert reservation.visit.starts_at == moment


# What a booking is made of


def at_the_extras() -> Talk:
    talk = Talk()
    for text in (FRIDAY, ADDRESS):
        talk.say(text)
    return talk


@pytest.mark.parametrize(
    ("texts", "add_ons"),
    [
        (["냉장고랑 창문이요", "냉장고 취소"], ("window",)),
        (["냉장고랑 창문이요", "냉장고는 빼 주세요"], ("window",)),
        (["냉장고요", "냉장고는 안 할래요"], ()),
        (["냉장고 빼고 다"], ("oven", "window")),
        (["냉장고는 빼고 나머지 다 해 주세요"], ("oven", "window")),
        (["창문 추가해 주세요"], ("window",)),
    ],
)
def test_an_extra_is_left_out_where_it_is_said_so(texts: list[str], add_ons: tuple[str, ...]) -> None:
    talk = at_the_extras()
    for text in texts:
        talk.say(text)
    assert talk.draft.booking is not None
    assert set(talk.draft.booking.add_ons) == set(add_ons)


@pytest.mark.parametrize(
    "text",
    ["냉장고도 해주시고 고양이가 있어요", "고양이 세마리 있고 현관 비번은 1234예요", "창문도 해주시고 고양이 있어요"],
)
def test_a_cat_is_no_town(text: str) -> None:
    talk = at_the_extras()
    talk.say(text)
    assert talk.draft.booking is not None
    assert talk.draft.booking.area == "mapo"


@pytest.mark.parametrize(
    ("text", "address", "changed"),
    [
        ("마포대로 89, 24평 말고 32평이에요", "마포대로 89", {"size_pyeong": 32}),
        ("양화로 45로 와주세요 오후 4시로 바꿔주세요", "양화로 45", {"time": at(11, 27, 16).time()}),
        ("마포대로 89 101동 502호", "마포대로 89 101동 502호", {}),
    ],
)
def test_an_address_with_a_correction_is_both(text: str, address: str, changed: dict[str, object]) -> None:
    talk = Talk()
    talk.say(FRIDAY)
    talk.say(text)
    booking = talk.draft.booking
    assert booking is not None
    assert booking.address == address
    assert {name: getattr(booking, name) for name in changed} == changed


# What is booked already


@pytest.mark.parametrize(
    "text",
    ["주소 바꿔주세요", "냉장고 청소 추가해주세요", "평수 잘못 적었어요 24평이에요", "change the address please"],
)
def test_what_is_booked_is_changed_by_a_person_and_no_new_booking_is_begun(text: str) -> None:
    talk = with_a_deal()
    assert talk.say(text).startswith("이미 예약하신 내용은 상담원이 고쳐 드려요.")
    assert talk.labels == ["상담원 연결", "내 예약 보기"]
    assert talk.draft.booking is None
    # Who has nothing booked begins with it.
    assert not Talk().say(text).startswith("이미 예약하신")


def test_another_time_is_another_time_of_what_is_booked() -> None:
    talk = with_a_deal()
    talk.say("다른 시간")
    assert talk.draft.doing == "move"


@pytest.mark.parametrize("text", ["지난 예약", "예전 예약 볼래요"])
def test_past_bookings_are_looked_at(text: str) -> None:
    talk = with_a_deal()
    talk.say(text)
    assert talk.draft.booking is None
    assert talk.draft.asking == ""


def test_what_was_given_back_is_on_the_card() -> None:
    talk = with_a_deal()
    [reservation] = talk.world.reservations.values()
    talk.world.given_back[reservation.id] = 10_000
    talk.act(f"show:{reservation.id}")
    assert ("환불", "10,000원") in [(item.name, item.value) for card in talk.cards for item in card.items]
