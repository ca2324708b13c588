"""How long a consumer lets deliveries gather: not at all while it is mostly idle, else for a few batches' time.

A transaction costs much the same for one event as for fifty. Whoever handles each as it comes spends its time, and the
database's, on beginnings and ends; network cards, which have the same choice, call this interrupt moderation.
"""

from collections import deque
from statistics import median

# Who was at work for more than a third of the time, its rests left aside, is busy. A rest that gathered nothing was
# idle time: else whoever has been busy once would go on resting at half that load.
IDLE_PER_WORK = 2
RESTS_PER_WORK = 3
LONGEST_REST_SECONDS = 0.2
# The middle one of so many counts, so that a few that take long by themselves say nothing. Of what was idle all counts:
# a pause ends the load.
BATCHES = 16
_IDLE_SECONDS = 1.0


class Moderation:
    """Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._work = deque([0.0] * BATCHES, BATCHES)
        self._idle = deque([_IDLE_SECONDS] * BATCHES, BATCHES)
        self._began = 0.0
        self._ended = 0.0
        self._rested = 0.0

    def begin(self, now: float, taken: int) -> None:
        """A batch of so many was taken, and none was under way."""
        self._idle.append(max(0.0, now - (self._rested if taken > 1 else self._ended)))
        self._began = now

    def end(self, now: float) -> float:
        """Nothing is under way any more: how many seconds to rest."""
        self._work.append(now - self._began)
        work = median(self._work)
        is_busy = sum(self._idle) < IDLE_PER_WORK * BATCHES * work
        rest = min(LONGEST_REST_SECONDS, RESTS_PER_WORK * work) if is_busy else 0.0
        self._ended, self._rested = now, now + rest
        return rest
