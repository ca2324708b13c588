"""English times, dates and money: the same functions as `korean`, so that a text can take either."""

from datetime import date, datetime, time

from services.shared_kernel.clock import kst

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def spoken_time(moment: time | datetime) -> str:
    """2 pm, 2:30 pm, 12 pm. A datetime is put on the Korean clock."""
    local = _local_time(moment)
    half = "am" if local.hour < 12 else "pm"
    hour = (local.hour - 1) % 12 + 1
    return f"{hour}:{local.minute:02d} {half}" if local.minute else f"{hour} {half}"


def card_time(moment: time | datetime) -> str:
    """14:00."""
    return f"{_local_time(moment):%H:%M}"


def short_date(day: date | datetime) -> str:
    """Fri 11/27. A datetime is put on the Korean clock."""
    local = _local_date(day)
    return f"{_WEEKDAYS[local.weekday()]} {local.month}/{local.day}"


def button_date(day: date | datetime) -> str:
    """11/27, where a label is short."""
    local = _local_date(day)
    return f"{local.month}/{local.day}"


def spoken_moment(moment: datetime) -> str:
    """Fri 11/27, 2 pm."""
    return f"{short_date(moment)}, {spoken_time(moment)}"


def card_moment(moment: datetime) -> str:
    """Fri 11/27 14:00."""
    return f"{short_date(moment)} {card_time(moment)}"


def card_span(starts_at: datetime, ends_at: datetime) -> str:
    """Fri 11/27 14:00–17:00."""
    return f"{card_moment(starts_at)}–{card_time(ends_at)}"


def won(amount_krw: int) -> str:
    """80,000 won."""
    return f"{amount_krw:,} won"


def count(number: int, one: str, many: str = "") -> str:
    """1 booking, 2 bookings; `many` where adding an s won't do."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _local_time(moment: time | datetime) -> time:
    return kst(moment).time() if isinstance(moment, datetime) else moment


def _local_date(day: date | datetime) -> date:
    return kst(day).date() if isinstance(day, datetime) else day
