"""How long to pause after failures: twice as long after each, up to a limit."""

# Beyond it, a night of failures makes a number that no float can hold.
_MOST_DOUBLINGS = 16


def doubled(seconds: float, times: int, *, longest: float) -> float:
    """So many seconds, doubled so many times, and never longer than `longest`."""
    return min(longest, seconds * 2.0 ** min(times, _MOST_DOUBLINGS))
