"""How long a consumer lets deliveries gather: not at all while it has time for each, else for a few batches' time.

A transaction costs much the same for one event as for fifty. Whoever handles each as it comes spends its time, and the
database's, on beginnings and ends; network cards, which have the same choice, call this interrupt moderation.
"""

from collections import deque
from math import inf
from statistics import median

# Who would be at work for more than this part of the time, if it never rested, is busy. What it does now says nothing
# of that: a consumer that rests is mostly idle, and finds work whenever it looks.
BUSY = 2 / 3
RESTS_PER_WORK = 3
LONGEST_REST_SECONDS = 0.2
# So many are looked at. One of them isn't rested after, to see what it would be like.
BATCHES = 16


class Moderation:
    """Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._began = deque([-inf] * BATCHES, BATCHES)
        # How many it took, and for how long it was at work with them.
        self._batches: deque[tuple[int, float]] = deque(maxlen=BATCHES)
        self._taken = 0
        self._rests = 0

    def begin(self, now: float, taken: int) -> None:
        """A batch of so many was taken, and none was under way."""
        self._began.append(now)
        self._taken = taken

    def end(self, now: float) -> float:
        """Nothing is under way any more: how many seconds to rest."""
        self._batches.append((self._taken, now - self._began[-1]))
        # Those that gathered least, by a middle one, so that a few that take long by themselves say nothing.
        least = min(taken for taken, _ in self._batches)
        work = median(work for taken, work in self._batches if taken == least)
        is_busy = sum(taken for taken, _ in self._batches) * work > BUSY * (now - self._began[0])
        self._rests = (self._rests + 1) % BATCHES if is_busy else 0
        return min(LONGEST_REST_SECONDS, RESTS_PER_WORK * work) if self._rests else 0.0
