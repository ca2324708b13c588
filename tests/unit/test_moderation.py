"""A consumer that has time for each delivery never rests; a busy one lets them gather."""

import pytest

from messaging.rabbitmq.moderation import BATCHES, LONGEST_REST_SECONDS, Moderation


def rests(
    times: int, *, work: float, every: float, each: float = 0.0, moderation: Moderation | None = None,
    start: float = 100.0,
) -> list[float]:  # fmt: skip
    """After so many batches. Deliveries come so many seconds apart; all that is there when a rest is over is taken.

    Each of a batch adds to its work.
    """
    moderation = moderation or Moderation()
    now, came, found = start, 0, []
    for _ in range(times):
        now = max(now, start + came * every)
        taken = 1 + int((now - start) / every + 1e-6) - came
        came += taken
        moderation.begin(now, taken)
        now += work + each * taken
        found.append(moderation.end(now))
        now += found[-1]
    return found


@pytest.mark.parametrize("work", [0.004, 0.013])
def test_who_has_time_for_each_never_rests(work: float):
    assert set(rests(100, work=work, every=0.020)) == {0.0}


def test_a_busy_one_rests_in_proportion_and_goes_on_resting():
    found = rests(20 * BATCHES, work=0.004, every=0.005)
    assert found[0] == 0.0
    assert found[-BATCHES:] == pytest.approx([0.012] * BATCHES)
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


@pytest.mark.parametrize(("work", "each", "per_second"), [
    (0.002, 0.004, 60), (0.005, 0.003, 55), (0.001, 0.003, 80), (0.004, 0.001, 115),
])  # fmt: skip
def test_what_several_take_together_is_not_held_against_it(work: float, each: float, per_second: int):
    """A burst made it rest, and a batch of several takes longer than one: that isn't what one would take."""
    moderation = Moderation()
    rests(60, work=work, each=each, every=1 / (3 * per_second), moderation=moderation)
    found = rests(100, work=work, each=each, every=1 / per_second, moderation=moderation, start=102.0)
    assert set(found[-BATCHES:]) == {0.0}


def test_a_pause_ends_it_at_once():
    moderation = Moderation()
    assert rests(50, work=0.010, every=0.001, moderation=moderation)[-1] > 0
    assert set(rests(50, work=0.005, every=0.020, moderation=moderation, start=200.0)) == {0.0}
