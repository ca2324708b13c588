"""My page's row, made again from one source's log while the others go on telling."""

from dataclasses import replace

from services.cleaning import events as cleaning
from services.mypage.projection import Row, apply, keys, made_again, view
from services.shared_kernel.event import Received, context_of
from tests.support.notices import Story
from tests.support.time import FakeClock, FakeIds


def a_life() -> list[Received]:
    clock = FakeClock()
    story = Story(clock, FakeIds(clock))
    told = [story.requested(), story.confirmed(), story.offered(), story.accepted(), story.cancelled()]
    return [*told, story.job(cleaning.JobCalledOff, cleaner_id=story.cleaner, reason="개인 사정"), story.refunded()]


def row_of(events: list[Received]) -> Row:
    row = None
    for received in events:
        row = apply(row, received)
    assert row is not None
    return row


def by_source(events: list[Received], *, but: str = "") -> list[list[Received]]:
    sources = dict.fromkeys(context_of(each.event.TYPE) for each in events)
    return [[each for each in events if context_of(each.event.TYPE) == source] for source in sources if source != but]


def test_in_any_order_of_the_sources_it_is_the_same():
    events = a_life()
    for sources in (by_source(events), by_source(events)[::-1]):
        row = None
        for told in sources:
            row = made_again(row, told)
        assert row == row_of(events)


def test_a_wrong_part_is_right_again_and_no_other_is_touched():
    events, right = a_life(), row_of(a_life())
    wrong = replace(right, reservation={"status": "EXPIRED"}, job={"kept": True})
    assert made_again(wrong, by_source(events)[0]) == replace(right, job={"kept": True})


def test_what_it_has_heard_since_the_log_was_read_stays():
    events = a_life()
    [reservation, *_] = by_source(events)
    assert made_again(row_of(events), reservation[:-1]) == row_of(events)


def test_a_log_that_tells_nothing_of_it_changes_nothing():
    assert made_again(None, []) is None
    row = row_of(a_life())
    assert made_again(row, []) is row


def test_what_is_heard_of_from_the_middle_on_is_shown_to_nobody():
    """Its beginning is older than all logs, and my page has begun anew."""
    row = row_of(a_life()[1:])
    assert view(row) is None
    assert keys(row) == {"status": None, "starts_at": None, "cleaner_id": None}
