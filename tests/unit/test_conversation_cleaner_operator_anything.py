"""Whatever cleaners and operators type or tap, in any state, there is an answer that every channel can show."""

import inspect
import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bot.conversation import cleaner, operator
from bot.conversation.effects_operator import DeadGroup, HistoryLine
from bot.conversation.parse.staff import read_order, weekdays_in, won_in
from bot.conversation.texts_en_cleaner import CleanerEnglish
from bot.conversation.texts_en_operator import OperatorEnglish
from bot.conversation.texts_ko import IN_KOREAN
from bot.conversation.texts_ko_cleaner import CleanerKorean
from bot.conversation.texts_ko_operator import OperatorKorean
from bot.conversation.turn import Person
from services.cleaning.refusals import JobRefusal
from services.notification.broadcasts.values import BroadcastStatus, Exclusion
from services.payment.values import RefundStatus
from services.shared_kernel.ids import short_code
from tests.support.cleaner_world import ME, OTHER, CleanerWorld
from tests.support.operator_world import OperatorWorld
from tests.support.talking import Talking
from tests.support.time import MONDAY_AFTERNOON, FakeClock

WORDS = (
    "수락", "거절", "출발", "시작", "완료", "오늘 일", "다음 일", "새 일", "설정", "못 가요", "네", "아니요", "마포", "전부",
    "매일", "월수금", "OO클린", "그만두기", "처음으로", "이전", "도움말", "상담원", "운영자", "English", "한국어", "취소", "내 예약",
    "현황", "급한 일", "찾기", "찾기 1234", "1234", "답장 네", "답장", "실패함", "보상금", "초대", "초대 업체", "담당자", "발송 광고",
    "기다리는 고객", "환불", "2만원", "전액", "90000", "토요일 10시", "내일", "차량 고장", "다시 시도", "ㅁㄴㅇㄹ", "", " ", "ㅋ" * 500,
    "발송", "발송 안내", "발송 목록", "고객", "내일 방문 고객, 마포구", "60일 넘게 안 온 고객", "월요일 방문 고객", "신촌 고객", "부산", "모두",
    "눈이 와서 늦어요", "10% 할인", "#{날씨}", "자세히 https://example.com", "버튼 없이", "한국어만", "그대로 두기", "내일 오전 9시", "밤 10시",
    "/broadcast", "/help", "/jobs", "/board", "accept", "start", "board", "수신거부", "토요일로 옮겨줘",
)  # fmt: skip
ODD_ACTIONS = (
    "accept", "accept:", "accept:x:1", "accept::", ":", "::::", "area:nowhere", "area:mapo", "day:9", "day:0", "days:never",
    "change:soul", "active:maybe", "lang:fr", "retry", "hello", "book", "pay:1:2", "replay:00000000", "invite_as:king", "staff_one:0193551e-0000-7000-8000-000000000000", "staff_out!:0193551e-0000-7000-8000-000000000000",
    "opfinish!:0193551e-0000-7000-8000-000000000000",
    "opcancel!:0193551e-0000-7000-8000-000000000000:1:1", "opmove!:0193551e-0000-7000-8000-000000000000:999999999",
    "refund_of:1", "oprefund!:0193551e-0000-7000-8000-000000000000", "register", "fix", "areas_done", "days_done",
    "keep:0193551e-0000-7000-8000-000000000000", "job:0193551e-0000-7000-8000-000000000000", "active:on", "owed", "home!",
    "bc_send:0193551e-0000-7000-8000-000000000000:0123456789", "bc_at!:0193551e-0000-7000-8000-000000000000:999999999:0123456789",
    "bc_at:999999999", "bc_at:0", "bc_whom:dogs", "bc_kind:spam", "bc_edit:soul", "bc_edit:button", "bc_area:nowhere", "bc_day:20269999",
    "bc_idle:0", "bc_language:fr", "bc_back", "bc_keep", "bc_none", "bc_book", "bc_later", "bc_again", "bc", "bc_list",
)  # fmt: skip


class _AnyTalk(RuleBasedStateMachine):
    """Taps what is shown, old buttons, and odd ones; types words and noise; time passes; things break."""

    chat: Talking
    world: Any
    clock: FakeClock

    def __init__(self) -> None:
        super().__init__()
        self.old: list[str] = []

    def _remember(self) -> None:
        self.old.extend(each.action for each in self.chat.buttons() if each.action)

    @rule(pick=st.integers(0, 999))
    def tap_shown(self, pick: int) -> None:
        buttons = [each for each in self.chat.buttons() if each.action]
        if buttons:
            self.chat.do(buttons[pick % len(buttons)].action)
            self._remember()

    @rule(pick=st.integers(0, 999), twice=st.booleans())
    def tap_old(self, pick: int, twice: bool) -> None:
        if self.old:
            action = self.old[pick % len(self.old)]
            self.chat.do(action)
            if twice:
                self.chat.do(action)

    @rule(action=st.sampled_from(ODD_ACTIONS) | st.text(max_size=20))
    def tap_odd(self, action: str) -> None:
        self.chat.do(action)

    @rule(text=st.sampled_from(WORDS))
    def say_word(self, text: str) -> None:
        self.chat.say(text)
        self._remember()

    @rule(text=st.text(max_size=40))
    def say_anything(self, text: str) -> None:
        self.chat.say(text)

    @rule(minutes=st.sampled_from((1, 15, 90, 600, 1500)))
    def wait(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def something_breaks(self) -> None:
        self.world.fails = 1

    @rule(language=st.sampled_from(("ko", "en")))
    def speak(self, language: str) -> None:
        self.chat.speak(language)


class AnyCleanerTalk(_AnyTalk):
    world: CleanerWorld

    @initialize(registered=st.booleans())
    def begin(self, registered: bool) -> None:
        self.clock = FakeClock()
        self.world = CleanerWorld(self.clock)
        if registered:
            self.world.register()
        self.chat = Talking(cleaner.reply, self.world, self.clock, Person(id=ME, role="cleaner", language="ko"))
        self.chat.do("hello")

    def _after(self, step: Any, job_at: int) -> None:
        jobs = list(self.world.jobs.values())
        if not jobs:
            return
        with suppress(JobRefusal):
            step(jobs[job_at % len(jobs)])

    @rule(hours=st.integers(1, 60), both=st.booleans())
    def offered(self, hours: int, both: bool) -> None:
        if len(self.world.jobs) > 12:
            return
        start = self.clock.now().replace(minute=0, second=0) + timedelta(hours=hours)
        job = self.world.offer(start, to=(ME, OTHER) if both else (ME,))
        self.old.extend((f"accept:{job.id}:1", f"decline:{job.id}:1", f"en_route:{job.id}:1"))

    @rule(pick=st.integers(0, 99), hours=st.integers(1, 40))
    def moved(self, pick: int, hours: int) -> None:
        self._after(lambda job: self.world.move(job, self.clock.now() + timedelta(hours=hours)), pick)

    @rule(pick=st.integers(0, 99))
    def called_off(self, pick: int) -> None:
        self._after(self.world.call_off, pick)

    @rule(pick=st.integers(0, 99))
    def timed_out(self, pick: int) -> None:
        self._after(self.world.time_out, pick)

    @rule(pick=st.integers(0, 99))
    def given_up(self, pick: int) -> None:
        self._after(lambda job: self.world.keep(job.give_up()[0]), pick)

    @rule()
    def erased(self) -> None:
        self.world.address = self.world.note = ""


class AnyOperatorTalk(_AnyTalk):
    world: OperatorWorld

    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.world = OperatorWorld(self.clock)
        self.chat = Talking(operator.reply, self.world, self.clock, Person(id=OTHER, role="operator", language="ko"))
        self.chat.do("hello")

    @rule(days=st.integers(-2, 9), status=st.sampled_from(("CONFIRMED", "IN_PROGRESS", "COMPLETED", "CANCELLED")))
    def reserved(self, days: int, status: str) -> None:
        if len(self.world.found) < 12:
            view = self.world.reservation(MONDAY_AFTERNOON + timedelta(days=days), status=status)
            self.world.stuck("unfilled", view)
            for verb in ("show", "reply", "history", "opcancel", "oprefund", "opmove"):
                self.old.append(f"{verb}:{view.id}")

    @rule(name=st.text(max_size=10))
    def unpaid(self, name: str) -> None:
        self.world.reservation(name=name, payment=None, job=None, status="AWAITING_PAYMENT")

    @rule(text=st.text(max_size=30), role=st.sampled_from(("customer", "cleaner")), name=st.sampled_from(("", "OO")))
    def asked(self, text: str, role: str, name: str) -> None:
        if len(self.world.threads) < 8:
            thread = self.world.thread(text, role=role, name=name)
            self.old.append(f"handover:{thread}")

    @rule(status=st.sampled_from(RefundStatus))
    def refunded(self, status: RefundStatus) -> None:
        self.old.append(f"retry_refund:{self.world.refund(status).id}")

    @rule()
    def owed(self) -> None:
        if self.world.found and len(self.world.owed) < 12:
            self.world.owe(next(iter(self.world.found.values())).reservation)

    @rule(cause=st.text(max_size=200), count=st.integers(1, 99_999))
    def died(self, cause: str, count: int) -> None:
        if len(self.world.dead) < 12:
            at = self.clock.now()
            self.world.dead.append(DeadGroup(consumer="mypage", cause=cause, count=count, types=(), first_at=at))

    @rule(name=st.text(max_size=30))
    def happened(self, name: str) -> None:
        at = self.clock.now()
        self.world.lines.append(HistoryLine(at=at, source="event", name=name))
        self.world.lines.append(HistoryLine(at=at, source="notice", name=name, to="customer", status="ODD"))

    @rule(now=st.integers(0, 1200), later=st.integers(0, 20_000), left_out=st.integers(0, 300), sender=st.booleans())
    def people_change(self, now: int, later: int, left_out: int, sender: bool) -> None:
        broadcasting = self.world.broadcasting
        broadcasting.now, broadcasting.later, broadcasting.has_sender = now, later, sender
        broadcasting.excluded = {Exclusion.NO_CONSENT: left_out} if left_out else {}

    @rule(kind=st.sampled_from(("발송 안내", "발송 광고")), steps=st.integers(1, 5))
    def begin_a_broadcast(self, kind: str, steps: int) -> None:
        for said in (kind, "내일 방문 고객", "눈이 와서 늦어요", "한국어만", "버튼 없이")[:steps]:
            self.chat.say(said)
            self._remember()

    @rule()
    def leave(self) -> None:
        self.chat.speak("ko")
        assert self.chat.say("처음으로") == "안녕하세요. 무엇을 볼까요?"
        assert not self.chat.draft.memo

    @rule(pick=st.integers(0, 99), status=st.sampled_from(BroadcastStatus), sent=st.integers(0, 60))
    def broadcast_goes_on(self, pick: int, status: BroadcastStatus, sent: int) -> None:
        known = list(self.world.broadcasting.went)
        if known:
            broadcast_id = known[pick % len(known)]
            self.world.broadcasting.goes_on(broadcast_id, status, sent=sent, unknown=1, reasons={"blocked": 2})
            self.old.extend(f"bc_{verb}:{broadcast_id}" for verb in ("show", "pause", "cancel!", "report", "correct"))


TestAnyCleanerTalk = AnyCleanerTalk.TestCase
TestAnyOperatorTalk = AnyOperatorTalk.TestCase


def _members(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind) if not name.startswith("__")}


@pytest.mark.parametrize(("korean", "english"), [(CleanerKorean, CleanerEnglish), (OperatorKorean, OperatorEnglish)])
def test_english_says_everything(korean: type, english: type) -> None:
    """Every Korean sentence has its English one, and none is Korean."""
    assert _members(english) == _members(korean)
    for name in _members(korean):
        value = getattr(english, name)
        if isinstance(value, str):
            assert not re.search("[가-힣]", value.replace(IN_KOREAN, "")), name
        elif re.search("[가-힣]", inspect.getsource(value)):
            pytest.fail(f"{name} is Korean")


@pytest.mark.parametrize(
    "text", ["월돼요" * 1000, "3" + " " * 3999 + "x", "상담" + " 대기" * 1500 + "x", "가능해요" * 900, "mon" * 1300]
)
def test_long_texts_are_read_at_once(text: str) -> None:
    """No pattern takes forever."""
    assert won_in(text) is None
    read_order(text)
    weekdays_in(text)


def test_orders() -> None:
    """Commands about one reservation, by its code."""
    code = short_code(OTHER)
    for said, verb in (
        ("운영 취소", "opcancel"),
        ("환불", "oprefund"),
        ("옮기기", "opmove"),
        ("기록", "history"),
        ("보기", "find"),
    ):
        order = read_order(f"{said} {code.lower()}")
        assert order is not None
        assert (order.verb, order.code) == (verb, code)
