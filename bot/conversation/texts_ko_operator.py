"""What operators read in Korean. `texts_en_operator` says the same in English, member by member."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation.korean import josa, spoken_moment, spoken_time
from bot.conversation.texts_ko_broadcast import BroadcastKorean
from bot.conversation.texts_ko_staff import short
from services.reservation.policies import CancellationQuote
from services.shared_kernel.clock import kst_date

_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_DEAD_SHOWN = 80
_LABEL = 14
_LONGEST_REPLY = 1000


class OperatorKorean(BroadcastKorean):
    """One member for each sentence and each label."""

    # Labels

    board = "현황 보기"
    urgent = "급한 일 보기"
    waiting = "기다리는 고객"
    dead = "실패함 보기"
    compensations = "보상금 보기"
    find = "예약 찾기"
    history = "기록 보기"
    reply = "답장하기"
    cancel = "운영 취소"
    refund = "일부 환불"
    move = "방문 옮기기"
    show = "예약 보기"
    finish = "청소 끝내기"
    confirm_finish = "끝났어요"
    confirm_cancel = "취소 확정"
    confirm_refund = "환불 확정"
    confirm_move = "옮기기"
    confirm_paid = "보냈어요"
    confirm_send = "보내기"
    not_yet = "아직이에요"
    talk = "대화 보기"
    close = "상담 끝내기"
    invite = "초대하기"
    invite_cleaner = "업체 초대"
    invite_operator = "운영자 초대"
    staff = "담당자 보기"
    confirm_take_back = "회수 확정"
    keep_role = "그대로 두기"
    open_link = "초대 링크 열기"
    replay = "다시 처리"

    def show_one(self, code: str) -> str:
        return f"{code} 보기"

    def paid_out(self, code: str) -> str:
        return f"{code} 지급했어요"

    def replay_count(self, number: int, count: int) -> str:
        return f"{_CIRCLED[number]} {count}건 다시 처리"

    def replay_details(self, number: int) -> str:
        return f"{_CIRCLED[number]} 자세히 보기"

    # Items of cards: names have 6 characters

    item_when = "일시"
    item_booking = "예약번호"
    item_work = "청소"
    item_customer = "고객"
    item_address = "주소"
    item_note = "메모"
    item_reason = "사유"
    item_paid = "결제"
    item_cleaner = "업체"
    item_cancelled = "취소"
    item_consumer = "받는 곳"
    item_types = "종류"
    item_cause = "원인"
    item_count = "건수"
    item_since = "처음"
    item_role = "역할"
    item_name = "이름"
    item_joined = "들어온 날"
    item_code = "코드"
    item_link = "링크"
    item_telegram = "텔레그램"
    found_title = "찾은 예약"
    urgent_title = "급한 일"
    dead_title = "실패함"
    invite_title = "초대"
    staff_title = "권한 회수"
    owed_title = "보낼 보상금"

    # Hello and help

    def hello(self) -> str:
        return "안녕하세요. 무엇을 볼까요?"

    def help_text(self) -> str:
        return (
            "이렇게 말씀하시면 돼요.\n"
            "보기: “현황”, “급한 일”, “기다리는 고객”\n"
            "예약: “찾기 R7K2Q”, “기록 R7K2Q”\n"
            "바꾸기: “운영 취소 R7K2Q”, “환불 R7K2Q 1만원”, “옮기기 R7K2Q 토요일 10시”\n"
            "답하기: “답장 R7K2Q 네, 괜찮아요”\n"
            "보내기: “발송 안내”, “발송 광고”, “발송 목록”\n"
            "그 밖: “보상금”, “실패함”, “초대 업체”, “담당자”, “개인정보 삭제 R7K2Q”, “English”"
        )

    def not_understood(self) -> str:
        return "제가 잘 못 알아들었어요. “현황”이나 “찾기 1234”처럼 보내 주세요."

    def needs_code(self) -> str:
        return "어느 예약인가요? 먼저 “찾기 1234”처럼 예약을 찾아 주세요."

    # The board

    def board_line(
        self, stuck: Sequence[tuple[str, int]], visits: Sequence[tuple[str, int]], as_of: str, *, payments_ok: bool
    ) -> str:
        total = sum(count for _, count in stuck)
        urgent = f"손이 필요한 일 {total}건이에요. {_counted(stuck)}." if stuck else "손이 필요한 일은 없어요."
        today = sum(count for _, count in visits)
        day = f"오늘 방문 {today}건: {_counted(visits)}." if visits else "오늘 방문은 없어요."
        payments = "결제는 정상이에요." if payments_ok else "결제는 몰려서 미루고 있어요."
        return f"{urgent} {day} {payments} {as_of} 기준."

    def stuck_kind(self, kind: str) -> str:
        return {
            "unfilled": "업체 못 찾음",
            "uncovered": "하루 전 업체 없음",
            "no_show": "시작 안 함",
            "refund_late": "환불 지연",
            "compensation_owed": "보상금 보내야 함",
            "worked_though_closed": "닫힌 예약의 청소",
            "waiting": "답장 대기",
            "left": "고객이 끝낸 상담",
            "dead": "처리 못 한 메시지",
        }.get(kind, kind)

    def status(self, status: str) -> str:
        return {
            "AWAITING_PAYMENT": "결제 대기",
            "CONFIRMED": "확정",
            "IN_PROGRESS": "진행",
            "COMPLETED": "완료",
            "CANCELLED": "취소",
            "EXPIRED": "기한 지남",
        }.get(status, status)

    def urgent_count(self, count: int) -> str:
        return f"손이 필요한 일 {count}건이에요."

    def nothing_urgent(self) -> str:
        return "손이 필요한 일은 없어요."

    def stuck_line(self, kind: str, since: datetime) -> str:
        # of these it is the visit that is known, and it may lie ahead
        tail = " 방문" if kind in ("unfilled", "uncovered") else "부터"
        return f"{self.stuck_kind(kind)}, {self.on_card(since)}{tail}"

    def others_wait(self, waiting: int, dead: int, *, is_more: bool, left: int = 0) -> str:
        parts = [
            f"답을 기다리는 고객 {waiting}명" if waiting else "",
            f"고객이 끝냈지만 닫지 않은 상담 {left}건" if left else "",
            f"처리 못 한 메시지 {dead}건" if dead else "",
        ]
        return f"{', '.join(filter(None, parts))}{'도' if is_more else '이'} 있어요."

    # Finding

    def ask_what_to_find(self) -> str:
        return "무엇으로 찾을까요? 예약번호, 고객 이름, 전화 뒤 네 자리면 돼요."

    def found_nothing(self, text: str) -> str:
        return (
            f"‘{short(text, 20)}’에 맞는 예약을 찾지 못했어요. 예약번호, 고객 이름, 전화 뒤 네 자리로 찾을 수 있어요."
        )

    def found_count(self, count: int) -> str:
        return f"{count}건 찾았어요."

    def found_one(self, code: str, customer: str, phone: str, when: str, work: str, money: str, cleaner: str) -> str:
        who = self.customer(customer) + (f"({phone})" if phone else "")
        tail = f", {cleaner}" if cleaner else ""
        return f"1건 찾았어요. {code}, {who}, {when} {work}, {money}{tail}."

    def customer(self, name: str) -> str:
        return f"{name} 고객님" if name else "고객님"

    def person(self, name: str, role: str) -> str:
        if role == "cleaner":
            return f"{name or '업체'}님"
        return self.customer(name)

    def paid(self, paid_krw: int, refunded_krw: int) -> str:
        back = f"(환불 {self.won(refunded_krw)})" if refunded_krw else ""
        return f"{self.won(paid_krw)} 결제{back}"

    def unpaid(self, price_krw: int) -> str:
        return f"{self.won(price_krw)} 결제 전"

    def job_status(self, status: str, cleaner: str) -> str:
        if cleaner:
            return cleaner
        return {"UNFILLED": "업체 못 찾음", "OFFERING": "업체 찾는 중"}.get(status, "")

    def cancelled_as(self, reason: str, refund_krw: int, compensation_krw: int) -> str:
        more = f", 보상 {self.won(compensation_krw)}" if compensation_krw else ""
        return f"{short(reason, 60)} (환불 {self.won(refund_krw)}{more})"

    def found_line(self, when: str, work: str, status: str, customer: str) -> str:
        return f"{when} {work}: {status}, {self.customer(customer)}"

    # History

    def no_history(self) -> str:
        return "남은 기록이 없어요. 400일이 지난 기록은 지워요."

    def beginning_deleted(self) -> str:
        return "400일이 지난 앞부분 기록은 지웠어요."

    def history_of(self, code: str) -> str:
        return f"{code} 기록이에요."

    def earlier_lines(self, count: int) -> str:
        return f"(앞의 {count}줄은 줄였어요)"

    def event(self, name: str) -> str:
        return _EVENTS.get(name.removeprefix("ssak3.").removesuffix(".v1"), name)

    def notice(self, title: str, to: str, status: str) -> str:
        who = {"customer": "고객", "cleaner": "업체", "operator": "운영자"}.get(to, to)
        how = {
            "QUEUED": "보내는 중",
            "SENDING": "보내는 중",
            "DEFERRED": "아침까지 기다림",
            "SENT": "보냄",
            "DELIVERED": "도착",
            "FAILED": "실패",
            "UNKNOWN": "도착했는지 모름",
            "SUPPRESSED": "보내지 않음",
            "FELL_BACK": "다른 길로 다시 보냄",
        }.get(status, status)
        return f"알림({who}) {short(title, 40)}: {how}"

    # Cancelling

    def ask_reason(self) -> str:
        return "사유를 적어 주세요. 고객님께 그대로 보여요."

    def ask_refund_reason(self) -> str:
        return "사유를 적어 주세요. 기록에 남고, 고객님께는 금액만 알려 드려요."

    def reason_too_long(self, most: int) -> str:
        return f"사유는 {most}자까지 쓸 수 있어요. 조금 줄여서 보내 주세요."

    def reason_unclear(self) -> str:
        return "그건 사유로 보이지 않아요. 왜 그런지 한 문장으로 적어 주세요."

    def choose_one(self) -> str:
        return "제가 잘 못 알아들었어요. 아직 아무것도 하지 않았으니, 아래에서 골라 주세요."

    def another_time(self) -> str:
        return "아직 옮기지 않았어요. 다른 시간이면 “토요일 10시”처럼 적어 주시고, 그대로면 버튼을 눌러 주세요."

    def cancel_terms(self, quote: CancellationQuote, starts_at: datetime, now: datetime) -> str:
        if not quote.refund_krw and not quote.compensation_krw:
            return "아직 결제 전이라 나가는 돈은 없어요. 취소할까요?"
        if not quote.compensation_krw:
            return f"환불 {self.won(quote.refund_krw)}이 나가요. 보상은 없어요."
        total = quote.refund_krw + quote.compensation_krw
        return f"{self._costs(quote, starts_at, now)}, 모두 {self.won(total)}이 나가요."

    def cancel_terms_changed(self, shown_krw: int, quote: CancellationQuote, starts_at: datetime, now: datetime) -> str:
        total = quote.refund_krw + quote.compensation_krw
        return (
            f"아직 취소하지 않았어요. 나갈 돈이 {self.won(shown_krw)}에서 {self.won(total)}으로 바뀌었어요. "
            f"{self._costs(quote, starts_at, now)}이에요. 그래도 취소할까요?"
        )

    def _costs(self, quote: CancellationQuote, starts_at: datetime, now: datetime) -> str:
        days = (kst_date(starts_at) - kst_date(now)).days
        word = {0: "당일", 1: "전날"}.get(days, f"{days}일 전" if days > 0 else "방문 뒤")
        return (
            f"환불 {self.won(quote.refund_krw)}과 보상 {self.won(quote.compensation_krw)}({word} {quote.tier_percent}%)"
        )

    def cancelled(self, cleaner: str) -> str:
        told = f"고객님과 {cleaner}에" if cleaner else "고객님께"
        return f"취소했어요. {told} 알렸어요."

    def cancelled_already(self) -> str:
        return "이미 취소된 예약이에요."

    def too_late(self) -> str:
        return "청소를 이미 시작해서 취소하거나 옮길 수 없어요. 돈은 일부나 전부 돌려드릴 수 있어요."

    def not_possible(self, status: str) -> str:
        return f"지금은 ‘{self.status(status)}’ 예약이라 그렇게 할 수 없어요."

    def no_such_reservation(self) -> str:
        return "그 예약은 찾을 수 없어요."

    # Refunds

    def ask_amount(self, left_krw: int) -> str:
        return f"얼마를 돌려드릴까요? {self.won(left_krw)}까지 돼요."

    def amount_unclear(self, left_krw: int) -> str:
        return f"금액을 잘 못 알아들었어요. “2만원”이나 “20,000”처럼 적어 주세요. {self.won(left_krw)}까지 돼요."

    def too_much(self, left_krw: int) -> str:
        return f"남은 결제 금액은 {self.won(left_krw)}이에요. 그 안에서 다시 적어 주세요."

    def nothing_left(self) -> str:
        return "돌려드릴 돈이 남아 있지 않아요."

    def nothing_paid(self) -> str:
        return "아직 결제되지 않은 예약이라 돌려드릴 돈이 없어요."

    def confirm_amount(self, customer: str, amount_krw: int, reason: str) -> str:
        return f"{self.customer(customer)}께 {self.won(amount_krw)}을 돌려드릴까요? 사유: {short(reason)}"

    def refunding(self, amount_krw: int) -> str:
        return f"{self.won(amount_krw)} 환불을 시작했어요. 끝나면 고객님께 알려드려요."

    def refund_state(self, status: str, amount_krw: int, due_at: datetime) -> str:
        money = self.won(amount_krw)
        return {
            "DONE": f"이미 끝난 환불이에요. {money}을 돌려드렸어요.",
            "SENT": f"{money} 환불을 지금 결제사에 묻고 있어요.",
            "MANUAL": f"결제사가 받아 주지 않아 {money}을 직접 돌려드려야 해요. 기한은 {self.on_card(due_at)}이에요.",
            "REFUSED": f"결제사가 받아 주지 않아 {money}을 직접 돌려드려야 해요. 기한은 {self.on_card(due_at)}이에요.",
        }.get(status, f"{money} 환불을 지금 다시 시도할게요. 끝나면 고객님께 알려드려요.")

    def owed_count(self, count: int, total_krw: int) -> str:
        return f"보낼 보상금 {count}건, 모두 {self.won(total_krw)}이에요."

    def nothing_owed(self) -> str:
        return "보낼 보상금이 없어요."

    def owed_line(self, customer: str, amount_krw: int, since: datetime) -> str:
        return f"{self.customer(customer)}, {self.won(amount_krw)}, {self.on_card(since)}부터"

    def confirm_compensation(self, customer: str, amount_krw: int) -> str:
        return f"{self.customer(customer)}께 {self.won(amount_krw)}을 보내셨나요? 고객님께도 알려요."

    def compensation_paid(self, amount_krw: int) -> str:
        return f"{self.won(amount_krw)}을 지급한 것으로 적고, 고객님께 알렸어요."

    # Moving

    def ask_when(self, starts_at: datetime) -> str:
        return f"{josa(spoken_moment(starts_at), '을/를')} 언제로 옮길까요? “토요일 10시”처럼 적어 주세요."

    def free_times(self, day: datetime) -> str:
        return f"{josa(self.on_card(day).split(' ')[0], '으로/로')} 옮길 수 있는 시간이에요."

    def no_free_times(self) -> str:
        return "그날은 빈 시간이 없어요. 다른 날을 적어 주세요."

    def not_free(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)}에는 자리가 없어요."

    def not_offered(self) -> str:
        return "그때는 방문할 수 없는 시간이에요. 다른 시간을 적어 주세요."

    def confirm_moving(self, old: datetime, new: datetime) -> str:
        return f"{josa(spoken_moment(old), '을/를')} {josa(spoken_moment(new), '으로/로')} 옮길까요?"

    def moved(self, new: datetime) -> str:
        return f"{josa(spoken_moment(new), '으로/로')} 옮겼어요. 고객님과 업체에 알렸어요."

    def same_time(self, starts_at: datetime) -> str:
        return f"이미 {spoken_moment(starts_at)} 방문이에요."

    # Customers who wait

    def nobody_waits(self) -> str:
        return "기다리는 고객이 없어요."

    def waits(self, code: str, who: str, minutes: int | None, text: str, *, left: bool = False) -> str:
        since = f"이 기다려요({minutes}분째)." if minutes else "이 방금 말을 걸었어요."
        since = since if minutes is not None else "이 대화를 끝냈어요." if left else "께 답했어요."
        return f"{code} {who}{since}" + (f" “{short(text, 120)}”" if text else "")

    def thread_head(self, code: str, who: str) -> str:
        return f"{code} {who}과 나눈 대화예요."

    def thread_line(self, at: datetime, who: str, text: str) -> str:
        return f"{self.on_card(at)} {who}: {short(text)}"

    us = "운영자"

    def no_lines(self) -> str:
        return "아직 나눈 말이 없어요."

    def ask_reply(self, who: str) -> str:
        return f"{who}께 보낼 말을 적어 주세요. 그대로 보여요."

    def sent(self, at: datetime) -> str:
        return f"보냈어요. {spoken_time(at)} 도착."

    def sent_to(self, who: str, at: datetime) -> str:
        return f"{who}께 보냈어요. {spoken_time(at)} 도착."

    def confirm_reply(self, who: str, text: str) -> str:
        return f"{who}께 이렇게 보낼까요? “{short(text, _LONGEST_REPLY)}”"

    def nothing_was_sent(self) -> str:
        return "아무것도 보내지 않았어요. 고객님께 쓰실 말은 “답장 R7K2Q 네, 괜찮아요”처럼 적어 주세요."

    def closed(self) -> str:
        return "상담을 끝냈어요."

    def no_such_thread(self) -> str:
        return "그 상담은 찾을 수 없어요."

    def reply_to_whom(self, code: str) -> str:
        return f"‘{code}’에 맞는 상담이나 예약이 없어요. 누구에게 답할지 골라 주세요."

    # For a cleaner who can't

    def sure_finish(self, cleaner: str) -> str:
        who = f"{cleaner} 대신 " if cleaner else ""
        return f"{who}끝난 걸로 적을까요? 고객님께 청소가 끝났다고 알려드려요."

    def finished(self) -> str:
        return "청소를 끝난 걸로 적었어요."

    # Upkeep

    def ask_invite(self) -> str:
        return "누구를 초대할까요?"

    def invited(self, role: str, expires_at: datetime) -> str:
        return f"{self.role(role)} 초대를 만들었어요. {self.on_card(expires_at)}까지 한 번 쓸 수 있고, 다시 보여드릴 수 없어요."

    def role(self, role: str) -> str:
        return "업체" if role == "cleaner" else "운영자"

    def staff_member(self, role: str, name: str, code: str) -> str:
        return short(f"{self.role(role)} {name or code}", _LABEL)

    def staff_count(self, operators: int, cleaners: int) -> str:
        return f"운영자 {operators}명, 업체 {cleaners}곳이에요. 누구의 권한을 회수할까요?"

    def staff_by_name(self, hidden: int) -> str:
        return f"{hidden}명이 더 있어요. 버튼에 없으면 이름을 적어 주세요."

    def sure_take_back(self, role: str) -> str:
        if role == "cleaner":
            return (
                "회수하면 업체 화면이 바로 닫혀요. 맡은 일과 받은 제안은 다른 업체에 넘기고, 청소 중인 일은 "
                "운영자에게 알려드려요. 회수할까요?"
            )
        return "회수하면 운영자 화면이 바로 닫히고, 만들어 둔 초대도 못 쓰게 돼요. 회수할까요?"

    def role_taken_back(self) -> str:
        return "권한을 회수했어요. 다시 일하시려면 새로 초대하시면 돼요."

    def last_operator(self) -> str:
        return "마지막 운영자라서 회수하지 않았어요. 먼저 다른 운영자를 초대해 주세요."

    def no_telegram_link(self, why: str) -> str:
        return "토큰을 텔레그램이 몰라서 링크가 없어요" if why == "token" else "텔레그램이 답하지 않아 링크가 없어요"

    def dead_count(self, total: int, causes: Sequence[tuple[str, str, int]]) -> str:
        lines = " ".join(
            f"{_CIRCLED[number]} {self.consumer(consumer)}: {short(cause, _DEAD_SHOWN)} {count}"
            for number, (consumer, cause, count) in enumerate(causes)
        )
        return f"{total}건, 원인 {len(causes)}가지예요. {lines}."

    def nothing_dead(self) -> str:
        return "처리하지 못한 메시지가 없어요."

    def consumer(self, consumer: str) -> str:
        return {
            "reservation": "예약",
            "payment": "결제",
            "cleaning": "청소",
            "notification": "알림",
            "mypage": "마이페이지",
            "bot": "채팅",
        }.get(consumer, consumer)

    def replayed(self, count: int, left: int) -> str:
        rest = f"남은 건 {left}건이에요." if left else "남은 건 없어요."
        return f"{count}건을 다시 처리하도록 보냈어요. {rest}"

    def replayed_already(self) -> str:
        return "그 메시지들은 이미 다시 처리하도록 보냈어요."

    def counted(self, count: int) -> str:
        return f"{count}건"


def _counted(pairs: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in pairs)


_EVENTS = {
    "reservation.requested": "시간을 잡음",
    "reservation.payment_deferred": "결제를 미룸",
    "reservation.payment_reopened": "결제할 수 있음을 알림",
    "reservation.confirmed": "예약 확정",
    "reservation.rescheduled": "방문을 옮김",
    "reservation.started": "청소 시작",
    "reservation.completed": "청소 완료",
    "reservation.cancelled": "예약 취소",
    "reservation.expired": "잡아 둔 시간이 풀림",
    "reservation.refund_requested": "환불 요청",
    "payment.pending": "결제 확인 중",
    "payment.approved": "결제 승인",
    "payment.declined": "결제 거절",
    "payment.refunding": "환불 접수",
    "payment.refunded": "환불 완료",
    "payment.refund_delayed": "환불이 늦어짐",
    "payment.compensation_owed": "보상금을 보내기로 함",
    "payment.compensation_paid": "보상금 지급",
    "cleaning.offered": "업체에 새 일을 보냄",
    "cleaning.accepted": "업체가 수락",
    "cleaning.declined": "업체가 거절",
    "cleaning.offer_expired": "업체가 답하지 않음",
    "cleaning.offer_revoked": "제안을 거둠",
    "cleaning.uncovered": "하루 전인데 업체 없음",
    "cleaning.unfilled": "업체를 찾지 못함",
    "cleaning.withdrawn": "업체가 못 가게 됨",
    "cleaning.en_route": "업체 출발",
    "cleaning.started": "업체가 시작을 누름",
    "cleaning.completed": "업체가 완료를 누름",
    "cleaning.called_off": "업체의 일이 취소됨",
    "cleaning.no_show": "방문 시각이 지나도 시작 안 함",
    "cleaning.unattended": "일하던 업체의 권한을 회수함",
    "notification.sent": "알림을 보냄",
    "notification.failed": "알림을 보내지 못함",
    "notification.suppressed": "알림을 보내지 않음",
}
