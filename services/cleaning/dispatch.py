"""Who is asked, in which order, and what time does to a job that waits (rule 8)."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.cleaning.cleaner import Cleaner
from services.cleaning.model import Events, Job
from services.cleaning.policies import DispatchPolicy
from services.cleaning.values import JobStatus, OfferStatus
from services.shared_kernel.ids import Ids

# How long a cleaner who has just registered waits at most for a job that nobody has.
LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Roster:
    """What choosing depends on: `busy` have another job at that time, `recent` counts each one's jobs of late."""

    cleaners: Sequence[Cleaner]
    busy: Set[str]
    recent: Mapping[str, int]
    previous_cleaner_id: str | None


def next_to_ask(job: Job, roster: Roster) -> Cleaner | None:
    """The customer's previous cleaner first, then whoever had fewest jobs; nobody twice for the same visit."""
    already_asked = {offer.cleaner_id for offer in job.asked()}
    return next((cleaner for cleaner in _who_fit(job, roster) if cleaner.id not in already_asked), None)


def pool_of(job: Job, roster: Roster) -> Sequence[Cleaner]:
    """All who fit, but for those who said no (or took it and withdrew) and those who are thinking about it."""
    answered = (OfferStatus.DECLINED, OfferStatus.ACCEPTED, OfferStatus.PENDING)
    out = {offer.cleaner_id for offer in job.asked() if offer.status in answered}
    return [cleaner for cleaner in _who_fit(job, roster) if cleaner.id not in out]


def _who_fit(job: Job, roster: Roster) -> Sequence[Cleaner]:
    fit = [
        cleaner
        for cleaner in roster.cleaners
        if cleaner.comes_to(job.visit.area, job.visit.starts_at) and cleaner.id not in roster.busy
    ]
    return sorted(
        fit,
        key=lambda cleaner: (
            cleaner.id != roster.previous_cleaner_id,
            roster.recent.get(cleaner.id, 0),
            cleaner.id,
        ),
    )


def seek(job: Job, roster: Roster, policy: DispatchPolicy, ids: Ids, at: datetime) -> tuple[Job, Events]:
    """Ask whoever is to be asked now: one cleaner, then all who fit, and nobody any more once it is too late."""
    if job.status is not JobStatus.OFFERING:
        return job, []
    if at >= job.unfilled_at:
        return job.give_up()
    if any(not offer.pool for offer in job.pending()):
        return job, []
    one = None if job.pool else next_to_ask(job, roster)
    if one is not None:
        deadline = policy.offer_deadline(job.visit.starts_at, at)
        return job.ask([one.id], deadline=deadline, look_at=deadline, ids=ids)
    many = [cleaner.id for cleaner in pool_of(job, roster)]
    if many:
        return job.ask(many, deadline=job.unfilled_at, look_at=at + LOOK_AGAIN, ids=ids, pool=True)
    return job.look_again(at + LOOK_AGAIN), []


def let_time_pass(job: Job, roster: Roster, policy: DispatchPolicy, ids: Ids, at: datetime) -> tuple[Job, Events]:
    """Everything that is due by now; not due, or done already: nothing."""
    if job.due_at is None or at < job.due_at:
        return job, []
    if job.status is not JobStatus.OFFERING:
        return job.tell_no_show(at)
    if at >= job.unfilled_at:
        return job.give_up()
    job, expired = job.time_out(at)
    job, uncovered = job.tell_uncovered(at)
    job, asked = seek(job, roster, policy, ids, at)
    return job, [*expired, *uncovered, *asked]
