"""What cleaners and operators both read in English."""

from datetime import datetime

from bot.conversation.english import button_date, card_time, short_date, spoken_moment, spoken_time
from bot.conversation.texts_en_telegram import TelegramEnglish
from bot.conversation.texts_ko import IN_KOREAN
from bot.conversation.texts_ko_staff import StaffKorean
from services.shared_kernel.clock import kst_date
from services.shared_kernel.wording import Language


class StaffEnglish(TelegramEnglish, StaffKorean):
    """The same members, in English."""

    language: Language = "en"
    home = "Start over"
    stop = "Stop"
    retry = "Try again"
    help = "Help"
    other_language = IN_KOREAN

    def trouble(self) -> str:
        return "Something went wrong on our side, and nothing was done. What you wrote is still here."

    def changed(self) -> str:
        return "Something has changed since, so that no longer works. Here is what you can do now."

    def old_button(self) -> str:
        return "That was an old button. Here is what you can do now."

    def nothing_asked(self) -> str:
        return "Nothing was asked just now. What shall we do?"

    def not_agreed(self) -> str:
        return "Nothing has been done yet. To do it, tap the button above."

    def stopped(self) -> str:
        return "Stopped. Nothing has changed."

    def switched(self) -> str:
        return "Switched to English."

    def try_buttons(self) -> str:
        return "Shall we try with buttons?"

    def and_more(self, count: int) -> str:
        return f"And {count} more."

    def choose_here(self) -> str:
        return "You can choose here too."

    def won(self, amount_krw: int) -> str:
        return f"{amount_krw:,} won"

    def clock(self, moment: datetime) -> str:
        return spoken_time(moment)

    def until(self, moment: datetime, now: datetime) -> str:
        return spoken_time(moment) if kst_date(moment) == kst_date(now) else spoken_moment(moment)

    def on_card(self, moment: datetime) -> str:
        return f"{short_date(moment)} {card_time(moment)}"

    def on_button(self, moment: datetime) -> str:
        return f"{button_date(moment)} {card_time(moment)}"
