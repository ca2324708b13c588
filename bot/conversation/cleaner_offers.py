"""A cleaner answers offers, and gives jobs back. Whatever changed meanwhile, the answer says what is true now.

`cleaner_words` finds out which job is meant when it is said in words.
"""

from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.cleaner_talk import (
    CleanerTalk,
    area_of,
    ask_with_job,
    details_card,
    job_buttons,
    menu,
    offer_card,
    old_button,
)
from bot.conversation.effects_cleaner import (
    AcceptOffer,
    DeclineOffer,
    JobCard,
    JobDetails,
    MyJobs,
    OpenOffers,
    Withdraw,
)
from bot.conversation.talk import button, card, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.cleaning.model import Job
from services.cleaning.refusals import (
    JobRefusal,
    NotAllowed,
    NotFree,
    NotYourOffer,
    NotYours,
    OfferLate,
    OfferOver,
    StaleVisit,
    TakenByAnother,
    WrongOrder,
)
from services.cleaning.values import JobStatus
from services.shared_kernel.clock import kst_date
from services.shared_kernel.refusal import NotFound

DAYS_AHEAD = 14
MOST_OFFERS = 3
LIVE = (JobStatus.ASSIGNED, JobStatus.EN_ROUTE)  # what can still be given back
SOON = timedelta(minutes=10)  # a bare 네 later than that isn't taken for the answer
ASKED_AT, SEEN = "asked_at", "seen"

Looking = Generator[Effect[Any], Any, Sequence[Job]]


def offers(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """What waits for an answer."""
    waiting = yield from ask(OpenOffers())
    if not waiting:
        return talk.answer(menu(talk, talk.say.no_offers()))
    cards = [offer_card(talk, job) for job in waiting[:MOST_OFFERS]]
    if len(waiting) > MOST_OFFERS:
        cards.append(card(talk.say.and_more(len(waiting) - MOST_OFFERS)))
    return talk.answer(*cards)


def accept(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """수락."""
    return (yield from _accept(talk, arguments[0], int(arguments[1]), late_ok=False))


def accept_late(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """수락, though the time to answer is over."""
    return (yield from _accept(talk, arguments[0], int(arguments[1]), late_ok=True))


def _accept(talk: CleanerTalk, job_id: str, revision: int, *, late_ok: bool) -> Conversation:
    try:
        job = yield from ask(AcceptOffer(job_id=job_id, visit_revision=revision, late_ok=late_ok))
    except OfferLate as refusal:
        job = refusal.job
        yes = button(talk.say.accept, "accept_late", job.id, job.visit.revision)
        return talk.answer(pair(talk.say.offer_late(), yes, button(talk.say.decline, "decline", job.id, revision)))
    except NotFree as refusal:
        other = refusal.other
        says = ask_with_job(talk, talk.say.not_free(other.visit.starts_at, area_of(talk, other)), other)
        return talk.answer(says)
    except (JobRefusal, NotFound) as refusal:
        return (yield from _answer_refusal(talk, refusal))
    return (yield from _yours(talk, job))


def _yours(talk: CleanerTalk, job: Job) -> Conversation:
    """The job is theirs: where it is, and what to do next."""
    try:
        details = yield from ask(JobCard(job_id=job.id))
    except NotYours:
        return talk.answer(menu(talk, talk.say.not_yours()))
    if details.job.status is not JobStatus.ASSIGNED:
        return talk.answer(details_card(talk, details))
    text = talk.say.accepted(details.job.visit.starts_at, details.address, details.note)
    return talk.answer(card(text, *job_buttons(talk, details.job)))


def decline(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """거절, or 못 가요 of a visit that moved."""
    try:
        job = yield from ask(DeclineOffer(job_id=arguments[0], visit_revision=int(arguments[1])))
    except OfferOver as refusal:
        return _declined_too_late(talk, refusal.job)
    except (JobRefusal, NotFound) as refusal:
        return (yield from _answer_refusal(talk, refusal))
    offer = job.offer_to(talk.context.person.id)
    had_it = offer is not None and offer.moved_from is not None
    return talk.answer(menu(talk, talk.say.dropped() if had_it else talk.say.declined()))


def _declined_too_late(talk: CleanerTalk, job: Job) -> Turn:
    if job.cleaner_id == talk.context.person.id and job_buttons(talk, job):
        return talk.answer(ask_with_job(talk, talk.say.accepted_already(job.visit.starts_at), job))
    if job.status is JobStatus.OFFERING:
        return talk.answer(menu(talk, talk.say.declined()))
    return _offer_over(talk, job)


def _answer_refusal(talk: CleanerTalk, refusal: JobRefusal | NotFound) -> Conversation:
    yield from ()
    if not isinstance(refusal, JobRefusal):
        return old_button(talk)
    say, job = talk.say, refusal.job
    if isinstance(refusal, TakenByAnother):
        return talk.answer(menu(talk, say.taken()))
    if isinstance(refusal, NotYourOffer):
        return talk.answer(menu(talk, say.not_your_offer()))
    if isinstance(refusal, StaleVisit):
        return (yield from _moved(talk, job))
    return _offer_over(talk, job)


def _moved(talk: CleanerTalk, job: Job) -> Conversation:
    """The button is about a visit as it was before it moved."""
    say, starts_at = talk.say, job.visit.starts_at
    if job.cleaner_id == talk.context.person.id:
        return (yield from _yours(talk, job))
    offer = job.offer_to(talk.context.person.id)
    if job.status is not JobStatus.OFFERING or offer is None or offer not in job.pending():
        return talk.answer(menu(talk, say.moved_and_gone(starts_at)))
    yes = button(say.can_go, "accept", job.id, job.visit.revision)
    no = button(say.cannot_go, "decline", job.id, job.visit.revision)
    return talk.answer(pair(say.offer_moved(starts_at), yes, no))


def _offer_over(talk: CleanerTalk, job: Job) -> Turn:
    say = talk.say
    text = {
        JobStatus.CALLED_OFF: say.called_off(job.visit.starts_at),
        JobStatus.UNFILLED: say.offer_unfilled(job.visit.starts_at),
    }.get(job.status, say.offer_closed())
    return talk.answer(menu(talk, text))


# Giving a job back


def withdraw(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """못 가게 됐어요: asked once more."""
    return (yield from ask_to_withdraw(talk, arguments[0]))


def ask_to_withdraw(talk: CleanerTalk, job_id: str, *, named: bool = False) -> Conversation:
    """Whether somebody else shall be found. The job is named where another could be meant, or `named` wants it."""
    details = yield from own_job(talk, job_id)
    if isinstance(details, Turn):
        return details
    job, say = details.job, talk.say
    if job.status not in LIVE:
        return cannot_withdraw(talk, job)
    mine = yield from own_jobs(talk, DAYS_AHEAD, lambda each: each.status in LIVE)
    waiting = yield from ask(OpenOffers())
    text = say.ask_to_withdraw(job.visit.starts_at, talk.context.now)
    if named or waiting or len(mine) > 1:
        text = f"{say.this_job(job.visit.starts_at)} {text}"
    yes = button(say.find_another, "withdraw!", job.id, job.visit.revision)
    shows = button(say.on_button(job.visit.starts_at), "job", job.id)
    says = pair(text, yes, button(say.will_go, "keep", job.id), quick=[shows])
    return talk.answer(says, keep={ASKED_AT: talk.context.now.isoformat(), SEEN: _ids(waiting)})


def is_still_meant(talk: CleanerTalk) -> Generator[Effect[Any], Any, bool]:
    """Whether 네 can be the answer to what was asked: it is said soon, and no new job has come in between."""
    asked_at = talk.memo.get(ASKED_AT)
    if asked_at is None:
        return True
    if talk.context.now - datetime.fromisoformat(asked_at) > SOON:
        return False
    if SEEN not in talk.memo:
        return True
    waiting = yield from ask(OpenOffers())
    seen = talk.memo[SEEN].split(",")
    return all(job.id in seen for job in waiting)


def _ids(jobs: Sequence[Job]) -> str:
    return ",".join(job.id for job in jobs)


def withdraw_surely(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """찾아 주세요."""
    try:
        given_back = yield from ask(Withdraw(job_id=arguments[0], visit_revision=int(arguments[1])))
    except NotFound:
        return old_button(talk)
    except NotYours:
        return talk.answer(menu(talk, talk.say.not_yours()))
    except StaleVisit as refusal:
        text = talk.say.visit_moved(refusal.job.visit.starts_at)
        return talk.answer(ask_with_job(talk, text, refusal.job))
    except (WrongOrder, NotAllowed) as refusal:
        return cannot_withdraw(talk, refusal.job)
    left = yield from own_jobs(talk, DAYS_AHEAD, lambda each: each.status in LIVE)
    which_it_was = f" {talk.say.dropped_which(given_back.visit.starts_at)}" if left else ""
    return talk.answer(menu(talk, talk.say.dropped() + which_it_was))


def keep(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """갈게요."""
    details = yield from own_job(talk, arguments[0])
    if isinstance(details, Turn):
        return details
    return talk.answer(ask_with_job(talk, talk.say.kept(), details.job))


def cannot_withdraw(talk: CleanerTalk, job: Job) -> Turn:
    """A job that was started, or is over."""
    if job.status is JobStatus.FINISHED and job.finished_at:
        return talk.answer(menu(talk, talk.say.finished_already(job.finished_at)))
    if job.status is not JobStatus.STARTED:
        return _offer_over(talk, job)
    says = card(talk.say.too_late_to_withdraw(), button(talk.say.human, "human"), *job_buttons(talk, job))
    return talk.answer(says)


def own_job(talk: CleanerTalk, job_id: str) -> Generator[Effect[Any], Any, JobDetails | Turn]:
    """A job of theirs, or what to say because it isn't."""
    try:
        return (yield from ask(JobCard(job_id=job_id)))
    except NotYours as refusal:
        job = refusal.job
        is_off = job.status is JobStatus.CALLED_OFF
        text = talk.say.called_off(job.visit.starts_at) if is_off else talk.say.not_yours()
        return talk.answer(menu(talk, text))
    except NotFound:
        return old_button(talk)


def own_jobs(talk: CleanerTalk, days: int, wanted: Callable[[Job], bool]) -> Looking:
    """Their jobs from yesterday (some end after midnight) on, for so many days, that are wanted."""
    today = kst_date(talk.context.now)
    jobs = yield from ask(MyJobs(first=today - timedelta(days=1), last=today + timedelta(days=days)))
    return [job for job in jobs if wanted(job)]
