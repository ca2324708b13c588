"""What is too old is forgotten a piece at a time."""

from collections.abc import Awaitable, Callable

# Rows in one transaction: SQLite deletes on the event loop, and whoever wants to write waits meanwhile.
AT_ONCE = 500
# Pieces in one go, so that a long neglected table holds up nobody who wants to stop. There is a next time.
MOST_PIECES = 40


async def in_pieces(forget: Callable[[int], Awaitable[int]]) -> int:
    """`forget` takes at most so many, in a transaction of its own, and says how many it were; how many altogether."""
    gone = 0
    for _ in range(MOST_PIECES):
        part = await forget(AT_ONCE)
        gone += part
        if part < AT_ONCE:
            break
    return gone
