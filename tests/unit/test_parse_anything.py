"""Anything can be typed: a reading comes back, quickly, whatever it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.parse import places_table, words_en, words_ko
from bot.conversation.parse.calendar import Day
from bot.conversation.reading import Intent, Reading, district_of, looks_like_address, read
from services.reservation import catalogue

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PIECES = st.sampled_from(
    "내일 모레 글피 금욜 다음주 이번 말일 31일 2월 30일 12/3 11.27 2026-13-45 3일 뒤 오전 오후 시 두시 25시 99:99 "
    "반 분 시간 24평 0평 평 84제곱 마포 신촌 부산 강남구 로 12 101동 취소 말고 이나 ~ - , 결제 옮겨 에서 예약 네 /book "
    "찾기 답장 next Friday at to in 0 days 99999999999999 ٣ ½ ① ㅋ 😀 \u200b \x00 십 백 스물 first of month second Sunday Feb 31".split()
)
TEXTS = st.text(max_size=60) | st.lists(PIECES, max_size=8).map(" ".join) | st.lists(PIECES, max_size=8).map("".join)
ASKING = st.sampled_from(
    [None, "date", "time", "size_pyeong", "area", "service", "address", "name", "night", "confirm"]
)
MOMENTS = st.integers(0, 75 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@settings(max_examples=30, deadline=None)
@given(text=TEXTS, now=MOMENTS, asking=ASKING)
def test_any_text_gives_a_reading(text: str, now: datetime, asking: str) -> None:
    reading = read(text, now=now, asking=asking)
    assert isinstance(reading, Reading)
    assert isinstance(looks_like_address(text), bool)
    assert district_of(text) in (None, *places_table.NAMES)


@settings(max_examples=20, deadline=None)
@given(text=st.lists(PIECES, max_size=6).map(" ".join), now=MOMENTS)
def test_a_visit_is_never_read_into_the_past_or_the_night(text: str, now: datetime) -> None:
    reading = read(text, now=now)
    if reading.intent in (Intent.BOOK, Intent.FILL, Intent.PRICE):
        today = (now + timedelta(hours=9)).date()
        assert reading.date is None or reading.date >= today
        assert reading.time is None or 8 <= reading.time.hour <= 18


@pytest.mark.parametrize(
    "piece", ["가", "2시 ", "1", "내일 ", "a-", "마포로 ", "\x00\x1b[31m", "~", "😀", "스물", "서울시 "]
)
def test_ten_thousand_characters_are_cut_first(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    begun = datetime.now(UTC)
    assert isinstance(read(text, now=NOW), Reading)
    assert isinstance(looks_like_address(text), bool)
    assert datetime.now(UTC) - begun < timedelta(seconds=0.5)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200b", "\x00", "!!!", "ㅋㅋㅋㅋ", "😀😀"])
def test_nothing_said_is_not_understood(text: str) -> None:
    assert read(text, now=NOW) == Reading(intent=Intent.UNKNOWN)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        read("내일", now=NOW.replace(tzinfo=None))


def test_tables_of_both_languages_agree() -> None:
    areas = set(places_table.DISTRICTS.values())
    assert areas == set(places_table.NAMES) == set(places_table.NAMES_EN)
    assert {name for name, _ in words_ko.SERVICES} == {name for name, _ in words_en.SERVICES}
    assert {name for name, _ in words_ko.ADD_ONS} == {name for name, _ in words_en.ADD_ONS}
    assert Day().value is None


def test_the_words_name_what_the_packaged_catalogue_sells() -> None:
    path = Path(catalogue.__file__).with_name("catalogue.toml")
    packaged = catalogue.parse_catalogue(path.read_text(encoding="utf-8"))
    assert {name for name, _ in words_ko.SERVICES} == set(packaged.services)
    assert {name for name, _ in words_ko.ADD_ONS} == set(packaged.add_ons)
    assert set(places_table.NAMES) == set(packaged.areas)
    for area in packaged.areas.values():
        assert read(area.ko, now=NOW).area == read(area.en, now=NOW).area == area.id
    for service in packaged.services.values():
        assert read(service.ko, now=NOW).service == read(service.en, now=NOW).service == service.id
