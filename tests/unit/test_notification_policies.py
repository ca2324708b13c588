"""Nights, tries, channels and due times."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.notification.model import Delivery, Info
from services.notification.policies import (
    FEW_ATTEMPTS,
    MOST_ATTEMPTS,
    end_of_night,
    first_channel,
    most_attempts,
    reminders_of,
    retry_at,
)
from services.notification.reactions.copying import copied
from services.notification.values import Contact, ReminderKind
from services.shared_kernel.clock import KST
from services.shared_kernel.ids import short_code
from tests.support.notices import START, Story
from tests.support.time import MONDAY_AFTERNOON, FakeClock, FakeIds


def kst(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=KST)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (kst(23, 20, 59), None),
        (kst(23, 21), kst(24, 8)),
        (kst(23, 23, 59), kst(24, 8)),
        (kst(24, 0), kst(24, 8)),
        (kst(24, 7, 59), kst(24, 8)),
        (kst(24, 8), None),
        (kst(30, 22), datetime(2026, 12, 1, 8, tzinfo=KST)),
    ],
)
def test_the_night_is_from_nine_to_eight_in_korea(now, end):
    assert end_of_night(now) == end


def test_tries_come_further_and_further_apart_and_end():
    now = MONDAY_AFTERNOON
    gaps = [(retry_at(attempts, now) or now) - now for attempts in range(1, MOST_ATTEMPTS)]
    assert gaps == sorted(gaps)
    assert timedelta() < gaps[0] <= gaps[-1] <= timedelta(minutes=10)
    assert retry_at(MOST_ATTEMPTS, now) is None


def test_the_first_channel_is_not_tried_for_long_where_there_is_another():
    info = Info(
        id="n", cause="c", cause_event_id=None, recipient_id="p", template="t", values={}, created_at=MONDAY_AFTERNOON
    )
    contact = Contact(person_id="p", role="customer", channels=("telegram", "web"))
    first = replace(Delivery.first(info, id="d"), channel="telegram")
    assert most_attempts(first, contact, {"telegram", "web"}) == FEW_ATTEMPTS
    assert most_attempts(first, contact, {"telegram"}) == MOST_ATTEMPTS
    assert most_attempts(first, None, {"telegram", "web"}) == MOST_ATTEMPTS
    assert most_attempts(replace(first, hop=2, channel="web"), contact, {"telegram", "web"}) == MOST_ATTEMPTS
    gaps = [(retry_at(n, MONDAY_AFTERNOON) or MONDAY_AFTERNOON) - MONDAY_AFTERNOON for n in range(1, FEW_ATTEMPTS)]
    assert timedelta(minutes=1) < sum(gaps, timedelta()) < timedelta(minutes=2)


@pytest.mark.parametrize(
    ("channels", "tried", "first"),
    [(("console", "web"), (), "web"), (("web", "kakao"), ("web",), "kakao"), (("console",), (), None), ((), (), None)],
)
def test_the_first_channel_that_can_be_used(channels, tried, first):
    contact = Contact(person_id="p", role="customer", channels=channels)
    assert first_channel(contact, {"web", "kakao"}, tried) == first
    assert first_channel(None, {"web"}) is None


def test_reminders_are_planned_for_what_is_still_to_come():
    clock = FakeClock()
    story = Story(clock, FakeIds(clock))
    held = copied(None, story.requested())
    assert held is not None
    assert reminders_of(held, clock.now()) == []
    copy = copied(held, story.confirmed())
    assert copy is not None
    planned = reminders_of(copy, clock.now())
    assert [(row.kind, row.due_at) for row in planned] == [
        (ReminderKind.EVENING, kst(26, 19)),
        (ReminderKind.SOON, START - timedelta(hours=2)),
    ]
    assert planned[0].cause == f"reminder:{story.reservation_id}:1:evening"
    assert [row.kind for row in reminders_of(copy, kst(26, 19))] == [ReminderKind.SOON]
    assert reminders_of(copy, START) == []


def test_whatever_has_an_id_has_a_code():
    assert short_code("019390e0-0000-7000-8000-000000000001") == "22223"
    assert short_code("not-a-uuid") == "not-a-uu"
