"""How money, days and times are written in cards, in Korean and in English."""

from datetime import datetime
from typing import Literal

from services.shared_kernel.clock import kst

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")

_WEEKDAYS_KO = "월화수목금토일"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def won(amount_krw: int, language: Language) -> str:
    """80,000원, 80,000 won."""
    return f"{amount_krw:,}원" if language == "ko" else f"{amount_krw:,} won"


def day(moment: datetime, language: Language) -> str:
    """The Korean calendar day of a moment: 11/27(금), Fri 11/27."""
    local = kst(moment)
    date = f"{local.month}/{local.day}"
    if language == "ko":
        return f"{date}({_WEEKDAYS_KO[local.weekday()]})"
    return f"{_WEEKDAYS_EN[local.weekday()]} {date}"


def time_of_day(moment: datetime) -> str:
    """The time on a Korean clock as cards write it: 14:00. Chat sentences say 오후 2시 instead."""
    return f"{kst(moment):%H:%M}"


def day_and_time(moment: datetime, language: Language) -> str:
    """11/27(금) 14:00, Fri 11/27 14:00."""
    return f"{day(moment, language)} {time_of_day(moment)}"


def service_and_size(name: str, size_pyeong: int, language: Language) -> str:
    """집청소 24평; Home cleaning, 24 pyeong."""
    return f"{name}, {size_pyeong} pyeong" if language == "en" else f"{name} {size_pyeong}평"
