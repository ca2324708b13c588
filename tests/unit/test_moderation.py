"""A consumer that is seldom at work rests little; the busier it gets, the longer it lets deliveries gather."""

import pytest

from messaging.rabbitmq.moderation import LONGEST_REST_SECONDS, RESTS_PER_WORK, Moderation


def rests(*took: float) -> list[float]:
    """After batches that took so many seconds, one after the other."""
    moderation, now, found = Moderation(), 100.0, []
    for seconds in took:
        moderation.begin(now)
        now += seconds
        found.append(moderation.end(now))
        now += found[-1]
    return found


def test_the_first_one_is_followed_by_no_rest():
    assert rests(0.050) == [0.0]


def test_of_its_time_a_consumer_is_at_work_a_third():
    assert rests(0.010, 0.010, 0.020, 0.020)[1:] == pytest.approx([0.020, 0.020, 0.040])
    assert RESTS_PER_WORK == 2


def test_one_that_takes_long_by_itself_holds_nobody_up():
    assert rests(0.004, 0.150, 0.004)[1:] == pytest.approx([0.008, 0.008])


def test_nobody_rests_for_long():
    assert rests(5.0, 5.0)[1] == LONGEST_REST_SECONDS
