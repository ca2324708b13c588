"""The parts under the conversation: drafts, actions, the two languages, trouble, and what a booking does at its edges."""

import inspect
import json
import re
from datetime import date, time

import pytest

from bot.conversation import effects as e
from bot.conversation import texts_en
from bot.conversation.actions import LONGEST_BYTES, pack, pack_moment, parse, parse_moment
from bot.conversation.draft import FORMAT, Booking, Draft, dump, load
from bot.conversation.texts_en import English
from bot.conversation.texts_ko import IN_KOREAN, Korean
from services.reservation.values import Status
from tests.support.talk import Talk, World, at

ADDRESS = "마포구 OO로 12, 101동 502호"
PAY = "80,000원 결제하기"
HANGUL = re.compile("[ㄱ-ㆎ가-힣]")


def quoted(world: World | None = None) -> Talk:
    """Somebody who sees the price."""
    talk = Talk(world)
    for text in ("금요일 2시 마포 24평 집청소", ADDRESS, "없어요"):
        talk.say(text)
    return talk


# Drafts


def test_a_draft_survives_json():
    booking = Booking(
        service="home", size_pyeong=24, date=date(2026, 11, 27), time=time(14), time_from=time(12),
        add_ons=("fridge",), given=("service", "date"), address=ADDRESS,
    )  # fmt: skip
    draft = Draft(booking=booking, asking="area", wish=date(2026, 11, 28), misses=2, offered={"가": "book"})
    assert load(json.loads(json.dumps(dump(draft)))) == draft


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"format": FORMAT + 1, "asking": "area"},
        {"format": FORMAT, "booking": {"date": "soon"}},
        {"format": FORMAT, "booking": 7},
        {"format": FORMAT, "wish": 7},
    ],
)
def test_an_unknown_draft_is_a_fresh_one(body):
    assert load(body) == Draft()


def test_what_a_later_version_adds_is_left_out():
    assert load({"format": FORMAT, "asking": "area", "mood": "good"}) == Draft(asking="area")


# Actions


def test_an_action_comes_back():
    moment = at(12, 4, 15, 30)
    verb, arguments = parse(pack("move!", "id", 3, pack_moment(moment)))
    assert (verb, *arguments[:2]) == ("move!", "id", "3")
    assert parse_moment(arguments[2]) == moment


def test_the_longest_action_fits():
    assert len(pack("refund_all", "0" * 36, 12345).encode()) <= LONGEST_BYTES
    assert len(pack("cancel!", "0" * 36, 12345, 9_999_999).encode()) <= LONGEST_BYTES
    with pytest.raises(ValueError, match="not a button's action"):
        pack("x" * 65)
    with pytest.raises(ValueError, match="not a button's action"):
        pack("fill", "a:b")


# Languages


def test_english_says_everything_again():
    mine = {name for name in vars(Korean) if not name.startswith("__")}
    assert mine == {name for name in vars(English) if not name.startswith("__")}


def test_english_is_english():
    source = inspect.getsource(texts_en)
    assert not HANGUL.search(source)
    assert English.other_language == IN_KOREAN


def test_a_booking_in_english():
    world = World(language="en")
    talk = Talk(world)
    assert talk.say("this Friday 2pm, Mapo, 24 pyeong, home cleaning") == (
        "Fri 11/27, 2 pm, Mapo, 24 pyeong, Home cleaning: got it. Now I only need the address."
    )
    assert talk.say("OO-ro 12, building 101").startswith("I've noted the address.")
    assert talk.tap("Nothing else").splitlines() == [
        "80,000 won. I'll keep the time for you until 3:15 pm.",
        "{Your booking} When: Fri 11/27 14:00–17:00 / Where: OO-ro 12, building 101 / "
        "What: Home cleaning, 24 pyeong / Extras: none / Total: 80,000 won",
        "Cancelling costs 0% until 4 days before, 10% 3–2 days before, 20% the day before, 30% on the day. "
        "It is free within 5 minutes of paying, or while no cleaner has the job.",
    ]
    assert talk.tap("Pay ₩80,000").startswith("80,000 won paid.")
    assert talk.say("where is my cleaner?").startswith("Your booking is for Fri 11/27, 2 pm.")


# Trouble on our side


def test_trouble_loses_nothing():
    world = World()
    talk = Talk(world)
    talk.say("집청소 24평")
    world.down = {e.FreeStarts}
    assert talk.say("마포 금요일 2시") == (
        "저희 쪽 문제로 지금은 답해 드리지 못했어요. 적어 주신 내용은 그대로 있어요."
    )
    assert talk.labels == ["다시 시도"]
    world.down = set()
    assert talk.tap("다시 시도").endswith("이제 주소만 알려 주시면 돼요.")


def test_a_hold_that_got_lost_is_found_again():
    world = World()
    talk = Talk(world)
    talk.say("금요일 2시 마포 24평 집청소")
    talk.say(ADDRESS)
    world.down = {e.HoldPlace}
    talk.tap("없어요")
    world.down = set()
    assert talk.say("다시 시도").startswith("80,000원이에요.")
    assert len(world.reservations) == 1


def test_a_trouble_while_paying_charges_once():
    talk = quoted()
    talk.world.down = {e.Pay}
    talk.tap(PAY)
    talk.world.down = set()
    talk.tap("다시 시도")
    talk.tap(PAY)
    assert talk.world.charges == [80000]


def test_somebody_elses_booking_is_not_shown():
    world = World()
    reservation_id = world.booked(at(11, 27, 14))
    stranger = Talk(world, who="stranger")
    for verb in ("show", "pay", "cancel", "move", "drop", "refund_all", "rebook", "to_pay", "report"):
        assert "찾을 수 없어요" in stranger.act(f"{verb}:{reservation_id}")


# Booking, at its edges


def test_changing_something_gives_the_place_back():
    talk = quoted()
    assert talk.say("2시 말고 4시요").startswith("오후 4시로 고쳤어요. 나머지는 그대로예요.\n80,000원이에요.")
    states = [each.status for each in talk.world.reservations.values()]
    assert states == [Status.CANCELLED, Status.AWAITING_PAYMENT]


def test_going_on_shows_the_same_hold():
    talk = quoted()
    talk.say("처음으로")
    assert talk.tap("하던 예약 계속").startswith("80,000원이에요. 오후 3:15까지")
    assert len(talk.world.reservations) == 1


def test_a_hold_that_ran_out_is_made_again():
    talk = quoted()
    talk.world.clock.advance(minutes=20)
    first = next(iter(talk.world.reservations))
    talk.world.change(first, lambda old: old.expire(at=talk.world.clock.now()))
    assert talk.say("하던 예약 계속").startswith("80,000원이에요. 오후 3:35까지")


def test_paying_by_link_is_not_undone_by_a_change():
    talk = quoted()
    talk.world.approve(next(iter(talk.world.reservations)))
    assert talk.say("4시로 바꿔 주세요").startswith("11/27(금) 오후 2시 예약은 결제까지 마쳤어요.")
    assert talk.draft.booking is None


def test_two_unpaid_holds():
    world = World()
    world.booked(at(11, 28, 14), unpaid=True)
    world.booked(at(12, 4, 15), unpaid=True)
    talk = quoted(world)
    assert talk.cards[0].text.startswith("결제를 기다리는 예약이 이미 2건 있어요.")
    assert talk.labels == ["12/4 결제하기", "11/28 결제하기", "12/4 예약 취소", "11/28 예약 취소"]
    talk.tap("12/4 예약 취소")
    talk.say("네")
    assert talk.tap("하던 예약 계속").startswith("80,000원이에요.")


def test_cancel_drops_the_draft_after_saying_so():
    talk = quoted()
    assert talk.say("취소") == "적던 예약을 지우고, 잡아 둔 시간도 풀었어요. 나간 돈은 없어요."
    assert talk.draft.booking is None
    assert [each.status for each in talk.world.reservations.values()] == [Status.CANCELLED]


def test_cancel_with_both_asks_which():
    world = World()
    world.booked(at(12, 4, 15))
    talk = Talk(world)
    talk.say("내일 24평 집청소")
    assert talk.say("취소") == "적던 예약을 지울까요, 잡힌 예약을 취소할까요?"
    assert talk.labels == ["적던 예약 지우기", "12/4 예약 취소"]


def test_back_asks_the_last_thing_again():
    talk = Talk()
    talk.say("금요일 2시 마포 24평 집청소")
    talk.say("이전")
    assert talk.draft.asking == "service"
    talk.say("입주청소")
    assert talk.draft.booking is not None
    assert talk.draft.booking.service == "move"
    assert talk.draft.booking.time == time(14)


def test_back_out_of_a_correction():
    talk = quoted()
    talk.tap("내용 고치기")
    talk.tap("시간")
    assert talk.tap("이전").startswith("80,000원이에요.")


def test_an_area_we_dont_serve():
    talk = Talk()
    assert talk.say("부산 금요일 2시 집청소 24평").startswith(
        "부산은 아직 못 가요. 지금은 마포·서대문·강남·송파구에 갈 수 있어요."
    )
    assert talk.say("마포").endswith("이제 주소만 알려 주시면 돼요.")


def test_a_time_that_is_not_free():
    world = World()
    world.open_hours = {date(2026, 11, 27): (10, 16)}
    talk = Talk(world)
    assert talk.say("금요일 2시 마포 24평 집청소") == (
        "11/27(금) 오후 2시에는 갈 수 없어요. 가까운 시간을 찾아 두었어요. 적어 주신 내용은 그대로예요."
    )
    assert talk.labels[:2] == ["11/27 오후 4시", "11/27 오전 10시"]


def test_a_full_day():
    world = World()
    world.open_hours = {date(2026, 11, 27): ()}
    talk = Talk(world)
    assert talk.say("금요일 마포 24평 집청소").endswith("11/27(금)에는 빈 시간이 없어요. 가까운 시간을 찾아 두었어요.")
    assert len(talk.labels) == 3


def test_a_size_that_is_not_sold():
    talk = Talk()
    talk.say("집청소")
    assert talk.say("300평") == "집청소는 70평까지 바로 예약할 수 있어요. 더 넓으면 상담원이 도와드려요."


def test_too_far_ahead():
    talk = Talk()
    assert talk.say("2027년 5월 3일 마포 24평 집청소").startswith("예약은 1/22(금)까지 받고 있어요.")


def test_no_money_word_counts_later():
    """네 pays only right after the amount was shown."""
    talk = quoted()
    talk.say("24평 얼마예요?")
    talk.say("네")
    assert talk.world.charges == []


def test_in_an_open_talk_the_operator_reads_all_of_it_and_no_booking_is_made_of_it():
    talk = Talk()
    talk.say("상담원")
    said = [
        "어제 청소하고 나서 마루가 긁혔어요",
        "내일 2시요",
        "마포구 양화로 45 101호요",
        "24평이에요",
        "네",
        "여보세요?",
    ]
    for text in said:
        assert talk.say(text).startswith("상담원에게 전했어요."), text
    assert talk.draft.booking is None
    # A command is obeyed, and read by the operator as well.
    assert not talk.say("취소하고 환불해 주세요").startswith("상담원에게 전했어요.")
    assert talk.world.thread == ["상담원", *said, "취소하고 환불해 주세요"]


def test_words_for_the_operator_are_not_taken_for_a_note():
    talk = Talk()
    talk.say("상담원")
    talk.say("금요일 2시 마포 24평 집청소")
    assert talk.say("강아지 있어도 되나요?").startswith("상담원에게 전했어요. 답이 오면 여기에 보여드릴게요.")
    talk.say(ADDRESS)
    talk.say("고양이도 있어요")
    said = ["금요일 2시 마포 24평 집청소", "강아지 있어도 되나요?", ADDRESS, "고양이도 있어요"]
    assert talk.world.thread == ["상담원", *said]
    assert talk.draft.booking is not None
    assert talk.draft.booking.note == ""


def test_a_view_that_is_late_misleads_nobody():
    talk = quoted()
    talk.world.late_view = []
    talk.tap(PAY)
    assert talk.say("내 예약").startswith("예약 1건이에요.")
    assert talk.say("취소할게요").startswith("80,000원을 모두 돌려드려요.")
    talk.say("네")
    assert talk.say("환불 언제 돼요").startswith("80,000원을 돌려드리고 있어요.")


def test_an_older_amount_is_not_a_yes():
    talk = quoted()
    assert "80,000원이에요" in talk.say("110,000원 결제하기")
    assert talk.world.charges == []
    assert talk.say("80,000원 결제하기").startswith("80,000원 결제했어요.")


def test_yes_is_not_four_o_clock():
    talk = Talk()
    talk.say("내일 마포 24평 집청소")
    assert talk.say("8시") == "오전 8시가 맞나요?"
    talk.say("네")
    assert talk.draft.booking is not None
    assert talk.draft.booking.time == time(8)


def test_a_visit_nobody_started():
    world = World()
    world.booked(at(11, 24, 14))
    world.clock.set(at(11, 24, 14, 40))
    talk = Talk(world)
    assert talk.say("언제 와요").startswith("11/24(화) 오후 2시에 가기로 했는데 아직 시작하지 못했어요.")
    assert talk.say("시간 바꿀래").startswith("방문할 시간이 되어 여기서는 바꾸거나 취소할 수 없어요.")


def test_another_area_needs_another_address():
    talk = quoted()
    assert talk.say("강남으로 바꿔주세요") == "강남구로 고쳤어요. 나머지는 그대로예요. 주소를 알려 주세요."
    assert "주소: 강남구 OO대로 3" in talk.say("강남구 OO대로 3")


def test_an_address_within_a_sentence():
    talk = Talk()
    assert talk.say("강남구 OO대로 12 4층인데 금요일 2시에 24평 집청소 해주세요").startswith(
        "11/27(금) 오후 2시, 강남구 24평, 집청소군요. 주소를 적어 두었어요."
    )


def test_prices():
    talk = Talk()
    assert talk.say("집청소 24평 얼마에요") == "집청소 24평은 80,000원이에요."
    assert talk.tap("이대로 예약하기").endswith("어느 지역인가요?")


def test_refund_news():
    world = World()
    reservation_id = world.booked(at(11, 27, 14))
    talk = Talk(world)
    assert talk.say("환불 언제 돼요") == "돌려드릴 돈이 남은 예약은 없어요."
    talk.say("취소할게요")
    talk.say("네")
    assert talk.say("환불 언제 돼요").startswith("80,000원을 돌려드리고 있어요. 영업일 3일 안에 끝나고")
    world.refunded.add(reservation_id)
    assert talk.say("환불 언제 돼요").startswith("80,000원을 돌려드렸어요.")


def test_a_visit_that_was_moved_keeps_its_fee():
    world = World()
    reservation_id = world.booked(at(11, 24, 14))
    world.assigned(reservation_id)
    talk = Talk(world)
    talk.say("토요일 10시로 옮겨줘")
    talk.say("네")
    assert talk.say("취소할게요") == (
        "64,000원을 돌려드려요. 먼저 약속한 날을 기준으로 80,000원에서 수수료 16,000원(20%)이 빠져요."
    )


def test_a_cleaner_found_meanwhile_is_told():
    world = World()
    reservation_id = world.booked(at(11, 27, 14))
    world.nobody_found(reservation_id)
    talk = Talk(world)
    talk.say("언제 와요")
    world.assigned(reservation_id)
    assert talk.tap("전액 돌려받기").startswith("그사이 갈 업체가 정해졌어요.")
    assert world.reservations[reservation_id].status is Status.CONFIRMED


def test_quiet_nights():
    talk = Talk()
    assert talk.say("알림꺼줘") == "광고만 끌까요, 밤에 오는 안내도 끌까요?"
    talk.tap("안내도")
    assert talk.world.consent == e.Consent(day=False, night=False, quiet_nights=True)


def test_an_old_night_consent_needs_the_day():
    talk = Talk()
    talk.act("consent:night")
    assert talk.world.consent == e.Consent(day=False, night=False, quiet_nights=False)
