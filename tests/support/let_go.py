"""When messages leave for Telegram: what the rate of a token is held against."""

import time
from collections.abc import Sequence

import pytest

from bot.channels.telegram.pace import Pace


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When each request was let go, in seconds that only go forward."""
    moments: list[float] = []
    refuse = Pace._refuse_if_held

    def noting(pace: Pace) -> None:
        refuse(pace)
        moments.append(time.monotonic())

    monkeypatch.setattr(Pace, "_refuse_if_held", noting)
    return moments


def most_in_a_second(moments: Sequence[float]) -> int:
    """How many are in the fullest window of a second."""
    return max(sum(first <= other < first + 1.0 for other in moments) for first in moments)
