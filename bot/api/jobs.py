"""What cleaners do with jobs, for those who come by the API."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter

from bot.api.answers import JobOut, job_out
from bot.api.bodies import ByCleaner
from bot.api.gate import KEYED
from bot.api.problems import documented
from bot.people import People
from services.cleaning.model import Job
from services.cleaning.refusals import NotYourOffer, NotYours
from services.cleaning.use_cases import CleaningUseCases
from services.shared_kernel.bot_events import GONE
from services.shared_kernel.refusal import NotFound


class JobRoutes:
    """An action that was done already answers what is there. Whose role was taken back has no job: 403."""

    def __init__(self, use_cases: CleaningUseCases, people: People) -> None:
        self._use_cases = use_cases
        self._people = people

    def add_to(self, router: APIRouter) -> None:
        """A route for each action."""
        for action, summary, act in (
            ("accept", "Take a job that was offered", self.accept),
            ("decline", "Leave a job that was offered", self.decline),
            ("en-route", "On the way", self.en_route),
            ("start", "Start cleaning", self.start),
            ("finish", "Done", self.finish),
        ):
            router.add_api_route(
                f"/api/jobs/{{job_id}}/{action}", act, methods=["POST"], dependencies=KEYED, summary=summary,
                response_model=JobOut, responses=documented(403, 404, 409), tags=["jobs"],
            )  # fmt: skip

    async def accept(self, job_id: str, body: ByCleaner) -> JobOut:
        """Acts on the cleaner's own latest offer of the job (403 without one); the first to accept wins."""
        job = await self._job(job_id, body)
        with _unknown_cleaner(job):
            accepted = await self._use_cases.accept(
                job_id=job_id, cleaner_id=body.cleaner_id, visit_revision=_offered(job, body.cleaner_id)
            )
        return job_out(accepted)

    async def decline(self, job_id: str, body: ByCleaner) -> JobOut:
        """Acts on the cleaner's own latest offer of the job (403 without one); the next is asked at once."""
        job = await self._job(job_id, body)
        revision = _offered(job, body.cleaner_id)
        return job_out(
            await self._use_cases.decline(job_id=job_id, cleaner_id=body.cleaner_id, visit_revision=revision)
        )

    async def en_route(self, job_id: str, body: ByCleaner) -> JobOut:
        """The customer is told."""
        await self._job(job_id, body)
        return job_out(await self._use_cases.en_route(job_id=job_id, cleaner_id=body.cleaner_id))

    async def start(self, job_id: str, body: ByCleaner) -> JobOut:
        """Not earlier than 30 minutes before the visit."""
        await self._job(job_id, body)
        return job_out(await self._use_cases.start(job_id=job_id, cleaner_id=body.cleaner_id))

    async def finish(self, job_id: str, body: ByCleaner) -> JobOut:
        """The customer is told. Also for a cleaner whose role was taken back at work: somebody has to say so."""
        return job_out(await self._use_cases.finish(job_id=job_id, cleaner_id=body.cleaner_id))

    async def _job(self, job_id: str, body: ByCleaner) -> Job:
        """Asked here, too, because word of a role that was taken back comes to jobs by the broker, a moment later."""
        job = await self._use_cases.job(job_id=job_id)
        person = await self._people.find(body.cleaner_id)
        if person is not None and person.role in GONE:
            raise NotYours(job)
        return job


@contextmanager
def _unknown_cleaner(job: Job) -> Iterator[None]:
    """The job was there just now, so it is the cleaner who isn't: nobody offered it to them."""
    try:
        yield
    except NotFound as error:
        raise NotYourOffer(job) from error


def _offered(job: Job, cleaner_id: str) -> int:
    """The visit that the cleaner was asked about: a customer's move since then isn't agreed to unseen."""
    mine = [offer for offer in job.offers if offer.cleaner_id == cleaner_id]
    return mine[-1].visit_revision if mine else job.visit.revision
