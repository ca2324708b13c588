"""How long a consumer lets deliveries gather: not at all while it is seldom at work, ever longer as it gets busy.

A transaction costs much the same for one event as for fifty. Whoever handles each as it comes spends its time, and the
database's, on beginnings and ends; network cards, which have the same choice, call this interrupt moderation.
"""

# Of its time a consumer is at work a third at most, as long as no whole batch waits.
RESTS_PER_WORK = 2
LONGEST_REST_SECONDS = 0.2


class Moderation:
    """Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._began = 0.0
        self._before = 0.0

    def begin(self, now: float) -> None:
        """A batch was taken, and none was under way."""
        self._began = now

    def end(self, now: float) -> float:
        """Nothing is under way any more: how long to rest. One that took long by itself says nothing yet."""
        took, before = now - self._began, self._before
        self._before = took
        return min(LONGEST_REST_SECONDS, RESTS_PER_WORK * min(took, before))
