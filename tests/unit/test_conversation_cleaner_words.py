"""What cleaners type about jobs: whole texts act, on the job of the day and hour they name; all else does nothing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.cleaner import reply
from bot.conversation.parse.job_words import job_word, wants_another_found
from bot.conversation.parse.moments import nth_in
from bot.conversation.turn import Person
from services.cleaning.values import JobStatus
from services.shared_kernel.clock import KST
from tests.support.cleaner_world import ME, CleanerWorld
from tests.support.talking import Talking
from tests.support.time import MONDAY_AFTERNOON, FakeClock

NOTHING_DONE = "아직 아무것도 하지 않았어요."
FIND_ANOTHER = "다른 업체를 찾을까요? 고객님께는 저희가 알려드려요."
ASSIGNED, OFFERING = JobStatus.ASSIGNED, JobStatus.OFFERING


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=KST)


FRIDAY, SATURDAY, SUNDAY, TOMORROW = at(27, 14), at(28, 10), at(29, 10), at(24, 10)
SOON = at(23, 16)  # an hour from now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def world(clock: FakeClock) -> CleanerWorld:
    world = CleanerWorld(clock)
    world.register()
    return world


@pytest.fixture
def chat(world: CleanerWorld, clock: FakeClock) -> Talking:
    return Talking(reply, world, clock, Person(id=ME, role="cleaner", language="ko"))


def statuses(world: CleanerWorld) -> list[JobStatus]:
    return [job.status for job in world.jobs.values()]


# The day and the hour that are said


@pytest.mark.parametrize(
    "said",
    [
        "금요일 못가요",
        "금요일은 못 갈 것 같아요",
        "27일 거 취소해 주세요",
        "11/27 못 가게 됐어요",
        "2시 일 못 가요",
        "금요일은 어려울 것 같아요",
    ],
)
def test_a_day_means_the_job_of_that_day(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(FRIDAY)
    other = world.offer(SATURDAY)
    assert chat.say(said) == f"11/27(금) 오후 2시 일이에요. {FIND_ANOTHER}"
    assert world.jobs[other.id].pending()
    chat.say("네")
    assert not world.jobs[next(iter(world.jobs))].cleaner_id
    assert world.jobs[other.id].pending()


@pytest.mark.parametrize(
    "said", ["토요일 수락", "토요일 거 수락할게요", "내일 갈게요", "오전 9시 일 수락", "accept saturday", "토요일 거절"]
)
def test_an_offer_of_another_day_is_left_alone(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY)
    world.offer(SUNDAY)
    assert chat.say(said).startswith("그때는 새 일이 없어요.")
    assert chat.labels()[:2] == ["11/27 14:00", "11/29 10:00"]
    assert all(job.pending() for job in world.jobs.values())


@pytest.mark.parametrize(
    "said", ["일요일 수락", "일요일 갈게요", "29일 오전 10시 일 수락합니다", "I accept the Sunday job"]
)
def test_the_offer_of_the_day_is_accepted(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY)
    world.offer(SUNDAY)
    chat.say(said)
    assert statuses(world) == [OFFERING, ASSIGNED]


def test_no_job_that_day(chat: Talking, world: CleanerWorld) -> None:
    world.assigned(SOON)
    assert chat.say("내일 거 취소").startswith("그때는 맡으신 일이 없어요.")
    assert chat.labels()[0] == "11/23 16:00"
    world.assigned(TOMORROW)
    assert chat.say("내일 못가요") == f"11/24(화) 오전 10시 일이에요. {FIND_ANOTHER}"


def test_a_job_or_an_offer_is_asked(chat: Talking, world: CleanerWorld) -> None:
    world.assigned(FRIDAY)
    offer = world.offer(SATURDAY)
    assert chat.say("죄송하지만 못 가요") == "어느 일에 못 가게 되셨나요?"
    assert chat.labels()[:2] == ["11/27 14:00", "11/28 10:00 거절"]
    assert chat.say("토요일이요") == "알겠어요. 다음 일도 보내드릴게요."
    assert not world.jobs[offer.id].pending()
    assert ASSIGNED in statuses(world)


# Questions, negations, remarks


@pytest.mark.parametrize(
    "said",
    [
        "못 가면 어떻게 돼요?", "못 가요?", "못 갈 것 같은데 괜찮나요", "못 가지 않아요", "못 가는 건 아니에요", "못 갈 일은 없어요",
        "못 갈까봐 걱정이에요", "못 가요 아니 갈 수 있어요", "못 가겠다는 건 아니고 30분 늦어요", "일 취소되면 알려주세요", "일 취소하면 벌점 있어요?",
        "일 취소하지 마세요", "수락 취소", "can't come?", "I can't come if it rains", "수락하지 않을게요", "거절하면 어떻게 되나요", "취소",
        "수락 버튼이 안 보여요", "is it ok if I can't come?",
    ],
)  # fmt: skip
def test_these_answer_no_offer(chat: Talking, world: CleanerWorld, said: str) -> None:
    job = world.offer(FRIDAY)
    chat.say(said)
    assert world.jobs[job.id].pending()
    chat.say("네?")
    assert world.jobs[job.id].pending()


@pytest.mark.parametrize(
    "said", ["못 가면 어떻게 돼요?", "일 취소하지 마세요", "못 갈 일은 없어요", "일 취소되면 알려주세요"]
)
def test_these_ask_for_no_withdrawal(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(FRIDAY)
    assert FIND_ANOTHER not in chat.say(said)
    chat.say("네")
    assert statuses(world) == [ASSIGNED]


@pytest.mark.parametrize(
    "said",
    [
        "못 가요 죄송합니다",
        "아파서 못 가요",
        "못가겠네요ㅠㅠ",
        "못감",
        "이번 건은 패스할게요",
        "안 갈게요",
        "can't make it, sorry",
    ],
)
def test_these_decline(chat: Talking, world: CleanerWorld, said: str) -> None:
    job = world.offer(FRIDAY)
    assert chat.say(said) == "알겠어요. 다음 일도 보내드릴게요."
    assert not world.jobs[job.id].pending()


# Whether somebody else shall be found


@pytest.mark.parametrize(
    "said", ["네 갈게요", "갈 수 있어요", "아니 갈게요", "갈게요", "아니요", "네 제가 갈게요", "네 가능해요"]
)
def test_the_job_is_kept(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(FRIDAY)
    world.offer(SATURDAY)
    chat.say("금요일 못 가요")
    assert chat.say(said) == "네, 그대로 둘게요."
    assert statuses(world) == [ASSIGNED, OFFERING]


@pytest.mark.parametrize(
    "said", ["찾아주세요", "네 찾아주세요", "네 다른 업체 찾아주세요", "네", "네 부탁드려요", "yes find someone else"]
)
def test_somebody_else_is_found(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(FRIDAY)
    world.assigned(SATURDAY)
    chat.say("금요일 못 가요")
    assert chat.say(said) == "알겠어요. 다른 업체를 찾을게요. 이 일은 목록에서 뺐어요. 뺀 일은 11/27(금) 오후 2시예요."
    assert statuses(world) == [OFFERING, ASSIGNED]


def test_the_only_job_can_be_looked_at(chat: Talking, world: CleanerWorld) -> None:
    world.assigned(FRIDAY)
    assert chat.say("못 가요") == FIND_ANOTHER
    assert chat.tap("11/27 14:00").startswith("맡은 일")


def test_a_late_yes_is_asked_again(chat: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    job = world.assigned(FRIDAY)
    chat.say("못 가요")
    clock.advance(minutes=11)
    assert chat.say("네") == f"11/27(금) 오후 2시 일이에요. {FIND_ANOTHER}"
    assert world.jobs[job.id].status is ASSIGNED
    chat.say("네")
    assert world.jobs[job.id].status is OFFERING


def test_a_yes_after_a_new_job_came_is_asked_again(chat: Talking, world: CleanerWorld) -> None:
    job = world.assigned(FRIDAY)
    chat.say("못 가요")
    world.offer(SATURDAY)
    assert chat.say("네") == f"11/27(금) 오후 2시 일이에요. {FIND_ANOTHER}"
    assert world.jobs[job.id].status is ASSIGNED


# Several


@pytest.mark.parametrize(("said", "asks"), [("네", "어느 일을 맡으시겠어요?"), ("아니요", "어느 일을 거절할까요?")])
def test_yes_and_no_to_two_offers(chat: Talking, world: CleanerWorld, said: str, asks: str) -> None:
    world.offer(FRIDAY)
    world.offer(SATURDAY)
    chat.say("새 일")
    assert chat.say(said) == f"새 일이 여러 건이에요. {asks}"
    assert all(job.pending() for job in world.jobs.values())


@pytest.mark.parametrize("said", ["4시", "16:00", "첫번째", "1번", "4시 거요", "오후 4시요", "the first one"])
def test_one_of_several_in_words(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(SOON)
    world.assigned(at(23, 19, 30))
    assert chat.say("출발했어요") == "오늘 일이 여러 건이에요. 어느 일인가요?"
    assert chat.say("네") == "어느 일인지 버튼으로 골라 주세요."
    assert chat.say(said) == "고객님께 출발을 알렸어요."
    assert statuses(world) == [JobStatus.EN_ROUTE, ASSIGNED]


def test_the_last_and_those_alike(chat: Talking, world: CleanerWorld) -> None:
    world.offer(FRIDAY, area="mapo")
    world.offer(FRIDAY, area="seodaemun")
    assert "1번: 11/27(금) 14:00 마포구" in chat.say("수락")
    assert chat.labels()[:2] == ["1번 11/27 14:00", "2번 11/27 14:00"]
    assert chat.say("금요일") == "어느 일인지 버튼으로 골라 주세요."
    chat.say("마지막 거요")
    assert statuses(world) == [OFFERING, ASSIGNED]


@pytest.mark.parametrize("said", ["수락", "거절", "네"])
def test_a_second_offer_came_meanwhile(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY)
    chat.say("새 일")
    world.offer(SATURDAY)
    assert chat.say(said).startswith("새 일이 여러 건이에요.")
    assert all(job.pending() for job in world.jobs.values())


def test_leaving_is_of_todays_job(chat: Talking, world: CleanerWorld) -> None:
    today = world.assigned(SOON)
    world.offer(FRIDAY)
    chat.say("수락")
    assert chat.labels()[0] == "출발했어요"
    assert chat.say("출발했어요") == "고객님께 출발을 알렸어요."
    assert world.jobs[today.id].status is JobStatus.EN_ROUTE


def test_a_label_typed_late_is_asked_again(chat: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    world.assigned(FRIDAY)
    chat.say("못 가요")
    clock.advance(hours=3)
    assert chat.say("찾아 주세요") == f"11/27(금) 오후 2시 일이에요. {FIND_ANOTHER}"
    assert chat.tap("찾아 주세요").startswith("알겠어요.")


def test_yes_to_a_notice_shows_the_offer(chat: Talking, world: CleanerWorld) -> None:
    world.offer(FRIDAY)
    assert chat.say("네").startswith("새 일\n68,000원짜리 새 일이에요.")
    assert statuses(world) == [OFFERING]
    chat.say("네")
    assert statuses(world) == [ASSIGNED]


@pytest.mark.parametrize(
    "said", ["첫번째 거 수락", "금요일 거 수락할게요", "토요일 말고 금요일 수락", "1번 갈게요", "금요일이요"]
)
def test_the_choice_with_its_verb(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY)
    world.offer(SATURDAY)
    chat.say("수락")
    chat.say(said)
    assert statuses(world) == [ASSIGNED, OFFERING]


def test_going_that_day_may_mean_the_job_they_have(chat: Talking, world: CleanerWorld) -> None:
    world.assigned(FRIDAY)
    world.offer(at(27, 18))
    assert chat.say("금요일 갈게요").startswith("새 일\n")
    assert statuses(world) == [ASSIGNED, OFFERING]


# Not now


@pytest.mark.parametrize(
    "said",
    [
        "30분 뒤 출발할게요", "10분 뒤 출발", "3시 반 출발", "내일 출발할게요", "leaving in 30 minutes", "30분 뒤 완료", "곧 출발할게요",
        "이따 출발할게요", "출발...", "출발?", "한 시간 후에 출발합니다",
    ],
)  # fmt: skip
def test_a_step_for_later(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(SOON)
    assert chat.say(said).startswith(NOTHING_DONE)
    assert statuses(world) == [ASSIGNED]


@pytest.mark.parametrize("said", ["내일 수락할게요", "5분 뒤 수락할게요", "수락...", "네 갈게요?", "나중에 받을게요"])
def test_accepting_later(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(TOMORROW)
    assert chat.say(said).startswith(NOTHING_DONE)
    assert statuses(world) == [OFFERING]


@pytest.mark.parametrize(
    "said", ["출발", "3시에 출발했어요", "4시 일 출발했어요", "방금 출발했습니다", "오늘 출발", "출발 완료"]
)
def test_a_step_that_was_done(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(SOON)
    assert chat.say(said) == "고객님께 출발을 알렸어요."


def test_leaving_again_tells_no_other_customer(chat: Talking, world: CleanerWorld, clock: FakeClock) -> None:
    world.assigned(MONDAY_AFTERNOON)
    chat.say("출발")
    chat.say("시작")
    later = world.assigned(at(23, 18, 30))
    asks = "11/23(월) 오후 6:30 일이에요. 지금 출발하셨다고 고객님께 알릴까요?"
    assert chat.say("출발") == asks
    clock.set(at(23, 17))
    assert chat.say("출발했어요.") == asks, "still at the other"
    chat.say("완료")
    clock.set(at(23, 18))
    assert chat.say("출발") == "고객님께 출발을 알렸어요."
    assert world.jobs[later.id].status is JobStatus.EN_ROUTE


def test_leaving_early_is_said_twice(chat: Talking, world: CleanerWorld) -> None:
    world.assigned(at(23, 18, 30))
    chat.say("출발")
    assert chat.say("네 출발했어요") == "고객님께 출발을 알렸어요."


# With an operator


@pytest.mark.parametrize(
    "said", ["네", "감사합니다", "네 갈게요", "갈게요", "못 가요", "아니요", "30분 뒤 출발할게요", "수락할까요?"]
)
def test_talk_is_passed_on(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY)
    chat.say("새 일")
    chat.say("상담원 연결")
    assert chat.say(said) == "운영자에게 전했어요. 답이 오면 여기에 보여드릴게요."
    assert world.thread[-1] == said
    assert [bool(job.pending()) for job in world.jobs.values()] == [True]
    chat.say("수락")
    assert statuses(world) == [ASSIGNED]


def test_yes_is_talk_though_a_button_says_it(chat: Talking, world: CleanerWorld) -> None:
    chat.speak("en")
    world.assigned(FRIDAY)
    chat.say("operator")
    chat.do(f"withdraw:{next(iter(world.jobs))}:1")
    assert "Yes" in chat.labels()
    assert chat.say("Yes").startswith("I’ve passed it on.")
    assert statuses(world) == [ASSIGNED]
    chat.do(chat.draft.yes)
    assert statuses(world) == [OFFERING]


@pytest.mark.parametrize("said", ["상담 끝났어요?", "상담 끝?"])
def test_a_question_ends_no_talk(chat: Talking, world: CleanerWorld, said: str) -> None:
    assert chat.say(said) == "지금 열려 있는 대화는 없어요."
    chat.say("상담원 연결")
    chat.say(said)
    assert world.thread_is_open
    assert world.thread[-1] == said


@pytest.mark.parametrize("answer", ["네", "운영자와 얘기하기"])
@pytest.mark.parametrize(
    "said",
    [
        "30분 늦어요",
        "30분 늦게 갈게요",
        "도착했는데 문을 안 열어줘요",
        "I'm running 30 min late",
        "일 취소하면 벌점 있어요?",
    ],
)
def test_what_was_reported_goes_along(chat: Talking, world: CleanerWorld, said: str, answer: str) -> None:
    world.assigned(SOON)
    assert "운영자에게 이어 드릴까요?" in chat.say(said)
    assert chat.say(answer).startswith("운영자에게 전했어요.")
    assert world.thread == [said]


# Names, arrivals, and the rest


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("출발했어요", "고객님께 출발을 알렸어요."), ("네", "이름이나 상호를 알려 주세요."), ("아니요", "이름이나 상호를 알려 주세요."),
        ("취소", "그만뒀어요. 바뀐 건 없어요."), ("△△클린", "△△클린, 마포구·서대문구, 매일로 바꿀까요?"),
    ],
)  # fmt: skip
def test_words_about_jobs_are_no_name(chat: Talking, world: CleanerWorld, said: str, answer: str) -> None:
    world.assigned(SOON)
    chat.do("change:name")
    assert chat.say(said) == answer


@pytest.mark.parametrize("said", ["도착", "도착했어요", "다 왔어요", "arrived", "고객님 댁 도착했습니다"])
def test_arriving_asks_whether_to_start(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(MONDAY_AFTERNOON + timedelta(minutes=20))
    assert chat.say(said) == "먼저 출발을 눌러 주세요."
    chat.say("출발")
    assert chat.say(said) == "도착하셨네요. 지금 청소를 시작할까요?"
    assert statuses(world) == [JobStatus.EN_ROUTE]
    assert chat.say("네") == "오후 3시에 시작했어요. 고객님께 알렸어요."


@pytest.mark.parametrize("said", ["못하겠어요", "취소", "못 가요", "못 가게 됐어요"])
def test_a_started_job_is_given_up(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(MONDAY_AFTERNOON)
    for step in ("출발", "시작"):
        chat.say(step)
    assert chat.say(said).startswith("이미 청소를 시작한 일이라")


@pytest.mark.parametrize("said", ["갈게요", "네 가능해요", "수락", "금요일 갈게요"])
def test_what_is_theirs_already(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(FRIDAY)
    assert chat.say(said) == "11/27(금) 오후 2시 일은 이미 맡으셨어요. 그대로 가시면 돼요."


@pytest.mark.parametrize("said", ["출발 취소", "출발한 거 취소해 주세요", "완료 잘못 눌렀어요"])
def test_what_was_told_is_not_taken_back(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(SOON)
    chat.say("출발")
    assert chat.say(said) == "이미 알린 건 여기서 되돌릴 수 없어요. 운영자에게 이어 드릴까요?"
    chat.say("네")
    assert world.thread == [said]
    assert statuses(world) == [JobStatus.EN_ROUTE]


@pytest.mark.parametrize(
    "said", ["네 가능해요", "할게요", "갑니다", "ㅇㅇ 수락", "네 갈게요 감사합니다", "i'll be there"]
)
def test_these_accept_the_only_offer(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.offer(FRIDAY)
    chat.say(said)
    assert statuses(world) == [ASSIGNED]


@pytest.mark.parametrize(
    "said", ["마무리했어요", "다 됐어요", "청소 다 했습니다", "네 했어요", "끝났습니다 수고하세요"]
)
def test_these_finish(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(MONDAY_AFTERNOON)
    for step in ("출발", "시작", said):
        chat.say(step)
    assert statuses(world) == [JobStatus.FINISHED]


@pytest.mark.parametrize(
    "said", ["주소 알려줘요", "어디로 가요", "몇 시까지예요", "메모 보여줘", "what's the address?"]
)
def test_the_job_of_today_is_shown(chat: Talking, world: CleanerWorld, said: str) -> None:
    world.assigned(SOON)
    world.assigned(TOMORROW)
    assert chat.say(said).startswith("맡은 일\n상태: 출발 전\n일시: 11/23(월) 16:00–19:00")


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("수요일은 못 가요", "월·화·목·금·토·일요일"), ("주말은 쉬어요", "평일"), ("월수금 갈 수 있어요", "월·수·금요일"),
        ("can't on Sunday", "월·화·수·목·금·토요일"),
    ],
)  # fmt: skip
def test_days_that_are_left_out(chat: Talking, said: str, days: str) -> None:
    chat.do("change:days")
    assert chat.say(said) == f"OO클린, 마포구·서대문구, {days}로 바꿀까요?"


@pytest.mark.parametrize(
    "again",
    [
        "네",
        "요",
        "ㅇ",
        "ㅇㅇ",
        "할게요",
        "고객 집 ",
        "이번 일 ",
        "죄송,",
        "넹",
        "ㅇㅋ",
        "가서 ",
        "찾아",
        "거요",
        "부탁해요",
        "네에 ",
    ],
)
@pytest.mark.parametrize("before", ["", "수락", "취소", "못 가", "1"])
def test_a_long_text_is_read_in_no_time(before: str, again: str) -> None:
    """One that could be read in two ways again and again must not be tried in all of them."""
    for after in ("", "!x", " 못"):
        text = before + again * 60 + after
        job_word(text, MONDAY_AFTERNOON)
        wants_another_found(text)
        nth_in(text, 3)


@given(st.text(alphabet=" .,네못가갈취소수락출발시작완료일거금요토내오늘뒤분30시?", max_size=400))
def test_anything_is_read(text: str) -> None:
    job_word(text, MONDAY_AFTERNOON)
