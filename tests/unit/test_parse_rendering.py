"""What is rendered reads aloud rightly, and can be typed back."""

from datetime import UTC, date, datetime, time
from types import ModuleType

import pytest

from bot.conversation import english, korean
from bot.conversation.reading import read

VISIT = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("오후 2시", "으로/로", "오후 2시로"),
        ("2:30", "으로/로", "2:30으로"),
        ("14:00", "을/를", "14:00를"),
        ("11/27(금)", "으로/로", "11/27(금)로"),
        ("11/27", "은/는", "11/27은"),
        ("80,000원", "을/를", "80,000원을"),
        ("80,000", "이/가", "80,000이"),
        ("3", "과/와", "3과"),
        ("4", "과/와", "4와"),
        ("1", "으로/로", "1로"),
        ("100", "으로/로", "100으로"),
        ("0", "이/가", "0이"),
        ("마포구", "이에요/예요", "마포구예요"),
        ("OO클린", "이/가", "OO클린이"),
        ("강남", "으로/로", "강남으로"),
        ("서울", "으로/로", "서울로"),
        ("‘수신거부’", "을/를", "‘수신거부’를"),
        ("R7K2", "은/는", "R7K2는"),
        ("SOLAPI", "은/는", "SOLAPI는"),
        ("SMS", "으로/로", "SMS로"),
        ("XML", "으로/로", "XML로"),
        ("Clean", "이/가", "Clean이"),
        ("Home", "은/는", "Home는"),
        ("email", "으로/로", "email로"),
        ("20%", "은/는", "20%는"),
        ("", "이/가", "가"),
    ],
)
def test_particles_follow_the_sound(word: str, pair: str, expected: str) -> None:
    assert korean.josa(word, pair) == expected


def test_a_pair_is_two_forms() -> None:
    with pytest.raises(ValueError, match="unpack"):
        korean.josa("마포", "로")


@pytest.mark.parametrize(
    ("moment", "spoken", "spoken_en"),
    [
        (time(14), "오후 2시", "2 pm"),
        (time(14, 30), "오후 2:30", "2:30 pm"),
        (time(9, 5), "오전 9:05", "9:05 am"),
        (time(12), "낮 12시", "12 pm"),
        (time(0, 1), "밤 12:01", "12:01 am"),
    ],
)
def test_times_as_they_are_said(moment: time, spoken: str, spoken_en: str) -> None:
    assert korean.spoken_time(moment) == spoken
    assert english.spoken_time(moment) == spoken_en


def test_a_moment_is_told_on_the_korean_clock() -> None:
    assert korean.spoken_moment(VISIT) == "11/27(금) 오후 2시"
    assert korean.card_moment(VISIT) == "11/27(금) 14:00"
    assert korean.card_span(VISIT, VISIT.replace(hour=8)) == "11/27(금) 14:00–17:00"
    assert korean.button_date(VISIT) == english.button_date(VISIT) == "11/27"
    assert english.spoken_moment(VISIT) == "Fri 11/27, 2 pm"
    assert english.card_span(VISIT, VISIT.replace(hour=8)) == "Fri 11/27 14:00–17:00"
    # 15:00 UTC is already the next day in Korea
    assert korean.short_date(datetime(2026, 11, 27, 15, 0, tzinfo=UTC)) == "11/28(토)"
    assert korean.short_date(date(2027, 1, 2)) == "1/2(토)"


def test_money_and_counts() -> None:
    assert korean.won(80_000) == "80,000원"
    assert english.won(80_000) == "80,000 won"
    assert english.count(1, "booking") == "1 booking"
    assert english.count(2, "booking") == "2 bookings"


@pytest.mark.parametrize("language", [korean, english])
def test_what_is_shown_can_be_typed_back(language: ModuleType) -> None:
    now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    for hour in range(9):
        shown = datetime(2026, 11, 27, hour, 30 * (hour % 2), tzinfo=UTC)
        for text in (language.spoken_moment(shown), language.card_moment(shown)):
            reading = read(text, now=now)
            assert (reading.date, reading.time) == (date(2026, 11, 27), time(hour + 9, 30 * (hour % 2))), text
