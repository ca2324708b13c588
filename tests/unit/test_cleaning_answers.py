"""What cleaners do with offers and jobs, and what they are refused."""

from datetime import timedelta

import pytest

from services.cleaning.events import CleanerRegistered, JobOffered, OfferAccepted, OfferRevoked
from services.cleaning.refusals import (
    NotAllowed,
    NotFree,
    NotYourOffer,
    NotYours,
    OfferLate,
    OfferOver,
    StaleVisit,
    TakenByAnother,
    TooEarly,
    WrongOrder,
)
from services.cleaning.values import Action, JobStatus
from services.shared_kernel.bot_events import FORMER, RoleTakenBack
from services.shared_kernel.refusal import NotFound
from tests.support.cleaning import FRIDAY_2PM, Cleaning, assigned, leave, now, open_to_all, take


@pytest.fixture
def cleaning() -> Cleaning:
    return Cleaning()


def test_a_paid_reservation_is_put_to_one_cleaner(cleaning):
    now(cleaning.join("a", "b"))
    job = now(cleaning.confirm())
    assert [offer.cleaner_id for offer in job.pending()] == ["a"]
    (offered,) = (event for event in cleaning.events if isinstance(event, JobOffered))
    assert (offered.payout_krw, offered.price_krw, offered.pool, offered.moved_from) == (68_000, 80_000, False, None)
    assert [found.id for found in now(cleaning.use.open_offers(cleaner_id="a"))] == [job.id]
    assert now(cleaning.use.open_offers(cleaner_id="b")) == []


def test_a_doubled_confirmation_makes_no_second_job(cleaning):
    now(cleaning.join("a"))
    first, told = now(cleaning.confirm()), cleaning.told()
    assert now(cleaning.confirm()) == first
    assert cleaning.told() == told


def test_accepting_twice_acts_once(cleaning):
    job = assigned(cleaning)
    assert (job.status, job.cleaner_id, job.cleaner_name) == (JobStatus.ASSIGNED, "a", "OO클린 a")
    told = cleaning.told()
    assert take(cleaning, job, "a") == job
    assert cleaning.told() == told


def test_declining_asks_the_next_at_once_and_twice_acts_once(cleaning):
    now(cleaning.join("a", "b"))
    job = leave(cleaning, now(cleaning.confirm()), "a")
    assert [offer.cleaner_id for offer in job.pending()] == ["b"]
    told = cleaning.told()
    assert leave(cleaning, job, "a") == job
    assert cleaning.told() == told
    with pytest.raises(OfferOver):
        take(cleaning, job, "a")


def test_the_first_of_the_pool_wins_and_the_others_are_told(cleaning):
    job = open_to_all(cleaning, "a", "b", "c")
    assert job.pool
    assert {offer.cleaner_id for offer in job.pending()} == {"a", "b", "c"}
    job = take(cleaning, job, "b")
    told = cleaning.events[-3:]
    assert isinstance(told[0], OfferAccepted)
    assert {(event.cleaner_id, event.reason) for event in told[1:] if isinstance(event, OfferRevoked)} == {
        ("a", "taken"),
        ("c", "taken"),
    }
    for loser in ("a", "c"):
        with pytest.raises(TakenByAnother):
            take(cleaning, job, loser)
        with pytest.raises(TakenByAnother):
            leave(cleaning, job, loser)


def test_only_those_asked_may_answer(cleaning):
    now(cleaning.join("a", "b"))
    job = now(cleaning.confirm())
    for answer in (take, leave):
        with pytest.raises(NotYourOffer):
            answer(cleaning, job, "b")
    with pytest.raises(NotFound):
        take(cleaning, job, "nobody")
    with pytest.raises(NotFound):
        now(cleaning.use.job(job_id="nothing"))


def test_a_late_answer_is_welcome_while_the_job_is_free(cleaning):
    now(cleaning.join("a", "b"))
    job = now(cleaning.confirm())
    now(cleaning.pass_time(minutes=10))
    with pytest.raises(OfferLate) as late:
        take(cleaning, job, "a")
    assert late.value.job.status is JobStatus.OFFERING
    job = take(cleaning, job, "a", late_ok=True)
    assert job.cleaner_id == "a"
    assert isinstance(cleaning.events[-2], OfferAccepted)
    assert isinstance(cleaning.events[-1], OfferRevoked)
    assert len({offer.id for offer in job.offers}) == len(job.offers) == 3


def test_late_is_late_even_before_the_tick_has_noticed(cleaning):
    now(cleaning.join("a"))
    job = now(cleaning.confirm())
    cleaning.clock.advance(minutes=10)
    with pytest.raises(OfferLate):
        take(cleaning, job, "a")
    assert len(take(cleaning, job, "a", late_ok=True).offers) == 1


def test_a_late_answer_of_one_who_no_longer_comes_there_is_over(cleaning):
    now(cleaning.join("a"))
    job = now(cleaning.confirm())
    now(cleaning.join("a", areas=("songpa",)))
    now(cleaning.pass_time(minutes=10))
    with pytest.raises(OfferOver):
        take(cleaning, job, "a", late_ok=True)


def test_nobody_is_in_two_places_at_once(cleaning):
    now(cleaning.join("a"))
    first, second = now(cleaning.confirm("r1")), now(cleaning.confirm("r2", starts_at=FRIDAY_2PM.replace(hour=16)))
    take(cleaning, first, "a")
    with pytest.raises(NotFree) as refused:
        take(cleaning, second, "a")
    assert refused.value.other.id == first.id
    third = now(cleaning.confirm("r3", starts_at=FRIDAY_2PM.replace(hour=17)))
    assert take(cleaning, third, "a").cleaner_id == "a"


def test_withdrawing_asks_others_and_not_the_same_again(cleaning):
    job = assigned(cleaning, "a", "b")
    job = now(cleaning.use.withdraw(job_id=job.id, cleaner_id="a"))
    assert (job.status, job.cleaner_id) == (JobStatus.OFFERING, None)
    assert [offer.cleaner_id for offer in job.pending()] == ["b"]
    told = cleaning.told()
    assert told[-2:] == ["JobWithdrawn", "JobOffered"]
    assert now(cleaning.use.withdraw(job_id=job.id, cleaner_id="a")) == job
    assert cleaning.told() == told
    with pytest.raises(OfferOver):
        take(cleaning, job, "a", late_ok=True)
    job = leave(cleaning, job, "b")
    assert job.pending() == ()


def test_withdrawing_shortly_before_leaves_the_customer_to_choose(cleaning):
    job = assigned(cleaning, "a", "b")
    cleaning.clock.set(FRIDAY_2PM.replace(hour=13))
    job = now(cleaning.use.withdraw(job_id=job.id, cleaner_id="a"))
    assert job.status is JobStatus.UNFILLED
    assert cleaning.told()[-2:] == ["JobWithdrawn", "JobUnfilled"]


def test_whoever_is_no_cleaner_any_more_leaves_what_they_had_to_others(cleaning):
    """What they have or are asked goes on; what they have begun stays theirs, and operators are told."""
    begun, asked = (
        assigned(cleaning, "a"),
        now(cleaning.confirm("r2", "second", starts_at=FRIDAY_2PM + timedelta(days=1))),
    )
    had = now(cleaning.confirm("r3", "third", starts_at=FRIDAY_2PM + timedelta(days=2)))
    had = take(cleaning, had, "a")
    now(cleaning.join("b"))
    cleaning.clock.set(FRIDAY_2PM)
    for step in (cleaning.use.en_route, cleaning.use.start):
        now(step(job_id=begun.id, cleaner_id="a"))
    before = len(cleaning.events)
    now(cleaning.hear(taken_back("a")))
    gone, asked, had, begun = (
        now(cleaning.use.cleaner(cleaner_id="a")),
        *(now(cleaning.use.job(job_id=job.id)) for job in (asked, had, begun)),
    )
    assert not gone.active
    assert [[offer.cleaner_id for offer in job.pending()] for job in (asked, had)] == [["b"], ["b"]]
    assert (begun.status, begun.cleaner_id) == (JobStatus.STARTED, "a")
    assert sorted(cleaning.told()[before:]) == sorted(
        ["CleanerRegistered", "JobUnattended", "OfferRevoked", "JobOffered", "JobWithdrawn", "JobOffered"]
    )
    assert next(one.reason for one in cleaning.events[before:] if isinstance(one, OfferRevoked)) == "removed"
    with pytest.raises(OfferOver):
        take(cleaning, asked, "a", late_ok=True)
    assert now(cleaning.use.finish(job_id=begun.id, cleaner_id="a")).status is JobStatus.FINISHED


def test_of_a_visit_that_is_over_nobody_is_sought_and_no_money_is_offered_back(cleaning):
    """They may have come, and tapped nothing. Until its end nobody else would come."""
    first = assigned(cleaning, "a")
    second = now(cleaning.confirm("r2", "second", starts_at=FRIDAY_2PM + timedelta(days=1)))
    second = take(cleaning, second, "a")
    cleaning.clock.set(first.visit.ends_at)
    now(cleaning.hear(taken_back("a")))
    first, second = (now(cleaning.use.job(job_id=job.id)) for job in (first, second))
    assert (first.status, first.cleaner_id) == (JobStatus.ASSIGNED, "a")
    assert (second.status, second.cleaner_id) == (JobStatus.OFFERING, None)
    assert "JobUnfilled" not in cleaning.told()


def test_an_operator_who_never_was_a_cleaner_leaves_no_job(cleaning):
    now(cleaning.hear(taken_back("nobody")))
    assert cleaning.events == []


def taken_back(person_id: str) -> RoleTakenBack:
    return RoleTakenBack(person_id=person_id, role=FORMER, language="ko", version=2, was="cleaner", by="shell")


def test_from_the_way_to_the_end_each_tap_acts_once(cleaning):
    job = assigned(cleaning)
    cleaning.clock.set(FRIDAY_2PM.replace(hour=13, minute=30))
    for step, status in (
        (cleaning.use.en_route, JobStatus.EN_ROUTE),
        (cleaning.use.start, JobStatus.STARTED),
        (cleaning.use.finish, JobStatus.FINISHED),
    ):
        done = now(step(job_id=job.id, cleaner_id="a", visit_revision=1))
        assert done.status is status
        told = cleaning.told()
        cleaning.clock.advance(minutes=1)
        assert now(step(job_id=job.id, cleaner_id="a", visit_revision=1)) == done
        assert cleaning.told() == told
    assert cleaning.told()[-3:] == ["JobEnRoute", "JobStarted", "JobCompleted"]


def test_steps_are_in_order(cleaning):
    job = assigned(cleaning)
    use, mine = cleaning.use, {"job_id": job.id, "cleaner_id": "a"}

    def refused(step) -> Action:
        with pytest.raises(WrongOrder) as wrong:
            now(step(**mine))
        return wrong.value.needed

    assert refused(use.start) is refused(use.finish) is Action.EN_ROUTE
    cleaning.clock.set(FRIDAY_2PM)
    now(use.en_route(**mine))
    assert refused(use.finish) is Action.START
    now(use.start(**mine))
    assert refused(use.en_route) is refused(use.withdraw) is Action.FINISH
    now(use.finish(**mine))
    with pytest.raises(NotAllowed):
        now(use.withdraw(**mine))


def test_starting_is_refused_until_half_an_hour_before(cleaning):
    job = assigned(cleaning)
    now(cleaning.use.en_route(job_id=job.id, cleaner_id="a"))
    earliest = FRIDAY_2PM.replace(hour=13, minute=30)
    cleaning.clock.set(earliest)
    cleaning.clock.advance(seconds=-1)
    with pytest.raises(TooEarly) as early:
        now(cleaning.use.start(job_id=job.id, cleaner_id="a"))
    assert early.value.at == earliest
    cleaning.clock.advance(seconds=1)
    assert now(cleaning.use.start(job_id=job.id, cleaner_id="a")).started_at == earliest


def test_only_the_one_who_has_the_job_does_it(cleaning):
    job = assigned(cleaning)
    for step in (cleaning.use.en_route, cleaning.use.start, cleaning.use.finish, cleaning.use.withdraw):
        with pytest.raises(NotYours):
            now(step(job_id=job.id, cleaner_id="b"))


def test_a_button_of_an_earlier_time_is_stale(cleaning):
    job = assigned(cleaning, "a", "b")
    job = now(cleaning.move(job, FRIDAY_2PM.replace(day=28)))
    for answer in (take, leave):
        with pytest.raises(StaleVisit) as stale:
            answer(cleaning, job, "a", revision=1)
        assert stale.value.job.visit.starts_at.day == 28
    take(cleaning, job, "a", revision=2)
    with pytest.raises(StaleVisit):
        now(cleaning.use.en_route(job_id=job.id, cleaner_id="a", visit_revision=1))


def test_a_job_called_off_takes_no_answer(cleaning):
    now(cleaning.join("a"))
    job = now(cleaning.cancel(now(cleaning.confirm())))
    for answer in (take, leave):
        with pytest.raises(OfferOver):
            answer(cleaning, job, "a")
    other = take(cleaning, now(cleaning.confirm("r2")), "a")
    now(cleaning.cancel(other))
    with pytest.raises(NotAllowed):
        now(cleaning.use.en_route(job_id=other.id, cleaner_id="a"))


def test_jobs_of_a_cleaner_by_day(cleaning):
    job = assigned(cleaning)
    friday = FRIDAY_2PM.date()
    assert now(cleaning.use.jobs_of(cleaner_id="a", first=friday, last=friday)) == [job]
    assert now(cleaning.use.jobs_of(cleaner_id="a", first=friday.replace(day=28), last=friday.replace(day=30))) == []
    assert now(cleaning.use.jobs_of(cleaner_id="b", first=friday, last=friday)) == []


def test_registering_is_known_and_changed(cleaning):
    assert now(cleaning.use.cleaner(cleaner_id="a")) is None
    now(cleaning.join("a"))
    now(cleaning.join("a", areas=("songpa",)))
    assert now(cleaning.use.cleaner(cleaner_id="a")).areas == ("songpa",)
    assert [event.version for event in cleaning.events if isinstance(event, CleanerRegistered)] == [1, 2]


def test_the_previous_cleaner_is_asked_first(cleaning):
    now(cleaning.join("a", "b"))
    job = leave(cleaning, now(cleaning.confirm()), "a")
    take(cleaning, job, "b")
    cleaning.clock.set(FRIDAY_2PM)
    for step in (cleaning.use.en_route, cleaning.use.start, cleaning.use.finish):
        now(step(job_id=job.id, cleaner_id="b"))
    again = now(cleaning.confirm("r2", starts_at=FRIDAY_2PM.replace(day=30)))
    other = now(cleaning.confirm("r3", "another customer", starts_at=FRIDAY_2PM.replace(day=30)))
    assert [offer.cleaner_id for offer in again.pending()] == ["b"]
    assert [offer.cleaner_id for offer in other.pending()] == ["a"]
