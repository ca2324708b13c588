"""What cleaners are told: the model conversations (reference/TRANSCRIPTS.md §3), and the edges around them."""

from datetime import datetime, timedelta

import pytest

from bot.conversation.cleaner import reply
from bot.conversation.turn import Person
from services.cleaning.values import JobStatus
from services.shared_kernel.clock import KST
from tests.support.cleaner_world import ME, OTHER, CleanerWorld
from tests.support.talking import Talking
from tests.support.time import FakeClock

FRIDAY_2PM = datetime(2026, 11, 27, 14, tzinfo=KST)
SATURDAY_10AM = datetime(2026, 11, 28, 10, tzinfo=KST)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def world(clock: FakeClock) -> CleanerWorld:
    return CleanerWorld(clock)


@pytest.fixture
def chat(world: CleanerWorld, clock: FakeClock) -> Talking:
    return Talking(reply, world, clock, Person(id=ME, role="cleaner", language="ko"))


@pytest.fixture
def known(world: CleanerWorld, chat: Talking) -> Talking:
    """The chat of a registered cleaner."""
    world.register()
    return chat


# 3.1


def test_joining(chat: Talking, world: CleanerWorld) -> None:
    """3.1: name, areas by text, days, one confirmation."""
    assert chat.do("hello") == "반가워요. 이름이나 상호를 알려 주세요."
    assert chat.say("OO클린") == "어느 지역에 가실 수 있나요? 여러 곳도 돼요."
    assert chat.labels()[:5] == ["마포구", "서대문구", "강남구", "송파구", "다 골랐어요"]
    assert chat.say("마포, 서대문") == "어느 요일에 가실 수 있나요?"
    assert chat.labels()[:4] == ["매일", "평일", "주말", "요일 고르기"]
    assert chat.tap("매일") == "OO클린, 마포구·서대문구, 매일로 등록할까요?"
    assert chat.labels()[:2] == ["등록하기", "고치기"]
    assert chat.tap("등록하기") == "등록했어요. 결제가 끝난 일만 보내드려요."
    assert chat.labels()[0] == "오늘 일 보기"
    assert world.cleaner is not None
    assert (world.cleaner.name, world.cleaner.areas) == ("OO클린", ("mapo", "seodaemun"))
    assert world.cleaner.days == (1, 2, 3, 4, 5, 6, 7)


def test_joining_by_taps_only(chat: Talking, world: CleanerWorld) -> None:
    """Areas and days are toggled; what was tapped twice is out again."""
    chat.do("hello")
    chat.say("  OO   클린 ")
    assert chat.tap("다 골랐어요") == "한 곳은 골라 주세요. 여러 곳도 돼요."
    assert chat.tap("마포구") == "마포구까지 골랐어요. 더 가실 곳이 있나요?"
    assert chat.tap("강남구") == "마포구·강남구까지 골랐어요. 더 가실 곳이 있나요?"
    chat.tap("✓ 마포구")
    assert chat.say("다 골랐어요") == "어느 요일에 가실 수 있나요?"
    chat.tap("요일 고르기")
    assert chat.tap("다 골랐어요") == "하루는 골라 주세요. 여러 요일도 돼요."
    chat.tap("수요일")
    assert chat.tap("월요일") == "월·수요일까지 골랐어요. 더 있나요?"
    assert chat.tap("다 골랐어요") == "OO 클린, 강남구, 월·수요일로 등록할까요?"
    chat.say("네")
    assert world.cleaner is not None
    assert (world.cleaner.areas, world.cleaner.days) == (("gangnam",), (1, 3))


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("월, 수, 금", "월·수·금요일"),
        ("월수금이요", "월·수·금요일"),
        ("월~금", "평일"),
        ("토요일이랑 일요일", "주말"),
        ("일요일 빼고 다", "월·화·수·목·금·토요일"),
        ("주말 빼고 다요", "평일"),
        ("평일 중에 금요일은 빼고", "월·화·수·목요일"),
        ("weekdays but not Friday", "월·화·수·목요일"),
        ("every day except Sunday", "월·화·수·목·금·토요일"),
        ("아무 때나요", "매일"),
        ("평일하고 토요일", "월·화·수·목·금·토요일"),
        ("mon-fri", "평일"),
        ("Sat and Sun", "주말"),
    ],
)
def test_days_are_typed(chat: Talking, typed: str, days: str) -> None:
    """As people write weekdays."""
    chat.do("hello")
    chat.say("OO클린")
    chat.say("전부요")
    assert chat.say(typed).startswith(f"OO클린, 마포구·서대문구·강남구·송파구, {days}")


def test_joining_corrected(chat: Talking, world: CleanerWorld) -> None:
    """고치기 changes one field and comes back; words at the confirmation correct it too."""
    chat.do("hello")
    chat.say("OO클린")
    chat.say("마포")
    chat.say("매일")
    assert chat.tap("고치기") == "무엇을 고칠까요?"
    chat.tap("이름")
    assert chat.say("△△클린") == "△△클린, 마포구, 매일로 등록할까요?"
    assert chat.say("송파도 갈게요") == "△△클린, 송파구, 매일로 등록할까요?"
    assert chat.say("평일만요") == "△△클린, 송파구, 평일로 등록할까요?"


def test_joining_with_nonsense(chat: Talking) -> None:
    """A too long name, an area where nobody cleans, days that are none: asked again, with what helps."""
    chat.do("hello")
    assert chat.say("가" * 41) == "이름은 40자까지 쓸 수 있어요. 조금 줄여서 보내 주세요."
    chat.say("OO클린")
    assert "마포구·서대문구·강남구·송파구에서" in chat.say("부산이요")
    chat.say("강남구요")
    assert chat.say("뿌뿌") == "요일을 잘 못 알아들었어요. “평일”이나 “월, 수, 금”처럼 보내 주세요."
    assert chat.say("그만두기") == "적던 내용은 지웠어요. 등록해야 새 일을 받으실 수 있어요."
    assert chat.tap("등록 시작하기") == "반가워요. 이름이나 상호를 알려 주세요."


def test_nothing_before_joining(chat: Talking, world: CleanerWorld) -> None:
    """Somebody who isn't registered is asked to, whatever they tap."""
    job = world.offer(FRIDAY_2PM)
    assert chat.do(f"accept:{job.id}:1") == "반가워요. 이름이나 상호를 알려 주세요."
    assert chat.say("수락") == "어느 지역에 가실 수 있나요? 여러 곳도 돼요."


def test_registering_twice(chat: Talking) -> None:
    """A second tap on 등록하기 shows what is there."""
    chat.do("hello")
    chat.say("OO클린")
    chat.say("마포")
    chat.say("매일")
    chat.tap("등록하기")
    assert chat.do("register").startswith("설정\n이미 등록해 두었어요.")


def test_settings(known: Talking, world: CleanerWorld) -> None:
    """Areas, days and name are changed one at a time, and new jobs paused."""
    assert known.say("설정") == (
        "설정\n지금 이렇게 되어 있어요.\n이름: OO클린\n지역: 마포구·서대문구\n요일: 매일\n새 일: 받는 중"
    )
    known.tap("지역 바꾸기")
    assert known.say("강남, 송파") == "OO클린, 강남구·송파구, 매일로 바꿀까요?"
    assert known.tap("바꾸기") == "바꿨어요. 다음 새 일부터 이렇게 보내드려요."
    known.say("설정")
    known.tap("요일 바꾸기")
    assert known.tap("주말") == "OO클린, 강남구·송파구, 주말로 바꿀까요?"
    known.tap("그대로 두기")
    assert known.tap("새 일 쉬기") == "새 일을 보내지 않을게요. 맡으신 일은 그대로예요."
    assert world.cleaner is not None
    assert (world.cleaner.areas, world.cleaner.days, world.cleaner.active) == (
        ("gangnam", "songpa"), tuple(range(1, 8)), False,
    )  # fmt: skip
    known.say("설정")
    assert known.tap("새 일 다시 받기") == "새 일을 다시 보내드릴게요."


# 3.2


def test_an_offer_accepted(known: Talking, world: CleanerWorld) -> None:
    """3.2: the address comes with accepting; a second tap says the same; then 못 가게 됐어요."""
    job = world.offer(FRIDAY_2PM)
    accepted = "11/27(금) 오후 2시 일을 맡으셨어요. 마포구 OO로 12, 101동 502호예요. 고객 메모: 강아지가 있어요."
    assert known.do(f"accept:{job.id}:1", "수락하기") == accepted
    assert known.labels()[:2] == ["출발했어요", "못 가게 됐어요"]
    assert known.do(f"accept:{job.id}:1", "수락하기") == accepted
    assert known.tap("못 가게 됐어요") == "다른 업체를 찾을까요? 고객님께는 저희가 알려드려요."
    assert known.labels()[:2] == ["찾아 주세요", "갈게요"]
    assert known.tap("갈게요") == "네, 그대로 둘게요."
    known.tap("못 가게 됐어요")
    assert known.say("찾아 주세요") == "알겠어요. 다른 업체를 찾을게요. 이 일은 목록에서 뺐어요."
    assert world.jobs[job.id].status is JobStatus.OFFERING


def test_an_offer_shown_and_declined(known: Talking, world: CleanerWorld) -> None:
    """3.2: the card without the address; 거절 typed."""
    world.offer(FRIDAY_2PM)
    assert known.say("새 일 있어요?") == (
        "새 일\n68,000원짜리 새 일이에요. 오후 3:10까지 답해 주세요.\n받을 금액: 68,000원\n"
        "일시: 11/27(금) 14:00–17:00\n지역: 마포구(주소는 수락 뒤)\n내용: 집청소 24평\n고객 결제: 80,000원 완료"
    )
    assert known.labels()[:2] == ["수락", "거절"]
    assert known.say("거절") == "알겠어요. 다음 일도 보내드릴게요."
    assert known.say("거절") == "지금 답을 기다리는 새 일이 없어요. 생기면 바로 보내드릴게요."


@pytest.mark.parametrize(
    "said",
    [
        "수락",
        "네 갈게요",
        "네, 가겠습니다",
        "가겠습니다",
        "넵 수락할게요",
        "네 제가 갈게요",
        "네 받겠습니다",
        "맡겠습니다",
    ],
)
def test_an_offer_is_accepted_as_people_say_it(known: Talking, world: CleanerWorld, said: str) -> None:
    job = world.offer(FRIDAY_2PM)
    assert known.say(said).startswith("11/27(금) 오후 2시 일을 맡으셨어요.")
    assert world.jobs[job.id].status is JobStatus.ASSIGNED


@pytest.mark.parametrize(
    "said",
    [
        "거절",
        "아니요 못 가요",
        "죄송하지만 못 갈 것 같아요",
        "이번 건은 어렵겠어요",
        "어려울 것 같아요",
        "죄송해요 패스할게요",
    ],
)
def test_an_offer_is_declined_as_people_say_it(known: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY_2PM)
    assert known.say(said) == "알겠어요. 다음 일도 보내드릴게요."


@pytest.mark.parametrize("said", ["힘드네요", "네 갈까요?", "가도 되나요?", "네 갈게요?", "어려워요"])
def test_what_is_neither_leaves_the_offer(known: Talking, world: CleanerWorld, said: str) -> None:
    job = world.offer(FRIDAY_2PM)
    known.say(said)
    assert world.jobs[job.id].status is JobStatus.OFFERING


@pytest.mark.parametrize(
    ("said", "status"), [("네 출발했어요", JobStatus.EN_ROUTE), ("네 이제 출발합니다", JobStatus.EN_ROUTE)]
)
def test_a_yes_before_the_word_changes_nothing_of_it(
    known: Talking, world: CleanerWorld, clock: FakeClock, said: str, status: JobStatus
) -> None:
    job = world.assigned(FRIDAY_2PM)
    clock.set(FRIDAY_2PM - timedelta(minutes=20))
    known.say(said)
    assert world.jobs[job.id].status is status


def test_a_talk_with_an_operator_is_ended_by_who_asked_for_it(known: Talking, world: CleanerWorld) -> None:
    known.say("상담원 연결")
    assert world.thread_is_open
    assert known.say("상담 종료") == "상담을 마쳤어요. 더 궁금한 게 있으면 언제든 다시 불러 주세요."
    assert not world.thread_is_open
    assert known.say("상담 종료") == "지금 열려 있는 대화는 없어요."


def test_the_word_accept_asks_which(known: Talking, world: CleanerWorld) -> None:
    """With two offers, 수락 isn't guessed."""
    assert known.say("수락") == "지금 답을 기다리는 새 일이 없어요. 생기면 바로 보내드릴게요."
    world.offer(FRIDAY_2PM)
    world.offer(SATURDAY_10AM)
    assert known.say("수락") == "새 일이 여러 건이에요. 어느 일을 맡으시겠어요?"
    assert known.tap("11/28 10:00").startswith("11/28(토) 오전 10시 일을 맡으셨어요.")
    assert known.say("수락할게요").startswith("11/27(금) 오후 2시 일을 맡으셨어요.")


def test_a_label_that_several_jobs_share_is_none_of_them(known: Talking, world: CleanerWorld) -> None:
    """The list shows [수락] below each."""
    for at in (FRIDAY_2PM, SATURDAY_10AM):
        world.offer(at)
    known.say("새 일 있어요?")
    assert known.labels().count("수락") == 2
    assert known.say("수락") == "새 일이 여러 건이에요. 어느 일을 맡으시겠어요?"
    assert {job.status for job in world.jobs.values()} == {JobStatus.OFFERING}


def test_what_is_asked_back_is_no_yes(known: Talking, world: CleanerWorld) -> None:
    job = world.offer(FRIDAY_2PM)
    known.say("새 일 있어요?")
    for text in ("네?", "알겠어요"):
        assert known.say(text) == "아직 아무것도 하지 않았어요. 하시려면 위의 버튼을 눌러 주세요."
    assert world.jobs[job.id].status is JobStatus.OFFERING
    known.say("네")
    assert world.jobs[job.id].status is JobStatus.ASSIGNED


def test_an_erased_address(known: Talking, world: CleanerWorld) -> None:
    """A person who was erased leaves a hole, not an exception."""
    world.address = world.note = ""
    job = world.offer(FRIDAY_2PM)
    assert known.do(f"accept:{job.id}:1") == (
        "11/27(금) 오후 2시 일을 맡으셨어요. 주소가 지워졌어요. 운영자에게 물어봐 주세요."
    )


# 3.3


def test_another_was_first(known: Talking, world: CleanerWorld) -> None:
    """3.3."""
    job = world.offer(FRIDAY_2PM, to=(ME, OTHER))
    other = CleanerWorld(world.clock).register("△△클린")
    world.taken(job, type(other)(id=OTHER, version=1, name=other.name, areas=other.areas, days=other.days))
    taken = "다른 업체가 먼저 수락했어요. 맞는 일이 생기면 또 보내드릴게요."
    assert known.do(f"accept:{job.id}:1") == taken
    assert known.do(f"decline:{job.id}:1") == taken


def test_a_late_answer(known: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    """3.3: the deadline is over, the job still free."""
    job = world.offer(FRIDAY_2PM)
    clock.advance(minutes=11)
    world.time_out(job)
    assert known.do(f"accept:{job.id}:1") == "답할 시간은 지났지만 아직 비어 있는 일이에요. 맡으시겠어요?"
    assert known.labels()[:2] == ["수락", "거절"]
    draft, says = known.draft, known.says
    assert known.tap("거절") == "알겠어요. 다음 일도 보내드릴게요."
    known.draft, known.says = draft, says
    assert known.say("수락").startswith("11/27(금) 오후 2시 일을 맡으셨어요.")


def test_an_offer_that_is_over(known: Talking, world: CleanerWorld) -> None:
    """Cancelled by the customer meanwhile, never offered, or no such job."""
    job = world.call_off(world.offer(FRIDAY_2PM))
    assert known.do(f"accept:{job.id}:1") == "고객님이 11/27(금) 오후 2시 예약을 취소하셨어요. 가지 않으셔도 돼요."
    other = world.offer(FRIDAY_2PM, to=(OTHER,))
    assert known.do(f"accept:{other.id}:1") == "보내드린 적이 없는 일이에요. 맞는 일이 생기면 보내드릴게요."
    missing = "0193551e-0000-7000-8000-000000000000"
    assert known.do(f"accept:{missing}:1").startswith("지난 버튼이에요.")
    assert known.do(f"accept:{job.id}").startswith("지난 버튼이에요.")
    assert known.do(f"accept:{job.id}:x").startswith("지난 버튼이에요.")


def test_two_jobs_at_one_time(known: Talking, world: CleanerWorld) -> None:
    """The other job is named."""
    world.assigned(FRIDAY_2PM)
    job = world.offer(FRIDAY_2PM + timedelta(hours=1), area="seodaemun")
    assert known.do(f"accept:{job.id}:1") == "그 시간에는 이미 맡으신 일이 있어요. 11/27(금) 오후 2시, 마포구예요."


# 3.4


def test_a_day_at_work(known: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    """3.4: by words and taps, wrong order answered with the right button."""
    job = world.assigned(FRIDAY_2PM)
    clock.set(FRIDAY_2PM - timedelta(minutes=25))
    assert known.say("시작") == "먼저 출발을 눌러 주세요."
    assert known.labels()[0] == "출발했어요"
    assert known.tap("출발했어요") == "고객님께 출발을 알렸어요."
    assert known.labels()[0] == "청소 시작"
    assert known.say("완료") == "아직 시작 전이에요. 도착하셨다면 시작부터 눌러 주세요."
    clock.set(FRIDAY_2PM + timedelta(minutes=3))
    assert known.tap("청소 시작") == "오후 2:03에 시작했어요. 고객님께 알렸어요."
    assert known.do(f"start:{job.id}:1") == "오후 2:03에 시작했어요. 고객님께 알렸어요."
    assert known.do(f"en_route:{job.id}:1") == "이미 시작한 청소예요. 마치면 완료를 눌러 주세요."
    clock.set(FRIDAY_2PM + timedelta(hours=2, minutes=52))
    finished = "오후 4:52에 마쳤어요. 수고하셨어요. 68,000원이 정산 예정에 올랐어요."
    assert known.tap("청소 완료") == finished
    assert known.do(f"finish:{job.id}:1") == finished
    assert known.do(f"start:{job.id}:1") == "11/27(금) 오후 4:52에 이미 마친 일이에요."
    assert known.say("출발").startswith("11/27(금) 오후 4:52에 이미 마친 일이에요.")


def test_too_early(known: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    """Leaving days before is asked once more; starting waits until half an hour before."""
    job = world.assigned(FRIDAY_2PM)
    assert known.do(f"en_route:{job.id}:1") == "11/27(금) 오후 2시 일이에요. 지금 출발하셨다고 고객님께 알릴까요?"
    assert known.tap("아직이에요") == "네, 그대로 둘게요."
    assert world.jobs[job.id].status is JobStatus.ASSIGNED
    clock.set(FRIDAY_2PM - timedelta(hours=2))
    known.do(f"en_route:{job.id}:1")
    assert known.tap("청소 시작") == "아직 시작할 수 없어요. 오후 1:30부터 눌러 주세요."


def test_words_with_several_jobs(known: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    """Two jobs not left for: asked which. None today: said so."""
    assert known.say("출발") == "오늘은 남은 일이 없어요."
    world.assigned(FRIDAY_2PM - timedelta(hours=4))
    world.assigned(FRIDAY_2PM)
    clock.set(FRIDAY_2PM - timedelta(hours=4, minutes=30))
    assert known.say("출발했어요") == "오늘 일이 여러 건이에요. 어느 일인가요?"
    assert known.tap("11/27 10:00") == "고객님께 출발을 알렸어요."
    clock.set(FRIDAY_2PM - timedelta(hours=4))
    assert known.say("시작").startswith("오전 10시에 시작했어요.")


def test_withdrawing_too_late(known: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    """Once at work, an operator has to help."""
    job = world.assigned(FRIDAY_2PM)
    clock.set(FRIDAY_2PM)
    known.do(f"en_route:{job.id}:1")
    known.do(f"start:{job.id}:1")
    assert known.do(f"withdraw:{job.id}:1").startswith("이미 청소를 시작한 일이라")
    assert known.tap("운영자와 얘기하기") == "운영자에게 전했어요. 보통 10분 안에 여기로 답해 드려요."


def test_cant_come_by_words(known: Talking, world: CleanerWorld) -> None:
    """못 가게 됐어요 is about a job of theirs first, else about an offer."""
    assert known.say("못 가게 됐어요").startswith("못 간다고 하실 일이 없어요.")
    world.assigned(FRIDAY_2PM)
    assert known.say("못 갈 것 같아요") == "다른 업체를 찾을까요? 고객님께는 저희가 알려드려요."
    assert known.say("아니요") == "네, 그대로 둘게요."
    world.assigned(SATURDAY_10AM)
    assert known.say("못 가요") == "어느 일에 못 가게 되셨나요?"
    known.tap("11/28 10:00")
    assert known.say("네").startswith("알겠어요. 다른 업체를 찾을게요.")


# 3.5


def test_a_visit_moved(known: Talking, world: CleanerWorld) -> None:
    """3.5: the notice's buttons answer the new offer; older buttons say what is true now."""
    job = world.assigned(FRIDAY_2PM)
    world.move(job, SATURDAY_10AM)
    assert known.do(f"en_route:{job.id}:1") == "이제 맡으신 일이 아니에요. 가지 않으셔도 돼요."
    moved = "그사이 고객님이 11/28(토) 오전 10시로 옮기셨어요. 이때도 가실 수 있나요?"
    assert known.do(f"accept:{job.id}:1") == moved
    assert known.labels()[:2] == ["갈 수 있어요", "못 가요"]
    assert known.tap("못 가요") == "알겠어요. 다른 업체를 찾을게요. 이 일은 목록에서 뺐어요."


def test_a_visit_moved_and_kept(known: Talking, world: CleanerWorld) -> None:
    """갈 수 있어요."""
    job = world.assigned(FRIDAY_2PM)
    world.move(job, SATURDAY_10AM)
    assert known.do(f"accept:{job.id}:2", "갈 수 있어요").startswith("11/28(토) 오전 10시 일을 맡으셨어요.")
    assert known.do(f"accept:{job.id}:1").startswith("11/28(토) 오전 10시 일을 맡으셨어요.")


def test_a_visit_cancelled(known: Talking, world: CleanerWorld) -> None:
    """3.5: an old button of a job that was called off."""
    job = world.call_off(world.assigned(FRIDAY_2PM))
    gone = "고객님이 11/27(금) 오후 2시 예약을 취소하셨어요. 가지 않으셔도 돼요."
    assert known.do(f"en_route:{job.id}:1") == gone
    assert known.do(f"withdraw:{job.id}:1") == gone


# 3.6


def test_todays_jobs(known: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    """3.6: each line with its status, a button for the next step of each, and the details."""
    clock.set(datetime(2026, 11, 27, 9, 30, tzinfo=KST))
    first = world.assigned(FRIDAY_2PM - timedelta(hours=4), area="seodaemun")
    world.assigned(FRIDAY_2PM + timedelta(hours=2))
    for verb in ("en_route", "start", "finish"):
        known.do(f"{verb}:{first.id}:1")
    clock.set(FRIDAY_2PM - timedelta(hours=1))
    assert known.say("오늘 일") == (
        "오늘 일\n오늘 2건, 받을 금액은 136,000원이에요.\n"
        "10:00: 서대문구 집청소 24평: 완료\n16:00: 마포구 집청소 24평: 출발 전"
    )
    assert [each.label for each in known.says[0].buttons] == ["16:00 출발했어요"]
    assert known.tap("16:00 자세히") == (
        "맡은 일\n상태: 출발 전\n일시: 11/27(금) 16:00–19:00\n주소: 마포구 OO로 12, 101동 502호\n"
        "내용: 집청소 24평\n메모: 강아지가 있어요.\n받을 금액: 68,000원"
    )


def test_empty_lists(known: Talking, world: CleanerWorld) -> None:
    """Nothing today, nothing to come; a waiting offer is mentioned."""
    assert known.say("오늘 일") == "오늘은 맡으신 일이 없어요."
    assert known.say("다음 일") == "앞으로 14일 안에 맡으신 일이 없어요."
    world.offer(FRIDAY_2PM)
    assert known.do("jobs") == "오늘은 맡으신 일이 없어요. 답을 기다리는 새 일이 1건 있어요."


def test_coming_and_many_jobs(known: Talking, world: CleanerWorld) -> None:
    """Long lists are cut, and say so."""
    for number in range(16):
        world.assigned(datetime(2026, 11, 24 + number % 5, 8 + number // 5 * 3, tzinfo=KST))
    text = known.say("다음 일")
    assert text.startswith("다음 일\n다가오는 일 16건, 받을 금액은 1,088,000원이에요. 이 밖에 4건이 더 있어요.")
    assert known.labels()[0] == "11/24 08:00"


# Around it


def test_the_operator(known: Talking, world: CleanerWorld) -> None:
    """What isn't understood goes on to an open thread."""
    assert known.say("운영자랑 얘기하고 싶어요").startswith("운영자에게 전했어요. 보통 10분")
    assert known.say("열쇠가 없대요") == "운영자에게 전했어요. 답이 오면 여기에 보여드릴게요."
    assert world.thread[-1] == "열쇠가 없대요"
    world.opens_at = datetime(2026, 11, 24, 9, tzinfo=KST)
    assert known.say("상담원") == "운영자는 11/24(화) 오전 9시부터 답해요. 남겨 주시면 그때 차례로 답해 드릴게요."


def test_nonsense_three_times(known: Talking) -> None:
    """Each time another kind of help."""
    assert known.say("ㅁㄴㅇㄹ") == "제가 잘 못 알아들었어요. “오늘 일”이나 “출발”처럼 보내 주세요."
    assert known.say("뿌뿌") == "버튼으로 해 볼까요?"
    assert known.say("ㅋㅋㅋㅋ") == "운영자에게 이어 드릴까요?"
    assert known.say("네") == "지금은 여쭤본 게 없어요. 무엇을 할까요?"


def test_language(known: Talking, world: CleanerWorld) -> None:
    """Switched at once, and back."""
    assert known.say("English please") == "Switched to English."
    assert world.language == "en"
    known.speak("en")
    assert known.labels()[0] == "한국어로 보기"
    world.offer(FRIDAY_2PM)
    assert known.say("accept") == (
        "The job on Fri 11/27, 2 pm is yours. The address: 마포구 OO로 12, 101동 502호. "
        "Customer’s note: 강아지가 있어요."
    )
    assert known.say("i can't come") == "Shall we find somebody else? We’ll tell the customer."
    assert known.say("no") == "Good, it stays as it is."
    known.say("settings")
    assert known.say("change days") == "On which days can you come?"
    assert known.say("한국어") == "한국어로 바꿨어요."


def test_trouble_is_tried_again(known: Talking, world: CleanerWorld) -> None:
    """Nothing is lost: one tap does it again, typed or tapped."""
    job = world.offer(FRIDAY_2PM)
    world.fails = 1
    trouble = "저희 쪽 문제로 지금은 하지 못했어요. 적어 주신 내용은 그대로 있어요."
    assert known.do(f"accept:{job.id}:1") == trouble
    world.fails = 1
    assert known.tap("다시 시도") == trouble
    assert known.tap("다시 시도").startswith("11/27(금) 오후 2시 일을 맡으셨어요.")
    world.fails = 1
    assert known.say("오늘 일") == trouble
    assert known.say("다시 시도") == "오늘은 맡으신 일이 없어요."
    assert known.do("retry") == "OO클린님, 안녕하세요. 무엇을 볼까요?"


def test_trouble_keeps_what_was_given(chat: Talking, world: CleanerWorld) -> None:
    """In the middle of joining, too."""
    chat.do("hello")
    chat.say("OO클린")
    world.fails = 1
    chat.say("마포")
    assert chat.tap("다시 시도") == "어느 요일에 가실 수 있나요?"


@pytest.mark.parametrize(
    ("said", "starts"),
    [
        ("안녕하세요", "OO클린님, 안녕하세요."),
        ("도움말", "이렇게 말씀하시면 돼요."),
        ("처음으로", "OO클린님, 안녕하세요."),
        ("그거 토요일로 옮겨줘", "방문 시간은 고객님이 옮기세요."),
        ("수신거부", "광고는 보내지 않을게요."),
        ("", "OO클린님, 안녕하세요."),
        ("   ", "OO클린님, 안녕하세요."),
    ],
)
def test_other_words(known: Talking, said: str, starts: str) -> None:
    """Each has an answer."""
    assert known.say(said).startswith(starts)


def test_a_cleaners_talk_can_go_on_on_telegram(chat: Talking, world: CleanerWorld) -> None:
    """With a code, as for customers."""
    world.register()
    assert chat.say("텔레그램으로 이어서 할게요").endswith("\n\n/start ABC234DEFG")
