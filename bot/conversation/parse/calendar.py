"""Calendar arithmetic for what people say about days. Weeks begin on Monday; the year may be left out."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.conversation.parse.meaning import Why
from bot.conversation.parse.slot import Mention

NEAR_FUTURE = timedelta(days=200)  # a date without a year further off than this is rather one that is past
DAYS_PERHAPS_COUNTED = 10  # 3일 may be the 3rd or in three days; nobody counts twenty days


@dataclass(frozen=True, kw_only=True)
class Day(Mention[date]):
    """One day that was named. `weekday` is set for a weekday said without a week; `counted` for 3일, in three days."""

    start: int = 0
    end: int = 0
    weekday: int | None = None
    week: int | None = None
    counted: date | None = None

    def at(self, start: int, end: int) -> "Day":
        """The same day, found at text[start:end]."""
        return replace(self, start=start, end=end)


def certain(day: date, today: date | None = None) -> Day:
    """A day, or a question if it is past."""
    return Day(value=day, why=Why.PAST if today and day < today else None)


def vague() -> Day:
    """Some day: ask which."""
    return Day(why=Why.VAGUE)


def exactly(year: int, month: int, day: int, today: date) -> Day:
    """A full date."""
    try:
        return certain(date(year, month, day), today)
    except ValueError:
        return Day(why=Why.NO_SUCH)


def without_year(month: int, day: int, today: date) -> Day:
    """12/3: this year's, or next year's if that is near; 11/20 said on 11/23 is past."""
    this_year = exactly(today.year, month, day, today)
    next_year = exactly(today.year + 1, month, day, today)
    if this_year.why is None or next_year.value is None or next_year.value - today > NEAR_FUTURE:
        return this_year
    return next_year


def month_after(today: date, months: int) -> tuple[int, int]:
    """Year and month, some months from today's."""
    index = today.year * 12 + today.month - 1 + months
    return index // 12, index % 12 + 1


def day_of_month(day: int, today: date, *, surely: bool) -> Day:
    """27일: the next 27th. A small one that has passed may also be a count of days, unless surely a date."""
    for months in (0, 1):
        found = exactly(*month_after(today, months), day, today)
        if found.why is None:
            counted = today + timedelta(days=day)
            doubtful = months == 1 and day <= DAYS_PERHAPS_COUNTED and not surely
            return replace(found, counted=counted if doubtful else None)
    return Day(why=Why.NO_SUCH)


def a_month_later(today: date) -> Day:
    """The same day of the next month, or its last day."""
    year, month = month_after(today, 1)
    return Day(value=date(year, month, min(today.day, monthrange(year, month)[1])))


def last_day(year: int, month: int, today: date) -> Day:
    """The last day of a month."""
    return exactly(year, month, monthrange(year, month)[1], today)


def last_day_of(month: int, today: date) -> Day:
    """The last day of a month of this year, or of next year if it is past."""
    if not 1 <= month <= 12:
        return Day(why=Why.NO_SUCH)
    return last_day(today.year + (month < today.month), month, today)


def nth_weekday(year: int, month: int, count: int, weekday_: int, today: date) -> Day:
    """The first Saturday of a month; count −1 is the last."""
    first = date(year, month, 1)
    day = 1 + (weekday_ - first.weekday()) % 7 + 7 * (count - 1)
    if count < 0:
        length = monthrange(year, month)[1]
        day = length - (date(year, month, length).weekday() - weekday_) % 7
    return exactly(year, month, day, today)


def nth_weekday_of(month: int | None, count: int, weekday_: int, today: date) -> Day:
    """The same of a named month, or of the next month that still has it to come."""
    if month is not None and not 1 <= month <= 12:
        return Day(why=Why.NO_SUCH)
    if month is not None:
        return nth_weekday(today.year + (month < today.month), month, count, weekday_, today)
    found = nth_weekday(today.year, today.month, count, weekday_, today)
    return found if found.why is None else nth_weekday(*month_after(today, 1), count, weekday_, today)


def monday(weeks: int, today: date) -> date:
    """The Monday that begins a week, some weeks from this one."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def weekday_of_week(weekday_: int, weeks: int, today: date) -> Day:
    """Friday of next week. On a Sunday "next week" may mean the one that begins tomorrow or the one after."""
    day = monday(weeks, today) + timedelta(days=weekday_)
    if weeks == 1 and today.weekday() == 6:
        return Day(choices=(day, day + timedelta(weeks=1)), why=Why.EITHER, week=weeks)
    return replace(certain(day, today), week=weeks)


def weekday(weekday_: int, today: date, *, near: bool = False, after: bool = False, coming: bool = False) -> Day:
    """A weekday without a week. `near`: 이번 금요일, this Friday; `after`: 다음 금요일, next Friday; `coming`: not today."""
    upcoming = today + timedelta(days=(weekday_ - today.weekday()) % 7)
    if after:
        return _next_weekday(weekday_, today)
    if upcoming == today and (near or coming):
        return Day(value=today if near else today + timedelta(weeks=1))
    if near and upcoming > monday(0, today) + timedelta(days=6):
        return Day(choices=(upcoming,), why=Why.PAST)
    if upcoming == today:
        return Day(choices=(today, today + timedelta(weeks=1)), why=Why.EITHER, weekday=weekday_)
    return Day(value=upcoming, weekday=weekday_)


def _next_weekday(weekday_: int, today: date) -> Day:
    soonest = today + timedelta(days=(weekday_ - today.weekday() - 1) % 7 + 1)
    weeks = 1 if today.weekday() != 6 else 2
    days = sorted({soonest, monday(weeks, today) + timedelta(days=weekday_)})
    return Day(value=days[0]) if len(days) == 1 else Day(choices=tuple(days), why=Why.EITHER)


def weekend(weeks: int, today: date) -> Day:
    """Saturday and Sunday to choose from; what is past of it isn't offered."""
    saturday = monday(weeks, today) + timedelta(days=5)
    days = tuple(day for day in (saturday, saturday + timedelta(days=1)) if day >= today)
    return Day(choices=days, why=Why.EITHER if days else Why.PAST)


def week(weeks: int, today: date) -> Day:
    """A week without a day: its days to choose from, from today on."""
    days = (monday(weeks, today) + timedelta(days=offset) for offset in range(7))
    left = tuple(day for day in days if day >= today)
    return Day(choices=left, why=Why.VAGUE if left else Why.PAST, week=weeks)


def same_week(days: list[Day], today: date) -> list[Day]:
    """다음 주 금요일이나 토요일: a later weekday belongs to the week named before it."""
    week_: int | None = None
    result: list[Day] = []
    for day in days:
        if day.week is not None:
            week_ = day.week
        elif day.weekday is not None and week_ is not None:
            day = weekday_of_week(day.weekday, week_, today).at(day.start, day.end)
        result.append(day)
    return result
