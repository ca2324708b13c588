"""The variables of notification templates: their names, and how each value is written."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.shared_kernel.clock import KST, kst_date
from services.shared_kernel.wording import Language, day, day_and_time, time_of_day, won

Value = str | int | datetime


class Kind(Enum):
    """What a value is, and so how it is written; the comment tells the Python type of the value."""

    MONEY = "money"  # int, whole won
    NUMBER = "number"  # int
    MOMENT = "moment"  # aware datetime, written as day and time in Korea
    DAY = "day"  # aware datetime
    DATE = "date"  # aware datetime, written with its year, as proofs are
    TIME = "time"  # aware datetime
    TEXT = "text"  # str
    ID = "id"  # str: only inside button actions, never shown
    VERSION = "version"  # int: only inside button actions


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One value a template may use. A text is cut at `longest` characters and replaced by `blank` when empty."""

    id: str
    korean: str
    kind: Kind
    longest: int = 0
    blank_ko: str = "없음"
    blank_en: str = "none"

    def name(self, language: Language) -> str:
        """What template files of this language call it."""
        return self.korean if language == "ko" else self.id

    def blank(self, language: Language) -> str:
        """What stands in for an empty text."""
        return self.blank_ko if language == "ko" else self.blank_en


class WrongValue(ValueError):
    """A value that can't be written; the message names the variable and what it wants."""


def _text(id: str, korean: str, longest: int, blank_ko: str = "없음", blank_en: str = "none") -> Variable:
    return Variable(id=id, korean=korean, kind=Kind.TEXT, longest=longest, blank_ko=blank_ko, blank_en=blank_en)


def _of(kind: Kind, id: str, korean: str) -> Variable:
    return Variable(id=id, korean=korean, kind=kind)


# `longest` keeps every template under 400 characters, whatever people typed.
_ALL = (
    _text("customer_name", "고객명", 20, "고객", "Customer"),
    _text("cleaner_name", "업체명", 20, "업체", "Cleaner"),
    _text("service", "서비스", 60),
    _text("area", "지역", 20),
    _text("address", "주소", 100),
    _text("note", "고객메모", 140),
    _text("cancel_reason", "취소사유", 150),
    _text("decline_reason", "거절사유", 60, "카드사 확인 필요", "ask your card company"),
    _text("payment_method", "결제수단", 20, "결제하신 수단", "as you paid"),
    _text("reservation_code", "예약번호", 10),
    _text("provider", "결제사", 20, "결제사", "The provider"),
    _text("consumer", "받는곳", 30),
    _text("event_type", "메시지종류", 60),
    _text("cause", "원인", 120, "알 수 없음", "unknown"),
    _text("sender", "보내는곳", 60, "예약하신 곳", "where you booked"),
    _of(Kind.MONEY, "price", "결제금액"),
    _of(Kind.MONEY, "refund", "환불금액"),
    _of(Kind.MONEY, "fee", "수수료"),
    _of(Kind.MONEY, "fee_today", "오늘수수료"),
    _of(Kind.MONEY, "fee_tomorrow", "내일수수료"),
    _of(Kind.MONEY, "compensation", "보상금액"),
    _of(Kind.MONEY, "payout", "정산금액"),
    _of(Kind.NUMBER, "tries", "시도횟수"),
    _of(Kind.NUMBER, "recipients", "받는인원"),
    _of(Kind.NUMBER, "reached", "도착인원"),
    _of(Kind.NUMBER, "failed", "실패인원"),
    _of(Kind.NUMBER, "unknown", "모름인원"),
    _of(Kind.NUMBER, "suppressed", "제외인원"),
    _of(Kind.MOMENT, "visit_at", "방문일시"),
    _of(Kind.MOMENT, "old_visit_at", "이전일시"),
    _of(Kind.MOMENT, "new_visit_at", "새일시"),
    _of(Kind.MOMENT, "payment_deadline", "결제기한"),
    _of(Kind.MOMENT, "answer_deadline", "응답기한"),
    _of(Kind.DAY, "refund_deadline", "환불기한"),
    _of(Kind.DATE, "consent_date", "동의일"),
    _of(Kind.TIME, "visit_time", "방문시각"),
    _of(Kind.TIME, "arrival_time", "도착예정"),
    _of(Kind.TIME, "started_time", "시작시각"),
    _of(Kind.TIME, "expected_end_time", "종료예정"),
    _of(Kind.TIME, "completed_time", "완료시각"),
    _of(Kind.ID, "reservation_id", "예약"),
    _of(Kind.VERSION, "reservation_version", "예약판"),
    _of(Kind.ID, "job_id", "작업"),
    _of(Kind.VERSION, "visit_revision", "방문판"),
    _of(Kind.ID, "refund_id", "환불"),
    _of(Kind.ID, "thread_id", "상담"),
)
VARIABLES: Mapping[str, Variable] = {variable.id: variable for variable in _ALL}
ARGUMENT_KINDS = frozenset({Kind.ID, Kind.VERSION})

# Words that turn information into advertising (정보통신망법 §50): an INFO message must not have them.
_ADVERTISING_KO = (
    "할인", "쿠폰", "이벤트", "특가", "세일", "프로모션", "사은품", "적립", "포인트", "혜택", "무료", "경품",
    "공짜", "반값", "캐시백",
)  # fmt: skip
_ADVERTISING_EN = re.compile(
    r"\b(?:discount(?:s|ed)?|coupons?|vouchers?|promos?|promotions?|promotional|sales?|giveaways?|"
    r"special (?:offers?|deals?|prices?)|for free|free (?:gifts?|trials?|cleanings?)|cash ?back)\b|%\s*(?:off|dc)\b",
    re.IGNORECASE,
)
# What calls itself so, in whatever brackets.
_CALLED_ADVERTISING = re.compile(r"[(\[<【〔「『]\s*(?:광\W{0,2}고|ad)\s*[)\]>】〕」』]", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_ZERO_WIDTH_JOINER = "\u200d"  # holds family emoji together


def advertising_words(text: str) -> tuple[str, ...]:
    """The words of a text that only an AD message may use, in the order of the list; empty for plain information."""
    korean = tuple(word for word in _ADVERTISING_KO if word in text)
    others = (match.group() for words in (_CALLED_ADVERTISING, _ADVERTISING_EN) for match in words.finditer(text))
    return (*korean, *others)


def written(variable: Variable, value: Value, language: Language) -> str:
    """A value as a card shows it. WrongValue when it isn't what the variable's kind wants."""
    if variable.kind is Kind.TEXT and isinstance(value, str):
        return one_line(value, variable.longest) or variable.blank(language)
    if isinstance(value, int) and not isinstance(value, bool):
        if variable.kind is Kind.MONEY:
            return won(value, language)
        if variable.kind is Kind.NUMBER:
            return f"{value:,}"
    if isinstance(value, datetime) and value.tzinfo is not None:
        if variable.kind is Kind.MOMENT:
            return day_and_time(value, language)
        if variable.kind is Kind.DAY:
            return day(value, language)
        if variable.kind is Kind.DATE:
            return kst_date(value).isoformat()
        if variable.kind is Kind.TIME:
            return time_of_day(value)
    raise _wrong(variable, value)


def as_argument(variable: Variable, value: Value) -> str:
    """A value as it stands in a button's action. WrongValue unless it is an id or a version."""
    if variable.kind is Kind.ID and isinstance(value, str) and _ID.fullmatch(value):
        return value
    if variable.kind is Kind.VERSION and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    raise _wrong(variable, value)


def one_line(text: str, longest: int) -> str:
    """What a person typed, harmless in a card: one line, no control or direction characters, cut with …."""
    head = text[: longest * 8]  # spares reading a whole book; the rest is cut off anyway
    line = " ".join("".join(_harmless(character) for character in head).split())
    if len(line) <= longest and head == text:
        return line
    cut = line[: longest - 1].rstrip(_ZERO_WIDTH_JOINER + " ")
    return cut and cut + "…"


def _harmless(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs") and character != _ZERO_WIDTH_JOINER:
        return ""
    return character


def _wrong(variable: Variable, value: Value) -> WrongValue:
    wants = {
        Kind.MONEY: "whole won (int)",
        Kind.NUMBER: "a whole number (int)",
        Kind.TEXT: "text (str)",
        Kind.ID: "an id of at most 36 letters, digits, - and _",
        Kind.VERSION: "a version (int, not negative)",
    }.get(variable.kind, "a time with an offset (datetime)")
    return WrongValue(f"template variable {variable.id}: wants {wants}, got {type(value).__name__}")


def longest_values() -> Mapping[str, Value]:
    """A value of the greatest length for every variable, to try templates with."""
    by_kind: Mapping[Kind, Value] = {
        Kind.MONEY: 999_999_999,
        Kind.NUMBER: 9_999,
        Kind.ID: "0" * 36,
        Kind.VERSION: 99_999,
    }
    two_digits_each = datetime(2026, 12, 25, 14, 30, tzinfo=KST)
    return {
        variable.id: "가" * variable.longest
        if variable.kind is Kind.TEXT
        else by_kind.get(variable.kind, two_digits_each)
        for variable in _ALL
    }
