"""A consumer that has time for each delivery never rests; a busy one lets them gather."""

import pytest

from messaging.rabbitmq.moderation import BATCHES, LONGEST_REST_SECONDS, Moderation


def rests(
    times: int, *, work: float, every: float, moderation: Moderation | None = None, start: float = 100.0
) -> list[float]:  # fmt: skip
    """After so many batches. Deliveries come so many seconds apart; all that is there when a rest is over is taken."""
    moderation = moderation or Moderation()
    now, came, found = start, 0, []
    for _ in range(times):
        now = max(now, start + came * every)
        taken = 1 + int((now - start) / every + 1e-6) - came
        came += taken
        moderation.begin(now, taken)
        now += work
        found.append(moderation.end(now))
        now += found[-1]
    return found


@pytest.mark.parametrize("work", [0.004, 0.013])
def test_who_has_time_for_each_never_rests(work: float):
    assert set(rests(100, work=work, every=0.020)) == {0.0}


def test_a_busy_one_rests_in_proportion_and_goes_on_resting():
    found = rests(100, work=0.004, every=0.005)
    assert found[0] == 0.0
    assert found[-1] == pytest.approx(0.012)
    assert found == sorted(found)


def test_the_slower_everything_is_the_longer():
    assert rests(100, work=0.020, every=0.005)[-1] == pytest.approx(0.060)
    assert rests(100, work=5.0, every=0.005)[-1] == LONGEST_REST_SECONDS


@pytest.mark.parametrize("long", [0.060, 0.200, 2.0])
def test_one_that_takes_long_by_itself_holds_nobody_up(long: float):
    """Nor do those that came meanwhile."""
    moderation = Moderation()
    rests(BATCHES, work=0.005, every=0.020, moderation=moderation)
    moderation.begin(101.0, 1)
    assert moderation.end(101.0 + long) == 0.0
    assert set(rests(BATCHES, work=0.005, every=0.020, moderation=moderation, start=101.0 + long)) == {0.0}


@pytest.mark.parametrize("every", [0.020, 0.050, 1.0])
def test_it_ends_with_the_load(every: float):
    """As soon as there is time for each again: that it rests, and so finds several, says nothing of that."""
    moderation = Moderation()
    assert rests(50, work=0.010, every=0.001, moderation=moderation)[-1] > 0
    assert rests(50, work=0.010, every=every, moderation=moderation, start=200.0)[-1] == 0.0


def test_a_pause_ends_it_at_once():
    moderation = Moderation()
    assert rests(50, work=0.010, every=0.001, moderation=moderation)[-1] > 0
    assert set(rests(50, work=0.005, every=0.020, moderation=moderation, start=200.0)) == {0.0}
