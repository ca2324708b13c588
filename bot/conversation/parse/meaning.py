"""What a typed text can mean: intents, the fields that were said, and what has to be asked back."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import time as Time
from enum import StrEnum
from typing import TypeAlias

Choice: TypeAlias = Date | Time | int | str


class Intent(StrEnum):
    """What the person wants to do."""

    BOOK = "book"
    PRICE = "price"
    FILL = "fill"
    LIST = "list"
    STATUS = "status"
    CANCEL = "cancel"
    KEEP = "keep"
    FEE = "fee"
    REFUND = "refund"
    RESCHEDULE = "reschedule"
    PAY = "pay"
    HUMAN = "human"
    END_TALK = "end_talk"
    LANG = "lang"
    TELEGRAM = "telegram"
    RESTART = "restart"
    YES = "yes"
    NO = "no"
    OPTOUT = "optout"
    OPTIN = "optin"
    HELP = "help"
    BACK = "back"
    GREET = "greet"
    SETTINGS = "settings"
    ERASE = "erase"
    EDIT = "edit"
    LATER = "later"
    JOBS = "jobs"
    COMING = "coming"
    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    START = "start"
    FINISH = "finish"
    BOARD = "board"
    FIND = "find"
    REPLY = "reply"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """Why something has to be asked back, for choosing the sentence."""

    VAGUE = "vague"  # said too loosely: 다음달 초, 이따가, 30평대
    EITHER = "either"  # several were named, or one word means several: 금욜이나 토욜, 신촌, 신사동
    EXCLUDED = "excluded"  # only what it should not be was said: 금요일 말고
    PAST = "past"
    NO_SUCH = "no_such"  # 2월 30일, 25시
    OUT_OF_HOURS = "out_of_hours"  # a visit starts 08:00–18:00
    MORNING = "morning"  # 8시: is it the morning?
    ANY = "any"  # 아무때나: offer the earliest
    UNSURE = "unsure"  # 잘 모르겠어요
    OTHER = "other"  # 다른 날짜
    RECURRING = "recurring"  # 매주 금요일: one visit at a time
    MISMATCH = "mismatch"  # 11/27 토요일, but 11/27 is a Friday
    SQUARE_METRES = "square_metres"  # choices: pyeong if it is the supplied area, pyeong if the exclusive one
    WHICH = "which"  # 그거 취소해: which booking, if there are two
    SCOPE = "scope"  # 알림 꺼줘: advertising only, or everything


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing that must not be guessed.

    `field` is date, time, size_pyeong, area, service, reservation or optout. `choices` are dates, times, pyeong,
    ids (areas and services), `ads`/`all` for optout; a choice of area that we don't serve is its Korean name.
    No choices: just ask, or offer what is free.
    """

    field: str
    choices: tuple[Choice, ...] = ()
    why: Why = Why.VAGUE


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The meaning of one text. What wasn't said is None; what was said but isn't certain is in `asks`.

    Dates and times are Korean (KST). `time_from`/`time_to` bound a part of a day (오후, 2~4시 사이).
    For a move, `date`/`time` name the visit as it is and `to_date`/`to_time` as it shall be,
    or `shift_days`/`shift_minutes` say by how much. `text` is the rest: the query of find, the message of reply
    (whose booking code is `code`), the field that edit names, the payload of /start, any free text.
    """

    intent: Intent
    date: Date | None = None
    time: Time | None = None
    time_from: Time | None = None
    time_to: Time | None = None
    size_pyeong: int | None = None
    area: str | None = None
    unserved_area: str | None = None
    service: str | None = None
    add_ons: tuple[str, ...] = ()
    without_add_ons: tuple[str, ...] = ()
    address: str | None = None
    to_date: Date | None = None
    to_time: Time | None = None
    shift_days: int | None = None
    shift_minutes: int | None = None
    language: str | None = None
    code: str | None = None
    text: str = ""
    asks: tuple[Ask, ...] = ()

    @property
    def says_when(self) -> bool:
        """A day or a time of a visit; what is to be asked back aside."""
        return any((self.date, self.time, self.time_from, self.time_to))

    @property
    def says_what_or_where(self) -> bool:
        """What is to be cleaned, or where; extras aside."""
        return any((self.service, self.size_pyeong, self.area, self.address, self.unserved_area))

    @property
    def says_something(self) -> bool:
        """Anything that a booking is made of, if only to be asked back."""
        extras = self.add_ons or self.without_add_ons
        return self.says_when or self.says_what_or_where or bool(extras or self.asks)
