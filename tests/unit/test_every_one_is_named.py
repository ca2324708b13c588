"""A status or an event that somebody adds is said wherever people and programs read of it."""

import re
from pathlib import Path
from typing import get_args

import pytest

from bot.api.answers import ReservationStatus
from bot.conversation.operator_board import STATUSES
from bot.conversation.operator_talk import sentences_in
from bot.conversation.texts import texts
from messaging.catalogue import EVENTS
from services.reservation.values import Status
from services.shared_kernel.event import Event
from tests.support.time import MONDAY_AFTERNOON

NAMES = Path(__file__).parents[2] / "bot" / "channels" / "web" / "static" / "js" / "event_names.js"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("status", Status)
def test_every_status_of_a_reservation_is_said(status: Status, language: str) -> None:
    """To the customer as an answer and in a list, and to operators."""
    say = texts(language)
    assert say.stands(status, "paid", MONDAY_AFTERNOON)
    assert say.status_words(status, "paid", None, MONDAY_AFTERNOON)
    assert sentences_in(language).status(status) != status


def test_every_status_of_a_reservation_is_counted_and_answered() -> None:
    """On the operators' board, and by the API: another would be a fault of ours in its answers."""
    assert set(STATUSES) == set(Status)
    assert set(get_args(ReservationStatus)) == set(Status)


@pytest.mark.parametrize("event_type", EVENTS)
def test_every_event_has_a_name_for_the_demos_live_line(event_type: str) -> None:
    """In both languages."""
    short = event_type.removeprefix("ssak3.").removesuffix(".v1")
    line = re.compile(rf"^  '{re.escape(short)}': \['[^']+', '[^']+'\],$", re.MULTILINE)
    assert line.search(NAMES.read_text(encoding="utf-8")), f"{short} isn't in {NAMES.name}"


@pytest.mark.parametrize("kind", [kind for kind in EVENTS.values() if "reservation_id" in kind.__dataclass_fields__])
def test_every_event_about_a_reservation_has_a_name_in_its_history(kind: type[Event]) -> None:
    """Which operators look at."""
    assert sentences_in("ko").event(kind.TYPE) != kind.TYPE
