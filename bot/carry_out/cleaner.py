"""Carries out what a cleaner's conversation asks for, always as that cleaner."""

from collections.abc import Callable, Sequence

from bot.carry_out.runner import Table
from bot.conversation import effects, effects_cleaner
from bot.conversation.turn import Person
from bot.people import People
from bot.ports import BotWork
from bot.threads import USUAL_MINUTES, Threads, opens_at
from services.cleaning.cleaner import Cleaner
from services.cleaning.model import Job
from services.cleaning.refusals import NotYours
from services.cleaning.use_cases import CleaningUseCases
from services.shared_kernel.clock import Clock


class CleanerEffects:
    """`cleaner_id` is the person's id."""

    def __init__(
        self, cleaning: CleaningUseCases, people: People, threads: Threads, unit_of_work: Callable[[], BotWork],
        clock: Clock,
    ) -> None:  # fmt: skip
        self._cleaning = cleaning
        self._people = people
        self._threads = threads
        self._unit_of_work = unit_of_work
        self._clock = clock

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects_cleaner.TheCleaner: self._the_cleaner,
            effects_cleaner.RegisterCleaner: self._register,
            effects_cleaner.JobCard: self._job_card,
            effects_cleaner.OpenOffers: self._open_offers,
            effects_cleaner.MyJobs: self._my_jobs,
            effects_cleaner.AcceptOffer: self._accept,
            effects_cleaner.DeclineOffer: self._decline,
            effects_cleaner.Withdraw: self._withdraw,
            effects_cleaner.EnRoute: self._en_route,
            effects_cleaner.StartJob: self._start,
            effects_cleaner.FinishJob: self._finish,
            effects.AskForPerson: self._ask_for_person,
            effects.SayToPerson: self._say_to_person,
            effects.LeaveTalk: self._leave_talk,
        }

    async def _the_cleaner(self, effect: effects_cleaner.TheCleaner, person: Person) -> Cleaner | None:
        return await self._cleaning.cleaner(cleaner_id=person.id)

    async def _register(self, effect: effects_cleaner.RegisterCleaner, person: Person) -> Cleaner:
        cleaner = await self._registered(effect, person, active=effect.active)
        await self._people.rename(person.id, cleaner.name)
        if (await self._people.get(person.id)).role != person.role:
            # Taken back meanwhile: word of it may have come to the jobs before this did.
            cleaner = await self._registered(effect, person, active=False)
        return cleaner

    async def _registered(self, effect: effects_cleaner.RegisterCleaner, person: Person, *, active: bool) -> Cleaner:
        return await self._cleaning.register_cleaner(
            cleaner_id=person.id, name=effect.name, areas=effect.areas, days=effect.days, active=active
        )

    async def _job_card(self, effect: effects_cleaner.JobCard, person: Person) -> effects_cleaner.JobDetails:
        job = await self._cleaning.job(job_id=effect.job_id)
        if job.cleaner_id != person.id:
            raise NotYours(job)
        async with self._unit_of_work() as work:
            found = await work.details.find(job.visit.details_id)
        if found is None:
            return effects_cleaner.JobDetails(job=job)
        return effects_cleaner.JobDetails(job=job, address=found.address, note=found.note)

    async def _open_offers(self, effect: effects_cleaner.OpenOffers, person: Person) -> Sequence[Job]:
        return await self._cleaning.open_offers(cleaner_id=person.id)

    async def _my_jobs(self, effect: effects_cleaner.MyJobs, person: Person) -> Sequence[Job]:
        return await self._cleaning.jobs_of(cleaner_id=person.id, first=effect.first, last=effect.last)

    async def _accept(self, effect: effects_cleaner.AcceptOffer, person: Person) -> Job:
        return await self._cleaning.accept(
            job_id=effect.job_id,
            cleaner_id=person.id,
            visit_revision=effect.visit_revision,
            late_ok=effect.late_ok,
        )

    async def _decline(self, effect: effects_cleaner.DeclineOffer, person: Person) -> Job:
        return await self._cleaning.decline(
            job_id=effect.job_id, cleaner_id=person.id, visit_revision=effect.visit_revision
        )

    async def _withdraw(self, effect: effects_cleaner.Withdraw, person: Person) -> Job:
        return await self._cleaning.withdraw(
            job_id=effect.job_id, cleaner_id=person.id, visit_revision=effect.visit_revision
        )

    async def _en_route(self, effect: effects_cleaner.EnRoute, person: Person) -> Job:
        return await self._cleaning.en_route(
            job_id=effect.job_id, cleaner_id=person.id, visit_revision=effect.visit_revision
        )

    async def _start(self, effect: effects_cleaner.StartJob, person: Person) -> Job:
        return await self._cleaning.start(
            job_id=effect.job_id, cleaner_id=person.id, visit_revision=effect.visit_revision
        )

    async def _finish(self, effect: effects_cleaner.FinishJob, person: Person) -> Job:
        return await self._cleaning.finish(
            job_id=effect.job_id, cleaner_id=person.id, visit_revision=effect.visit_revision
        )

    async def _ask_for_person(self, effect: effects.AskForPerson, person: Person) -> effects.Handover:
        await self._threads.ask(person.id, effect.text)
        return effects.Handover(opens_at=opens_at(self._clock.now()), minutes=USUAL_MINUTES)

    async def _say_to_person(self, effect: effects.SayToPerson, person: Person) -> bool:
        return await self._threads.say(person.id, effect.text)

    async def _leave_talk(self, effect: effects.LeaveTalk, person: Person) -> bool:
        return await self._threads.leave(person.id, effect.text)
