"""A place and a number that a phone shares: said back, and never a booking in the wrong district."""

import pytest

from bot.conversation import effects as e
from tests.support.talk import Talk, World, at

ADDRESS = "마포구 OO로 12, 101동 502호"


def asked_for_the_address() -> Talk:
    talk = Talk(World())
    talk.say("금요일 2시 마포 24평 집청소")
    assert talk.draft.asking == "address"
    return talk


def area(talk: Talk) -> str | None:
    assert talk.draft.booking is not None
    return talk.draft.booking.area


def test_where_the_address_is_asked_both_can_be_sent_by_a_tap():
    talk = asked_for_the_address()
    assert [share.action for share in talk.cards[-1].shares] == ["share:place", "share:phone"]
    talk.say(ADDRESS)
    assert not any(card.shares for card in talk.cards)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("near:마포구", "지도로 보면 마포구 근처예요. 상세 주소를 적어 주세요."),
        ("near:서대문구:마포구", "지도로 보면 서대문구나 마포구 근처예요. 상세 주소를 적어 주세요."),
        (
            "near:강남구",
            "지도로 보면 강남구 근처예요. 예약은 마포구로 적혀 있고, 그대로 두었어요. 상세 주소를 적어 주세요.",
        ),
        (
            "near:은평구",
            "지도로 보면 은평구 근처예요. 은평구는 아직 못 가요. 지금은 마포·서대문·강남·송파구에 갈 수 있어요. "
            "예약은 마포구로 적혀 있고, 그대로 두었어요. 상세 주소를 적어 주세요.",
        ),
        ("near:화성시", "보내 주신 위치가 어느 동네인지 알 수 없어요. 예약은 마포구로 적혀 있고, 그대로 두었어요. "
                     "상세 주소를 적어 주세요."),
    ],
)  # fmt: skip
def test_at_the_address_it_is_said_back_and_the_address_is_still_wanted(action, said):
    talk = asked_for_the_address()
    assert talk.act(action) == said
    assert (area(talk), talk.draft.asking) == ("mapo", "address")
    assert talk.say(ADDRESS).startswith("주소를 적어 두었어요.")


def test_with_no_area_yet_it_is_asked_which():
    talk = Talk(World())
    talk.say("금요일 2시 24평 집청소")
    assert talk.act("near:마포구:서대문구") == "지도로 보면 마포구나 서대문구 근처예요. 어느 지역인가요?"
    assert area(talk) is None
    assert talk.quick[:2] == ["마포구", "서대문구"]
    talk.tap("서대문구")
    assert (area(talk), talk.draft.asking) == ("seodaemun", "address")


def test_one_that_is_sure_is_taken_with_a_yes_and_not_before():
    talk = Talk(World())
    talk.say("금요일 2시 24평 집청소")
    talk.act("near:송파구")
    assert area(talk) is None
    talk.say("네")
    assert area(talk) == "songpa"


def test_with_no_area_yet_and_nothing_served_near_by_all_are_shown():
    talk = Talk(World())
    talk.say("금요일 2시 24평 집청소")
    assert talk.act("near:은평구").endswith("갈 수 있어요. 어느 지역인가요?")
    assert "강남구" in talk.quick
    assert area(talk) is None


def test_before_any_booking_one_can_begin_there():
    talk = Talk(World())
    assert talk.act("near:마포구") == "지도로 보면 마포구 근처예요. 이 근처 청소를 예약할까요?"
    assert talk.draft.booking is None
    talk.tap("마포구로")
    assert area(talk) == "mapo"


def test_another_question_stays_where_it_is():
    talk = Talk(World())
    talk.say("마포 집청소")
    assert talk.draft.asking == "size_pyeong"
    assert talk.act("near:강남구").endswith("그대로 두었어요. 몇 평인가요? 숫자만 보내셔도 돼요.")
    assert (area(talk), talk.draft.asking) == ("mapo", "size_pyeong")


def test_a_move_goes_on():
    world = World()
    world.booked(at(11, 27, 14))
    talk = Talk(world)
    talk.say("토요일 10시로 옮겨줘")
    before = talk.draft
    for action in ("near:마포구", "phone:+821012345678"):
        talk.act(action)
        assert talk.draft.yes == before.yes
        assert talk.draft.doing == before.doing


def test_at_the_price_the_place_changes_nothing():
    talk = asked_for_the_address()
    talk.say(ADDRESS)
    talk.say("없어요")
    held = talk.draft.booking
    assert "주소는 적어 주신 그대로예요." in talk.act("near:강남구")
    assert talk.draft.booking == held


def test_a_number_is_kept_with_the_booking():
    talk = asked_for_the_address()
    assert talk.act("phone:+82 10-1234-5678") == (
        "연락처를 적어 두었어요. 연락할 일이 있을 때 상담원만 써요. 이제 주소만 알려 주시면 돼요."
    )
    assert [share.action for share in talk.cards[-1].shares] == ["share:place"]
    talk.say(ADDRESS)
    talk.say("없어요")
    assert [kept.phone for kept in talk.world.details.values()] == ["01012345678"]


def test_a_number_at_the_price_is_kept_too_and_the_place_is_held_once():
    talk = asked_for_the_address()
    talk.say(ADDRESS)
    talk.say("없어요")
    assert "80,000원" in talk.act("phone:01012345678")
    holds = [each for each in talk.world.reservations.values() if each.status == "AWAITING_PAYMENT"]
    assert len(holds) == 1
    assert talk.world.details[holds[0].visit.details_id] == e.VisitDetails(address=ADDRESS, phone="01012345678")


@pytest.mark.parametrize(
    "action", ["phone:", "phone:나", "phone:12", "phone:٠١٠١٢٣٤٥٦٧٨", "phone:" + "1" * 40, "near:a:b:c:d"]
)
def test_what_is_no_number_or_place_changes_nothing(action):
    talk = asked_for_the_address()
    before = talk.draft.booking
    talk.act(action)
    assert talk.draft.booking == before


def test_a_number_without_a_booking_is_not_kept():
    talk = Talk(World())
    assert talk.act("phone:01012345678") == "연락처는 청소를 예약하실 때 받을게요."
    assert talk.labels == ["청소 예약하기"]
