"""What operators read about broadcasts in Korean. `texts_en_broadcast` says the same in English, member by member."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.conversation.korean import josa, short_date, spoken_moment
from bot.conversation.texts_ko_staff import StaffKorean, short
from services.notification.broadcasts.values import DryRun, Exclusion, Kind, Progress, Segment
from services.reservation.catalogue import Catalogue

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
LONGEST_LISTED = 20


class BroadcastKorean(StaffKorean):
    """One member for each sentence and each label."""

    # Labels

    bc_begin = "단체 발송"
    bc_list = "발송 목록"
    bc_info = "안내"
    bc_ad = "광고"
    bc_everybody = "모두"
    bc_customers = "고객"
    bc_cleaners = "업체"
    bc_tomorrow = "내일 방문 고객"
    bc_by_area = "지역별"
    bc_by_idle = "한동안 뜸한 고객"
    bc_by_language = "언어별"
    bc_korean = "한국어"
    bc_english = "영어"
    bc_back = "이전"
    bc_keep = "그대로 두기"
    bc_no_english = "한국어만"
    bc_no_button = "버튼 없이"
    bc_book = "예약하기"
    bc_link = "링크 넣기"
    bc_as_ad = "광고로 바꾸기"
    bc_edit = "글 고치기"
    bc_edit_whom = "대상 바꾸기"
    bc_edit_english = "영어 글 고치기"
    bc_edit_button = "버튼 바꾸기"
    bc_later = "예약 발송"
    bc_confirm_later = "이때 보내기"
    bc_tomorrow_morning = "내일 오전 9시"
    bc_other_time = "시각 바꾸기"
    bc_again = "다시 계산"
    bc_pause = "잠깐 멈춤"
    bc_resume = "이어서 보내기"
    bc_cancel = "발송 중단"
    bc_confirm_cancel = "중단 확정"
    bc_leave_it = "그대로 두기"
    bc_go_on = "이어서 쓰기"
    bc_discard = "버리기"
    bc_report = "결과 보기"
    bc_correct = "정정 보내기"
    bc_csv = "CSV 받기"

    def bc_send(self, count: int) -> str:
        label = f"{count:,}명 발송 확정"
        return label if len(label) <= 14 else "모두 발송 확정"

    def bc_idle_choice(self, days: int) -> str:
        return f"{days}일"

    def bc_show(self, code: str) -> str:
        return f"{code} 보기"

    # Items of cards

    bc_item_status = "상태"
    bc_item_kind = "종류"
    bc_item_whom = "대상"
    bc_item_text = "글"
    bc_item_start = "시작"
    bc_item_result = "결과"

    # Asking

    def bc_ask_kind(self) -> str:
        return "안내인가요, 광고인가요? 할인이나 행사 소식은 광고예요."

    def bc_kind_unclear(self) -> str:
        return "안내인지 광고인지 골라 주세요. 할인이나 행사 소식은 광고예요."

    def bc_ask_whom(self) -> str:
        return "누구에게 보낼까요? “내일 방문 고객, 마포구”처럼 적으셔도 돼요."

    def bc_whom_unclear(self) -> str:
        return "누구인지 잘 못 알아들었어요. “내일 방문 고객, 마포구”나 “60일 넘게 이용 안 한 고객”처럼 적어 주세요."

    def bc_no_such_area(self) -> str:
        return "어느 지역인지 골라 주세요."

    def bc_one_area(self) -> str:
        return "지역은 한 번에 한 곳씩 보낼 수 있어요. 먼저 어디로 보낼까요?"

    def bc_which_day(self) -> str:
        return "어느 날에 방문하는 고객인가요? “11/27”처럼 적어 주세요."

    def bc_day_is_past(self) -> str:
        return "지난 날은 고를 수 없어요. “내일 방문 고객”처럼 오늘부터의 날을 적어 주세요."

    def bc_idle_unclear(self) -> str:
        return "며칠 넘게 이용하지 않은 고객인가요? “60일”처럼 적어 주세요. 고객에게만 쓸 수 있어요."

    def bc_ask_area(self) -> str:
        return "어느 지역인가요?"

    def bc_ask_idle(self) -> str:
        return "며칠 넘게 이용하지 않은 고객인가요? 숫자만 적으셔도 돼요."

    def bc_ask_language(self) -> str:
        return "어느 말로 읽는 분들인가요?"

    def bc_ask_text(self, whom: str, variables: Sequence[str], role: str | None, *, is_ad: bool) -> str:
        if is_ad:
            lead = f"{whom}에게 광고를 보내요. 보낼 글을 적어 주세요. (광고), 연락처, 수신거부는 제가 붙여요."
        else:
            lead = f"{whom}에게 안내를 보내요. 보낼 글을 적어 주세요."
        names = f" 업체에는 {variables[0]} 자리에 업체 이름이 들어가요." if role != "customer" else ""
        return f"{lead}\n받는 분마다 바뀌는 말: {', '.join(variables)}.{names}"

    def bc_ask_english(self) -> str:
        return "영어로 읽는 분께 보낼 글도 있나요? 없으면 모두 한국어로 보내요."

    def bc_in_english(self, variables: Sequence[str]) -> str:
        return f"영어 글에서는 바뀌는 말을 이렇게 적어 주세요: {', '.join(variables)}"

    def bc_english_unclear(self) -> str:
        return "여기에는 영어로 된 글을 적어 주세요. 따로 보낼 글이 없으면 [한국어만]을 눌러 주세요."

    def bc_ask_button(self) -> str:
        return "버튼을 하나 달까요? 링크는 “자세히 https://…”처럼 글자와 주소를 적어 주세요."

    def bc_button_unclear(self) -> str:
        return "버튼에 쓸 글자(14자까지)와 https:// 주소를 함께 적어 주세요. 예: “자세히 https://example.com”"

    def bc_ask_correction(self, code: str) -> str:
        return f"{code} 발송을 받은 분들께만 보내요. 정정할 글을 적어 주세요."

    def bc_empty(self) -> str:
        return "글이 비어 있어요. 보낼 말을 적어 주세요."

    # What can't be sent so

    def bc_looks_like_ad(self, words: Sequence[str]) -> str:
        quoted = ", ".join(f"‘{word}’" for word in words)
        return f"{josa(quoted, '이/가')} 있어 안내로는 못 보내요."

    def bc_wrong(self, problem: str, detail: str) -> str:
        return {
            "empty": self.bc_empty(),
            "too_long": f"글이 너무 길어요({detail}자). 1,000자까지 쓸 수 있어요.",
            "unknown_variable": f"{josa(f'‘{detail}’', '은/는')} 제가 모르는 말이에요. 지우거나 고쳐서 다시 보내 주세요.",
            "variable_not_here": f"{josa(f'‘{detail}’', '은/는')} 이 대상에는 쓸 수 없어요. 지우거나 고쳐서 다시 보내 주세요.",
            "button": self.bc_button_unclear(),
        }.get(problem, f"이대로는 보낼 수 없어요({detail or problem}). 고쳐서 다시 보내 주세요.")

    def bc_no_sender(self) -> str:
        return (
            "광고에는 보내는 곳의 이름과 연락처가 꼭 있어야 해요. 카탈로그 파일의 [agency]에 적은 뒤 다시 시도해 주세요. "
            "적어 주신 글은 그대로 있어요."
        )

    def bc_tap_it(self) -> str:
        return "보내거나 고치려면 아래 버튼을 눌러 주세요."

    def bc_nobody(self, excluded: Mapping[Exclusion, int]) -> str:
        left_out = self.bc_left_out(excluded)
        return f"지금은 받을 분이 없어요. {left_out} 대상이나 글을 바꿔 주세요.".replace("  ", " ")

    def bc_outdated(self) -> str:
        return "그사이 날짜나 명단, 글이 바뀌어서 보내지 않았어요. 다시 계산했어요."

    def bc_old_confirm(self) -> str:
        return "지난 확정 버튼이라 보내지 않았어요. 지금 글과 명단은 이래요."

    def bc_approved_already(self) -> str:
        return "이미 확정한 발송이에요."

    def bc_not_now(self) -> str:
        return "지금은 그렇게 할 수 없어요. 지금 모습은 이래요."

    def bc_nobody_got_it(self) -> str:
        return "받은 분이 없어서 정정할 것도 없어요."

    def bc_stopped(self) -> str:
        return "그만뒀어요. 보낸 건 없고, 쓰던 글은 ‘발송 목록’에 있어요."

    def bc_no_such(self) -> str:
        return "그 발송은 찾을 수 없어요."

    # Dry run

    def bc_dry_run(self, run: DryRun, *, is_ad: bool) -> str:
        left_out = self.bc_left_out(run.excluded)
        lead = f"{run.selected:,}명 가운데" if left_out else f"{run.selected:,}명을 골랐어요."
        parts = [f"지금 {run.now:,}" + ("(밤 동의)" if is_ad and run.later and run.now else "")]
        if run.later:
            at = self.on_card(run.later_at).split(" ")[1] if run.later_at else ""
            parts.append(f"{'' if is_ad else '밤 알림을 꺼 둬서 '}{at}에 {run.later:,}")
        return f"{lead} {', '.join(parts)}. {left_out} 받는 분이 보는 글이에요.".replace("  ", " ")

    def bc_left_out(self, excluded: Mapping[Exclusion, int]) -> str:
        counts = [(self.bc_exclusion(why), count) for why, count in excluded.items() if count]
        if not counts:
            return ""
        return f"제외 {sum(count for _, count in counts):,}: {', '.join(f'{why} {count:,}' for why, count in counts)}."

    def bc_exclusion(self, why: str) -> str:
        return {
            "no_consent": "동의 없음",
            "opted_out": "수신거부",
            "blocked": "차단",
            "no_channel": "받을 곳 없음",
        }.get(why, why)

    def bc_not_sent_yet(self, run: DryRun) -> str:
        return f"아직 보내지 않았어요. {self.bc_takes(run.takes) if run.now else self.bc_all_later()}"

    def bc_all_later(self) -> str:
        return "확정하면 아침에 보내요."

    def bc_takes(self, takes: timedelta) -> str:
        if takes < timedelta(seconds=2):
            return "확정하면 바로 보내요."
        if takes < 2 * _MINUTE:
            return f"보내는 데 {round(takes.total_seconds())}초쯤 걸려요."
        if takes < 2 * _HOUR:
            return f"보내는 데 {round(takes / _MINUTE)}분쯤 걸려요."
        return f"보내는 데 {round(takes / _HOUR)}시간쯤 걸려요."

    def bc_preview(self, language: str, role: str, count: int) -> str:
        return f"{self._reads(language)} {self.bc_role(role)} {count:,}명"

    def bc_role(self, role: str | None) -> str:
        return {"customer": "고객", "cleaner": "업체"}.get(role or "", "고객과 업체")

    def _reads(self, language: str) -> str:
        return "영어로 읽는" if language == "en" else "한국어로 읽는"

    def bc_segment(self, catalogue: Catalogue, segment: Segment, corrected: str = "") -> str:
        if segment.corrects:
            return f"{corrected} 발송을 받은 분들"
        there = "에 일하는" if segment.role == "cleaner" else " 방문"
        parts = [
            self._reads(segment.language) if segment.language else "",
            self.area(catalogue, segment.area) if segment.area else "",
            f"{short_date(segment.visit_on)}{there}" if segment.visit_on else "",
            f"{segment.idle_days}일 넘게 이용하지 않은" if segment.idle_days else "",
        ]
        narrowed = " ".join(filter(None, parts))
        return f"{narrowed or '모든'} {self.bc_role(segment.role)}"

    # When

    def bc_ask_when(self) -> str:
        return "언제 보낼까요? “내일 오전 9시”처럼 적어 주세요."

    def bc_when_unclear(self) -> str:
        return "언제 보낼까요? 날짜와 시각을 함께 적어 주세요. 예: “내일 오전 9시”, “2시간 뒤”"

    def bc_when_past(self) -> str:
        return "이미 지난 시각이에요. “내일 오전 9시”처럼 앞으로의 시각을 적어 주세요."

    def bc_when_after_visit(self, visit_on: date) -> str:
        return f"그때는 {short_date(visit_on)} 방문이 끝난 뒤예요. 그날까지의 시각을 적어 주세요."

    def bc_read_on_that_day(self, days: Sequence[str]) -> str:
        return f"{self._bc_says(days)} 그날 읽어도 맞는지 봐 주세요."

    def bc_read_in_the_morning(self, days: Sequence[str], count: int) -> str:
        return f"{self._bc_says(days)} 아침에 받는 {count:,}명이 읽어도 맞는지 봐 주세요."

    def _bc_says(self, days: Sequence[str]) -> str:
        quoted = ", ".join(f"‘{day}’" for day in days)
        return f"글에 {josa(quoted, '이/가')} 있어요."

    def bc_when_night(self, starts_at: datetime) -> str:
        return f"광고는 밤 9시부터 아침 8시 사이에 시작하지 않아요. {spoken_moment(starts_at)}는 어떠세요?"

    def bc_confirm_when(self, starts_at: datetime, count: int) -> str:
        return f"{spoken_moment(starts_at)}에 {count:,}명에게 보낼까요?"

    # Going on

    def bc_progress(self, progress: Progress, later_at: datetime | None) -> str:
        due = progress.total - progress.later
        parts = [f"{progress.sent:,}/{due:,} 보냈어요."]
        if progress.failed:
            parts.append(f"실패 {progress.failed:,}.")
        if progress.later and later_at:
            parts.append(f"{progress.later:,}명은 {self.on_card(later_at).split(' ')[1]}에 시작해요.")
        return " ".join(parts)

    def bc_scheduled(self, starts_at: datetime, count: int) -> str:
        return f"{spoken_moment(starts_at)}에 {count:,}명에게 보낼게요."

    def bc_paused(self, progress: Progress) -> str:
        return f"잠깐 멈췄어요. {progress.sent:,}명에게 보냈고 {progress.waiting:,}명이 남았어요."

    def bc_resumed(self, progress: Progress) -> str:
        return f"이어서 보내요. {progress.waiting:,}명이 남았어요."

    def bc_finished(self, progress: Progress) -> str:
        parts = [f"도착 {progress.sent:,}"]
        if progress.failed:
            parts.append(f"실패 {progress.failed:,}")
        if progress.unknown:
            parts.append(f"결과 모름 {progress.unknown:,}")
        if progress.suppressed:
            parts.append(f"보내지 않음 {progress.suppressed:,}")
        more = " 결과 모름은 두 번 가지 않게 다시 보내지 않아요." if progress.unknown else ""
        return f"{progress.total:,}명 발송을 마쳤어요. {', '.join(parts)}.{more}"

    def bc_ask_cancel(self, progress: Progress) -> str:
        return f"발송을 중단할까요? 아직 못 받은 {progress.waiting:,}명은 받지 않게 되고, 되돌릴 수 없어요."

    def bc_ask_discard(self) -> str:
        return "쓰던 글을 버릴까요? 되돌릴 수 없어요."

    def bc_cancelled(self, progress: Progress) -> str:
        if not progress.total:
            return "쓰던 글을 버렸어요. 보낸 건 없어요."
        if progress.suppressed == progress.total:
            return "발송을 중단했어요. 아무에게도 보내지 않았어요."
        more = f" 이미 보내던 {progress.waiting:,}명은 받을 수도 있어요." if progress.waiting else ""
        return f"발송을 중단했어요. {progress.sent:,}명은 받았고 {progress.suppressed:,}명에게는 보내지 않았어요.{more}"

    # Looking

    def bc_none(self) -> str:
        return "아직 보낸 단체 발송이 없어요."

    def bc_latest(self, count: int) -> str:
        return f"최근 발송 {count}건이에요."

    def bc_nothing_goes(self) -> str:
        return "지금 보내고 있거나 예약한 발송이 없어요."

    def bc_which_to_stop(self, count: int) -> str:
        return "이 발송을 멈출까요?" if count == 1 else "어느 발송을 멈출까요?"

    def bc_title(self, code: str) -> str:
        return f"발송 {code}"

    def bc_kind(self, kind: Kind) -> str:
        return {Kind.INFO: "안내", Kind.AD: "광고"}[kind]

    def bc_status(self, status: str) -> str:
        return {
            "DRAFT": "쓰는 중",
            "SCHEDULED": "예약됨",
            "RUNNING": "보내는 중",
            "PAUSED": "잠깐 멈춤",
            "FINISHED": "마침",
            "CANCELLED": "중단됨",
        }.get(status, status)

    def bc_line(self, kind: Kind, status: str, progress: Progress, at: datetime, text: str) -> str:
        far = f" {progress.sent:,}/{progress.total:,}" if progress.total else ""
        when = self.on_card(at)
        if status == "SCHEDULED":
            far, when = f" {progress.total:,}명", f"{when}에 시작"
        what = self.bc_status(status) if progress.total or status != "CANCELLED" else "버린 글"
        return f"{self.bc_kind(kind)}, {what}{far}, {when} “{short(text, LONGEST_LISTED)}”"

    def bc_quoted(self, text: str) -> str:
        return short(text, 120)

    def bc_result(self, progress: Progress) -> str:
        counts = (
            ("보냄", progress.sent), ("실패", progress.failed), ("결과 모름", progress.unknown),
            ("보내지 않음", progress.suppressed), ("기다림", progress.waiting),
        )  # fmt: skip
        return ", ".join(f"{name} {count:,}" for name, count in counts if count) or "아직 없음"

    def bc_reasons(self, reasons: Mapping[str, int]) -> str:
        return "이유: " + ", ".join(f"{self.bc_reason(why)} {count:,}" for why, count in reasons.items()) + "."

    def bc_reason(self, why: str) -> str:
        return {
            "blocked": "차단",
            "opted_out": "수신거부",
            "no_consent": "동의 없음",
            "not_linked": "연결 없음",
            "no_channel": "받을 곳 없음",
            "cancelled": "발송 중단",
            "called_off": "방문 취소나 변경",
            "abandoned": "보내다 멈춤",
            "erased": "개인정보 삭제됨",
            "role_over": "권한 회수됨",
        }.get(why, why)

    def bc_unknown(self, codes: Sequence[str], count: int) -> str:
        more = f" 외 {count - len(codes):,}명" if count > len(codes) else ""
        return f"결과 모름 {count:,}명: {', '.join(codes)}{more}."

    def bc_where_csv(self) -> str:
        return "받은 분 명단은 [CSV 받기]로 받아요. 채팅 페이지에 들어와 있는 브라우저에서 열려요."

    def bc_day(self, day: date) -> str:
        return short_date(day)
