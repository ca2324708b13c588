"""A cleaner at work: on the way, start, finish; today's jobs and those to come."""

from collections.abc import Callable, Generator, Sequence
from datetime import date, timedelta
from typing import Any

from bot.conversation.cleaner_offers import ASKED_AT, DAYS_AHEAD, Looking, own_job, own_jobs
from bot.conversation.cleaner_talk import (
    NEXT_STEP,
    CleanerTalk,
    area_of,
    ask_with_job,
    details_card,
    menu,
    old_button,
    step_button,
    step_label,
    work_of,
)
from bot.conversation.cleaner_which import which
from bot.conversation.effects_cleaner import EnRoute, FinishJob, MyJobs, OpenOffers, StartJob
from bot.conversation.korean import button_date, card_time
from bot.conversation.parse.moments import When
from bot.conversation.talk import button, card, cards, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.cleaning.model import Job
from services.cleaning.refusals import JobRefusal, NotAllowed, NotYours, StaleVisit, TooEarly, WrongOrder
from services.cleaning.values import Action, JobStatus
from services.shared_kernel.card import Button, Card, Item
from services.shared_kernel.clock import kst_date
from services.shared_kernel.refusal import NotFound

EARLY = timedelta(hours=2)  # who leaves that long before a visit is asked whether it is meant
MOST_LINES = 12
MOST_DETAILS = 6

_EFFECTS: dict[str, Callable[..., Effect[Any]]] = {"en_route": EnRoute, "start": StartJob, "finish": FinishJob}

# For each word, from which status it is meant; if no job stands there, the nearest one gives the answer.
_MEANT: dict[str, tuple[JobStatus, ...]] = {
    "en_route": (JobStatus.ASSIGNED, JobStatus.EN_ROUTE, JobStatus.STARTED, JobStatus.FINISHED),
    "start": (JobStatus.EN_ROUTE, JobStatus.ASSIGNED, JobStatus.STARTED, JobStatus.FINISHED),
    "finish": (JobStatus.STARTED, JobStatus.EN_ROUTE, JobStatus.ASSIGNED, JobStatus.FINISHED),
    "arrived": (JobStatus.EN_ROUTE, JobStatus.ASSIGNED, JobStatus.STARTED),
}
ANY_TIME = When()


def en_route(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """출발했어요; hours before the visit it is asked once more, because the customer is told."""
    details = yield from own_job(talk, arguments[0])
    if isinstance(details, Turn):
        return details
    job = details.job
    if job.status is JobStatus.ASSIGNED and (yield from _must_be_asked(talk, job)):
        yes = button(talk.say.leaving_now, "en_route!", job.id, job.visit.revision)
        no = button(talk.say.not_yet, "keep", job.id)
        says = pair(talk.say.early_to_leave(job.visit.starts_at), yes, no)
        return talk.answer(says, keep={ASKED_AT: talk.context.now.isoformat()})
    return (yield from _step(talk, "en_route", arguments))


def _must_be_asked(talk: CleanerTalk, job: Job) -> Generator[Effect[Any], Any, bool]:
    """Leaving for the next job hours before it, or while at another: the wrong customer could be told."""
    if job.visit.starts_at - talk.context.now > EARLY:
        return True
    busy = yield from own_jobs(talk, 0, lambda each: each.status in (JobStatus.EN_ROUTE, JobStatus.STARTED))
    return bool(busy)


def en_route_surely(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """출발했어요, and meant."""
    return (yield from _step(talk, "en_route", arguments))


def start(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """청소 시작."""
    return (yield from _step(talk, "start", arguments))


def finish(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """청소 완료."""
    return (yield from _step(talk, "finish", arguments))


def _step(talk: CleanerTalk, verb: str, arguments: Sequence[str]) -> Conversation:
    try:
        job = yield from ask(_EFFECTS[verb](job_id=arguments[0], visit_revision=int(arguments[1])))
    except NotFound:
        return old_button(talk)
    except JobRefusal as refusal:
        return _refused(talk, verb, refusal)
    return talk.answer(_done(talk, job))


def _done(talk: CleanerTalk, job: Job) -> Card:
    """What a step has brought about, and the next one."""
    say = talk.say
    if job.status is JobStatus.FINISHED and job.finished_at:
        return menu(talk, say.finished(job.finished_at, job.payout_krw))
    text = say.started(job.started_at) if job.started_at else say.told_en_route()
    verb = NEXT_STEP.get(job.status)
    return card(text, step_button(talk, verb, job)) if verb else menu(talk, text)


def _refused(talk: CleanerTalk, verb: str, refusal: JobRefusal) -> Turn:
    say, job = talk.say, refusal.job
    if isinstance(refusal, TooEarly):
        return talk.answer(card(say.too_early(refusal.at, talk.context.now), step_button(talk, "start", job)))
    if isinstance(refusal, NotYours):
        return talk.answer(menu(talk, say.not_yours()))
    if isinstance(refusal, StaleVisit):
        return talk.answer(ask_with_job(talk, say.visit_moved(job.visit.starts_at), job))
    if isinstance(refusal, WrongOrder):
        text = {
            Action.EN_ROUTE: say.leave_first(),
            Action.START: say.left_already() if verb == "en_route" else say.start_first(),
            Action.FINISH: say.started_already(),
        }[refusal.needed]
        return talk.answer(card(text, step_button(talk, refusal.needed.value, job)))
    if isinstance(refusal, NotAllowed) and job.status is JobStatus.FINISHED and job.finished_at:
        return talk.answer(menu(talk, say.finished_already(job.finished_at)))
    if job.status is JobStatus.CALLED_OFF:
        return talk.answer(menu(talk, say.called_off(job.visit.starts_at)))
    return talk.answer(menu(talk, say.not_yours()))


def step_by_word(talk: CleanerTalk, verb: str, when: When = ANY_TIME) -> Conversation:
    """출발, 시작, 완료, typed: about the only job that could be meant today, or it is asked which."""
    jobs = yield from _todays(talk)
    meant = [job for job in jobs if when.fits(job.visit.starts_at)] if when.said else jobs
    if when.names_job and jobs and not meant:
        live = [job for job in jobs if job.status in NEXT_STEP]
        return which(talk, talk.say.no_job_then(), verb, live) if live else talk.answer(_nothing(talk))
    for status in _MEANT[verb]:
        there = [job for job in meant or jobs if job.status is status]
        if len(there) > 1:
            return which(talk, talk.say.which_job(), verb, there)
        if there:
            handler = {"en_route": en_route, "start": start, "finish": finish, "arrived": arrived}[verb]
            return (yield from handler(talk, (there[0].id, str(there[0].visit.revision))))
    return talk.answer(_nothing(talk))


def of_today_instead(talk: CleanerTalk, arguments: Sequence[str]) -> Generator[Effect[Any], Any, Turn | None]:
    """출발했어요, typed below a job of another day: today's is meant, if there is one."""
    jobs = yield from _todays(talk)
    if arguments[:1] and arguments[0] in (job.id for job in jobs):
        return None
    if not any(job.status is JobStatus.ASSIGNED for job in jobs):
        return None
    return (yield from step_by_word(talk, "en_route"))


def _todays(talk: CleanerTalk) -> Looking:
    today = kst_date(talk.context.now)

    def is_meant(job: Job) -> bool:
        is_today = kst_date(job.visit.starts_at) == today
        return is_today or job.status in (JobStatus.EN_ROUTE, JobStatus.STARTED)

    return (yield from own_jobs(talk, 0, is_meant))


def _nothing(talk: CleanerTalk) -> Card:
    return menu(talk, talk.say.nothing_to_do())


def arrived(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """도착했어요: whether the cleaning starts now, which is another thing."""
    details = yield from own_job(talk, arguments[0])
    if isinstance(details, Turn):
        return details
    say, job = talk.say, details.job
    if job.status is JobStatus.EN_ROUTE:
        yes = button(say.start, "start", job.id, job.visit.revision)
        says = pair(say.start_now(), yes, button(say.not_yet, "keep", job.id))
        return talk.answer(says, keep={ASKED_AT: talk.context.now.isoformat()})
    if job.status is JobStatus.ASSIGNED:
        return talk.answer(card(say.leave_first(), step_button(talk, "en_route", job)))
    if job.status is JobStatus.STARTED:
        return talk.answer(card(say.started_already(), step_button(talk, "finish", job)))
    return talk.answer(details_card(talk, details))


# Lists


def today(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """오늘 일: each with its next step."""
    day = kst_date(talk.context.now)
    jobs = yield from ask(MyJobs(first=day, last=day))
    waiting = yield from ask(OpenOffers())
    offers = talk.say.offers_wait(len(waiting)) if waiting else ""
    if not jobs:
        return talk.answer(menu(talk, f"{talk.say.nothing_today()} {offers}".strip()))
    steps = [_step_at(talk, NEXT_STEP[job.status], job) for job in jobs if job.status in NEXT_STEP]
    first, *more = cards(_today_count(talk, jobs, offers), steps, talk.say.choose_here(), talk.say.today_title)
    lines = [Item(name=card_time(job.visit.starts_at), value=_line(talk, job)) for job in jobs]
    quick = [button(talk.say.details_at(job.visit.starts_at), "job", job.id) for job in jobs[:MOST_DETAILS]]
    if waiting:
        quick.append(button(talk.say.offers, "offers"))
    return _listed(talk, first, lines, more, quick)


def _today_count(talk: CleanerTalk, jobs: Sequence[Job], offers: str) -> str:
    live = [job for job in jobs if job.status is not JobStatus.CALLED_OFF]
    return f"{talk.say.today_count(len(live), sum(job.payout_krw for job in live))} {offers}".strip()


def _step_at(talk: CleanerTalk, verb: str, job: Job) -> Button:
    label = talk.say.step_at(step_label(talk, verb), job.visit.starts_at)
    return button(label, verb, job.id, job.visit.revision)


def coming(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """다음 일: from tomorrow on."""
    day = kst_date(talk.context.now) + timedelta(days=1)
    return (yield from _coming(talk, day, day + timedelta(days=DAYS_AHEAD - 1)))


def _coming(talk: CleanerTalk, first: date, last: date) -> Conversation:
    found = yield from ask(MyJobs(first=first, last=last))
    jobs = [job for job in found if job.status is not JobStatus.CALLED_OFF]
    if not jobs:
        return talk.answer(menu(talk, talk.say.nothing_coming(DAYS_AHEAD)))
    lines = [
        Item(name=button_date(job.visit.starts_at), value=f"{card_time(job.visit.starts_at)} {_line(talk, job)}")
        for job in jobs
    ]
    text = talk.say.coming_count(len(jobs), sum(job.payout_krw for job in jobs))
    quick = [button(talk.say.on_button(job.visit.starts_at), "job", job.id) for job in jobs[:MOST_DETAILS]]
    return _listed(talk, Card(text=text, title=talk.say.coming_title), lines, [], quick)


def _listed(
    talk: CleanerTalk, first: Card, lines: Sequence[Item], more: Sequence[Card], quick: Sequence[Button]
) -> Turn:
    left = len(lines) - MOST_LINES
    text = f"{first.text} {talk.say.and_more(left)}" if left > 0 else first.text
    shown = [
        Card(text=text, title=first.title, items=tuple(lines[:MOST_LINES]), buttons=first.buttons),
        *more,
    ]
    last = shown[-1]
    shown[-1] = Card(
        text=last.text, title=last.title, items=last.items, buttons=last.buttons, quick_replies=tuple(quick)
    )
    return talk.answer(*shown)


def _line(talk: CleanerTalk, job: Job) -> str:
    return talk.say.line(area_of(talk, job), work_of(talk, job), talk.say.status(job.status))


def one_job(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """One job of theirs, with address and note."""
    details = yield from own_job(talk, arguments[0])
    if isinstance(details, Turn):
        return details
    return talk.answer(details_card(talk, details))
