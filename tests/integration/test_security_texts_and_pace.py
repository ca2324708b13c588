"""Texts can't steer what shows them, and nobody is faster than people are."""

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.api.bodies import NewReservation
from bot.channels.console.draw import plain
from bot.channels.web import rate
from bot.channels.web.rate import Buckets, neighbourhood
from bot.channels.web.session import Sessions
from services.shared_kernel.plain_text import is_blank, steers, unsteered
from tests.support.api import BOOKING
from tests.support.time import MONDAY_AFTERNOON

STEERING = ["\x00", "\x07", "\x1b[2J", "\x9b", "\u202e", "\u2066", "\u200f", "\u2028", "\ufeff", "\ud800"]


@pytest.mark.parametrize("steering", STEERING)
def test_what_steers_is_taken_out(steering):
    """Of chat and terminal silently, from the API it is refused."""
    assert steers(f"a{steering}b")
    assert unsteered(f"a{steering[0]}b") == "ab"
    assert plain(f"a{steering[0]}b") == "ab"
    with pytest.raises(ValidationError):
        NewReservation.model_validate({**BOOKING, "address": f"a{steering}b"})


@pytest.mark.parametrize("text", ["한 줄\n두 줄", "👨‍👩‍👧 가족", "मैं हूँ", "עברית", "café", "탭\t도"])
def test_what_people_write_stays(text):
    assert unsteered(text) == text
    assert NewReservation.model_validate({**BOOKING, "note": text}).note == text


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u2060", "\u3164 \u200d", "\u2800", "\ufe0f"])
def test_an_address_of_nothing_is_refused(text):
    assert is_blank(text)
    with pytest.raises(ValidationError):
        NewReservation.model_validate({**BOOKING, "address": text})


def test_numbers_are_numbers():
    """No digits of other scripts, no fractions, nothing that a JSON number can't mean."""
    for size in ("24", "٢٤", 24.0, -1, 0, 10**400, True, float("nan"), None):
        with pytest.raises(ValidationError):
            NewReservation.model_validate({**BOOKING, "size_pyeong": size})


def test_a_bucket_a_key():
    pace = Buckets(burst=2, per_second=1)
    assert [pace.take("one", MONDAY_AFTERNOON) for _ in range(3)] == [True, True, False]
    assert pace.take("other", MONDAY_AFTERNOON)
    assert pace.take("one", MONDAY_AFTERNOON + timedelta(seconds=1))
    assert not pace.take("one", MONDAY_AFTERNOON - timedelta(days=1))


def test_invented_keys_fill_no_memory(monkeypatch):
    monkeypatch.setattr(rate, "MOST_KEYS", 3)
    pace = Buckets(burst=1, per_second=0)
    for number in range(100):
        pace.take(str(number), MONDAY_AFTERNOON)
    assert len(pace._by_key) == 3


def test_one_line_to_the_net_is_one_neighbourhood():
    assert neighbourhood("2001:db8:0:1::1") == neighbourhood("2001:db8:0:1:ffff::2")
    assert neighbourhood("2001:db8:0:1::1") != neighbourhood("2001:db8:0:2::1")
    assert neighbourhood("203.0.113.7") == "203.0.113.7"
    assert neighbourhood("") == ""


@pytest.mark.parametrize(
    "cookie", [None, "", ".", "person", "person.", ".é", "person.é", "other.{}", "person.{} ", "person.{}0"]
)
def test_a_cookie_is_not_made_up(cookie):
    sessions = Sessions("secret")
    signature = sessions.cookie_of("person").partition(".")[2]
    assert sessions.person_of("person." + signature) == "person"
    assert sessions.person_of(cookie and cookie.format(signature)) is None
    assert Sessions("another secret").person_of("person." + signature) is None


def test_json_has_no_lone_surrogates_for_us():
    with pytest.raises(ValidationError):
        NewReservation.model_validate(json.loads('{"address": "\\ud800"}') | {**BOOKING, "address": "\ud800"})
