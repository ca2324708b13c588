"""What customers read in Korean. `texts_en` says the same in English, member by member."""

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.conversation.korean import button_date, card_time, josa, short_date, spoken_moment, spoken_time, won
from bot.conversation.texts_ko_telegram import TelegramKorean
from services.mypage.view import JobPart
from services.reservation.catalogue import AddOn, Named
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote, RefundPolicy
from services.shared_kernel.clock import kst_date

IN_KOREAN = "한국어로 보기"
LONGEST_LABEL = 14
LONGEST_PAIRED = 8  # beside another button


def _until(moment: datetime, now: datetime) -> str:
    return spoken_time(moment) if kst_date(moment) == kst_date(now) else spoken_moment(moment)


class Korean(TelegramKorean):
    """One member for each sentence and each label. Figures and names come in computed; nothing is looked up here."""

    language = "ko"

    # Labels: buttons have 14 characters, two side by side 8 each

    book = "청소 예약하기"
    my = "내 예약 보기"
    past = "지난 예약 보기"
    human = "상담원 연결"
    end_talk = "상담 끝내기"
    tell_staff = "상담원에게 전하기"
    unsure = "잘 모르겠어요"
    other_day = "다른 날짜"
    back = "이전"
    home = "처음으로"
    share_place = "📍 위치 보내기"
    share_phone = "📱 번호 보내기"
    nothing_more = "없어요"
    all_chosen = "다 골랐어요"
    retry = "다시 시도"
    edit = "내용 고치기"
    edit_something = "고칠 게 있어요"
    go_on = "하던 예약 계속"
    start_new = "새로 예약하기"
    this_way = "이대로 예약하기"
    drop_draft = "적던 예약 지우기"
    pay_otherwise = "다른 카드로 결제"
    pay_again = "다시 결제하기"
    drop_hold = "예약 그만두기"
    cancel = "예약 취소"
    confirm_cancel = "취소 확정"
    keep = "그대로 두기"
    move = "방문 옮기기"
    confirm_move = "옮기기"
    book_again = "다시 예약하기"
    other_times = "다른 시간 보기"
    refund_all = "전액 돌려받기"
    settings = "알림 설정"
    fix_address = "주소 고치기"
    report = "문제 알리기"
    agree = "동의해요"
    disagree = "안 받아요"
    also_nights = "밤에도"
    days_only = "낮에만"
    ads_only = "광고만"
    all_of_it = "안내도"
    ads_off = "광고 그만 받기"
    ads_on = "광고 받기"
    nights_quiet = "밤 알림 끄기"
    nights_on = "밤 알림 켜기"
    other_language = "English"
    show = "예약 보기"

    def pay_label(self, amount_krw: int) -> str:
        label = f"{won(amount_krw)} 결제하기"
        return label if len(label) <= LONGEST_LABEL else "결제하기"

    def day_label(self, of: date) -> str:
        return short_date(of)

    def time_label(self, at: time) -> str:
        return spoken_time(at)

    def size_label(self, pyeong: int) -> str:
        return f"{pyeong}평"

    def slot_label(self, starts_at: datetime) -> str:
        return f"{button_date(starts_at)} {spoken_time(starts_at)}"

    def details_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"{self._which(starts_at, twin)} 자세히 보기"

    def pay_one_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"{self._which(starts_at, twin)} 결제하기"

    def cancel_one_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"{self._which(starts_at, twin)} 예약 취소"

    def move_one_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"{self._which(starts_at, twin)} 옮기기"

    def _which(self, starts_at: datetime, twin: bool) -> str:
        return spoken_time(starts_at) if twin else button_date(starts_at)

    def to_area_label(self, area: Named) -> str:
        label = josa(area.ko, "으로/로")
        return label if len(label) <= LONGEST_PAIRED else "지역 바꾸기"

    def field_label(self, field: str) -> str:
        return {
            "service": "청소 종류",
            "size_pyeong": "평수",
            "area": "지역",
            "date": "날짜",
            "time": "시간",
            "address": "주소",
            "add_ons": "추가 청소",
        }[field]

    # Hello, help, not understood, trouble

    def hello(self) -> str:
        return (
            "안녕하세요, 싹3예요. 청소 예약을 채팅으로 도와드려요 🧹 "
            "이렇게 보내셔도 돼요. “금요일 2시 마포 24평 집청소”"
        )

    def at_your_service(self) -> str:
        return "네, 필요한 게 있으면 언제든 말씀해 주세요."

    def a_person_changes_it(self) -> str:
        return "이미 예약하신 내용은 상담원이 고쳐 드려요. 방문 날짜와 시간은 ‘내 예약 보기’에서 바로 옮기실 수 있어요."

    def not_paid_yet(self) -> str:
        return "아직 결제하지 않았어요. 버튼을 누르시면 그때 결제돼요."

    def take_your_time(self, until: datetime | None, now: datetime) -> str:
        kept = f"{_until(until, now)}까지 시간을 잡아 둘게요." if until else "적어 주신 내용은 그대로 있어요."
        return f"네, 천천히 하세요. {kept}"

    def not_cancelled_yet(self) -> str:
        return "아직 취소하지 않았어요. 버튼을 누르시면 취소돼요."

    def not_moved_yet(self) -> str:
        return "아직 옮기지 않았어요. 버튼을 누르시면 옮겨져요."

    def start_menu(self, *, unfinished: bool) -> str:
        return "처음으로 왔어요. 적던 예약은 그대로 있어요." if unfinished else "처음으로 왔어요. 무엇을 도와드릴까요?"

    def help(self) -> str:
        return (
            "이렇게 말씀하시면 돼요.\n"
            "예약: “금요일 2시 마포 24평 집청소”\n"
            "조회: “내 예약”, “언제 와요?”\n"
            "변경: “토요일 10시로 옮겨줘”, “취소할게요”\n"
            "돈: “취소하면 얼마 떼요?”, “환불 언제 돼요?”\n"
            "그 밖: “상담원”, “알림 설정”, “English”"
        )

    def not_understood(self) -> str:
        return "제가 잘 못 알아들었어요. “금요일 2시 마포 24평”처럼 보내 주세요."

    def shall_staff_have_it(self) -> str:
        return "예약하신 방문에 대한 말씀인가요? 적어 주신 그대로 상담원에게 전해 드릴까요?"

    def not_for_me(self) -> str:
        return "그건 제가 바로 답해 드리기 어려워요. 상담원에게 남기시면 여기로 답해 드려요."

    def not_understood_here(self) -> str:
        return "제가 잘 못 알아들었어요."

    def try_buttons(self) -> str:
        return "버튼으로 해 볼까요?"

    def shall_a_person_help(self, *, unfinished: bool) -> str:
        return "상담원에게 이어 드릴까요?" + (" 적던 예약은 그대로 있어요." if unfinished else "")

    def trouble(self) -> str:
        return "저희 쪽 문제로 지금은 답해 드리지 못했어요. 적어 주신 내용은 그대로 있어요."

    def not_possible_now(self) -> str:
        return "그사이 바뀐 게 있어서 그대로는 안 돼요. 지금 어떤지 다시 보여드릴까요?"

    def old_button(self) -> str:
        return "지난 버튼이에요. 지금 하실 수 있는 일은 이거예요."

    def no_such_reservation(self) -> str:
        return "그 예약은 찾을 수 없어요. 지금 있는 예약을 보여드릴까요?"

    def nothing_to_answer(self) -> str:
        return "지금은 여쭤본 게 없어요. 무엇을 도와드릴까요?"

    # Booking: questions

    def ask_service(self) -> str:
        return "어떤 청소가 필요하세요?"

    def ask_service_last(self) -> str:
        return "어떤 청소인가요?"

    def ask_size(self) -> str:
        return "몇 평인가요? 숫자만 보내셔도 돼요."

    def size_hint(self) -> str:
        return "아파트라면 흔히 부르는 평형이면 돼요. 전용 59㎡는 보통 24~25평형이에요."

    def ask_area(self) -> str:
        return "어느 지역인가요?"

    def ask_date(self) -> str:
        return "언제 갈까요?"

    def ask_other_date(self) -> str:
        return "원하시는 날짜를 적어 주세요. 예) 12/4, 다음 주 금요일"

    def ask_time(self, on: date, *, first: time | None, last: time | None) -> str:
        if first is None and last is None:
            return "비어 있는 시간이에요."
        if first == time(12) and last == time(18):
            return f"{short_date(on)} 오후에 비어 있는 시간이에요. 언제가 좋으세요?"
        return f"{short_date(on)}에 비어 있는 시간이에요. 언제가 좋으세요?"

    def ask_address(self, *, corrected: bool) -> str:
        return "주소를 알려 주세요." if corrected else "이제 주소만 알려 주시면 돼요."

    def ask_add_ons(self, chosen: Sequence[AddOn], *, has_note: bool) -> str:
        if chosen:
            names = ", ".join(add_on.ko for add_on in chosen)
            return f"{names}까지 할게요. 더 필요한 게 있으세요?"
        note = "" if has_note else " 업체에 전할 말이 있으면 적어 주셔도 돼요."
        return f"더 필요한 청소가 있으세요?{note}"

    def add_on_label(self, add_on: AddOn) -> str:
        return add_on.ko

    def ask_what_to_edit(self) -> str:
        return "무엇을 고칠까요?"

    def new_or_move(self, starts_at: datetime | None) -> str:
        which = f"{spoken_moment(starts_at)} 방문을" if starts_at else "이미 예약하신 방문을"
        return f"{which} 옮길까요, 아니면 새로 예약할까요?"

    def this_visit(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 방문이에요."

    def no_such_visit(self) -> str:
        return "말씀하신 때에 잡힌 예약은 없어요."

    def ask_reservation(self, doing: str) -> str:
        return {
            "cancel": "어느 예약을 취소할까요?",
            "move": "어느 예약을 옮길까요?",
            "pay": "어느 예약을 결제할까요?",
        }[doing]

    # Booking: answers

    def understood(self, parts: Sequence[str]) -> str:
        return f"{josa(', '.join(parts), '이군요/군요')}."

    def part_when(self, on: date | None, at: time | None) -> str:
        return " ".join([*([short_date(on)] if on else []), *([spoken_time(at)] if at else [])])

    def part_where(self, area: Named | None, pyeong: int | None) -> str:
        return " ".join([*([area.ko] if area else []), *([f"{pyeong}평"] if pyeong else [])])

    def corrected(self, part: str) -> str:
        return f"{josa(part, '으로/로')} 고쳤어요. 나머지는 그대로예요."

    def area_not_served(self, named: str, areas: Sequence[Named]) -> str:
        names = "·".join(area.ko.removesuffix("구") for area in areas)
        return f"{josa(named, '은/는')} 아직 못 가요. 지금은 {names}구에 갈 수 있어요."

    def service_not_offered(self) -> str:
        return "그 청소는 아직 하지 않아요. 지금은 이 청소를 해 드려요."

    def size_not_offered(self, service: Named, most: int) -> str:
        return f"{josa(service.ko, '은/는')} {most}평까지 바로 예약할 수 있어요. 더 넓으면 상담원이 도와드려요."

    def too_far(self, latest: date) -> str:
        return f"예약은 {short_date(latest)}까지 받고 있어요."

    def why_asked(self, field: str, why: str) -> str:
        """The reason for asking back, before the question; empty where the question says enough."""
        return {
            ("date", "vague"): "하루를 정해 주시면 돼요.",
            ("time", "morning"): "방문은 오전 8시부터 오후 6시 사이에 시작해요.",
            ("size_pyeong", "vague"): "평수에 따라 금액이 달라요.",
            ("date", "past"): "지난 날이에요.",
            ("date", "no_such"): "달력에 없는 날이에요.",
            ("date", "mismatch"): "날짜와 요일이 서로 달라요.",
            ("date", "excluded"): "그날은 빼 둘게요.",
            ("date", "recurring"): "한 번씩만 예약할 수 있어요. 첫 방문부터 잡아 드릴게요.",
            ("time", "past"): "지난 시간이에요.",
            ("time", "no_such"): "없는 시각이에요.",
            ("time", "out_of_hours"): "방문은 오전 8시부터 오후 6시 사이에 시작해요.",
            ("time", "excluded"): "그 시간은 빼 둘게요.",
            ("time", "any"): "가장 빠른 시간부터 보여드릴게요.",
            ("size_pyeong", "square_metres"): "㎡를 평형으로 바꿔 봤어요.",
        }.get((field, why), "")

    def which(self, field: str, labels: Sequence[str]) -> str:
        """A question with something to choose from."""
        if field == "date" and len(labels) == 2:
            return f"{josa(labels[0], '과/와')} {labels[1]} 중 언제가 좋으세요?"
        if field == "time" and len(labels) == 1:
            return f"{josa(labels[0], '이/가')} 맞나요?"
        return {
            "date": "어느 날이 좋으세요?",
            "time": "몇 시가 좋으세요?",
            "size_pyeong": "어느 쪽인가요?",
            "area": "어느 지역인가요?",
            "service": "어떤 청소인가요?",
        }.get(field, "어느 쪽인가요?")

    def which_weekday(self, weekday_of: date) -> str:
        return f"어느 {'월화수목금토일'[weekday_of.weekday()]}요일인가요?"

    def slot_taken(self, starts_at: datetime) -> str:
        return (
            f"방금 다른 분이 {josa(spoken_moment(starts_at), '을/를')} 먼저 잡으셨어요. "
            "가까운 시간을 찾아 두었어요. 적어 주신 내용은 그대로예요."
        )

    def slot_not_free(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)}에는 갈 수 없어요. 가까운 시간을 찾아 두었어요. 적어 주신 내용은 그대로예요."

    def day_full(self, on: date) -> str:
        return f"{short_date(on)}에는 빈 시간이 없어요. 가까운 시간을 찾아 두었어요."

    def nothing_free(self, latest: date) -> str:
        return f"{short_date(latest)}까지 빈 시간이 없어요. 상담원이 다른 방법을 찾아볼게요."

    def address_needs_number(self, area: Named | None) -> str:
        name = f"{area.ko} " if area else ""
        return f"찾아가려면 도로명과 건물 번호가 필요해요. 예) {name}OO로 12, 101동 502호"

    def other_district(self, area: Named) -> str:
        return f"{area.ko} 주소네요. 지역도 {josa(area.ko, '으로/로')} 바꿀까요? 시간과 금액은 다시 확인해 드려요."

    def address_kept(self) -> str:
        return "주소를 적어 두었어요. 자세한 주소는 일을 맡은 업체에만 보여드려요."

    def place_near(self, names: Sequence[str]) -> str:
        if not names:
            return "보내 주신 위치가 어느 동네인지 알 수 없어요."
        return f"지도로 보면 {'나 '.join(names)} 근처예요."

    def area_stays(self, area: Named) -> str:
        return f"예약은 {josa(area.ko, '으로/로')} 적혀 있고, 그대로 두었어요."

    def address_in_words(self) -> str:
        return "상세 주소를 적어 주세요."

    def address_stays(self) -> str:
        return "주소는 적어 주신 그대로예요."

    def book_near(self) -> str:
        return "이 근처 청소를 예약할까요?"

    def phone_kept(self) -> str:
        return "연락처를 적어 두었어요. 연락할 일이 있을 때 상담원만 써요."

    def phone_when_booking(self) -> str:
        return "연락처는 청소를 예약하실 때 받을게요."

    def note_kept(self) -> str:
        return "업체에 전할 말로 적어 두었어요."

    def draft_is_there(self, parts: Sequence[str]) -> str:
        return (
            f"적던 예약이 있어요: {', '.join(parts)}. 이어서 할까요?" if parts else "적던 예약이 있어요. 이어서 할까요?"
        )

    def draft_dropped(self, *, held: bool) -> str:
        return "적던 예약을 지우고, 잡아 둔 시간도 풀었어요. 나간 돈은 없어요." if held else "적던 예약을 지웠어요."

    def drop_or_cancel(self) -> str:
        return "적던 예약을 지울까요, 잡힌 예약을 취소할까요?"

    # The quote

    def quote(self, price_krw: int, hold_expires_at: datetime, now: datetime) -> str:
        return f"{won(price_krw)}이에요. {_until(hold_expires_at, now)}까지 시간을 잡아 둘게요."

    quote_title = "예약 확인"
    item_when = "일시"
    item_address = "주소"
    item_what = "청소"
    item_extra = "추가 요금"
    item_total = "합계"
    item_note = "메모"
    item_status = "상태"
    item_cleaner = "업체"
    item_refund = "환불"
    item_fee = "수수료"
    item_compensation = "보상"
    item_language = "언어"
    item_ads = "광고"
    item_nights = "밤 안내"
    no_extra = "없음"

    def span(self, starts_at: datetime, ends_at: datetime) -> str:
        end = "24:00" if kst_date(ends_at) > kst_date(starts_at) else card_time(ends_at)
        return f"{short_date(starts_at)} {card_time(starts_at)}–{end}"

    def what(self, service: Named, pyeong: int) -> str:
        return f"{service.ko} {pyeong}평"

    def extra(self, add_on: AddOn) -> str:
        return f"{add_on.ko} {won(add_on.price_krw)}"

    def amount(self, amount_krw: int) -> str:
        return won(amount_krw)

    def policy_line(self, policy: RefundPolicy) -> str:
        steps, above = [], None
        for tier in policy.tiers:
            steps.append(f"{_tier_days(tier.days, above)} {tier.percent}%")
            above = tier.days
        return (
            f"취소 수수료는 {', '.join(steps)}예요. "
            f"결제하고 {policy.grace_minutes}분 안이거나 맡은 업체가 없으면 0원이에요."
        )

    def too_many_holds(self, count: int) -> str:
        many = f"이미 {count}건 있어요" if count else "이미 있어요"
        return (
            f"결제를 기다리는 예약이 {many}. "
            "하나를 결제하거나 그만두시면 이어서 잡아 드릴게요. 적어 주신 내용은 그대로예요."
        )

    def or_drop_one(self) -> str:
        return "그만두실 예약이 있으면 골라 주세요."

    def not_offered_any_more(self) -> str:
        return "그사이 바뀐 게 있어서 다시 골라 주셔야 해요."

    def visit_line(self, starts_at: datetime, what: str) -> str:
        return f"{short_date(starts_at)} {card_time(starts_at)} {what}"

    # Paying

    def paid(self, amount_krw: int, starts_at: datetime) -> str:
        return (
            f"{won(amount_krw)} 결제했어요. {spoken_moment(starts_at)} 예약이 확정됐어요 ✨ "
            "갈 업체가 정해지면 알려드릴게요."
        )

    def paid_once(self, amount_krw: int) -> str:
        return f"{won(amount_krw)}을 한 번만 결제했어요. 예약이 확정됐어요."

    def declined(self, reason: str, hold_expires_at: datetime, now: datetime) -> str:
        why = f"({reason})" if reason else ""
        return (
            f"카드사에서 승인하지 않았어요{why}. 돈은 나가지 않았고, "
            f"시간은 {_until(hold_expires_at, now)}까지 그대로예요."
        )

    def deferred(self, hold_expires_at: datetime, now: datetime) -> str:
        return (
            "지금 결제가 몰려서 조금 뒤에 받을게요. 돈은 나가지 않았어요. "
            f"시간은 {_until(hold_expires_at, now)}까지 잡아 두고, 결제할 수 있을 때 먼저 알려드릴게요."
        )

    def confirming(self) -> str:
        return "결제됐는지 확인하고 있어요. 다시 결제하지 않으셔도 돼요. 시간도 그대로 잡아 둘게요."

    def paying_is_blocked(self) -> str:
        return "두 번 결제되지 않게 잠시 막아 두었어요. 확인되면 바로 알려드릴게요."

    def ask_to_pay(self, reservation: Reservation, service: str, now: datetime) -> str:
        price, deadline = won(reservation.price_krw), _until(reservation.hold_expires_at, now)
        when = spoken_moment(reservation.visit.starts_at)
        return f"{when} {service}, {price}이에요. {deadline}까지 결제하실 수 있어요."

    def nothing_to_pay(self) -> str:
        return "결제를 기다리는 예약이 없어요."

    def hold_is_over(self, *, still_free: bool) -> str:
        there = "같은 시간이 아직 비어 있어요." if still_free else "같은 시간은 이제 찼어요."
        return f"결제 기한이 지나 잡아 둔 시간이 풀렸어요. 돈은 나가지 않았어요. {there}"

    # What is true now

    def stands(self, status: str, payment_state: str, starts_at: datetime) -> str:
        """One sentence about a reservation that the tapped button doesn't fit any more."""
        when = spoken_moment(starts_at)
        if status == "AWAITING_PAYMENT":
            return {
                "deferred": f"{when} 예약은 결제가 몰려 조금 뒤에 받기로 했어요. 결제할 수 있을 때 먼저 알려드릴게요.",
                "confirming": f"{when} 예약은 결제됐는지 확인하고 있어요. 다시 결제하지 않으셔도 돼요.",
            }.get(payment_state, f"{when} 예약은 아직 결제 전이에요.")
        return {
            "CONFIRMED": f"{when} 예약은 결제까지 마쳤어요.",
            "IN_PROGRESS": f"{when} 청소를 하고 있어요.",
            "COMPLETED": f"{when} 청소는 마쳤어요.",
            "CANCELLED": f"{when} 예약은 이미 취소했어요.",
            "EXPIRED": f"{when} 예약은 결제 기한이 지나 풀렸어요. 나간 돈은 없어요.",
        }[status]

    def still_unpaid(self, hold_expires_at: datetime, now: datetime) -> str:
        return f"{_until(hold_expires_at, now)}까지 결제하시면 돼요."

    # My bookings

    my_title = "내 예약"
    past_title = "지난 예약"

    def my_count(self, count: int, as_of: datetime | None) -> str:
        since = f" {spoken_time(as_of)} 기준이에요." if as_of else ""
        return f"예약 {count}건이에요.{since}"

    def my_line(self, starts_at: datetime, what: str, status: str) -> str:
        return f"{short_date(starts_at)} {card_time(starts_at)} {what}: {status}"

    def nothing_booked(self) -> str:
        return "예정된 예약이 없어요."

    def no_past(self) -> str:
        return "지난 예약이 없어요."

    def past_intro(self, count: int) -> str:
        return f"지난 예약 {count}건이에요."

    def choose_below(self) -> str:
        return "여기서도 고르실 수 있어요."

    def and_more(self, count: int) -> str:
        return f"이 밖에 {count}건이 더 있어요."

    def status_words(self, status: str, payment_state: str, job: JobPart | None, hold_expires_at: datetime) -> str:
        if status == "AWAITING_PAYMENT":
            if payment_state == "confirming":
                return "결제 확인 중"
            return f"결제 대기, {short_date(hold_expires_at)} {card_time(hold_expires_at)}까지"
        if status == "CONFIRMED" and job is not None:
            if job.status == "UNFILLED":
                return "업체를 찾지 못함"
            if job.status == "EN_ROUTE":
                return f"출발, {job.cleaner_name}"
            if job.cleaner_name:
                return f"확정, {job.cleaner_name}"
        return {
            "CONFIRMED": "확정, 업체 찾는 중",
            "IN_PROGRESS": "청소 중",
            "COMPLETED": "완료",
            "CANCELLED": "취소",
            "EXPIRED": "기한 지남",
        }[status]

    def details_title(self, code: str) -> str:
        return f"예약 {code}"

    def address_unknown(self, area: Named | None) -> str:
        return area.ko if area else "-"

    # Where is my cleaner

    def on_the_way(self, cleaner: str, starts_at: datetime, left_at: datetime) -> str:
        return f"{spoken_time(starts_at)}쯤 도착해요. {cleaner}에서 {spoken_time(left_at)}에 출발했어요."

    def will_come(self, cleaner: str, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)}에 {cleaner}에서 가요. 출발하면 바로 알려드릴게요."

    def seeking(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 예약이에요. 갈 업체를 찾고 있어요. 정해지면 바로 알려드릴게요."

    def started(self, started_at: datetime, ends_at: datetime) -> str:
        return f"{spoken_time(started_at)}에 청소를 시작했어요. {spoken_time(ends_at)}쯤 마칠 예정이에요."

    def finished(self, completed_at: datetime) -> str:
        return f"{spoken_time(completed_at)}에 청소를 마쳤어요. 살펴보시고 문제가 있으면 알려 주세요."

    def unpaid_visit(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} 예약은 아직 결제 전이에요. 결제하시면 갈 업체를 찾을게요."

    def overdue(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)}에 가기로 했는데 아직 시작하지 못했어요. 죄송해요. 상담원이 바로 확인할게요."

    # Cancelling

    cancel_reason = "고객 요청"
    unfilled_reason = "업체를 찾지 못함"
    drop_reason = "결제 전 그만둠"

    def cancel_terms(self, quote: CancellationQuote, reservation: Reservation, now: datetime) -> str:
        """The won amounts first, then why."""
        refund, starts_at = f"{won(quote.refund_krw)}을", reservation.visit.starts_at
        before = days_before(starts_at, now)
        if quote.reason == "unpaid" and reservation.paying is not None:
            price = won(reservation.price_krw)
            return (
                f"{spoken_moment(starts_at)} 예약을 취소할까요? 결제됐는지 아직 확인하고 있어요. "
                f"결제됐더라도 {price}을 모두 돌려드려요."
            )
        if quote.reason == "unpaid":
            return f"{spoken_moment(starts_at)} 예약을 취소할까요? 아직 결제 전이라 나간 돈은 없어요."
        if quote.reason == "tier" and quote.fee_krw:
            moved = reservation.moved_tier_percent > reservation.policy.tier_percent(starts_at, now)
            why = "먼저 약속한 날을 기준으로" if moved else f"방문 {_days_word(before)}이라"
            kept = f"{why} {won(quote.paid_krw)}에서 수수료 {_fee(quote)}이 빠져요."
            return f"{refund} 돌려드려요. {kept}{_given_before(quote)}"
        why = {
            "grace": f"결제한 지 {reservation.policy.grace_minutes}분이 안 돼서 수수료가 없어요.",
            "no_cleaner": "아직 맡은 업체가 없어서 수수료가 없어요.",
            "tier": f"방문 {_days_word(before)}이라 수수료가 없어요.",
        }.get(quote.reason, "갈 업체를 찾지 못해 수수료가 없어요.")
        everything = f"{refund} 모두 돌려드려요. {why}{_compensation(quote.compensation_krw)}"
        return everything + _given_before(quote)

    def cancel_terms_changed(
        self, quote: CancellationQuote, shown_krw: int, reservation: Reservation, now: datetime
    ) -> str:
        # before midnight a fee was taken already; another change of the figures has another cause
        why = "자정이 지나" if quote.reason == "tier" and shown_krw < quote.paid_krw else "그사이"
        word = _days_word(days_before(reservation.visit.starts_at, now))
        fee = f" {word} 수수료는 {_fee(quote)}이에요." if quote.fee_krw else ""
        return (
            f"아직 취소하지 않았어요. {why} 돌려드릴 돈이 {won(shown_krw)}에서 "
            f"{won(quote.refund_krw)}으로 바뀌었어요.{fee} 그래도 취소할까요?"
        )

    def cancelled_while_checking(self, price_krw: int) -> str:
        return (
            f"취소했어요. 결제됐는지 아직 확인하고 있어요. 결제됐다면 {won(price_krw)}을 모두 돌려드리고 알려드릴게요."
        )

    def cancelled(self, refund_krw: int) -> str:
        if refund_krw == 0:
            return "취소했어요. 나간 돈은 없어요."
        return f"취소했어요. {won(refund_krw)}은 영업일 3일 안에 돌려드리고, 끝나면 알려드릴게요."

    def cancelled_before(self, starts_at: datetime, refund_krw: int) -> str:
        money = f" {won(refund_krw)}은 영업일 3일 안에 돌려드려요." if refund_krw else " 나간 돈은 없어요."
        return f"{spoken_moment(starts_at)} 예약은 이미 취소했어요.{money}"

    def refunded_in_full(self, refund_krw: int, compensation_krw: int) -> str:
        return f"{won(refund_krw)}을 모두 돌려드릴게요. 영업일 3일 안에 끝나요.{_compensation(compensation_krw)}"

    def too_late_started(self, started_at: datetime, *, moving: bool) -> str:
        return (
            f"{spoken_time(started_at)}에 청소를 시작해서 여기서는 {'옮길' if moving else '취소할'} 수 없어요. "
            "문제가 있으면 상담원이 바로 도와드릴게요."
        )

    def too_late(self) -> str:
        return "방문할 시간이 되어 여기서는 바꾸거나 취소할 수 없어요. 상담원이 바로 도와드릴게요."

    def nothing_to_cancel(self) -> str:
        return "취소할 예약이 없어요."

    def kept(self) -> str:
        return "그대로 둘게요. 바뀐 건 없어요."

    def not_moved(self) -> str:
        return "옮기지 않고 그대로 둘게요. 예약을 취소하시려는 거면 아래를 눌러 주세요."

    def found_meanwhile(self) -> str:
        return "그사이 갈 업체가 정해졌어요."

    # Moving

    def ask_where_to_move(self, starts_at: datetime) -> str:
        return f"{josa(spoken_moment(starts_at), '을/를')} 언제로 옮길까요?"

    def ask_to_move(self, old: datetime, new: datetime) -> str:
        return f"{josa(spoken_moment(old), '을/를')} {josa(spoken_moment(new), '으로/로')} 옮길까요? 비용은 없어요."

    def move_keeps_fee(self, promised: datetime) -> str:
        return f"옮긴 뒤 취소해도 수수료는 먼저 약속한 {josa(short_date(promised), '을/를')} 기준으로 계산해요."

    def moving_is_free(self) -> str:
        return "방문을 옮기시는 데는 비용이 없어요. 옮긴 뒤에 취소하시면 수수료는 먼저 약속한 날 기준으로 계산해요."

    def moved(self, new: datetime, cleaner: str) -> str:
        told = f" {cleaner}에도 알렸어요." if cleaner else " 갈 업체가 정해지면 알려드릴게요."
        return f"{josa(spoken_moment(new), '으로/로')} 옮겼어요.{told}"

    def moved_already(self, new: datetime) -> str:
        return f"{josa(spoken_moment(new), '으로/로')} 이미 옮겨 두었어요."

    def is_then_already(self, starts_at: datetime) -> str:
        return f"이미 {josa(spoken_moment(starts_at), '으로/로')} 잡혀 있어요."

    def changed_meanwhile(self) -> str:
        return "그사이 예약이 바뀌어서 다시 여쭤볼게요."

    def nothing_to_move(self) -> str:
        return "옮길 예약이 없어요."

    def pay_before_changing(self) -> str:
        return "아직 결제 전이라 그대로는 바꿀 수 없어요. 취소하고 새로 잡으시거나, 먼저 결제하신 뒤에 바꾸시면 돼요."

    # Nobody found

    def unfilled(self, starts_at: datetime, paid_krw: int) -> str:
        return (
            f"{spoken_moment(starts_at)}에 갈 업체를 찾지 못했어요. 죄송해요. "
            f"다른 시간을 고르거나 {won(paid_krw)}을 모두 돌려받으실 수 있어요."
        )

    def or_refund(self) -> str:
        return "옮기지 않고 모두 돌려받으셔도 돼요."

    # Money questions

    def price(self, service: Named, pyeong: int, price_krw: int) -> str:
        return f"{service.ko} {pyeong}평은 {won(price_krw)}이에요."

    def price_with(self, extras: Sequence[AddOn], price_krw: int) -> str:
        return f"{'·'.join(each.ko for each in extras)}까지 하면 {won(price_krw)}이에요."

    def price_from(self, service: Named, price_krw: int) -> str:
        return f"{josa(service.ko, '은/는')} {won(price_krw)}부터예요. 몇 평인지 알려 주시면 정확히 말씀드릴게요."

    def prices(self, pyeong: int, lines: Sequence[str]) -> str:
        return f"{pyeong}평 요금이에요.\n" + "\n".join(lines)

    def prices_from(self, lines: Sequence[str]) -> str:
        return "요금은 이만큼부터예요.\n" + "\n".join(lines)

    def price_line(self, service: Named, price_krw: int) -> str:
        return f"{service.ko}: {won(price_krw)}"

    def refund_done(self, refund_krw: int) -> str:
        return f"{won(refund_krw)}을 돌려드렸어요. 카드사에 따라 며칠 뒤에 보일 수 있어요."

    def refund_under_way(self, refund_krw: int) -> str:
        return f"{won(refund_krw)}을 돌려드리고 있어요. 영업일 3일 안에 끝나고, 끝나면 바로 알려드릴게요."

    def refund_of(self, starts_at: datetime, sentence: str) -> str:
        return f"{spoken_moment(starts_at)} 예약이에요. {sentence}"

    def no_refund(self) -> str:
        return "돌려드릴 돈이 남은 예약은 없어요."

    # Language, consent

    def switched(self, *, unfinished: bool) -> str:
        return "한국어로 바꿨어요." + (" 하던 예약을 이어갈게요." if unfinished else " 예약 내용은 그대로예요.")

    def opted_out(self, on: date) -> str:
        return f"{on.isoformat()}에 싹3 광고 수신을 모두 거부하셨어요(낮·밤). 예약과 결제 안내는 계속 보내드려요."

    def ask_opt_out_scope(self) -> str:
        return "광고만 끌까요, 밤에 오는 안내도 끌까요?"

    def nights_are_quiet(self) -> str:
        return "밤 9시부터 아침 8시까지는 안내도 보내지 않고, 아침에 모아서 보내드릴게요."

    def nights_are_on(self) -> str:
        return "예약과 결제 안내는 밤에도 바로 보내드릴게요."

    def ask_consent(self) -> str:
        return "할인 소식(광고)을 여기로 보내도 될까요? 안 받아도 예약은 똑같이 돼요."

    def ask_night_consent(self, on: date) -> str:
        return f"{on.isoformat()}에 동의하셨어요. 밤 9시부터 아침 8시 사이에도 보내드릴까요? 이건 따로 여쭤봐요."

    def days_only_done(self) -> str:
        return "낮에만 보내드릴게요. 언제든 ‘수신거부’라고 보내 주세요."

    def nights_too_done(self, on: date) -> str:
        return f"{on.isoformat()}에 밤 수신도 동의하셨어요. 언제든 ‘수신거부’라고 보내 주세요."

    def not_consented(self) -> str:
        return "알겠어요. 광고는 보내지 않을게요. 예약과 결제 안내는 그대로 보내드려요."

    def settings_intro(self) -> str:
        return "지금 이렇게 되어 있어요."

    language_name = "한국어"

    def ads_state(self, *, by_day: bool, by_night: bool) -> str:
        if not by_day:
            return "받지 않음"
        return "낮과 밤에 받음" if by_night else "낮에만 받음"

    def nights_state(self, *, quiet: bool) -> str:
        return "아침까지 기다림" if quiet else "바로 받음"

    # A person

    def person_called(self, minutes: int) -> str:
        return f"상담원에게 전했어요. 보통 {minutes}분 안에 여기로 답해 드려요. 예약 조회와 취소는 지금도 돼요."

    def person_later(self, opens_at: datetime) -> str:
        return f"상담은 {spoken_moment(opens_at)}에 시작해요. 남겨 주시면 그때 차례로 답해 드릴게요."

    def passed_on(self) -> str:
        return "상담원에게 전했어요. 답이 오면 여기에 보여드릴게요."

    def no_open_talk(self) -> str:
        return "지금 열려 있는 상담은 없어요."

    def report_text(self, what: str) -> str:
        return f"문제 알리기: {what}"


def _tier_days(days: int, above: int | None) -> str:
    if above is None:
        return f"{days}일 전까지" if days else "언제나"
    if days == above - 1:
        return _days_word(days)
    return f"{above - 1}~{days}일 전" if days else f"{above - 1}일 전부터"


def _days_word(days: int) -> str:
    return {0: "당일", 1: "전날"}.get(days, f"{days}일 전")


def _fee(quote: CancellationQuote) -> str:
    return f"{won(quote.fee_krw)}({quote.tier_percent}%)"


def _given_before(quote: CancellationQuote) -> str:
    if not quote.refunded_before_krw:
        return ""
    return f" 먼저 돌려드린 {won(quote.refunded_before_krw)}은 뺀 금액이에요."


def _compensation(amount_krw: int) -> str:
    return f" 보상금 {won(amount_krw)}도 따로 드려요." if amount_krw else ""


def days_before(starts_at: datetime, now: datetime) -> int:
    """Korean calendar days from now to the visit."""
    return (kst_date(starts_at) - kst_date(now)).days
