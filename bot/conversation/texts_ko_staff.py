"""What cleaners and operators both read in Korean."""

from datetime import datetime

from bot.conversation.korean import button_date, card_time, short_date, spoken_moment, spoken_time
from bot.conversation.texts_ko_telegram import TelegramKorean
from services.reservation.catalogue import Catalogue
from services.shared_kernel.clock import kst_date
from services.shared_kernel.wording import Language

LONGEST_PIECE = 300


class StaffKorean(TelegramKorean):
    """One member for each sentence and each label. Figures and names come in computed."""

    language: Language = "ko"
    home = "처음으로"
    stop = "그만두기"
    retry = "다시 시도"
    help = "도움말"
    other_language = "English"

    def trouble(self) -> str:
        return "저희 쪽 문제로 지금은 하지 못했어요. 적어 주신 내용은 그대로 있어요."

    def changed(self) -> str:
        return "그사이 바뀐 게 있어서 그대로는 안 돼요. 지금 하실 수 있는 일은 이거예요."

    def old_button(self) -> str:
        return "지난 버튼이에요. 지금 하실 수 있는 일은 이거예요."

    def nothing_asked(self) -> str:
        return "지금은 여쭤본 게 없어요. 무엇을 할까요?"

    def not_agreed(self) -> str:
        return "아직 아무것도 하지 않았어요. 하시려면 위의 버튼을 눌러 주세요."

    def stopped(self) -> str:
        return "그만뒀어요. 바뀐 건 없어요."

    def switched(self) -> str:
        return "한국어로 바꿨어요."

    def try_buttons(self) -> str:
        return "버튼으로 해 볼까요?"

    def and_more(self, count: int) -> str:
        return f"이 밖에 {count}건이 더 있어요."

    def choose_here(self) -> str:
        return "여기서도 고르실 수 있어요."

    # Figures and names

    def won(self, amount_krw: int) -> str:
        return f"{amount_krw:,}원"

    def clock(self, moment: datetime) -> str:
        return spoken_time(moment)

    def until(self, moment: datetime, now: datetime) -> str:
        return spoken_time(moment) if kst_date(moment) == kst_date(now) else spoken_moment(moment)

    def on_card(self, moment: datetime) -> str:
        return f"{short_date(moment)} {card_time(moment)}"

    def on_button(self, moment: datetime) -> str:
        return f"{button_date(moment)} {card_time(moment)}"

    def span(self, starts_at: datetime, ends_at: datetime) -> str:
        end = "24:00" if kst_date(ends_at) > kst_date(starts_at) else card_time(ends_at)
        return f"{self.on_card(starts_at)}–{end}"

    def area(self, catalogue: Catalogue, area: str) -> str:
        known = catalogue.areas.get(area)
        return known.name(self.language) if known else area


def short(text: str, longest: int = LONGEST_PIECE) -> str:
    """One line of it, cut where it is too long to quote."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
