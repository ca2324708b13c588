"""The customer's model conversations (reference/TRANSCRIPTS.md, section 2), sentence by sentence."""

from dataclasses import replace
from datetime import date

import pytest

from services.reservation.values import Status
from services.shared_kernel.clock import kst
from tests.support.talk import Talk, World, at

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)
ADDRESS = "마포구 OO로 12, 101동 502호"
PAY = "80,000원 결제하기"


def friday_world() -> World:
    """Tuesday is full; on Friday three times are free."""
    world = World()
    world.open_hours = {date(2026, 11, 23): (), date(2026, 11, 24): (), FRIDAY: (10, 14, 16)}
    return world


def quoted(world: World | None = None) -> Talk:
    """Somebody who sees the price."""
    talk = Talk(world or friday_world())
    talk.say("금요일 2시 마포 24평 집청소")
    talk.say(ADDRESS)
    talk.tap("없어요")
    return talk


def with_booking(*, assigned: bool = True, world: World | None = None) -> tuple[Talk, str]:
    """Somebody with a paid booking for Friday at two."""
    world = world or World()
    reservation_id = world.booked(at(11, 27, 14))
    if assigned:
        world.assigned(reservation_id)
    return Talk(world), reservation_id


def test_2_1_first_hello():
    talk = Talk()
    assert talk.say("안녕하세요") == (
        "안녕하세요, 싹3예요. 청소 예약을 채팅으로 도와드려요 🧹 이렇게 보내셔도 돼요. “금요일 2시 마포 24평 집청소”"
    )
    assert talk.labels == ["청소 예약하기", "내 예약 보기", "상담원 연결"]


def test_2_2_guided_by_buttons():
    talk = Talk(friday_world())
    assert talk.act("book") == "어떤 청소가 필요하세요?"
    assert talk.quick == ["집청소", "입주·이사청소", "사무실청소", "에어컨청소", "이전", "처음으로"]
    assert talk.tap("집청소") == "몇 평인가요? 숫자만 보내셔도 돼요."
    assert talk.quick[:4] == ["10평", "24평", "32평", "잘 모르겠어요"]
    assert talk.tap("잘 모르겠어요") == ("아파트라면 흔히 부르는 평형이면 돼요. 전용 59㎡는 보통 24~25평형이에요.")
    assert talk.quick[:2] == ["24평", "상담원 연결"]
    assert talk.tap("24평") == "어느 지역인가요?"
    assert talk.tap("마포구") == "언제 갈까요?"
    assert talk.quick[:4] == ["11/25(수)", "11/26(목)", "11/27(금)", "다른 날짜"]
    assert talk.tap("11/27(금)") == "비어 있는 시간이에요."
    assert talk.quick == ["오전 10시", "오후 2시", "오후 4시", "이전", "처음으로"]
    assert talk.tap("오후 2시") == "이제 주소만 알려 주시면 돼요."
    assert talk.quick == ["이전", "처음으로"]


def test_2_2_the_same_typed():
    talk = Talk(friday_world())
    for text in ("청소 예약하기", "집청소", "잘 모르겠어요", "24평", "마포구", "11/27(금)"):
        talk.say(text)
    assert talk.say("오후 2시") == "이제 주소만 알려 주시면 돼요."


def test_2_3_one_sentence():
    talk = Talk(friday_world())
    assert talk.say("이번 주 금요일 2시에 마포 24평이요") == ("11/27(금) 오후 2시, 마포구 24평이군요. 어떤 청소인가요?")
    assert "고칠 게 있어요" in talk.quick
    assert talk.say("집청소").endswith("이제 주소만 알려 주시면 돼요.")
    assert talk.say("아 2시 말고 4시요") == "오후 4시로 고쳤어요. 나머지는 그대로예요. 주소를 알려 주세요."


def test_2_4_part_of_a_day():
    world = World()
    world.open_hours = {date(2026, 12, 4): (9, 13, 15, 17)}
    talk = Talk(world)
    assert talk.say("다음 주 금요일 오후쯤 될까요") == "12/4(금) 오후에 비어 있는 시간이에요. 언제가 좋으세요?"
    assert talk.quick[:4] == ["오후 1시", "오후 3시", "오후 5시", "다른 날짜"]


def test_2_4_which_friday():
    world = World()
    world.clock.set(at(11, 22, 15))
    talk = Talk(world)
    assert talk.say("다음 주 금요일 오후쯤 될까요") == "어느 금요일인가요?"
    assert talk.quick[:2] == ["11/27(금)", "12/4(금)"]
    assert "12/4(금) 오후에 비어 있는 시간이에요" in talk.tap("12/4(금)")


def test_2_5_taken_meanwhile():
    world = friday_world()
    world.open_hours[SATURDAY] = (10,)
    talk = Talk(world)
    talk.say("금요일 2시 마포 24평 집청소")
    talk.say(ADDRESS)
    world.open_hours[FRIDAY] = (10, 16)
    assert talk.tap("없어요") == (
        "방금 다른 분이 11/27(금) 오후 2시를 먼저 잡으셨어요. 가까운 시간을 찾아 두었어요. 적어 주신 내용은 그대로예요."
    )
    assert talk.labels[:2] == ["11/27 오후 4시", "11/27 오전 10시"]
    assert len(talk.labels) == 3
    assert talk.tap("11/27 오후 4시").startswith("80,000원이에요.")


def test_2_6_address():
    talk = Talk(friday_world())
    talk.say("금요일 2시 마포 24평 집청소")
    assert talk.say("우리집") == ("찾아가려면 도로명과 건물 번호가 필요해요. 예) 마포구 OO로 12, 101동 502호")
    assert talk.say("강남구 OO대로 3, 7층") == (
        "강남구 주소네요. 지역도 강남구로 바꿀까요? 시간과 금액은 다시 확인해 드려요."
    )
    assert talk.labels == ["강남구로", "주소 고치기"]
    talk.tap("주소 고치기")
    assert talk.say(ADDRESS).startswith("주소를 적어 두었어요. 자세한 주소는 일을 맡은 업체에만 보여드려요.")


def test_2_6_the_other_district():
    talk = Talk(friday_world())
    talk.say("금요일 2시 마포 24평 집청소")
    talk.say("강남구 OO대로 3, 7층")
    talk.tap("강남구로")
    assert talk.draft.booking is not None
    assert (talk.draft.booking.area, talk.draft.booking.address) == ("gangnam", "강남구 OO대로 3, 7층")
    assert "주소: 강남구 OO대로 3, 7층" in talk.tap("없어요")


def test_2_7_quote_and_payment_in_one_tap():
    talk = Talk(friday_world())
    talk.say("금요일 2시 마포 24평 집청소")
    talk.say(ADDRESS)
    assert talk.tap("없어요").splitlines() == [
        "80,000원이에요. 오후 3:15까지 시간을 잡아 둘게요.",
        "{예약 확인} 일시: 11/27(금) 14:00–17:00 / 주소: 마포구 OO로 12, 101동 502호 / 청소: 집청소 24평 / "
        "추가 요금: 없음 / 합계: 80,000원",
        "취소 수수료는 4일 전까지 0%, 3~2일 전 10%, 전날 20%, 당일 30%예요. "
        "결제하고 5분 안이거나 맡은 업체가 없으면 0원이에요.",
    ]
    assert talk.labels == [PAY, "내용 고치기"]
    assert talk.tap(PAY) == (
        "80,000원 결제했어요. 11/27(금) 오후 2시 예약이 확정됐어요 ✨ 갈 업체가 정해지면 알려드릴게요."
    )
    assert talk.world.charges == [80000]
    assert talk.draft.booking is None


def test_2_8_declined():
    talk = quoted()
    talk.world.payment = "declining"
    assert talk.tap(PAY) == (
        "카드사에서 승인하지 않았어요(한도 초과). 돈은 나가지 않았고, 시간은 오후 3:15까지 그대로예요."
    )
    assert talk.labels == ["다른 카드로 결제", "다시 결제하기", "예약 그만두기"]
    assert talk.cards[0].buttons[0].url.startswith("https://pay.example/")
    talk.world.payment = "approving"
    assert talk.tap("다시 결제하기").startswith("80,000원 결제했어요.")


def test_2_9_deferred():
    world = friday_world()
    talk = quoted(world)
    world.clock.advance(minutes=2)
    world.payment = "deferring"
    assert talk.tap(PAY) == (
        "지금 결제가 몰려서 조금 뒤에 받을게요. 돈은 나가지 않았어요. "
        "시간은 11/24(화) 오후 3:02까지 잡아 두고, 결제할 수 있을 때 먼저 알려드릴게요."
    )
    assert talk.labels == ["내 예약 보기", "예약 취소"]
    reservation_id = next(iter(world.reservations))
    world.clock.advance(minutes=11)
    world.change(reservation_id, lambda old: old.reopen_payment())
    world.payment = "approving"
    assert talk.act(f"pay:{reservation_id}:{world.reservations[reservation_id].version}").startswith(
        "80,000원 결제했어요."
    )


def test_2_10_confirming():
    talk = quoted()
    talk.world.payment = "unknown"
    assert talk.tap(PAY) == ("결제됐는지 확인하고 있어요. 다시 결제하지 않으셔도 돼요. 시간도 그대로 잡아 둘게요.")
    blocked = "두 번 결제되지 않게 잠시 막아 두었어요. 확인되면 바로 알려드릴게요."
    assert talk.say("다시 결제할래요") == blocked
    assert talk.tap(PAY) == blocked


def test_2_11_my_bookings():
    world = World()
    world.assigned(world.booked(at(11, 27, 14)))
    unpaid = world.booked(at(12, 4, 15), service="move", size=32, unpaid=True)
    world.change(unpaid, lambda old: replace(old, hold_expires_at=at(11, 24, 15, 2)))
    world.clock.advance(minutes=10)
    talk = Talk(world)
    assert talk.say("내 예약").splitlines() == [
        "예약 2건이에요. 오후 3:10 기준이에요.",
        "{내 예약} 11/27(금) 14:00 집청소 24평: 확정, OO클린",
        "12/4(금) 15:00 입주·이사청소 32평: 결제 대기, 11/24(화) 15:02까지",
    ]
    assert talk.labels == ["11/27 자세히 보기", "12/4 결제하기"]
    assert "400,000원이에요" in talk.tap("12/4 결제하기")


def test_2_11_none():
    talk = Talk()
    assert talk.say("내 예약") == "예정된 예약이 없어요."
    assert talk.labels == ["청소 예약하기"]


def test_2_11_where_is_my_cleaner():
    talk, reservation_id = with_booking()
    talk.world.assigned(reservation_id, status="EN_ROUTE", en_route_at=at(11, 27, 13, 35))
    talk.world.clock.set(at(11, 27, 13, 40))
    assert talk.say("언제 와요") == "오후 2시쯤 도착해요. OO클린에서 오후 1:35에 출발했어요."


def test_2_12_moving():
    talk, reservation_id = with_booking()
    talk.world.clock.set(at(11, 23, 15))
    assert talk.say("금요일 거 토요일 10시로 옮겨줘") == (
        "11/27(금) 오후 2시를 11/28(토) 오전 10시로 옮길까요? 비용은 없어요."
    )
    assert talk.labels == ["옮기기", "그대로 두기"]
    assert talk.tap("옮기기") == "11/28(토) 오전 10시로 옮겼어요. OO클린에도 알렸어요."
    assert kst(talk.world.reservations[reservation_id].visit.starts_at) == at(11, 28, 10)
    assert talk.tap("옮기기") == "11/28(토) 오전 10시로 이미 옮겨 두었어요."


def test_2_12_the_day_before():
    talk, _ = with_booking()
    talk.world.clock.set(at(11, 26, 15))
    said = talk.say("금요일 거 토요일 10시로 옮겨줘").splitlines()
    assert said[0] == "옮긴 뒤 취소해도 수수료는 먼저 약속한 11/27(금)을 기준으로 계산해요."
    assert said[1].startswith("11/27(금) 오후 2시를 11/28(토) 오전 10시로 옮길까요?")


def test_2_13_the_day_before():
    talk, reservation_id = with_booking()
    talk.world.clock.set(at(11, 26, 11))
    assert talk.say("취소할게요") == (
        "64,000원을 돌려드려요. 방문 전날이라 80,000원에서 수수료 16,000원(20%)이 빠져요."
    )
    assert talk.labels == ["취소 확정", "그대로 두기"]
    assert talk.tap("취소 확정") == ("취소했어요. 64,000원은 영업일 3일 안에 돌려드리고, 끝나면 알려드릴게요.")
    assert talk.world.reservations[reservation_id].status is Status.CANCELLED
    assert talk.tap("취소 확정").startswith("11/27(금) 오후 2시 예약은 이미 취소했어요.")


def test_2_14_free():
    talk = quoted()
    talk.tap(PAY)
    talk.world.clock.advance(minutes=3)
    assert talk.say("취소해줘") == "80,000원을 모두 돌려드려요. 결제한 지 5분이 안 돼서 수수료가 없어요."
    talk.world.clock.advance(minutes=30)
    assert talk.say("취소해줘") == "80,000원을 모두 돌려드려요. 아직 맡은 업체가 없어서 수수료가 없어요."
    assert talk.labels == ["취소 확정", "그대로 두기"]


def test_2_15_after_the_start():
    talk, reservation_id = with_booking()
    talk.world.clock.set(at(11, 27, 14, 3))
    talk.world.started(reservation_id)
    talk.world.clock.advance(minutes=20)
    assert talk.say("지금 취소요") == (
        "오후 2:03에 청소를 시작해서 여기서는 취소할 수 없어요. 문제가 있으면 상담원이 바로 도와드릴게요."
    )
    assert talk.labels == ["상담원 연결"]


def test_2_16_midnight():
    talk, reservation_id = with_booking()
    talk.world.clock.set(at(11, 25, 23, 58))
    assert talk.say("취소할게요") == (
        "72,000원을 돌려드려요. 방문 2일 전이라 80,000원에서 수수료 8,000원(10%)이 빠져요."
    )
    talk.world.clock.set(at(11, 26, 0, 1))
    assert talk.tap("취소 확정") == (
        "아직 취소하지 않았어요. 자정이 지나 돌려드릴 돈이 72,000원에서 64,000원으로 바뀌었어요. "
        "전날 수수료는 16,000원(20%)이에요. 그래도 취소할까요?"
    )
    assert talk.world.reservations[reservation_id].status is Status.CONFIRMED
    assert talk.tap("취소 확정").startswith("취소했어요. 64,000원은")


def test_2_17_nobody_found():
    talk, reservation_id = with_booking(assigned=False)
    talk.world.nobody_found(reservation_id)
    talk.world.open_hours = {date(2026, 11, 26): (), FRIDAY: (16,), SATURDAY: (10, 14)}
    version = talk.world.reservations[reservation_id].version
    said = talk.act(f"move:{reservation_id}:{version}")
    assert said.splitlines()[0] == (
        "11/27(금) 오후 2시에 갈 업체를 찾지 못했어요. 죄송해요. "
        "다른 시간을 고르거나 80,000원을 모두 돌려받으실 수 있어요."
    )
    assert talk.labels == ["11/27 오후 4시", "11/28 오전 10시", "11/28 오후 2시", "전액 돌려받기"]
    assert talk.tap("전액 돌려받기").startswith("80,000원을 모두 돌려드릴게요. 영업일 3일 안에 끝나요.")
    assert talk.world.reservations[reservation_id].status is Status.CANCELLED


def test_2_17_another_time_in_one_tap():
    talk, reservation_id = with_booking(assigned=False)
    talk.world.nobody_found(reservation_id)
    talk.say("언제 와요")
    talk.tap("11/27 오후 5시")
    assert kst(talk.world.reservations[reservation_id].visit.starts_at) == at(11, 27, 17)


def test_2_18_language():
    talk = Talk(friday_world())
    talk.say("금요일 2시 마포 24평 집청소")
    assert talk.say("English please").splitlines() == [
        "Switched to English. Your booking details are unchanged.",
        "Now I only need the address.",
    ]
    assert talk.labels == ["한국어로 보기"]
    assert talk.tap("한국어로 보기").startswith("한국어로 바꿨어요. 하던 예약을 이어갈게요.")
    assert talk.say(ADDRESS).startswith("주소를 적어 두었어요.")


def test_2_19_a_person():
    talk = Talk()
    assert talk.say("사람이랑 얘기할래요") == (
        "상담원에게 전했어요. 보통 10분 안에 여기로 답해 드려요. 예약 조회와 취소는 지금도 돼요."
    )
    assert talk.say("강아지 있어도 되나요?").startswith("상담원에게 전했어요.")
    assert talk.world.thread == ["사람이랑 얘기할래요", "강아지 있어도 되나요?"]
    assert talk.say("내 예약") == "예정된 예약이 없어요."


def test_2_19_out_of_hours():
    talk = Talk()
    talk.world.opens_at = at(11, 24, 9)
    assert talk.say("상담원") == ("상담은 11/24(화) 오전 9시에 시작해요. 남겨 주시면 그때 차례로 답해 드릴게요.")


def test_2_20_an_old_button():
    talk = quoted()
    reservation_id = next(iter(talk.world.reservations))
    talk.world.clock.advance(days=1)
    talk.world.change(reservation_id, lambda old: old.expire(at=talk.world.clock.now()))
    assert talk.tap(PAY) == (
        "결제 기한이 지나 잡아 둔 시간이 풀렸어요. 돈은 나가지 않았어요. 같은 시간이 아직 비어 있어요."
    )
    assert talk.labels == ["다시 예약하기", "다른 시간 보기"]
    assert talk.tap("다시 예약하기").startswith("80,000원이에요. 오후 3:15까지")
    assert ADDRESS in "".join(item.value for card in talk.cards for item in card.items)


def test_2_21_a_double_tap():
    talk = quoted()
    talk.tap(PAY)
    assert talk.tap(PAY) == "80,000원을 한 번만 결제했어요. 예약이 확정됐어요."
    assert talk.world.charges == [80000]


def test_2_22_nonsense():
    talk = Talk()
    assert talk.say("ㅁㄴㅇㄹ") == "제가 잘 못 알아들었어요. “금요일 2시 마포 24평”처럼 보내 주세요."
    assert talk.say("뿌뿌") == "버튼으로 해 볼까요?"
    assert talk.labels == ["청소 예약하기", "내 예약 보기", "상담원 연결"]
    assert talk.say("ㅋㅋㅋㅋ") == "상담원에게 이어 드릴까요?"


def test_2_22_nonsense_in_a_booking():
    talk = Talk()
    talk.say("금요일 2시 마포")
    for text in ("ㅁㄴㅇㄹ", "뿌뿌"):
        talk.say(text)
    assert talk.say("ㅋㅋㅋㅋ") == "상담원에게 이어 드릴까요? 적던 예약은 그대로 있어요."
    assert talk.labels == ["상담원 연결", "하던 예약 계속"]
    assert talk.tap("하던 예약 계속").startswith("몇 평인가요?") or "청소" in talk.cards[0].text


def test_2_23_consent():
    talk = Talk()
    assert talk.say("수신거부") == (
        "2026-11-23에 싹3 광고 수신을 모두 거부하셨어요(낮·밤). 예약과 결제 안내는 계속 보내드려요."
    )
    assert talk.labels == ["알림 설정"]
    assert talk.say("소식 받을래요") == ("할인 소식(광고)을 여기로 보내도 될까요? 안 받아도 예약은 똑같이 돼요.")
    assert talk.labels == ["동의해요", "안 받아요"]
    assert talk.tap("동의해요") == (
        "2026-11-23에 동의하셨어요. 밤 9시부터 아침 8시 사이에도 보내드릴까요? 이건 따로 여쭤봐요."
    )
    assert talk.labels == ["밤에도", "낮에만"]
    assert not talk.world.consent.night
    assert talk.tap("낮에만") == "낮에만 보내드릴게요. 언제든 ‘수신거부’라고 보내 주세요."
    assert (talk.world.consent.day, talk.world.consent.night) == (True, False)


@pytest.mark.parametrize("answer", ["네", "밤에도"])
def test_2_23_nights_too(answer: str):
    talk = Talk()
    for text in ("소식 받을래요", "동의해요", answer):
        talk.say(text)
    assert talk.world.consent.night
