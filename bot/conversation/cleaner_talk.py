"""One turn with a cleaner: the menus, and how a job is shown."""

from collections.abc import Sequence

from bot.conversation.effects_cleaner import JobDetails
from bot.conversation.staff import StaffTalk
from bot.conversation.talk import button, card, items
from bot.conversation.texts_en_cleaner import CleanerEnglish
from bot.conversation.texts_ko_cleaner import CleanerKorean
from bot.conversation.turn import Context, Turn
from services.cleaning.cleaner import Cleaner
from services.cleaning.model import Job
from services.cleaning.values import JobStatus
from services.shared_kernel.card import Button, Card

CleanerTalk = StaffTalk[CleanerKorean]

_KOREAN, _ENGLISH = CleanerKorean(), CleanerEnglish()

# The step that comes next, as a button's verb.
NEXT_STEP = {JobStatus.ASSIGNED: "en_route", JobStatus.EN_ROUTE: "start", JobStatus.STARTED: "finish"}


def sentences(context: Context) -> CleanerKorean:
    """All sentences in the person's language."""
    return _ENGLISH if context.person.language == "en" else _KOREAN


def menu(talk: CleanerTalk, text: str) -> Card:
    """What a cleaner can always do."""
    say = talk.say
    quick = [button(say.settings, "settings"), button(say.human, "human"), button(say.help, "help")]
    return card(
        text, button(say.today, "jobs"), button(say.coming, "coming"), button(say.offers, "offers"), quick=quick
    )


def old_button(talk: CleanerTalk) -> Turn:
    """A button that means nothing any more."""
    return talk.answer(menu(talk, talk.say.old_button()))


def area_names(talk: CleanerTalk, areas: Sequence[str]) -> list[str]:
    """As people read them, in the catalogue's order."""
    known = talk.context.catalogue.areas
    ordered = [area for area in known if area in areas]
    return [talk.say.area(talk.context.catalogue, area) for area in (*ordered, *(set(areas) - set(ordered)))]


def step_label(talk: CleanerTalk, verb: str) -> str:
    """What the button of a step says."""
    return {"en_route": talk.say.en_route, "start": talk.say.start, "finish": talk.say.finish}[verb]


def step_button(talk: CleanerTalk, verb: str, job: Job) -> Button:
    """A button for a step of this job."""
    return button(step_label(talk, verb), verb, job.id, job.visit.revision)


def job_buttons(talk: CleanerTalk, job: Job) -> list[Button]:
    """The next step, and giving it back while that is possible."""
    verb = NEXT_STEP.get(job.status)
    buttons = [step_button(talk, verb, job)] if verb else []
    if job.status in (JobStatus.ASSIGNED, JobStatus.EN_ROUTE):
        buttons.append(button(talk.say.withdraw, "withdraw", job.id, job.visit.revision))
    return buttons


def ask_with_job(talk: CleanerTalk, text: str, job: Job) -> Card:
    """A sentence about a job, with what can be done to it now."""
    buttons = job_buttons(talk, job)
    return card(text, *buttons) if buttons else menu(talk, text)


def work_of(talk: CleanerTalk, job: Job) -> str:
    """집청소 24평, 창문 청소."""
    visit = job.visit
    return talk.context.catalogue.work(visit.service, visit.size_pyeong, visit.add_ons, talk.say.language)


def area_of(talk: CleanerTalk, job: Job) -> str:
    """마포구."""
    return talk.say.area(talk.context.catalogue, job.visit.area)


def details_card(talk: CleanerTalk, details: JobDetails) -> Card:
    """Everything about a job of one's own."""
    say, job = talk.say, details.job
    rows = items(
        (say.item_status, say.status(job.status)),
        (say.item_when, say.span(job.visit.starts_at, job.visit.ends_at)),
        (say.item_address, details.address or say.address_erased),
        (say.item_work, work_of(talk, job)),
        (say.item_note, details.note),
        (say.item_pay, say.won(job.payout_krw)),
    )
    quick = [button(say.today, "jobs")]
    return Card(title=say.job_title, items=rows, buttons=tuple(job_buttons(talk, job)), quick_replies=tuple(quick))


def offer_card(talk: CleanerTalk, job: Job) -> Card:
    """A new job, without the address: that comes with accepting."""
    say = talk.say
    offer = job.offer_to(talk.context.person.id)
    until = say.until(offer.deadline, talk.context.now) if offer else say.on_card(job.visit.starts_at)
    rows = items(
        (say.item_pay, say.won(job.payout_krw)),
        (say.item_when, say.span(job.visit.starts_at, job.visit.ends_at)),
        (say.item_area, say.area_for_now(area_of(talk, job))),
        (say.item_work, work_of(talk, job)),
        (say.item_paid, say.paid_by_customer(job.price_krw)),
    )
    return Card(
        text=say.offer_intro(job.payout_krw, until),
        title=say.offer_title,
        items=rows,
        buttons=(
            button(say.accept, "accept", job.id, job.visit.revision),
            button(say.decline, "decline", job.id, job.visit.revision),
        ),
        side_by_side=True,
    )


def profile(talk: CleanerTalk, cleaner: Cleaner) -> Sequence[tuple[str, str]]:
    """How a cleaner is registered, as labelled values."""
    say = talk.say
    return (
        (say.item_name, cleaner.name),
        (say.item_area, say.areas(area_names(talk, cleaner.areas))),
        (say.item_days, say.days(cleaner.days)),
        (say.item_offers, say.item_active if cleaner.active else say.item_paused),
    )
