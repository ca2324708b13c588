"""Which events a consumer hasn't heard; and from which id on it is that old."""

from datetime import timedelta

from messaging.hearing import Hearing
from services.shared_kernel.ids import born_at, first_id_at
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
