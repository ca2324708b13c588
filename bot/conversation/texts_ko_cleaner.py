"""What cleaners read in Korean. `texts_en_cleaner` says the same in English, member by member."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation.korean import card_time, josa, spoken_moment, spoken_time
from bot.conversation.texts_ko_staff import StaffKorean, short

_WEEKDAYS = "월화수목금토일"
_GROUPS = {(1, 2, 3, 4, 5, 6, 7): "매일", (1, 2, 3, 4, 5): "평일", (6, 7): "주말"}


class CleanerKorean(StaffKorean):
    """One member for each sentence and each label."""

    # Labels

    human = "운영자와 얘기하기"
    today = "오늘 일 보기"
    coming = "다음 일 보기"
    offers = "새 일 보기"
    settings = "설정"
    register = "등록하기"
    begin = "등록 시작하기"
    fix = "고치기"
    as_it_is = "그대로 두기"
    change = "바꾸기"
    name_field = "이름"
    areas_field = "지역"
    days_field = "요일"
    change_name = "이름 바꾸기"
    change_areas = "지역 바꾸기"
    change_days = "요일 바꾸기"
    pause = "새 일 쉬기"
    resume = "새 일 다시 받기"
    chosen = "다 골랐어요"
    every_day = "매일"
    weekdays = "평일"
    weekend = "주말"
    pick_days = "요일 고르기"
    accept = "수락"
    decline = "거절"
    can_go = "갈 수 있어요"
    cannot_go = "못 가요"
    withdraw = "못 가게 됐어요"
    find_another = "찾아 주세요"
    will_go = "갈게요"
    en_route = "출발했어요"
    leaving_now = "출발했어요"
    not_yet = "아직이에요"
    start = "청소 시작"
    finish = "청소 완료"

    def step_at(self, label: str, starts_at: datetime) -> str:
        return f"{card_time(starts_at)} {label}"

    def details_at(self, starts_at: datetime) -> str:
        return f"{card_time(starts_at)} 자세히"

    def picked(self, label: str) -> str:
        return f"✓ {label}"

    def day_name(self, day: int) -> str:
        return f"{_WEEKDAYS[day - 1]}요일"

    def days(self, days: Sequence[int]) -> str:
        known = _GROUPS.get(tuple(days))
        return known or "·".join(_WEEKDAYS[day - 1] for day in days) + "요일"

    def areas(self, names: Sequence[str]) -> str:
        return "·".join(names)

    def decline_at(self, starts_at: datetime) -> str:
        return f"{self.on_button(starts_at)} {self.decline}"

    def number(self, number: int) -> str:
        return f"{number}번"

    def numbered(self, number: int, label: str) -> str:
        return f"{self.number(number)} {label}"

    # Items of cards: names have 6 characters

    item_pay = "받을 금액"
    item_when = "일시"
    item_area = "지역"
    item_address = "주소"
    item_work = "내용"
    item_note = "메모"
    item_paid = "고객 결제"
    item_status = "상태"
    item_name = "이름"
    item_days = "요일"
    item_offers = "새 일"
    job_title = "맡은 일"
    offer_title = "새 일"
    today_title = "오늘 일"
    coming_title = "다음 일"
    settings_title = "설정"
    item_active = "받는 중"
    item_paused = "쉬는 중"
    address_erased = "주소가 지워졌어요. 운영자에게 물어봐 주세요."

    def area_for_now(self, area: str) -> str:
        return f"{area}(주소는 수락 뒤)"

    def paid_by_customer(self, price_krw: int) -> str:
        return f"{self.won(price_krw)} 완료"

    # Hello and help

    def welcome(self) -> str:
        return "반가워요. 이름이나 상호를 알려 주세요."

    def hello(self, name: str) -> str:
        return f"{name}님, 안녕하세요. 무엇을 볼까요?"

    def help_text(self) -> str:
        return (
            "이렇게 말씀하시면 돼요.\n"
            "새 일: “수락”, “거절”, “새 일”\n"
            "일할 때: “출발”, “시작”, “완료”\n"
            "일정: “오늘 일”, “다음 일”\n"
            "그 밖: “못 가게 됐어요”, “설정”, “운영자”, “English”"
        )

    def not_understood(self) -> str:
        return "제가 잘 못 알아들었어요. “오늘 일”이나 “출발”처럼 보내 주세요."

    def shall_operator_help(self) -> str:
        return "운영자에게 이어 드릴까요?"

    def which_of_these(self) -> str:
        return "어느 일인지 버튼으로 골라 주세요."

    def nothing_done_yet(self) -> str:
        return "아직 아무것도 하지 않았어요. 궁금하신 건 운영자에게 이어 드릴까요?"

    def not_taken_back(self) -> str:
        return "이미 알린 건 여기서 되돌릴 수 없어요. 운영자에게 이어 드릴까요?"

    # Joining

    def ask_name(self) -> str:
        return "이름이나 상호를 알려 주세요."

    def name_too_long(self, most: int) -> str:
        return f"이름은 {most}자까지 쓸 수 있어요. 조금 줄여서 보내 주세요."

    def ask_areas(self) -> str:
        return "어느 지역에 가실 수 있나요? 여러 곳도 돼요."

    def areas_so_far(self, names: Sequence[str]) -> str:
        return f"{self.areas(names)}까지 골랐어요. 더 가실 곳이 있나요?"

    def areas_unknown(self, names: Sequence[str]) -> str:
        return f"지금은 {self.areas(names)}에서 고르실 수 있어요. 다른 지역은 아직 청소를 받지 않아요."

    def choose_an_area(self) -> str:
        return "한 곳은 골라 주세요. 여러 곳도 돼요."

    def ask_days(self) -> str:
        return "어느 요일에 가실 수 있나요?"

    def areas_and_days(self, names: Sequence[str]) -> str:
        return f"{josa(self.areas(names), '으로/로')} 적었어요. {self.ask_days()}"

    def ask_single_days(self) -> str:
        return "가실 수 있는 요일을 하나씩 골라 주세요."

    def days_so_far(self, days: Sequence[int]) -> str:
        return f"{self.days(days)}까지 골랐어요. 더 있나요?"

    def days_unknown(self) -> str:
        return "요일을 잘 못 알아들었어요. “평일”이나 “월, 수, 금”처럼 보내 주세요."

    def choose_a_day(self) -> str:
        return "하루는 골라 주세요. 여러 요일도 돼요."

    def confirm_joining(self, name: str, areas: Sequence[str], days: Sequence[int]) -> str:
        return f"{name}, {self.areas(areas)}, {josa(self.days(days), '으로/로')} 등록할까요?"

    def confirm_change(self, name: str, areas: Sequence[str], days: Sequence[int]) -> str:
        return f"{name}, {self.areas(areas)}, {josa(self.days(days), '으로/로')} 바꿀까요?"

    def ask_what_to_fix(self) -> str:
        return "무엇을 고칠까요?"

    def joined(self) -> str:
        return "등록했어요. 결제가 끝난 일만 보내드려요."

    def changed_profile(self) -> str:
        return "바꿨어요. 다음 새 일부터 이렇게 보내드려요."

    def joined_already(self) -> str:
        return "이미 등록해 두었어요. 바꾸실 게 있으면 골라 주세요."

    def joining_stopped(self) -> str:
        return "적던 내용은 지웠어요. 등록해야 새 일을 받으실 수 있어요."

    def settings_intro(self) -> str:
        return "지금 이렇게 되어 있어요."

    def paused(self) -> str:
        return "새 일을 보내지 않을게요. 맡으신 일은 그대로예요."

    def resumed(self) -> str:
        return "새 일을 다시 보내드릴게요."

    def ads_off(self) -> str:
        return "광고는 보내지 않을게요. 새 일과 일정 안내는 계속 보내드려요."

    # Offers

    def offer_intro(self, payout_krw: int, until: str) -> str:
        return f"{self.won(payout_krw)}짜리 새 일이에요. {until}까지 답해 주세요."

    def no_offers(self) -> str:
        return "지금 답을 기다리는 새 일이 없어요. 생기면 바로 보내드릴게요."

    def which_to_accept(self) -> str:
        return "새 일이 여러 건이에요. 어느 일을 맡으시겠어요?"

    def which_to_decline(self) -> str:
        return "새 일이 여러 건이에요. 어느 일을 거절할까요?"

    def accepted(self, starts_at: datetime, address: str, note: str) -> str:
        where = f"{josa(address, '이에요/예요')}." if address else self.address_erased
        memo = f" 고객 메모: {short(note)}" if note else ""
        return f"{spoken_moment(starts_at)} 일을 맡으셨어요. {where}{memo}"

    def declined(self) -> str:
        return "알겠어요. 다음 일도 보내드릴게요."

    def dropped(self) -> str:
        return "알겠어요. 다른 업체를 찾을게요. 이 일은 목록에서 뺐어요."

    def offer_late(self) -> str:
        return "답할 시간은 지났지만 아직 비어 있는 일이에요. 맡으시겠어요?"

    def taken(self) -> str:
        return "다른 업체가 먼저 수락했어요. 맞는 일이 생기면 또 보내드릴게요."

    def offer_moved(self, starts_at: datetime) -> str:
        return f"그사이 고객님이 {josa(spoken_moment(starts_at), '으로/로')} 옮기셨어요. 이때도 가실 수 있나요?"

    def moved_and_gone(self, starts_at: datetime) -> str:
        return (
            f"그사이 고객님이 {josa(spoken_moment(starts_at), '으로/로')} 옮기셨어요. "
            "이 시간의 일은 다른 업체에 묻고 있어요."
        )

    def offer_closed(self) -> str:
        return "이미 거절했거나 닫힌 일이에요. 맞는 일이 생기면 또 보내드릴게요."

    def offer_unfilled(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 일은 업체를 찾는 시간이 끝나 닫혔어요. 맞는 일이 생기면 또 보내드릴게요."

    def called_off(self, starts_at: datetime) -> str:
        return f"고객님이 {spoken_moment(starts_at)} 예약을 취소하셨어요. 가지 않으셔도 돼요."

    def not_your_offer(self) -> str:
        return "보내드린 적이 없는 일이에요. 맞는 일이 생기면 보내드릴게요."

    def not_free(self, starts_at: datetime, area: str) -> str:
        return f"그 시간에는 이미 맡으신 일이 있어요. {spoken_moment(starts_at)}, {josa(area, '이에요/예요')}."

    def accepted_already(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 일은 이미 맡으셨어요. 못 가게 되셨나요?"

    def ask_to_withdraw(self, starts_at: datetime, now: datetime) -> str:
        return "다른 업체를 찾을까요? 고객님께는 저희가 알려드려요."

    def which_to_withdraw(self) -> str:
        return "어느 일에 못 가게 되셨나요?"

    def nothing_to_withdraw(self) -> str:
        return "못 간다고 하실 일이 없어요. 맡으신 일이나 새 일이 없어요."

    def kept(self) -> str:
        return "네, 그대로 둘게요."

    def too_late_to_withdraw(self) -> str:
        return "이미 청소를 시작한 일이라 여기서는 뺄 수 없어요. 운영자와 얘기해 주세요."

    def only_customers_move(self) -> str:
        return "방문 시간은 고객님이 옮기세요. 그 시간에 못 가시면 다른 업체를 찾거나 운영자와 얘기하실 수 있어요."

    def this_job(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 일이에요."

    def dropped_which(self, starts_at: datetime) -> str:
        return f"뺀 일은 {josa(spoken_moment(starts_at), '이에요/예요')}."

    def no_job_then(self) -> str:
        return "그때는 맡으신 일이 없어요. 이 중에 있나요?"

    def no_offer_then_to_accept(self) -> str:
        return "그때는 새 일이 없어요. 이 중에서 맡으시겠어요?"

    def no_offer_then_to_decline(self) -> str:
        return "그때는 새 일이 없어요. 이 중에서 거절할까요?"

    def nothing_then_to_withdraw(self) -> str:
        return "그때는 맡으신 일이 없어요. 이 중에 못 가게 되신 일이 있나요?"

    def held_already(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 일은 이미 맡으셨어요. 그대로 가시면 돼요."

    def several_held_already(self, count: int) -> str:
        return f"이미 맡으신 일이 {count}건 있고, 답을 기다리는 새 일은 없어요."

    # At work

    def told_en_route(self) -> str:
        return "고객님께 출발을 알렸어요."

    def started(self, at: datetime) -> str:
        return f"{spoken_time(at)}에 시작했어요. 고객님께 알렸어요."

    def finished(self, at: datetime, payout_krw: int) -> str:
        return f"{spoken_time(at)}에 마쳤어요. 수고하셨어요. {self.won(payout_krw)}이 정산 예정에 올랐어요."

    def leave_first(self) -> str:
        return "먼저 출발을 눌러 주세요."

    def start_first(self) -> str:
        return "아직 시작 전이에요. 도착하셨다면 시작부터 눌러 주세요."

    def started_already(self) -> str:
        return "이미 시작한 청소예요. 마치면 완료를 눌러 주세요."

    def finished_already(self, at: datetime) -> str:
        return f"{spoken_moment(at)}에 이미 마친 일이에요."

    def left_already(self) -> str:
        return "이미 출발하셨어요. 도착하면 시작을 눌러 주세요."

    def too_early(self, at: datetime, now: datetime) -> str:
        return f"아직 시작할 수 없어요. {self.until(at, now)}부터 눌러 주세요."

    def early_to_leave(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 일이에요. 지금 출발하셨다고 고객님께 알릴까요?"

    def not_yours(self) -> str:
        return "이제 맡으신 일이 아니에요. 가지 않으셔도 돼요."

    def visit_moved(self, starts_at: datetime) -> str:
        return f"그사이 고객님이 {josa(spoken_moment(starts_at), '으로/로')} 옮기셨어요."

    def nothing_to_do(self) -> str:
        return "오늘은 남은 일이 없어요."

    def which_job(self) -> str:
        return "오늘 일이 여러 건이에요. 어느 일인가요?"

    def start_now(self) -> str:
        return "도착하셨네요. 지금 청소를 시작할까요?"

    # Lists

    def today_count(self, count: int, payout_krw: int) -> str:
        return f"오늘 {count}건, 받을 금액은 {self.won(payout_krw)}이에요."

    def nothing_today(self) -> str:
        return "오늘은 맡으신 일이 없어요."

    def coming_count(self, count: int, payout_krw: int) -> str:
        return f"다가오는 일 {count}건, 받을 금액은 {self.won(payout_krw)}이에요."

    def nothing_coming(self, days: int) -> str:
        return f"앞으로 {days}일 안에 맡으신 일이 없어요."

    def offers_wait(self, count: int) -> str:
        return f"답을 기다리는 새 일이 {count}건 있어요."

    def line(self, area: str, work: str, status: str) -> str:
        return f"{area} {work}: {status}"

    def status(self, status: str) -> str:
        return {
            "OFFERING": "답 기다림",
            "ASSIGNED": "출발 전",
            "EN_ROUTE": "가는 중",
            "STARTED": "청소 중",
            "FINISHED": "완료",
            "UNFILLED": "닫힘",
            "CALLED_OFF": "취소됨",
        }[status]

    # The operators

    def no_open_talk(self) -> str:
        return "지금 열려 있는 대화는 없어요."

    def passed_on(self, minutes: int) -> str:
        return f"운영자에게 전했어요. 보통 {minutes}분 안에 여기로 답해 드려요."

    def answered_later(self, opens_at: datetime) -> str:
        return f"운영자는 {spoken_moment(opens_at)}부터 답해요. 남겨 주시면 그때 차례로 답해 드릴게요."

    def said_on(self) -> str:
        return "운영자에게 전했어요. 답이 오면 여기에 보여드릴게요."
