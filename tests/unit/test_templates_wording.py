"""Money, days and times in cards."""

from datetime import UTC, datetime

import pytest

from services.shared_kernel.wording import day, day_and_time, time_of_day, won


@pytest.mark.parametrize(
    ("amount", "ko", "en"),
    [(0, "0원", "0 won"), (80_000, "80,000원", "80,000 won"), (1_234_567, "1,234,567원", "1,234,567 won")],
)
def test_won(amount, ko, en):
    assert (won(amount, "ko"), won(amount, "en")) == (ko, en)


@pytest.mark.parametrize(
    ("moment", "ko", "en"),
    [
        (datetime(2026, 11, 27, 5, tzinfo=UTC), "11/27(금) 14:00", "Fri 11/27 14:00"),
        (datetime(2026, 11, 27, 15, 5, tzinfo=UTC), "11/28(토) 00:05", "Sat 11/28 00:05"),
        (datetime(2026, 12, 5, 23, tzinfo=UTC), "12/6(일) 08:00", "Sun 12/6 08:00"),
    ],
)
def test_moments_are_written_in_korean_time(moment, ko, en):
    assert (day_and_time(moment, "ko"), day_and_time(moment, "en")) == (ko, en)
    assert (day(moment, "ko"), day(moment, "en")) == (ko.split()[0], en.rsplit(maxsplit=1)[0])
    assert time_of_day(moment) == ko.split()[1]


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="without an offset"):
        day_and_time(datetime(2026, 11, 27, 14), "ko")  # noqa: DTZ001
