"""Time comes in through a port; the business counts its days in Korean time."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        ...


def kst(moment: datetime) -> datetime:
    """The same moment on a Korean clock. A naive time is refused with ValueError: it could mean anything."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without an offset: {moment.isoformat()}")
    return moment.astimezone(KST)


def kst_date(moment: datetime) -> date:
    """The Korean calendar date of a moment."""
    return kst(moment).date()
