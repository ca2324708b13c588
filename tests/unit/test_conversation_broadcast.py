"""An operator's broadcasts by chat (reference/TRANSCRIPTS.md 4.5, 4.6): written, looked at, confirmed, watched, stopped."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.conversation.actions import LONGEST_BYTES
from bot.conversation.effects_broadcast import ApproveBroadcast
from bot.conversation.operator import reply
from services.notification.broadcasts.values import Broadcast, BroadcastStatus, Exclusion, Kind, Segment
from services.shared_kernel.clock import KST
from services.shared_kernel.ids import short_code
from tests.support.broadcasting import FakeBroadcasting
from tests.support.operator_world import ME, OperatorWorld
from tests.support.talking import Talking
from tests.support.time import FakeClock

SNOW = "눈이 많이 와서 내일 방문이 30분쯤 늦을 수 있어요."
SALE = "12월 평일 오전 집청소 10% 할인"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 23, 21, 10, tzinfo=KST))


@pytest.fixture
def world(clock: FakeClock) -> OperatorWorld:
    return OperatorWorld(clock)


@pytest.fixture
def broadcasting(world: OperatorWorld) -> FakeBroadcasting:
    return world.broadcasting


@pytest.fixture
def chat(world: OperatorWorld, clock: FakeClock) -> Talking:
    return Talking(reply, world, clock, ME)


def written(chat: Talking, kind: str = "발송 안내", whom: str = "내일 방문 고객, 마포구", text: str = SNOW) -> str:
    """Up to the dry run; what it says."""
    chat.say(kind)
    chat.say(whom)
    chat.say(text)
    chat.tap("한국어만")
    return chat.tap("버튼 없이")


def confirmed(chat: Talking) -> str:
    """Up to the confirm; the broadcast's id."""
    written(chat)
    chat.tap("64명 발송 확정")
    return only(chat).id


def only(chat: Talking) -> Broadcast:
    world = chat._world
    assert isinstance(world, OperatorWorld)
    return list(world.broadcasting.broadcasts.values())[-1]


# 4.5


def test_information(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """4.5 as it is written, with a look before anything is sent."""
    assert chat.say("발송 안내") == "누구에게 보낼까요? “내일 방문 고객, 마포구”처럼 적으셔도 돼요."
    assert {"내일 방문 고객", "지역별", "업체"} <= set(chat.labels())
    assert chat.say("내일 방문 고객, 마포구") == (
        "마포구 11/24(화) 방문 고객에게 안내를 보내요. 보낼 글을 적어 주세요.\n"
        "받는 분마다 바뀌는 말: #{고객명}, #{방문일시}, #{서비스}, #{지역}, #{예약번호}."
    )
    assert chat.say(SNOW) == "영어로 읽는 분께 보낼 글도 있나요? 없으면 모두 한국어로 보내요."
    chat.tap("한국어만")
    assert chat.tap("버튼 없이") == (
        "64명을 골랐어요. 지금 61, 밤 알림을 꺼 둬서 08:00에 3. 받는 분이 보는 글이에요.\n"
        f"한국어로 읽는 고객 64명\n{SNOW}\n아직 보내지 않았어요. 보내는 데 3초쯤 걸려요. "
        "글에 ‘내일’이 있어요. 아침에 받는 3명이 읽어도 맞는지 봐 주세요."
    )
    assert only(chat).segment == Segment(role="customer", area="mapo", visit_on=date(2026, 11, 24))
    assert only(chat).status is BroadcastStatus.DRAFT
    assert chat.tap("64명 발송 확정") == "0/61 보냈어요. 3명은 08:00에 시작해요."
    assert chat.live == f"broadcast:{only(chat).id}"
    assert chat.labels()[:2] == ["잠깐 멈춤", "발송 중단"]
    assert only(chat).status is BroadcastStatus.RUNNING


def test_information_that_is_advertising(chat: Talking) -> None:
    """Said right after the text; one tap makes it advertising, and what was written stays."""
    chat.say("발송 안내")
    chat.tap("고객")
    assert chat.say(SALE) == "‘할인’이 있어 안내로는 못 보내요."
    assert chat.labels() == ["글 고치기", "광고로 바꾸기", "그만두기"]
    assert chat.tap("광고로 바꾸기").startswith("영어로 읽는 분께")
    chat.tap("한국어만")
    assert f"(광고) 싹3 02-000-0000\n{SALE}" in chat.tap("버튼 없이")
    assert only(chat).kind is Kind.AD


# 4.6


def test_advertising(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """4.6: who isn't counted and why."""
    broadcasting.now, broadcasting.later = 208, 500
    broadcasting.excluded = {Exclusion.NO_CONSENT: 300, Exclusion.OPTED_OUT: 12}
    chat.say("발송 광고")
    assert chat.say("60일 넘게 안 온 고객") == (
        "60일 넘게 이용하지 않은 고객에게 광고를 보내요. 보낼 글을 적어 주세요. (광고), 연락처, 수신거부는 제가 붙여요.\n"
        "받는 분마다 바뀌는 말: #{고객명}."
    )
    chat.say(SALE)
    chat.tap("한국어만")
    assert chat.tap("예약하기").startswith(
        "1,020명 가운데 지금 208(밤 동의), 08:00에 500. 제외 312: 동의 없음 300, 수신거부 12. 받는 분이 보는 글이에요."
    )
    wording = only(chat).wording
    assert (wording.button_ko, wording.button_en, wording.button_action) == ("예약하기", "Book", "book")
    chat.tap("708명 발송 확정")
    broadcasting.goes_on(only(chat).id, sent=120, failed=2, waiting=586)
    assert chat.do(f"bc_show:{only(chat).id}").endswith("결과: 보냄 120, 실패 2, 기다림 586")


# Whom


@pytest.mark.parametrize(
    ("taps", "segment"),
    [
        (["모두"], Segment()),
        (["업체"], Segment(role="cleaner")),
        (["내일 방문 고객"], Segment(role="customer", visit_on=date(2026, 11, 24))),
        (["지역별", "송파구"], Segment(area="songpa")),
        (["한동안 뜸한 고객", "90일"], Segment(role="customer", idle_days=90)),
        (["언어별", "영어"], Segment(language="en")),
    ],
)
def test_whom_by_buttons(chat: Talking, taps: list[str], segment: Segment) -> None:
    chat.say("발송 안내")
    for label in taps:
        chat.tap(label)
    for answer in (SNOW, "한국어만", "버튼 없이"):
        chat.say(answer)
    assert only(chat).segment == segment


# What


def test_every_step_goes_back_and_keeps(chat: Talking) -> None:
    """이전, to the beginning and forth again."""
    written(chat)
    questions = [chat.say("이전") for _ in range(5)]
    assert [each.split("?")[0][:7] for each in questions] == [
        "버튼을 하나 ",
        "영어로 읽는 ",
        "마포구 11/",
        "누구에게 보낼",
        "안내인가요, ",
    ]
    chat.tap("안내")
    assert "64명을 골랐어요." in chat.text
    chat.tap("글 고치기")
    assert chat.tap("그대로 두기").startswith("64명을 골랐어요.")
    chat.tap("대상 바꾸기")
    assert chat.tap("업체").startswith("64명을 골랐어요.")
    assert only(chat).segment == Segment(role="cleaner")
    assert only(chat).wording.text_ko == SNOW


def test_english_and_a_link(chat: Talking) -> None:
    """Asked for again when the Korean changes, because it says the old thing."""
    chat.say("발송 안내")
    chat.tap("고객")
    chat.say(SNOW)
    chat.say("Snow: visits may be late.")
    assert chat.say("자세히").startswith("버튼에 쓸 글자(14자까지)와 https:// 주소를")
    assert "영어로 읽는 고객 2명\nSnow: visits may be late." in chat.say("자세히 https://example.com/눈")
    assert only(chat).wording.button_url == "https://example.com/눈"
    chat.tap("글 고치기")
    assert chat.say("눈이 그쳤어요.").startswith("영어로 읽는 분께")
    chat.say("The snow is over.")
    wording = only(chat).wording
    assert (wording.text_ko, wording.text_en, wording.button_ko) == ("눈이 그쳤어요.", "The snow is over.", "자세히")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("눈" * 1_001, "글이 너무 길어요(1001자). 1,000자까지 쓸 수 있어요."),
        ("오늘은 #{날씨}", "‘날씨’는 제가 모르는 말이에요. 지우거나 고쳐서 다시 보내 주세요."),
        ("#{방문일시}에 뵈어요", "‘방문일시’는 이 대상에는 쓸 수 없어요. 지우거나 고쳐서 다시 보내 주세요."),
    ],
)
def test_wrong_wording(chat: Talking, text: str, answer: str) -> None:
    """The text is asked for again; the rest is kept."""
    chat.say("발송 안내")
    chat.tap("고객")
    assert chat.say(text) == answer
    assert chat.say(SNOW).startswith("영어로 읽는 분께")


def test_no_sender(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """Says what to do; once done, one tap goes on."""
    broadcasting.has_sender = False
    chat.say("발송 광고")
    chat.tap("고객")
    assert chat.say(SALE).startswith("광고에는 보내는 곳의 이름과 연락처가 꼭 있어야 해요.")
    broadcasting.has_sender = True
    assert chat.tap("다시 계산").startswith("64명을 골랐어요.")
    assert only(chat).wording.text_ko == SALE


def test_all_of_it_in_the_morning(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """Nobody is told that it goes at once."""
    broadcasting.now = 0
    assert written(chat, text="눈이 많이 와서 방문이 늦을 수 있어요.").endswith(
        "아직 보내지 않았어요. 확정하면 아침에 보내요."
    )


def test_nobody(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """There is nothing to confirm."""
    broadcasting.now = broadcasting.later = 0
    broadcasting.excluded = {Exclusion.BLOCKED: 2}
    assert written(chat) == "지금은 받을 분이 없어요. 제외 2: 차단 2. 대상이나 글을 바꿔 주세요."
    assert chat.labels()[:2] == ["대상 바꾸기", "글 고치기"]
    for said in ("네", "내일 오전 9시"):
        assert chat.say(said).startswith("지금은 받을 분이 없어요.")
    assert not any("확정" in label for label in chat.labels())


def test_a_draft_outlives_a_restart_and_can_be_left(chat: Talking) -> None:
    """`Talking` reads the draft back from JSON after each turn. What was left is in the list."""
    written(chat)
    code = short_code(only(chat).id)
    chat.say("현황")
    assert "쓰는 중" in chat.say("발송 목록")
    chat.tap(f"{code} 보기")
    assert chat.tap("이어서 쓰기").startswith("64명을 골랐어요.")
    assert chat.tap("64명 발송 확정").startswith("0/61 보냈어요.")


# The confirm


def test_only_what_was_shown_is_approved(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """Other people by now, or other words: shown anew, with a new button; the old one is refused kindly."""
    written(chat)
    old = chat.button("64명 발송 확정").action
    assert len(old.encode()) <= LONGEST_BYTES
    broadcasting.now = 62
    assert chat.tap("64명 발송 확정").startswith(
        "그사이 날짜나 명단, 글이 바뀌어서 보내지 않았어요. 다시 계산했어요. 65명을"
    )
    assert chat.do(old).startswith("지난 확정 버튼이라 보내지 않았어요. 지금 글과 명단은 이래요.")
    assert only(chat).status is BroadcastStatus.DRAFT
    assert chat.tap("65명 발송 확정").startswith("0/62 보냈어요.")
    assert chat.do(old).endswith("결과: 기다림 65")
    assert chat.text.startswith(f"발송 {short_code(only(chat).id)}\n이미 확정한 발송이에요.")


def test_an_old_confirm_without_a_draft_holds_if_nothing_changed(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    written(chat)
    old = chat.button("64명 발송 확정").action
    chat.say("처음으로")
    broadcasting.later = 4
    assert chat.do(old).startswith("지난 확정 버튼이라 보내지 않았어요.")
    chat.say("처음으로")
    broadcasting.later = 3
    assert chat.do(old).startswith("0/61 보냈어요.")


def test_a_lost_answer_to_the_confirm_is_given_again(chat: Talking) -> None:
    """After a crash the same tap is answered once more: it is approved, and the bubble that shows it isn't there yet."""
    written(chat)
    draft, tap = chat.draft, chat.button("64명 발송 확정").action
    chat.do(tap)
    chat.draft = draft
    assert chat.do(tap).startswith("0/61 보냈어요.")
    assert chat.live


def test_the_whole_digest_is_approved(chat: Talking) -> None:
    """The button has its beginning only."""
    written(chat)
    chat.tap("64명 발송 확정")
    asked = next(each for each in chat.effects if isinstance(each, ApproveBroadcast))
    assert len(asked.digest) == 64
    assert asked.digest == only(chat).digest


# For later


def test_scheduling(chat: Talking, clock: FakeClock) -> None:
    written(chat)
    assert chat.tap("예약 발송") == "언제 보낼까요? “내일 오전 9시”처럼 적어 주세요."
    assert chat.say("뿌뿌").startswith("언제 보낼까요?")
    assert chat.say("어제 9시").startswith("이미 지난 시각이에요.")
    assert chat.say("2월 30일 9시").startswith("언제 보낼까요?")
    assert chat.say("내일 오전 9시") == (
        "11/24(화) 오전 9시에 64명에게 보낼까요? 글에 ‘내일’이 있어요. 그날 읽어도 맞는지 봐 주세요."
    )
    chat.tap("시각 바꾸기")
    assert chat.say("내일 새벽 3시").startswith("11/24(화) 오전 3시에 64명에게 보낼까요?")
    chat.tap("시각 바꾸기")
    assert chat.say("이전").startswith("64명을 골랐어요.")
    chat.tap("예약 발송")
    chat.say("내일 16:30")
    old = chat.button("이때 보내기").action
    assert len(old.encode()) <= LONGEST_BYTES
    assert chat.tap("이때 보내기") == "11/24(화) 오후 4:30에 64명에게 보낼게요."
    assert chat.live
    assert only(chat).starts_at == datetime(2026, 11, 24, 16, 30, tzinfo=KST)
    assert chat.tap("발송 중단").startswith("발송을 중단할까요? 아직 못 받은 64명은")


def test_advertising_does_not_start_at_night(chat: Talking) -> None:
    """Explained, with the next morning to tap."""
    written(chat, "발송 광고", "고객", SALE)
    chat.tap("예약 발송")
    assert chat.say("밤 10시") == ("광고는 밤 9시부터 아침 8시 사이에 시작하지 않아요. 11/24(화) 오전 8시는 어떠세요?")
    assert chat.tap("11/24 08:00") == "11/24(화) 오전 8시에 64명에게 보낼까요?"


def test_a_start_that_has_passed_meanwhile(chat: Talking, clock: FakeClock) -> None:
    written(chat)
    chat.tap("예약 발송")
    chat.say("내일 오전 9시")
    clock.advance(hours=13)
    assert chat.tap("이때 보내기").startswith("이미 지난 시각이에요.")
    assert only(chat).status is BroadcastStatus.DRAFT


# Watching and stopping


def test_pause_resume_cancel(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    id = confirmed(chat)
    broadcasting.goes_on(id, sent=40, waiting=24)
    assert chat.tap("잠깐 멈춤") == "잠깐 멈췄어요. 40명에게 보냈고 24명이 남았어요."
    assert chat.tap("이어서 보내기") == "이어서 보내요. 24명이 남았어요."
    chat.tap("발송 중단")
    assert broadcasting.broadcasts[id].status is BroadcastStatus.RUNNING
    assert chat.labels()[:2] == ["중단 확정", "그대로 두기"]
    old = chat.button("중단 확정").action
    assert chat.tap("중단 확정") == "발송을 중단했어요. 40명은 받았고 24명에게는 보내지 않았어요."
    assert chat.do(old) == "발송을 중단했어요. 40명은 받았고 24명에게는 보내지 않았어요."
    assert chat.do(f"bc_pause:{id}").splitlines()[1] == "지금은 그렇게 할 수 없어요. 지금 모습은 이래요."
    assert chat.do(f"bc_cancel:{id}").splitlines()[1] == "지금은 그렇게 할 수 없어요. 지금 모습은 이래요."


def test_what_was_being_sent_when_it_was_cancelled(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """Nobody says of them that they didn't get it."""
    id = confirmed(chat)
    broadcasting.goes_on(id, sent=40, waiting=24)
    broadcasting.under_way = 3
    chat.tap("발송 중단")
    assert chat.tap("중단 확정") == (
        "발송을 중단했어요. 40명은 받았고 21명에게는 보내지 않았어요. 이미 보내던 3명은 받을 수도 있어요."
    )


def test_the_report_and_a_correction(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    """Who isn't known is named; the correction goes to those who got it, by way of a dry run."""
    id = confirmed(chat)
    code = short_code(id)
    broadcasting.goes_on(
        id, BroadcastStatus.FINISHED, sent=58, failed=4, unknown=2, waiting=0, later=0, reasons={"blocked": 4}
    )
    broadcasting.unknown[id] = [ME.id, "kim-web"]
    assert (
        chat.say("발송 목록")
        == f"발송 목록\n최근 발송 1건이에요.\n{code}: 안내, 마침 58/64, 11/23(월) 21:10 “눈이 많이 와서 내일 방문이 30분…”"
    )
    chat.tap(f"{code} 보기")
    assert chat.tap("결과 보기") == (
        "64명 발송을 마쳤어요. 도착 58, 실패 4, 결과 모름 2. 결과 모름은 두 번 가지 않게 다시 보내지 않아요.\n"
        f"이유: 차단 4.\n결과 모름 2명: {short_code(ME.id)}, kim-web.\n"
        "받은 분 명단은 [CSV 받기]로 받아요. 채팅 페이지에 들어와 있는 브라우저에서 열려요."
    )
    assert chat.button("CSV 받기").url == f"http://127.0.0.1:8000/chat/broadcasts/{id}.csv"
    assert chat.tap("정정 보내기") == f"{code} 발송을 받은 분들께만 보내요. 정정할 글을 적어 주세요."
    for answer in ("30분이 아니라 10분이에요.", "한국어만", "버튼 없이"):
        chat.say(answer)
    assert only(chat).segment == Segment(corrects=id)
    assert "대상 바꾸기" not in chat.labels()
    assert "64명 발송 확정" in chat.labels()


def test_a_page_that_no_channel_opens_is_asked_for_again_and_not_kept(chat: Talking) -> None:
    for said in ("발송 안내", "고객", SNOW, "한국어만"):
        chat.say(said)
    assert chat.say("자세히 https://a.kr@b.kr").startswith("버튼에 쓸 글자(14자까지)와 https:// 주소를")
    assert "그대로 두기" not in chat.labels()
    assert chat.tap("버튼 없이").startswith("64명을 골랐어요.")
    assert only(chat).wording.button_url == ""


@pytest.mark.parametrize(
    "old", ["bc_kind:info", "bc_whom:everybody", "bc_whom:area", "bc_area:mapo", "bc_language:ko", "bc_edit:whom",
            "bc_edit:kind", "bc_idle:60"],
)  # fmt: skip
def test_a_correction_keeps_kind_and_people_whatever_old_button_is_tapped(
    chat: Talking, broadcasting: FakeBroadcasting, old: str
) -> None:
    written(chat, kind="발송 광고", whom="고객", text=SALE)
    chat.tap("64명 발송 확정")
    advertised = only(chat).id
    broadcasting.goes_on(advertised, BroadcastStatus.FINISHED, sent=64, waiting=0, later=0)
    chat.do(f"bc_correct:{advertised}")
    for answer in ("10%가 아니라 5%예요.", "한국어만", "버튼 없이"):
        chat.say(answer)
    correction = only(chat)
    chat.do(old)
    chat.say("한국어")  # whatever it asked
    assert only(chat) == correction
    assert (correction.kind, correction.segment) == (Kind.AD, Segment(corrects=advertised))


def test_nobody_got_it_nothing_to_correct(chat: Talking) -> None:
    """Called off before the first: the report is there, the correction isn't, by an old button neither."""
    id = confirmed(chat)
    chat.tap("발송 중단")
    assert chat.tap("중단 확정") == "발송을 중단했어요. 아무에게도 보내지 않았어요."
    assert chat.labels()[0] == "결과 보기"
    assert "정정 보내기" not in chat.labels()
    assert chat.do(f"bc_correct:{id}").splitlines()[1] == "받은 분이 없어서 정정할 것도 없어요."


def test_the_list_tells_them_apart(chat: Talking) -> None:
    """By the text, and by when it will start; what is scheduled stands before newer drafts."""
    written(chat)
    chat.say("내일 오전 9시")
    chat.tap("이때 보내기")
    for _ in range(6):
        written(chat)
    assert "안내, 예약됨 64명, 11/24(화) 09:00에 시작 “눈이 많이 와서" in chat.say("발송 목록")
    assert chat.text.count("쓰는 중") == 5


def test_what_is_not_there(chat: Talking) -> None:
    """Nor for whoever isn't an operator: the port says so."""
    missing = "0193551e-0000-7000-8000-000000000000"
    assert chat.say("발송 목록") == "아직 보낸 단체 발송이 없어요."
    for verb in ("show", "pause", "resume", "cancel", "cancel!", "report", "correct", "go_on"):
        assert chat.do(f"bc_{verb}:{missing}") == "그 발송은 찾을 수 없어요."
    assert chat.do(f"bc_send:{missing}:0123456789") == "그 발송은 찾을 수 없어요."
    for action in ("bc_keep", "bc_later", "bc_edit:text", "bc_area:mapo"):
        assert chat.do(action).startswith("지난 버튼이에요.")


def test_trouble_keeps_what_was_written(chat: Talking, world: OperatorWorld) -> None:
    chat.say("발송 안내")
    chat.tap("고객")
    world.fails = 1
    assert chat.say(SNOW).startswith("저희 쪽 문제로")
    assert chat.tap("다시 시도").startswith("영어로 읽는 분께")


def test_in_english(chat: Talking, broadcasting: FakeBroadcasting) -> None:
    chat.person = replace(chat.person, language="en")
    assert chat.say("/broadcast").startswith("Is it information or advertising?")
    chat.tap("Information")
    assert chat.say("customers with a visit tomorrow in Mapo").startswith(
        "Information to customers in Mapo with a visit on Tue 11/24. What shall it say, in Korean?"
    )
    chat.say(SNOW)
    chat.say("Snow: visits may be late.")
    assert chat.tap("No button").startswith("64 people chosen: 61 now, 3 at 08:00 (quiet at night).")
    assert chat.tap("Send to 64") == "0/61 sent. 3 more start at 08:00."
    broadcasting.goes_on(only(chat).id, BroadcastStatus.FINISHED, sent=64, waiting=0, later=0)
    chat.say("broadcasts")
    chat.tap(f"Show {short_code(only(chat).id)}")
    assert chat.tap("Report").startswith("Broadcast to 64 people is done: 64 arrived.")
