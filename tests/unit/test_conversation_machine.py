"""Whatever is typed or tapped, in whatever state: an answer that fits every channel, and a way out."""

import string

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.conversation import effects as e
from bot.conversation.actions import LONGEST_BYTES, parse
from bot.conversation.draft import dump, load
from bot.conversation.taps import TAPS
from services.reservation.values import Status
from tests.support.talk import Talk, World, at

WORDS = (
    "안녕하세요", "청소 예약", "집청소", "24평", "300평", "마포", "부산", "금요일 2시", "내일 3시", "11/27", "다음 주 금요일 오후쯤",
    "아무때나", "4시", "2시 말고 4시요", "우리집", "마포구 OO로 12, 101동 502호", "강남구 OO대로 3, 7층", "없어요", "강아지가 있어요",
    "냉장고도요", "네", "아니요", "ㅇㅇ", "ㄴㄴ", "취소", "취소할게요", "취소 안 할래요", "금욜꺼 취소", "결제할게", "내 예약", "언제 와요",
    "시간 바꿀래", "금요일 거 토요일 10시로 옮겨줘", "한시간만 늦춰주세요", "이전", "고칠 게 있어요", "주소 바꿀래요", "상담원", "영어로",
    "한국어로", "수신거부", "알림꺼줘", "소식 받을래요", "낮에만", "알림 설정", "도움말", "24평 얼마에요", "취소하면 얼마 떼요?", "환불 언제 돼요",
    "잘 모르겠어요", "다른 날짜", "8시", "3일", "2월30일", "신촌", "84제곱", "하던 예약 계속", "처음으로", "ㅁㄴㅇㄹ", "book", "/start", "",
)  # fmt: skip
SENTENCES = (
    "금요일 2시 마포 24평 집청소",
    "토요일 10시 강남 20평 입주청소",
    "tomorrow 3pm, Mapo, 24 pyeong home cleaning",
)
ARGUMENTS = st.sampled_from(("x", "", "0", "-1", "99999999999", "service", "home", "date", "2026-13-40", "9999", "day"))
MENU = ("청소 예약하기", "내 예약 보기", "상담원 연결")
MENU_EN = ("Book cleaning", "My bookings", "Talk to us")


class AnyConversation(RuleBasedStateMachine):
    """A customer at the keyboard, a world that changes meanwhile."""

    @initialize(booked=st.booleans())
    def begin(self, booked: bool):
        self.world = World()
        if booked:
            self.world.assigned(self.world.booked(at(11, 27, 14)))
        self.talk = Talk(self.world)

    @rule(text=st.sampled_from(WORDS))
    def says_a_word(self, text: str):
        self.talk.say(text)

    @rule(text=st.sampled_from(SENTENCES), address=st.booleans())
    def says_it_all(self, text: str, address: bool):
        self.talk.say(text)
        if address:
            self.talk.say("마포구 OO로 12, 101동 502호")

    @rule(text=st.text(max_size=30))
    def says_anything(self, text: str):
        self.talk.say(text)

    @rule(which=st.integers(0, 10_000))
    def taps_something_old(self, which: int):
        taps = [each for each in self.talk.shown if each.action]
        if taps:
            self.talk.act(taps[which % len(taps)].action)

    @rule(which=st.integers(0, 10_000))
    def taps_something_new(self, which: int):
        taps = [each for card in self.talk.cards for each in (*card.buttons, *card.quick_replies) if each.action]
        if taps:
            self.talk.act(taps[which % len(taps)].action)

    @rule(verb=st.sampled_from((*TAPS, "retry", "nothing")), arguments=st.lists(ARGUMENTS, max_size=3))
    def taps_garbage(self, verb: str, arguments: list[str]):
        self.talk.act(":".join([verb, *arguments]))

    @rule(action=st.text(string.printable, min_size=1, max_size=64))
    def taps_noise(self, action: str):
        self.talk.act(action)

    @rule(mood=st.sampled_from(("approving", "declining", "deferring", "unknown")))
    def payment_changes(self, mood: str):
        self.world.payment = mood

    @rule(down=st.sampled_from((e.HoldPlace, e.MyReservations, e.FreeStarts, e.Pay, e.CheckoutLink, None)))
    def something_is_down(self, down: type | None):
        self.world.down = {down} if down else set()

    @rule(minutes=st.sampled_from((1, 20, 600, 3000)))
    def time_passes(self, minutes: int):
        self.world.clock.advance(minutes=minutes)
        for each in list(self.world.reservations.values()):
            waits = each.status is Status.AWAITING_PAYMENT and each.paying is None
            if waits and self.world.clock.now() >= each.hold_expires_at:
                self.world.change(each.id, lambda old: old.expire(at=self.world.clock.now()))

    @rule(what=st.sampled_from(("assigned", "nobody_found", "started")))
    def cleaners_do_something(self, what: str):
        for each in list(self.world.reservations.values()):
            has_job = each.id in self.world.jobs
            if each.status is Status.CONFIRMED and has_job == (what == "started"):
                getattr(self.world, what)(each.id)

    @rule()
    def starts_over(self):
        self.talk.say("처음으로")
        assert tuple(self.talk.labels[:3]) in (MENU, MENU_EN)

    @invariant()
    def answers_fit(self):
        for card in self.talk.cards:
            assert card.text or card.title
            assert card.text or card.items
            assert len(card.buttons) <= (2 if card.side_by_side else 3)
            assert len(card.quick_replies) <= 10
            for each in (*card.buttons, *card.quick_replies):
                assert bool(each.action) != bool(each.url)
                assert len(each.action.encode()) <= LONGEST_BYTES
                assert not each.action or parse(each.action)[0] in (*TAPS, "retry")
            for each in card.buttons:
                assert 1 <= len(each.label) <= (8 if card.side_by_side else 14), each.label
            assert all(1 <= len(item.name) <= 6 and item.value for item in card.items)
        assert load(dump(self.talk.draft)) == self.talk.draft

    @invariant()
    def a_booking_step_has_ways_out(self):
        draft = self.talk.draft
        asks = draft.booking is not None and draft.asking and not draft.misses and self.talk.cards
        fresh = asks and any(card.quick_replies for card in self.talk.cards)
        if fresh:
            verbs = {each.action.split(":")[0] for card in self.talk.cards for each in card.quick_replies}
            assert verbs & {"home", "go_on", "my"}

    @invariant()
    def nobody_is_charged_twice(self):
        paid = [each for each in self.world.reservations.values() if each.paid is not None]
        assert len(self.world.charges) <= len(paid)


TestAnyConversation = AnyConversation.TestCase


@pytest.mark.parametrize("verb", TAPS)
def test_every_button_is_answered_in_a_bubble_whatever_comes_with_it(verb: str):
    for arguments in (TAPS[verb].least, TAPS[verb].most):
        talk = Talk(World())
        talk.act(":".join([verb, *["x"] * arguments]))
        assert talk.cards
