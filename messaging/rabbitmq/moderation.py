"""How long a consumer lets deliveries gather: not at all while it has time for each, else for a few batches' time.

A transaction costs much the same for one event as for fifty. Whoever handles each as it comes spends its time, and the
database's, on beginnings and ends; network cards, which have the same choice, call this interrupt moderation.
"""

from collections import deque
from math import inf
from statistics import median

# Who would be at work for more than this part of the time, if it took each delivery by itself, is busy. What it does
# now says nothing of that: a consumer that rests is mostly idle, and finds work whenever it looks.
BUSY = 2 / 3
RESTS_PER_WORK = 3
LONGEST_REST_SECONDS = 0.2
# So many are looked at; of their work the middle one, so that a few that take long by themselves say nothing.
BATCHES = 16
# Of those that were alone, the last: a batch takes longer, the more it gathers, and would excuse its own rests.
ALONE = 5


class Moderation:
    """Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._began = deque([-inf] * BATCHES, BATCHES)
        self._taken = deque([0] * BATCHES, BATCHES)
        self._work = deque([0.0] * BATCHES, BATCHES)
        self._alone: deque[float] = deque(maxlen=ALONE)

    def begin(self, now: float, taken: int) -> None:
        """A batch of so many was taken, and none was under way."""
        self._began.append(now)
        self._taken.append(taken)

    def end(self, now: float) -> float:
        """Nothing is under way any more: how many seconds to rest."""
        self._work.append(now - self._began[-1])
        if self._taken[-1] == 1:
            self._alone.append(self._work[-1])
        work = median(self._work)
        # Who doesn't rest meets some that are alone, so that this is never out of date for long.
        alone = min(work, median(self._alone)) if self._alone else work
        is_busy = sum(self._taken) * alone > BUSY * (now - self._began[0])
        return min(LONGEST_REST_SECONDS, RESTS_PER_WORK * work) if is_busy else 0.0
