"""Which events a consumer hasn't heard; from which id on it is that old; and what the audit takes for how old."""

from datetime import timedelta

import pytest

from messaging.hearing import Hearing
from messaging.keeping import LOG_KEPT
from services.shared_kernel.ids import born_at, first_id_at
from ssak3.audit.facts import Facts
from ssak3.audit.queues import Queues
from storage.audit import Messages, Snapshot
from tests.support.time import FakeClock, FakeIds

JOINED = FakeClock().now()


def lacks(subject: str, sequence: int, *, hours: int = 1, event_id: str = "e") -> bool:
    hearing = Hearing(joined_at=JOINED, reached={"known": 3}, on_its_way={"queued"})
    return hearing.lacks(event_id, subject, sequence, JOINED + timedelta(hours=hours))


def test_up_to_its_position_it_has_heard_and_beyond_it_hasnt():
    assert [lacks("known", number) for number in (2, 3, 4)] == [False, False, True]
    assert lacks("known", 4, hours=-1), "what follows on one that it has heard, it follows"
    assert not lacks("known", 4, event_id="queued")


def test_of_a_subject_that_it_never_heard_of_it_lacks_what_is_of_its_time():
    assert [lacks("new", 1, hours=hours) for hours in (-1, 0, 1)] == [False, True, True]
    assert Hearing(joined_at=None, reached={}, on_its_way=()).lacks("e", "new", 1, JOINED)


def test_nothing_to_ask_of_who_has_come_as_far_as_the_subject():
    hearing = Hearing(joined_at=JOINED, reached={"known": 3}, on_its_way=())
    assert [hearing.is_behind("known", 3), hearing.is_behind("known", 4), hearing.is_behind("new", 1)] == [
        False, True, True,
    ]  # fmt: skip


def test_the_ids_of_all_that_is_older_are_lower():
    clock = FakeClock()
    before = FakeIds(clock).new()
    clock.advance(milliseconds=1)
    bound, after = first_id_at(clock.now()), FakeIds(clock).new()
    assert before < bound <= after
    assert born_at(bound) == clock.now()


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "crm-42",
        "0192d5a0f1007aaa8bbbccccddddeeee",  # a checksum of theirs, whose digits happen to say version 7
        "{0192d5a0-f100-7aaa-8bbb-ccccddddeeee}",
        "0192d5a0-f100-4aaa-8bbb-ccccddddeeee",
        "ffffffff-ffff-7fff-bfff-ffffffffffff",  # the year 10889
    ],
)
def test_what_a_caller_has_chosen_tells_no_time(identifier: str):
    assert born_at(identifier) is None


def test_for_the_audit_an_id_that_tells_no_time_or_a_time_to_come_is_as_old_as_the_installation():
    now = JOINED + LOG_KEPT + timedelta(days=1)
    bot = Messages(log=(), last_number={}, outbox={}, inbox={}, position={}, parked=(), joined_at=JOINED)
    facts = Facts(Snapshot(rows={}, messages={"bot": bot}), None, now, Queues())
    ids = [first_id_at(now + timedelta(days=days)) for days in (-500, -1, 1, 365 * 7000)]
    assert [facts.is_remembered(one) for one in (*ids, "crm-42")] == [False, True, False, False, False]
