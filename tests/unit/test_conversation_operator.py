"""What operators are told: the model conversations (reference/TRANSCRIPTS.md §4), and the edges around them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.conversation.effects_operator import DeadGroup, HistoryLine, OperatorRefund
from bot.conversation.operator import reply
from bot.conversation.turn import Person
from services.payment.values import RefundStatus
from services.shared_kernel.clock import KST
from services.shared_kernel.ids import short_code
from tests.support.operator_world import TUESDAY_2PM, OperatorWorld
from tests.support.talking import Talking
from tests.support.time import FakeClock

OPERATOR = "0193551e-0000-7000-8000-0000000000aa"
MISSING = "0193551e-0000-7000-8000-000000000000"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def world(clock: FakeClock) -> OperatorWorld:
    return OperatorWorld(clock)


@pytest.fixture
def chat(world: OperatorWorld, clock: FakeClock) -> Talking:
    return Talking(reply, world, clock, Person(id=OPERATOR, role="operator", language="ko"))


# 4.1


def test_the_board(chat: Talking, world: OperatorWorld) -> None:
    """4.1: counts, then the urgent list, then one of them."""
    view = world.reservation()
    world.board = replace(
        world.board, counts={"CONFIRMED": 31, "AWAITING_PAYMENT": 6, "IN_PROGRESS": 3, "COMPLETED": 2}
    )
    world.stuck("unfilled", view)
    world.stuck("refund_late", view)
    world.thread("강아지 있어도 되나요?")
    assert chat.say("현황") == (
        "손이 필요한 일 3건이에요. 업체 못 찾음 1, 환불 지연 1, 답장 대기 1. "
        "오늘 방문 42건: 확정 31, 결제 대기 6, 진행 3, 완료 2. 결제는 정상이에요. 오후 3:10 기준."
    )
    text = chat.tap("급한 일 보기")
    code = short_code(view.id)
    assert text == (
        f"급한 일\n손이 필요한 일 2건이에요.\n{code}: 업체 못 찾음, 11/23(월) 14:00 방문\n"
        f"{code}: 환불 지연, 11/23(월) 14:00부터\n답을 기다리는 고객 1명도 있어요."
    )
    assert chat.tap(f"{code} 보기").startswith(f"찾은 예약\n{code}: 확정\n일시: 11/24(화) 14:00–17:00\n")


def test_a_quiet_board(chat: Talking, world: OperatorWorld) -> None:
    """Nothing to do, and payments put off."""
    world.payments_ok = False
    world.board = replace(world.board, counts={"CANCELLED": 1, "EXPIRED": 3})
    assert chat.say("현황").startswith("손이 필요한 일은 없어요. 오늘 방문은 없어요. 결제는 몰려서 미루고 있어요.")
    assert chat.tap("급한 일 보기") == "손이 필요한 일은 없어요."


# 4.2


def test_finding(chat: Talking, world: OperatorWorld) -> None:
    """4.2: by the last digits of a phone; then its history."""
    view = world.reservation()
    code = short_code(view.id)
    found = f"1건 찾았어요. {code}, 김OO 고객님(010-****-1234), 11/24(화) 14:00 집청소 24평, 80,000원 결제, OO클린."
    assert chat.say("찾기 1234") == found
    assert [each.label for each in chat.says[0].buttons] == ["기록 보기", "답장하기", "운영 취소"]
    assert chat.say(f"찾기 {code}") == found
    assert chat.say(code.lower() if any(c.isdigit() for c in code) else f"찾기 {code}") == found
    at = datetime(2026, 11, 23, 15, 0, tzinfo=KST)
    world.lines = [
        HistoryLine(at=at, source="event", name="ssak3.reservation.requested.v1"),
        HistoryLine(at=at, source="event", name="ssak3.reservation.confirmed.v1"),
        HistoryLine(
            at=at, source="notice", name="customer_paid", title="예약이 확정됐어요", to="customer", status="SENT"
        ),
    ]
    chat.say("찾기 1234")
    assert chat.tap("기록 보기") == (
        f"{code} 기록이에요.\n11/23(월) 15:00 시간을 잡음\n11/23(월) 15:00 예약 확정\n11/23(월) 15:00 알림(고객) 예약이 확정됐어요: 보냄"
    )


def test_finding_nothing_or_several(chat: Talking, world: OperatorWorld) -> None:
    """Asked again, or chosen from."""
    assert chat.say("찾기") == "무엇으로 찾을까요? 예약번호, 고객 이름, 전화 뒤 네 자리면 돼요."
    assert chat.say("9999").startswith("‘9999’에 맞는 예약을 찾지 못했어요.")
    views = [world.reservation(TUESDAY_2PM + timedelta(days=day)) for day in range(4)]
    assert chat.say("1234").startswith("찾은 예약\n4건 찾았어요.\n")
    assert chat.tap(f"{short_code(views[3].id)} 보기").startswith("찾은 예약\n")
    assert chat.do(f"show:{MISSING}") == "그 예약은 찾을 수 없어요."
    assert chat.do(f"history:{MISSING}") == "그 예약은 찾을 수 없어요."


def test_a_long_history_is_cut(chat: Talking, world: OperatorWorld) -> None:
    """The newest lines stay."""
    view = world.reservation()
    assert chat.do(f"history:{view.id}") == "남은 기록이 없어요. 400일이 지난 기록은 지워요."
    at = world.clock.now()
    world.lines = [HistoryLine(at=at, source="event", name="something.new.v1") for _ in range(33)]
    world.lines[0] = replace(world.lines[0], name="ssak3.reservation.requested.v1")
    code = short_code(view.id)
    assert chat.do(f"history:{view.id}").startswith(f"{code} 기록이에요.\n(앞의 13줄은 줄였어요)\n")


def test_a_history_whose_beginning_is_forgotten_says_so(chat: Talking, world: OperatorWorld) -> None:
    """A refund of a visit that was booked long ago."""
    view = world.reservation()
    world.lines = [HistoryLine(at=world.clock.now(), source="event", name="ssak3.payment.refunded.v1")]
    told = chat.do(f"history:{view.id}").splitlines()
    assert told[1] == "400일이 지난 앞부분 기록은 지웠어요."
    assert len(told) == 3


# 4.3


def test_cancelling(chat: Talking, world: OperatorWorld) -> None:
    """4.3: the reason, the figures, one confirmation; a second tap cancels nothing more."""
    view = world.reservation()
    chat.say("찾기 1234")
    assert chat.tap("운영 취소") == "사유를 적어 주세요. 고객님께 그대로 보여요."
    assert chat.say("업체 차량 고장으로 방문이 어려워요") == (
        "환불 80,000원과 보상 16,000원(전날 20%), 모두 96,000원이 나가요."
    )
    assert chat.labels()[:2] == ["취소 확정", "그만두기"]
    action = chat.button("취소 확정").action
    assert chat.tap("취소 확정") == "취소했어요. 고객님과 OO클린에 알렸어요."
    assert world.cancelled == [(view.id, 80_000, "업체 차량 고장으로 방문이 어려워요")]
    assert chat.do(action) == "이미 취소된 예약이에요."
    assert len(world.cancelled) == 1


def test_the_day_by_its_name(chat: Talking, world: OperatorWorld) -> None:
    """오늘 is the board, unless a day was asked for; what is known since yesterday says so."""
    world.board = replace(world.board, as_of=datetime(2026, 11, 22, 22, 7, tzinfo=KST))
    for said in ("오늘", "오늘 방문 보여줘", "today"):
        assert chat.say(said).endswith("11/22(일) 오후 10:07 기준.")
    chat.say("발송 안내")
    assert chat.say("오늘").startswith("11/23(월) 방문")


def test_a_customer_who_has_just_written(chat: Talking, world: OperatorWorld) -> None:
    world.thread("강아지 있어도 되나요?", minutes=0)
    assert chat.say("급한 일 있어?") == "답을 기다리는 고객 1명이 있어요."
    assert "고객님이 방금 말을 걸었어요. “강아지" in chat.say("기다리는 고객")


@pytest.mark.parametrize("said", ["네 취소해주세요", "네 그렇게 해주세요", "취소 확정", "네"])
def test_cancelling_by_words(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    chat.say("업체 차량 고장")
    assert chat.say(said) == "취소했어요. 고객님과 OO클린에 알렸어요."
    assert len(world.cancelled) == 1


@pytest.mark.parametrize(
    "said", ["네 취소?", "취소하면 안 돼요", "네?", "네 환불은 나중에 할게요", "네 옮겨주세요", "업체가 취소했어요"]
)
def test_what_is_no_yes_cancels_nothing(chat: Talking, world: OperatorWorld, said: str) -> None:
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    chat.say("업체 차량 고장")
    chat.say(said)
    assert not world.cancelled


def test_cancelling_after_midnight(chat: Talking, world: OperatorWorld, clock: FakeClock) -> None:
    """The compensation changed since it was shown: asked again, with the new figures."""
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    clock.set(datetime(2026, 11, 23, 23, 59, tzinfo=KST))
    chat.say("업체 차량 고장")
    clock.advance(minutes=2)
    assert chat.tap("취소 확정") == (
        "아직 취소하지 않았어요. 나갈 돈이 96,000원에서 104,000원으로 바뀌었어요. "
        "환불 80,000원과 보상 24,000원(당일 30%)이에요. 그래도 취소할까요?"
    )
    assert not world.cancelled
    assert chat.say("네") == "취소했어요. 고객님과 OO클린에 알렸어요."


def test_cancelling_is_left(chat: Talking, world: OperatorWorld) -> None:
    """그만두기 at each step; a tap on an old confirmation asks for the reason anew."""
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    assert chat.say("그만두기") == "그만뒀어요. 바뀐 건 없어요."
    chat.do(f"opcancel:{view.id}")
    assert chat.say("가" * 101) == "사유는 100자까지 쓸 수 있어요. 조금 줄여서 보내 주세요."
    chat.say("사유")
    action = chat.button("취소 확정").action
    assert chat.tap("그만두기") == "그만뒀어요. 바뀐 건 없어요."
    assert chat.do(action) == "사유를 적어 주세요. 고객님께 그대로 보여요."
    started = world.reservation(status="IN_PROGRESS")
    assert chat.do(f"opcancel:{started.id}").startswith("청소를 이미 시작해서")
    assert chat.do(f"opcancel:{MISSING}") == "그 예약은 찾을 수 없어요."


@pytest.mark.parametrize("said", ["취소", "취소해줘", "이전", "도움말"])
def test_a_way_out_is_not_told_to_the_customer(chat: Talking, world: OperatorWorld, said: str) -> None:
    """Neither as a reply nor as the reason of a cancellation."""
    view = world.reservation()
    for verb in ("reply", "opcancel"):
        chat.do(f"{verb}:{view.id}")
        chat.say(said)
        assert chat.draft.asking == ""
        chat.say("네")
    assert not world.sent
    assert not world.cancelled


# Refunds


def test_a_partial_refund(chat: Talking, world: OperatorWorld) -> None:
    """Amount, reason, confirmation; more than what is left is asked again; a second tap does nothing."""
    view = world.reservation()
    assert chat.do(f"oprefund:{view.id}") == "얼마를 돌려드릴까요? 80,000원까지 돼요."
    assert chat.say("많이요").startswith("금액을 잘 못 알아들었어요.")
    assert chat.say("10만원") == "남은 결제 금액은 80,000원이에요. 그 안에서 다시 적어 주세요."
    assert chat.say("2만원") == "사유를 적어 주세요. 기록에 남고, 고객님께는 금액만 알려 드려요."
    assert chat.say("청소가 늦었어요") == "김OO 고객님께 20,000원을 돌려드릴까요? 사유: 청소가 늦었어요"
    action = chat.button("환불 확정").action
    assert chat.tap("환불 확정") == "20,000원 환불을 시작했어요. 끝나면 고객님께 알려드려요."
    assert chat.do(action).startswith("지난 버튼이에요.")
    assert world.reserved_krw == 20_000


@pytest.mark.parametrize(
    ("typed", "won"),
    [
        ("30,000", 30_000),
        ("3만 5천원", 35_000),
        ("2.5만", 25_000),
        ("전액", 80_000),
        ("20000원이요", 20_000),
        ("만원", 10_000),
        ("천원", 1_000),
        ("만5천원", 15_000),
        ("오만원", 50_000),
        ("삼만 오천 원", 35_000),
    ],
)
def test_sums(chat: Talking, world: OperatorWorld, typed: str, won: int) -> None:
    """As people write money."""
    view = world.reservation()
    chat.say(f"환불 {short_code(view.id)} {typed}")
    chat.say("사유")
    chat.tap("환불 확정")
    assert [each.amount_krw for each in chat.effects if isinstance(each, OperatorRefund)] == [won]


def test_a_refund_by_words(chat: Talking, world: OperatorWorld) -> None:
    view = world.reservation()
    chat.do(f"oprefund:{view.id}")
    chat.say("2만원")
    chat.say("청소가 늦었어요")
    assert chat.say("네 환불해 주세요") == "20,000원 환불을 시작했어요. 끝나면 고객님께 알려드려요."
    assert world.reserved_krw == 20_000


def test_a_refund_that_became_too_large(chat: Talking, world: OperatorWorld) -> None:
    """Somebody else refunded meanwhile: asked again with what is left."""
    view = world.reservation()
    chat.do(f"oprefund:{view.id}")
    chat.tap("80,000원")
    chat.say("사유")
    world.reserved_krw = 30_000
    assert chat.tap("환불 확정") == "남은 결제 금액은 50,000원이에요. 그 안에서 다시 적어 주세요."
    chat.tap("50,000원")
    chat.say("사유")
    assert chat.say("확인") == "50,000원 환불을 시작했어요. 끝나면 고객님께 알려드려요."
    unpaid = world.reservation(payment=None, status="AWAITING_PAYMENT")
    assert chat.do(f"oprefund:{unpaid.id}") == "아직 결제되지 않은 예약이라 돌려드릴 돈이 없어요."


# 4.7, compensations


def test_hurrying_a_refund(chat: Talking, world: OperatorWorld) -> None:
    """4.7: what became of it."""
    again = "64,000원 환불을 지금 다시 시도할게요. 끝나면 고객님께 알려드려요."
    assert chat.do(f"retry_refund:{world.refund(RefundStatus.UNKNOWN).id}", "지금 다시 시도") == again
    assert chat.do(f"retry_refund:{world.refund(RefundStatus.DONE).id}").startswith("이미 끝난 환불이에요.")
    assert "직접 돌려드려야 해요" in chat.do(f"retry_refund:{world.refund(RefundStatus.MANUAL).id}")
    assert chat.do(f"retry_refund:{MISSING}").startswith("지난 버튼이에요.")


def test_compensations(chat: Talking, world: OperatorWorld) -> None:
    """Listed, confirmed with the sum, noted once."""
    assert chat.say("보상금") == "보낼 보상금이 없어요."
    view = world.reservation()
    world.owe(view)
    code = short_code(view.id)
    assert chat.say("보상금") == (
        f"보낼 보상금\n보낼 보상금 1건, 모두 16,000원이에요.\n{code}: 김OO 고객님, 16,000원, 11/23(월) 15:00부터"
    )
    old = chat.button(f"{code} 지급했어요").action
    assert chat.tap(f"{code} 지급했어요") == "김OO 고객님께 16,000원을 보내셨나요? 고객님께도 알려요."
    assert chat.tap("보냈어요") == "16,000원을 지급한 것으로 적고, 고객님께 알렸어요."
    assert chat.do(old).startswith("지난 버튼이에요.")


# Moving


def test_moving(chat: Talking, world: OperatorWorld) -> None:
    """By words: day and time, or a day and then one of the free times."""
    view = world.reservation()
    chat.do(f"opmove:{view.id}")
    assert chat.say("토요일 10시") == "11/24(화) 오후 2시를 11/28(토) 오전 10시로 옮길까요?"
    assert chat.tap("옮기기") == "11/28(토) 오전 10시로 옮겼어요. 고객님과 업체에 알렸어요."
    assert chat.say(f"옮기기 {short_code(view.id)} 목요일") == "11/26(목)로 옮길 수 있는 시간이에요."
    assert chat.tap("오후 4시") == "11/28(토) 오전 10시를 11/26(목) 오후 4시로 옮길까요?"
    world.full.add(datetime(2026, 11, 26, 16, tzinfo=KST))
    assert chat.tap("옮기기") == "11/26(목) 오후 4시에는 자리가 없어요. 11/26(목)로 옮길 수 있는 시간이에요."
    assert chat.say("뿌뿌") == "11/26(목)로 옮길 수 있는 시간이에요."
    assert chat.say("토요일 10시") == "이미 11/28(토) 오전 10시 방문이에요."


# 4.4


def test_answering(chat: Talking, world: OperatorWorld) -> None:
    """4.4: by the notice's button, by the list, by code."""
    thread = world.thread("강아지 있어도 되나요?")
    code = short_code(thread)
    assert chat.say("기다리는 고객") == f"{code} 김OO 고객님이 기다려요(4분째). “강아지 있어도 되나요?”"
    assert chat.do(f"handover:{thread}", "답장하기") == (
        f"{code} 김OO 고객님과 나눈 대화예요.\n11/23(월) 14:56 김OO 고객님: 강아지 있어도 되나요?\n"
        "김OO 고객님께 보낼 말을 적어 주세요. 그대로 보여요."
    )
    assert chat.say("네, 괜찮아요. 방 하나에만 있게 해 주세요.") == "보냈어요. 오후 3시 도착."
    assert world.sent[-1][:2] == (thread, "네, 괜찮아요. 방 하나에만 있게 해 주세요.")
    assert chat.say(f"답장 {code} 그럼요") == "보냈어요. 오후 3시 도착."
    assert chat.say("답장 그리고 내일 뵐게요") == "보냈어요. 오후 3시 도착."
    assert len({reply_id for _, _, reply_id in world.sent}) == 3
    assert chat.tap("상담 끝내기") == "상담을 끝냈어요."
    assert chat.do(f"close:{thread}") == "그 상담은 찾을 수 없어요."
    assert chat.say("기다리는 고객") == "기다리는 고객이 없어요."


def test_answering_about_a_reservation(chat: Talking, world: OperatorWorld) -> None:
    """A customer who hasn't asked can be written to; commands typed meanwhile aren't sent."""
    view = world.reservation()
    chat.do(f"reply:{view.id}")
    assert chat.say("현황").startswith("손이 필요한 일")
    assert not world.sent
    assert chat.say(f"답장 {short_code(view.id)} 곧 연락드릴게요") == "보냈어요. 오후 3시 도착."
    assert chat.say("답장 ZZZZZ 네").startswith("‘ZZZZZ’에 맞는 상담이나 예약이 없어요.")


# 4.8, invites


def test_dead_letters(chat: Talking, world: OperatorWorld) -> None:
    """4.8: by cause; replayed once."""
    at = world.clock.now()
    world.dead = [
        DeadGroup(
            consumer="notification", cause="템플릿 다름", count=5, types=("ssak3.payment.approved.v1",), first_at=at
        ),
        DeadGroup(consumer="mypage", cause="앞 순서 없음", count=2, types=("ssak3.cleaning.offered.v1",), first_at=at),
    ]
    assert chat.do("dead", "실패함 보기") == (
        "7건, 원인 2가지예요. ① 알림: 템플릿 다름 5 ② 마이페이지: 앞 순서 없음 2.\n여기서도 고르실 수 있어요."
    )
    old = chat.button("① 5건 다시 처리").action
    assert chat.tap("② 자세히 보기") == (
        "실패함\n받는 곳: 마이페이지\n종류: 업체에 새 일을 보냄\n원인: 앞 순서 없음\n건수: 2건\n처음: 11/23(월) 15:00"
    )
    chat.say("실패함")
    assert chat.tap("① 5건 다시 처리") == "5건을 다시 처리하도록 보냈어요. 남은 건 2건이에요."
    assert chat.do(old) == "그 메시지들은 이미 다시 처리하도록 보냈어요."


def test_invites(chat: Talking) -> None:
    """For a cleaner or an operator."""
    assert chat.say("초대") == "누구를 초대할까요?"
    assert chat.tap("업체 초대") == (
        "초대\n업체 초대를 만들었어요. 11/30(월) 15:00까지 한 번 쓸 수 있고, 다시 보여드릴 수 없어요.\n"
        "코드: AB12CD34\n링크: http://127.0.0.1:8000/?invite=AB12CD34&role=cleaner"
    )
    assert chat.button("초대 링크 열기").url.endswith("role=cleaner")
    assert chat.say("초대 운영자").startswith("초대\n운영자 초대를 만들었어요.")
    chat.say("초대해 줘")
    assert chat.say("누구요") == "누구를 초대할까요?"
    assert chat.say("업체요").startswith("초대\n업체 초대를 만들었어요.")
    assert chat.do("invite_as:king").startswith("지난 버튼이에요.")


def test_taking_a_role_back(chat: Talking, world: OperatorWorld) -> None:
    """Seen, looked at, asked once more; a second tap says the same."""
    me, other = world.member("operator"), world.member("operator")
    cleaner = world.member("cleaner", "OO클린")
    chat.say("초대")
    assert chat.tap("담당자 보기") == "운영자 2명, 업체 1곳이에요. 누구의 권한을 회수할까요?"
    assert chat.say("OO클린") == (
        "권한 회수\n역할: 업체\n이름: OO클린\n들어온 날: 11/23(월) 15:00\n"
        "회수하면 업체 화면이 바로 닫혀요. 맡은 일과 받은 제안은 다른 업체에 넘기고, 청소 중인 일은 운영자에게 알려드려요. "
        "회수할까요?"
    )
    assert chat.say("아니요").startswith("운영자 2명, 업체 1곳이에요.")
    chat.tap("업체 OO클린")
    assert chat.say("네") == "권한을 회수했어요. 다시 일하시려면 새로 초대하시면 돼요."
    assert chat.do(f"staff_out!:{cleaner.id}").startswith("권한을 회수했어요.")
    assert [*world.staff] == [me.id, other.id]
    assert chat.do(f"staff_one:{cleaner.id}").startswith("지난 버튼이에요.")
    chat.do(f"staff_out!:{other.id}")
    assert chat.do(f"staff_out!:{me.id}") == ("마지막 운영자라서 회수하지 않았어요. 먼저 다른 운영자를 초대해 주세요.")


def test_staff_who_has_no_button_is_named(chat: Talking, world: OperatorWorld) -> None:
    """Nine have one; a code is as good as a name, and who isn't known is looked for in the list again."""
    everybody = [world.member("cleaner", f"{number}클린") for number in range(11)]
    assert "2명이 더 있어요. 버튼에 없으면 이름을 적어 주세요." in chat.say("직원 목록 보여줘")
    assert "이름: 10클린" in chat.say("10클린")
    chat.say("담당자")
    assert "이름: 9클린" in chat.say(short_code(everybody[9].id))
    chat.say("권한 회수")
    assert chat.say("누구더라").startswith("운영자 0명, 업체 11곳이에요.")


def test_a_cleaning_is_ended_for_who_cant(chat: Talking, world: OperatorWorld) -> None:
    """Only one that has begun, and only after a question."""
    view = world.reservation(status="IN_PROGRESS")
    chat.do(f"show:{view.id}")
    assert chat.tap("청소 끝내기") == "OO클린 대신 끝난 걸로 적을까요? 고객님께 청소가 끝났다고 알려드려요."
    assert not world.finished
    assert chat.say("네") == "청소를 끝난 걸로 적었어요."
    assert world.finished == [view.id]
    assert "끝난 걸로" not in chat.do(f"opfinish:{view.id}")


def test_an_invite_opens_telegram_too_or_says_why_not(chat: Talking, world: OperatorWorld) -> None:
    """The bot's name is asked for, and may not be known."""
    world.telegram = "https://t.me/ssak3_bot?start=AB12CD34"
    assert chat.say("초대 업체").endswith("\n텔레그램: https://t.me/ssak3_bot?start=AB12CD34")
    assert chat.button("텔레그램 열기").url == world.telegram
    world.telegram = ""
    for why, said in (("token", "토큰을 텔레그램이 몰라서"), ("away", "텔레그램이 답하지 않아")):
        world.why_no_telegram = why
        assert chat.say("초대 업체").endswith(f"\n텔레그램: {said} 링크가 없어요")


def test_the_talk_can_go_on_on_telegram(chat: Talking, world: OperatorWorld) -> None:
    """With a code, as for customers."""
    assert chat.say("텔레그램") == "지금은 텔레그램으로는 이야기할 수 없어요. 여기서 도와드릴게요."
    world.telegram = "https://t.me/ssak3_bot?start=ABC234DEFG"
    assert chat.say("텔레그램").endswith("\n\n/start ABC234DEFG")
    assert chat.button("텔레그램 열기").url == world.telegram


# Around it


def test_nonsense_language_and_trouble(chat: Talking, world: OperatorWorld) -> None:
    """Each has an answer, and nothing is lost."""
    assert chat.do("hello") == "안녕하세요. 무엇을 볼까요?"
    assert chat.say("ㅁㄴㅇㄹ").startswith("제가 잘 못 알아들었어요.")
    assert chat.say("뿌뿌") == "버튼으로 해 볼까요?"
    assert chat.say("ㅋㅋㅋ").startswith("이렇게 말씀하시면 돼요.")
    assert chat.say("네") == "지금은 여쭤본 게 없어요. 무엇을 할까요?"
    assert chat.say("환불").startswith("어느 예약인가요?")
    view = world.reservation()
    chat.do(f"opcancel:{view.id}")
    world.fails = 1
    assert chat.say("차량 고장").startswith("저희 쪽 문제로")
    assert chat.tap("다시 시도").startswith("환불 80,000원과 보상")
    assert chat.say("English") == "Switched to English."
    chat.speak("en")
    assert chat.say("board").startswith("Nothing needs a hand. No visits today. Payments go through.")
    assert chat.say("한국어로") == "한국어로 바꿨어요."
