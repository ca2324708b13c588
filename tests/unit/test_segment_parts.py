"""A part of a segment that is forgotten on the way sends to more people than were chosen: each is kept, and said."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from bot.conversation.broadcast_draft import Writing, recalled, remembered
from bot.conversation.operator_talk import sentences_in
from services.notification.broadcasts.values import Segment
from tests.support.talking import CATALOGUE

# An example of each.
PARTS: dict[str, Any] = {
    "role": "customer",
    "area": "mapo",
    "visit_on": date(2026, 11, 24),
    "idle_days": 60,
    "language": "en",
    "corrects": "0197a3c2-5b7e-7000-8000-000000000001",
}


def test_every_part_has_an_example() -> None:
    assert PARTS.keys() == {part.name for part in fields(Segment)}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_outlives_the_next_message(part: str) -> None:
    """What is being written is a memo between two messages."""
    segment = replace(Segment(), **{part: PARTS[part]})
    again = recalled(remembered(Writing(id="b", segment=segment, has_segment=True)))
    assert again is not None
    assert again.segment == segment


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_said_before_anything_is_sent(part: str, language: str) -> None:
    """And not as everybody."""
    say = sentences_in(language)
    segment = replace(Segment(), **{part: PARTS[part]})
    assert say.bc_segment(CATALOGUE, segment, "ABCDE") != say.bc_segment(CATALOGUE, Segment(), "ABCDE")
