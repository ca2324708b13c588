"""Cleaners, the customer and the clock in any order: what must hold of a job whatever happens."""

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.cleaning.events import (
    JobCalledOff,
    JobEvent,
    JobNoShow,
    JobUncovered,
    JobUnfilled,
    OfferAccepted,
    OfferEvent,
    OfferRevoked,
)
from services.cleaning.lifecycle import HELD
from services.cleaning.model import Job
from services.cleaning.values import JobStatus, OfferStatus
from services.shared_kernel.bot_events import FORMER, RoleTakenBack
from services.shared_kernel.refusal import Refusal
from tests.support.cleaning import FRIDAY_2PM, Cleaning, now

CLEANERS = ("a", "b", "c", "d")
cleaners = st.sampled_from(CLEANERS)
ENDED = (OfferStatus.DECLINED, OfferStatus.TIMED_OUT, OfferStatus.REVOKED, OfferStatus.ACCEPTED)


class JobMachine(RuleBasedStateMachine):
    """One job (and one more at the same time, so that cleaners can be busy) and four cleaners."""

    def __init__(self) -> None:
        super().__init__()
        self.cleaning = Cleaning()
        self.moves = 1

    @initialize(joined=st.integers(0, 4), hours_before=st.sampled_from([1, 4, 30, 95]))
    def pay(self, joined: int, hours_before: int) -> None:
        self.cleaning.clock.set(FRIDAY_2PM - timedelta(hours=hours_before))
        now(self.cleaning.join(*CLEANERS[:joined]))
        self.job_id = now(self.cleaning.confirm("r1")).id
        self.other_id = now(self.cleaning.confirm("r2", "another customer")).id

    @property
    def job(self) -> Job:
        return self.cleaning.store.jobs[self.job_id]

    def attempt(self, verb: str, cleaner_id: str, **more: object) -> bool:
        """Do it, twice: the second time the same answer and no more events. Refused (False): nothing has changed."""
        before = dict(self.cleaning.store.jobs), len(self.cleaning.store.log)
        command = getattr(self.cleaning.use, verb)
        try:
            first = now(command(cleaner_id=cleaner_id, **{"job_id": self.job_id, **more}))
        except Refusal:
            assert (self.cleaning.store.jobs, len(self.cleaning.store.log)) == before
            return False
        told = len(self.cleaning.store.log)
        assert now(command(cleaner_id=cleaner_id, **{"job_id": self.job_id, **more})) == first
        assert len(self.cleaning.store.log) == told
        return True

    @rule(cleaner_id=cleaners)
    def join(self, cleaner_id: str) -> None:
        now(self.cleaning.join(cleaner_id))

    @rule(cleaner_id=cleaners, late_ok=st.booleans())
    def accept(self, cleaner_id: str, late_ok: bool) -> None:
        self.attempt("accept", cleaner_id, visit_revision=self.job.visit.revision, late_ok=late_ok)

    @rule(verb=st.sampled_from(["accept", "decline"]))
    def answer_as_asked(self, verb: str) -> None:
        for offer in self.job.pending()[:1]:
            self.attempt(verb, offer.cleaner_id, visit_revision=offer.visit_revision)

    @rule(verb=st.sampled_from(["accept", "decline"]))
    def answer_what_has_moved(self, verb: str) -> None:
        for offer in self.job.offers:
            if offer.visit_revision < self.job.visit.revision:
                assert not self.attempt(verb, offer.cleaner_id, visit_revision=offer.visit_revision)

    @rule()
    def accept_other(self) -> None:
        for offer in self.cleaning.store.jobs[self.other_id].pending()[:1]:
            self.attempt("accept", offer.cleaner_id, job_id=self.other_id, visit_revision=1)

    @rule(cleaner_id=cleaners)
    def decline(self, cleaner_id: str) -> None:
        self.attempt("decline", cleaner_id, visit_revision=self.job.visit.revision)

    @rule(cleaner_id=cleaners)
    def withdraw(self, cleaner_id: str) -> None:
        self.attempt("withdraw", cleaner_id)

    @rule(verb=st.sampled_from(["en_route", "start", "finish", "withdraw"]))
    def go_on(self, verb: str) -> None:
        if self.job.cleaner_id is not None:
            self.attempt(verb, self.job.cleaner_id, visit_revision=self.job.visit.revision)

    @rule(hours=st.integers(-20, 60), doubled=st.booleans())
    def move(self, hours: int, doubled: bool) -> None:
        before = self.job
        self.moves += not doubled
        after = now(self.cleaning.move(before, before.visit.starts_at + timedelta(hours=hours), revision=self.moves))
        assert not doubled or after is before or before.visit.revision < self.moves

    @rule()
    @precondition(lambda self: self.moves > 2)
    def cancel(self) -> None:
        now(self.cleaning.cancel(self.job))
        told = len(self.cleaning.store.log)
        now(self.cleaning.cancel(self.job))
        assert len(self.cleaning.store.log) == told

    @rule(cleaner_id=cleaners)
    def leave(self, cleaner_id: str) -> None:
        was = self.job
        left = RoleTakenBack(person_id=cleaner_id, role=FORMER, language="ko", version=2, was="cleaner", by="shell")
        now(self.cleaning.hear(left))
        assert all(offer.cleaner_id != cleaner_id for offer in self.job.pending())
        if was.cleaner_id == cleaner_id and self.cleaning.clock.now() < was.visit.ends_at:
            assert self.job.cleaner_id is None or self.job.status not in (JobStatus.ASSIGNED, JobStatus.EN_ROUTE)

    @rule(minutes=st.sampled_from([1, 10, 60, 60 * 24]))
    def pass_time(self, minutes: int) -> None:
        now(self.cleaning.pass_time(minutes=minutes))
        assert now(self.cleaning.ticks.run_due()) == 0

    def of_job(self) -> list[tuple[int, JobEvent]]:
        log = self.cleaning.store.log
        return [(number, event) for number, event in log if isinstance(event, JobEvent) and event.job_id == self.job_id]

    @invariant()
    def the_job_is_whole(self) -> None:
        job = self.job
        holds = [offer for offer in job.asked() if offer.status is OfferStatus.ACCEPTED]
        if job.status in HELD:
            assert job.cleaner_id is not None
            assert job.cleaner_id in {offer.cleaner_id for offer in holds}
        elif job.status is not JobStatus.CALLED_OFF:
            assert job.cleaner_id is None
        if job.status is not JobStatus.OFFERING:
            assert job.pending() == ()
        assert all(offer.visit_revision == job.visit.revision for offer in job.pending())
        assert sum(not offer.pool for offer in job.pending()) <= 1
        assert len({offer.cleaner_id for offer in job.pending()}) == len(job.pending())

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        jobs = [job for job in self.cleaning.store.jobs.values() if job.status in HELD[:3]]
        for job in jobs:
            for other in jobs:
                if job.id < other.id and job.cleaner_id == other.cleaner_id:
                    assert job.visit.ends_at <= other.visit.starts_at or other.visit.ends_at <= job.visit.starts_at

    @invariant()
    def events_tell_it_in_order(self) -> None:
        told = self.of_job()
        assert [number for number, _ in told] == list(range(1, len(told) + 1))
        versions = [event.version for _, event in told]
        revisions = [event.visit_revision for _, event in told if not isinstance(event, OfferRevoked)]
        assert versions == sorted(versions)
        assert revisions == sorted(revisions)
        ends = [index for index, (_, event) in enumerate(told) if isinstance(event, JobCalledOff)]
        assert ends in ([], [len(told) - 1])

    @invariant()
    def each_is_told_once_a_visit(self) -> None:
        told = [event for _, event in self.of_job()]
        for kind in (JobUnfilled, JobNoShow):
            revisions = [event.visit_revision for event in told if isinstance(event, kind)]
            assert len(revisions) == len(set(revisions))
        times_without = sum(type(event).__name__ == "JobWithdrawn" for event in told) + self.moves
        assert sum(isinstance(event, JobUncovered) for event in told) <= times_without

    @invariant()
    def offers_end_as_told(self) -> None:
        ended = [offer.id for offer in self.job.offers if offer.status in ENDED]
        answers = [event for _, event in self.of_job() if isinstance(event, OfferEvent) and event.TYPE != OFFERED]
        assert sorted(event.offer_id for event in answers) == sorted(ended)
        accepted = {event.offer_id for event in answers if isinstance(event, OfferAccepted)}
        assert accepted == {offer.id for offer in self.job.offers if offer.status is OfferStatus.ACCEPTED}


OFFERED = "ssak3.cleaning.offered.v1"

TestJobMachine = JobMachine.TestCase
