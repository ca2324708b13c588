"""What time and the customer do to jobs: deadlines, the pool, giving up, no-shows, moves and cancellations."""

from datetime import timedelta

import pytest

from services.cleaning.events import JobCalledOff, JobNoShow, JobOffered, JobUnfilled, OfferExpired, OfferRevoked
from services.cleaning.values import JobStatus, OfferStatus
from tests.support.cleaning import (
    FRIDAY_2PM,
    Cleaning,
    assigned,
    at_work,
    cancelled,
    leave,
    now,
    open_to_all,
    rescheduled,
    take,
    visit,
)

SATURDAY_10AM = FRIDAY_2PM.replace(day=28, hour=10)


@pytest.fixture
def cleaning() -> Cleaning:
    return Cleaning()


def of_type(cleaning: Cleaning, kind):
    return [event for event in cleaning.events if isinstance(event, kind)]


def test_ten_minutes_without_an_answer_ask_the_next(cleaning):
    now(cleaning.join("a", "b"))
    job = now(cleaning.confirm())
    now(cleaning.pass_time(minutes=9, seconds=59))
    assert of_type(cleaning, OfferExpired) == []
    now(cleaning.pass_time(seconds=1))
    assert [event.cleaner_id for event in of_type(cleaning, OfferExpired)] == ["a"]
    job = now(cleaning.use.job(job_id=job.id))
    assert [(offer.cleaner_id, offer.status) for offer in job.offers] == [
        ("a", OfferStatus.TIMED_OUT),
        ("b", OfferStatus.PENDING),
    ]


def test_a_tick_done_twice_does_nothing_more(cleaning):
    open_to_all(cleaning, "a", "b")
    told, jobs = cleaning.told(), dict(cleaning.store.jobs)
    assert now(cleaning.ticks.run_due()) == 0
    assert (cleaning.told(), cleaning.store.jobs) == (told, jobs)


def test_the_pool_leaves_out_who_said_no(cleaning):
    now(cleaning.join("a", "b", "c"))
    job = leave(cleaning, now(cleaning.confirm()), "a")
    now(cleaning.pass_time(minutes=10))
    job = leave(cleaning, job, "c")
    assert [(offer.cleaner_id, offer.pool, offer.deadline) for offer in job.pending()] == [
        ("b", True, FRIDAY_2PM - timedelta(hours=2))
    ]


def test_who_joins_later_is_asked_by_the_tick(cleaning):
    job = now(cleaning.confirm())
    assert (job.status, job.offers) == (JobStatus.OFFERING, ())
    now(cleaning.pass_time(minutes=1))
    now(cleaning.join("a", days=(1,)))
    now(cleaning.pass_time(minutes=1))
    assert now(cleaning.use.open_offers(cleaner_id="a")) == []
    now(cleaning.join("a", days=(1, 5)))
    now(cleaning.pass_time(minutes=1))
    assert [found.id for found in now(cleaning.use.open_offers(cleaner_id="a"))] == [job.id]


def test_who_joins_later_is_asked_into_an_open_pool(cleaning):
    job = open_to_all(cleaning, "a")
    now(cleaning.join("b"))
    now(cleaning.pass_time(minutes=1))
    job = now(cleaning.use.job(job_id=job.id))
    assert [(offer.cleaner_id, offer.pool) for offer in job.pending()] == [("a", True), ("b", True)]


def test_two_hours_before_nobody_is_looked_for_any_more(cleaning):
    job = open_to_all(cleaning, "a", "b")
    now(cleaning.until(FRIDAY_2PM - timedelta(hours=2)))
    assert now(cleaning.use.job(job_id=job.id)).status is JobStatus.UNFILLED
    assert [event.reason for event in of_type(cleaning, OfferRevoked)] == ["unfilled", "unfilled"]
    assert len(of_type(cleaning, JobUnfilled)) == 1
    now(cleaning.pass_time(hours=3))
    assert len(of_type(cleaning, JobUnfilled)) == 1
    assert of_type(cleaning, JobNoShow) == []


def test_a_job_that_comes_too_late_is_unfilled_at_once(cleaning):
    now(cleaning.join("a"))
    cleaning.clock.set(FRIDAY_2PM - timedelta(hours=1))
    assert now(cleaning.confirm()).status is JobStatus.UNFILLED


def test_a_day_before_operators_hear_once_that_nobody_has_it(cleaning):
    now(cleaning.confirm())
    now(cleaning.until(FRIDAY_2PM - timedelta(hours=24, seconds=1)))
    assert "JobUncovered" not in cleaning.told()
    now(cleaning.pass_time(seconds=1))
    now(cleaning.pass_time(hours=1))
    assert cleaning.told().count("JobUncovered") == 1


def test_a_last_minute_visit_first_waits_for_one_answer(cleaning):
    cleaning.clock.set(FRIDAY_2PM - timedelta(hours=5))
    now(cleaning.join("a"))
    now(cleaning.confirm())
    now(cleaning.pass_time(minutes=9))
    assert "JobUncovered" not in cleaning.told()
    now(cleaning.pass_time(minutes=1))
    assert cleaning.told().count("JobUncovered") == 1


def test_a_covered_job_alerts_nobody(cleaning):
    assigned(cleaning)
    now(cleaning.until(FRIDAY_2PM - timedelta(hours=3)))
    assert "JobUncovered" not in cleaning.told()


def test_half_an_hour_after_a_cleaner_who_has_not_started_did_not_show_up(cleaning):
    job = assigned(cleaning)
    now(cleaning.until(FRIDAY_2PM + timedelta(minutes=29)))
    now(cleaning.use.en_route(job_id=job.id, cleaner_id="a"))
    assert of_type(cleaning, JobNoShow) == []
    now(cleaning.pass_time(minutes=1))
    now(cleaning.pass_time(minutes=30))
    assert [event.cleaner_id for event in of_type(cleaning, JobNoShow)] == ["a"]
    assert now(cleaning.use.start(job_id=job.id, cleaner_id="a")).status is JobStatus.STARTED


def test_who_has_started_showed_up(cleaning):
    at_work(cleaning)
    now(cleaning.pass_time(hours=2))
    assert of_type(cleaning, JobNoShow) == []


def test_a_move_asks_who_had_it_first(cleaning):
    job = assigned(cleaning, "a", "b")
    job = now(cleaning.move(job, SATURDAY_10AM))
    assert (job.status, job.cleaner_id, job.visit.revision) == (JobStatus.OFFERING, None, 2)
    offered = cleaning.events[-1]
    assert isinstance(offered, JobOffered)
    assert (offered.cleaner_id, offered.moved_from, offered.starts_at) == ("a", FRIDAY_2PM, SATURDAY_10AM)
    job = leave(cleaning, job, "a", revision=2)
    offered = cleaning.events[-1]
    assert isinstance(offered, JobOffered)
    assert (offered.cleaner_id, offered.moved_from) == ("b", None)


def test_who_had_it_is_asked_even_on_a_day_they_usually_do_not_come(cleaning):
    now(cleaning.join("a", days=(5,)))
    job = take(cleaning, now(cleaning.confirm()), "a")
    job = now(cleaning.move(job, SATURDAY_10AM))
    now(cleaning.pass_time(minutes=10))
    assert take(cleaning, job, "a", revision=2, late_ok=True).status is JobStatus.ASSIGNED


def test_a_second_move_before_the_answer_asks_them_first_again(cleaning):
    job = assigned(cleaning, "a", "b")
    job = now(cleaning.move(job, SATURDAY_10AM))
    job = now(cleaning.move(job, SATURDAY_10AM + timedelta(hours=3)))
    revoked, offered = cleaning.events[-2:]
    assert isinstance(revoked, OfferRevoked)
    assert isinstance(offered, JobOffered)
    assert (revoked.reason, revoked.visit_revision, revoked.starts_at) == ("moved", 2, SATURDAY_10AM)
    assert (offered.cleaner_id, offered.visit_revision, offered.moved_from) == ("a", 3, SATURDAY_10AM)
    assert offered.version >= revoked.version


def test_a_move_while_offering_asks_again_from_the_start(cleaning):
    now(cleaning.join("a", "b"))
    job = leave(cleaning, now(cleaning.confirm()), "a")
    job = now(cleaning.move(job, SATURDAY_10AM))
    assert cleaning.told()[-2:] == ["OfferRevoked", "JobOffered"]
    assert [(offer.cleaner_id, offer.visit_revision) for offer in job.pending()] == [("a", 2)]


def test_an_unfilled_visit_is_offered_again_when_moved(cleaning):
    now(cleaning.join("a"))
    job = now(cleaning.confirm())
    now(cleaning.until(FRIDAY_2PM - timedelta(hours=2)))
    job = now(cleaning.move(job, SATURDAY_10AM))
    assert (job.status, [offer.cleaner_id for offer in job.pending()]) == (JobStatus.OFFERING, ["a"])


def test_late_or_doubled_moves_change_nothing(cleaning):
    job = at_work(cleaning)
    told = cleaning.told()
    assert now(cleaning.move(job, SATURDAY_10AM)) == job
    now(cleaning.use.finish(job_id=job.id, cleaner_id="a"))
    other = now(cleaning.confirm("r2", starts_at=SATURDAY_10AM))
    told = cleaning.told()
    assert now(cleaning.move(other, FRIDAY_2PM, revision=1)) == other
    assert cleaning.told() == told
    gone = now(cleaning.cancel(other))
    assert now(cleaning.move(gone, FRIDAY_2PM.replace(day=29))) == gone


def test_a_move_of_a_reservation_confirmed_before_we_joined_opens_its_job(cleaning):
    now(cleaning.join("a"))
    unknown = now(Cleaning().confirm("r9"))
    now(cleaning.hear(rescheduled(unknown, visit(SATURDAY_10AM, revision=2))))
    job = now(cleaning.use.job_of_reservation(reservation_id="r9"))
    assert (job.visit.revision, job.status) == (2, JobStatus.OFFERING)


def test_calling_off_tells_who_had_it_once(cleaning):
    job = assigned(cleaning)
    job = now(cleaning.cancel(job))
    assert job.status is JobStatus.CALLED_OFF
    now(cleaning.cancel(job))
    assert [(event.cleaner_id, event.reason) for event in of_type(cleaning, JobCalledOff)] == [("a", "changed_mind")]


def test_calling_off_voids_what_is_open(cleaning):
    job = open_to_all(cleaning, "a", "b")
    job = now(cleaning.cancel(job))
    assert job.pending() == ()
    assert [event.reason for event in of_type(cleaning, OfferRevoked)] == ["called_off", "called_off"]
    assert [event.cleaner_id for event in of_type(cleaning, JobCalledOff)] == [None]
    told = cleaning.told()
    now(cleaning.pass_time(days=7))
    assert cleaning.told() == told


def test_cancelling_what_was_never_paid_is_nothing_to_cleaners(cleaning):
    stranger = now(Cleaning().confirm("r9"))
    now(cleaning.hear(cancelled(stranger)))
    assert cleaning.store.jobs == {}
