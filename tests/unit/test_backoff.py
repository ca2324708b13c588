"""Pauses double, and stop growing."""

from services.shared_kernel.backoff import doubled


def test_pauses_double_up_to_their_limit_and_a_night_of_failures_is_no_number_too_large():
    assert [doubled(0.5, times, longest=30) for times in (0, 1, 2, 3, 10_000)] == [0.5, 1, 2, 4, 30]
    assert doubled(3600, 0, longest=30) == 30
