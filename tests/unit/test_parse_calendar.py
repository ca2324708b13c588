"""Days at the edges of weeks, months and years, each with its own today; and addresses."""

from datetime import date, datetime, time

import pytest

from bot.conversation.reading import Intent, Why, areas_in, district_of, looks_like_address, read
from services.shared_kernel.clock import KST

SUNDAY, MONDAY, WEDNESDAY, SATURDAY = "2026-11-22", "2026-11-23", "2026-11-25", "2026-11-28"


def at(today: str, clock: str = "15:00") -> datetime:
    return datetime.fromisoformat(f"{today}T{clock}:00").replace(tzinfo=KST)


@pytest.mark.parametrize(
    ("today", "text", "expected"),
    [
        ("2026-12-31", "내일", "2027-01-01"),
        ("2026-12-30", "글피", "2027-01-02"),
        ("2026-12-31", "다음달 3일", "2027-01-03"),
        ("2026-12-28", "다음 주 월요일", "2027-01-04"),
        ("2026-12-28", "1월 5일", "2027-01-05"),
        ("2026-12-28", "말일", "2026-12-31"),
        ("2027-01-31", "한달 뒤", "2027-02-28"),
        ("2027-01-30", "31일", "2027-01-31"),
        ("2027-01-31", "말일", "2027-01-31"),
        ("2028-02-20", "말일", "2028-02-29"),
        ("2028-02-20", "2월 29일", "2028-02-29"),
        (SUNDAY, "내일", "2026-11-23"),
        (SUNDAY, "이번주 일요일", "2026-11-22"),
        (SATURDAY, "다음 금요일", "2026-12-04"),
        (SATURDAY, "next Friday", "2026-12-04"),
        (WEDNESDAY, "월요일", "2026-11-30"),
        (MONDAY, "마지막 주 금요일", "2026-11-27"),
        (MONDAY, "첫째 주 화요일", "2026-12-01"),
        (MONDAY, "오늘 월요일", "2026-11-23"),
        (MONDAY, "다음 월요일", "2026-11-30"),
        (MONDAY, "coming Monday", "2026-11-30"),
        (MONDAY, "Friday next week", "2026-12-04"),
        (MONDAY, "3 days from now", "2026-11-26"),
        (MONDAY, "5th December", "2026-12-05"),
        (MONDAY, "20261203", "2026-12-03"),
        (MONDAY, "십이월 삼일", "2026-12-03"),
        (MONDAY, "3일에요", "2026-12-03"),
    ],
)
def test_edges_of_weeks_months_and_years(today: str, text: str, expected: str) -> None:
    reading = read(text, now=at(today))
    assert (reading.date, reading.asks) == (date.fromisoformat(expected), ())


@pytest.mark.parametrize(
    ("today", "text", "choices", "why"),
    [
        (SUNDAY, "다음 주 금요일", ("2026-11-27", "2026-12-04"), Why.EITHER),
        (SUNDAY, "next Friday", ("2026-11-27", "2026-12-04"), Why.EITHER),
        (SUNDAY, "주말", ("2026-11-22",), Why.EITHER),
        (SATURDAY, "주말", ("2026-11-28", "2026-11-29"), Why.EITHER),
        (SATURDAY, "이번 금요일", ("2026-12-04",), Why.PAST),
        (MONDAY, "다음주 주말", ("2026-12-05", "2026-12-06"), Why.EITHER),
        (WEDNESDAY, "이번주", ("2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29"), Why.VAGUE),
        (WEDNESDAY, "이번 주 월요일", (), Why.PAST),
        (MONDAY, "11/20", (), Why.PAST),
        (MONDAY, "지난주 금요일", (), Why.PAST),
        (MONDAY, "2월 29일", (), Why.NO_SUCH),
        (MONDAY, "추석 전", (), Why.VAGUE),
        (MONDAY, "다음달 중순", (), Why.VAGUE),
        (MONDAY, "end of the month", (), Why.VAGUE),
        (MONDAY, "every Friday", ("2026-11-27",), Why.RECURRING),
    ],
)
def test_what_must_be_asked(today: str, text: str, choices: tuple[str, ...], why: Why) -> None:
    reading = read(text, now=at(today))
    (ask,) = reading.asks
    assert reading.date is None
    assert (ask.field, ask.choices, ask.why) == ("date", tuple(map(date.fromisoformat, choices)), why)


def test_today_is_not_offered_when_its_hour_is_past() -> None:
    assert read("월요일 10시", now=at(MONDAY)).date == date(2026, 11, 30)
    assert read("월요일", now=at(MONDAY, "18:30")).date == date(2026, 11, 30)
    (ask,) = read("월요일 5시", now=at(MONDAY)).asks
    assert ask.choices == (date(2026, 11, 23), date(2026, 11, 30))


def test_an_hour_of_today_that_is_past_is_asked_again() -> None:
    reading = read("오늘 10시", now=at(MONDAY))
    assert (reading.date, reading.time, reading.asks[0].why) == (date(2026, 11, 23), None, Why.PAST)


HOURS = {
    "낮 1시": time(13), "점심 12시": time(12), "아침 8시": time(8), "08:30": time(8, 30), "십사시": time(14), "6시": time(18),
    "오후 2시 30분": time(14, 30), "두시 십오분": time(14, 15), "2시30": time(14, 30), "오전 열한시 반": time(11, 30),
    "half past two": time(14, 30), "3 o'clock": time(15), "2:30pm": time(14, 30), "11 a.m.": time(11),
}  # fmt: skip
CLOSED_HOURS = ("오후 9시", "새벽 5시", "밤 12시", "19:00", "6시 반", "10시 70분", "0시", "오전 13시", "midnight")
ADDRESSES = {  # a cleaner could find each; the area is what its text names
    "마포구 OO로 12, 101동 502호": "mapo", "강남구 OO대로 3, 7층": "gangnam", "서울시 송파구 올림픽로 300": "songpa",
    "연희로 11길 23": None, "서초구 강남대로 373": None, "역삼동 737": "gangnam", "서대문구 신촌동 134": "seodaemun",
    "45 Yanghwa-ro, Mapo-gu": "mapo", "부산 해운대구 센텀로 9": None, "강남대로 396": None, "OO로 12": None,
    "와우산로29길 12-3": None, "연남동 223-14": "mapo", "종로 3": None, "Yanghwa-ro 45": None, "올림픽로 35길 10": None,
}  # fmt: skip
NO_ADDRESSES = (
    "우리집", "마포구 연남동", "101동 502호", "토요일 10시로", "토요일로 12시", "2시로 11/28", "10시로 12월 3일", "처음으로",
    "홍대입구역 2번 출구", "역삼동 24평", "연남동 2시", "카드로 3만원", "영어로 2", "강남구로", "",
)  # fmt: skip


def test_hours() -> None:
    readings = {text: read(text, now=at(MONDAY)) for text in HOURS}
    assert {text: reading.time for text, reading in readings.items()} == HOURS
    assert not [text for text, reading in readings.items() if reading.asks]


def test_hours_that_no_visit_starts_at_are_asked_again() -> None:
    readings = {text: read(text, now=at(MONDAY)) for text in CLOSED_HOURS}
    asked = {text: (reading.time, [ask.field for ask in reading.asks]) for text, reading in readings.items()}
    assert asked == dict.fromkeys(CLOSED_HOURS, (None, ["time"]))


def test_an_address_can_be_found_and_names_its_district() -> None:
    assert {text: district_of(text) for text in ADDRESSES} == ADDRESSES
    assert [text for text in ADDRESSES if looks_like_address(text)] == list(ADDRESSES)


def test_what_is_no_address() -> None:
    assert not [text for text in NO_ADDRESSES if looks_like_address(text)]


def test_a_whole_address_keeps_its_numbers_to_itself() -> None:
    reading = read("부산 해운대구 센텀로 9, 3층 302호", now=at(MONDAY), asking="address")
    assert reading.intent is Intent.FILL
    assert (reading.address, reading.area, reading.unserved_area) == (
        "부산 해운대구 센텀로 9, 3층 302호",
        None,
        "해운대구",
    )


def test_several_areas_of_a_cleaner() -> None:
    assert areas_in("마포, 서대문") == ("mapo", "seodaemun")
    assert areas_in("강남구랑 잠실이요") == ("gangnam", "songpa")
    assert areas_in("다 골랐어요") == ()


@pytest.mark.parametrize(
    ("text", "intent"), [("OO클린", "fill"), ("처음으로", "restart"), ("취소", "cancel"), ("내일 2시", "fill")]
)
def test_a_name_is_taken_as_typed(text: str, intent: str) -> None:
    reading = read(text, now=at(MONDAY), asking="name")
    assert (reading.intent, reading.text, reading.date) == (intent, text, None)
