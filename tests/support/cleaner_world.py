"""A world for cleaners' conversations: real jobs in memory, no storage."""

from datetime import datetime, timedelta
from typing import Any

from bot.conversation import effects, effects_cleaner
from bot.conversation.turn import Effect
from services.cleaning.cleaner import Cleaner
from services.cleaning.model import Job
from services.cleaning.policies import parse_policies
from services.cleaning.refusals import NotYours
from services.cleaning.values import JobStatus, Visit
from services.shared_kernel.clock import kst_date
from services.shared_kernel.refusal import NotFound
from tests.support.talking import ROOT, TroubleNow, handler_name
from tests.support.time import FakeClock, FakeIds

POLICY = parse_policies((ROOT / "services/cleaning/policies.toml").read_text(), 10)
ME = "0193551e-0000-7000-8000-00000000c1ea"
OTHER = "0193551e-0000-7000-8000-00000000c2eb"
HELD = (JobStatus.ASSIGNED, JobStatus.EN_ROUTE, JobStatus.STARTED, JobStatus.FINISHED, JobStatus.CALLED_OFF)
ADDRESS = "마포구 OO로 12, 101동 502호"
NOTE = "강아지가 있어요."


class CleanerWorld:
    """Answers every effect of a cleaner's conversation. `fails`: how many effects don't answer first."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.ids = FakeIds(clock)
        self.cleaner: Cleaner | None = None
        self.jobs: dict[str, Job] = {}
        self.language = "ko"
        self.thread: list[str] = []
        self.thread_is_open = False
        self.opens_at: datetime | None = None
        self.address, self.note = ADDRESS, NOTE
        self.fails = 0

    def __call__(self, effect: Effect[Any]) -> Any:
        if self.fails:
            self.fails -= 1
            raise TroubleNow
        return getattr(self, handler_name(effect))(effect)

    # What happens outside the conversation

    def register(self, name: str = "OO클린", areas: tuple[str, ...] = ("mapo", "seodaemun")) -> Cleaner:
        self.cleaner, _ = Cleaner.register(None, id=ME, name=name, areas=areas, days=range(1, 8), active=True)
        return self.cleaner

    def offer(
        self, starts_at: datetime, *, area: str = "mapo", to: tuple[str, ...] = (ME,), payout_krw: int = 68_000
    ) -> Job:
        now = self.clock.now()
        visit = Visit(
            service="home", size_pyeong=24, add_ons=(), area=area, details_id=self.ids.new(), starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3), revision=1,
        )  # fmt: skip
        job = Job.open(
            id=self.ids.new(), reservation_id=self.ids.new(), customer_id=self.ids.new(), visit=visit,
            price_krw=payout_krw * 20 // 17, policy=POLICY, at=now,
        )  # fmt: skip
        deadline = now + timedelta(minutes=10)
        job, _ = job.ask(to, deadline=deadline, look_at=deadline, ids=self.ids)
        return self.keep(job)

    def assigned(self, starts_at: datetime, **how: Any) -> Job:
        job = self.offer(starts_at, **how)
        return self.taken(job, self.cleaner or self.register())

    def taken(self, job: Job, by: Cleaner) -> Job:
        job = self.jobs[job.id]
        new, _ = job.accept(
            cleaner=by, visit_revision=job.visit.revision, late_ok=True, clash=None, offer_id=self.ids.new(),
            at=self.clock.now(),
        )  # fmt: skip
        return self.keep(new)

    def time_out(self, job: Job) -> Job:
        new, _ = self.jobs[job.id].time_out(self.clock.now())
        return self.keep(new)

    def move(self, job: Job, starts_at: datetime) -> Job:
        old = self.jobs[job.id]
        visit = Visit(
            service="home", size_pyeong=24, add_ons=(), area=old.visit.area, details_id=old.visit.details_id,
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), revision=old.visit.revision + 1,
        )  # fmt: skip
        new, _ = old.reschedule(visit=visit, policy=POLICY, ids=self.ids, at=self.clock.now())
        return self.keep(new)

    def call_off(self, job: Job) -> Job:
        new, _ = self.jobs[job.id].call_off(reason="고객 요청")
        return self.keep(new)

    def keep(self, job: Job) -> Job:
        self.jobs[job.id] = job
        return job

    # Effects

    def _job(self, job_id: str) -> Job:
        if job_id not in self.jobs:
            raise NotFound(job_id)
        return self.jobs[job_id]

    def _the_cleaner(self, effect: effects_cleaner.TheCleaner) -> Cleaner | None:
        return self.cleaner

    def _register_cleaner(self, effect: effects_cleaner.RegisterCleaner) -> Cleaner:
        self.cleaner, _ = Cleaner.register(
            self.cleaner, id=ME, name=effect.name, areas=effect.areas, days=effect.days, active=effect.active
        )
        return self.cleaner

    def _job_card(self, effect: effects_cleaner.JobCard) -> effects_cleaner.JobDetails:
        job = self._job(effect.job_id)
        if job.cleaner_id != ME or job.status is JobStatus.CALLED_OFF:
            raise NotYours(job)
        return effects_cleaner.JobDetails(job=job, address=self.address, note=self.note)

    def _open_offers(self, effect: effects_cleaner.OpenOffers) -> list[Job]:
        return [job for job in self.jobs.values() if any(offer.cleaner_id == ME for offer in job.pending())]

    def _my_jobs(self, effect: effects_cleaner.MyJobs) -> list[Job]:
        mine = [job for job in self.jobs.values() if job.cleaner_id == ME and job.status in HELD]
        there = [job for job in mine if effect.first <= kst_date(job.visit.starts_at) <= effect.last]
        return sorted(there, key=lambda job: job.visit.starts_at)

    def _accept_offer(self, effect: effects_cleaner.AcceptOffer) -> Job:
        job = self._job(effect.job_id)
        if self.cleaner is None:
            raise NotFound(ME)
        clashes = [
            each
            for each in self.jobs.values()
            if each.cleaner_id == ME and each.id != job.id and each.status in HELD[:3]
            and each.visit.starts_at < job.visit.ends_at and job.visit.starts_at < each.visit.ends_at
        ]  # fmt: skip
        new, _ = job.accept(
            cleaner=self.cleaner, visit_revision=effect.visit_revision, late_ok=effect.late_ok,
            clash=clashes[0] if clashes else None, offer_id=self.ids.new(), at=self.clock.now(),
        )  # fmt: skip
        return self.keep(new)

    def _decline_offer(self, effect: effects_cleaner.DeclineOffer) -> Job:
        new, _ = self._job(effect.job_id).decline(cleaner_id=ME, visit_revision=effect.visit_revision)
        return self.keep(new)

    def _withdraw(self, effect: effects_cleaner.Withdraw) -> Job:
        new, _ = self._job(effect.job_id).withdraw(
            cleaner_id=ME, visit_revision=effect.visit_revision, policy=POLICY, at=self.clock.now()
        )
        return self.keep(new)

    def _en_route(self, effect: effects_cleaner.EnRoute) -> Job:
        new, _ = self._job(effect.job_id).en_route(
            cleaner_id=ME, visit_revision=effect.visit_revision, at=self.clock.now()
        )
        return self.keep(new)

    def _start_job(self, effect: effects_cleaner.StartJob) -> Job:
        new, _ = self._job(effect.job_id).start(
            cleaner_id=ME, visit_revision=effect.visit_revision, policy=POLICY, at=self.clock.now()
        )
        return self.keep(new)

    def _finish_job(self, effect: effects_cleaner.FinishJob) -> Job:
        new, _ = self._job(effect.job_id).finish(
            cleaner_id=ME, visit_revision=effect.visit_revision, at=self.clock.now()
        )
        return self.keep(new)

    def _new_link_code(self, effect: effects.NewLinkCode) -> effects.LinkCode:
        return effects.LinkCode(code="ABC234DEFG")

    def _set_language(self, effect: effects.SetLanguage) -> None:
        self.language = effect.language

    def _set_consent(self, effect: effects.SetConsent) -> None:
        assert not effect.day
        assert not effect.night

    def _ask_for_person(self, effect: effects.AskForPerson) -> effects.Handover:
        self.thread_is_open = True
        self.thread.append(effect.text)
        return effects.Handover(opens_at=self.opens_at, minutes=10)

    def _say_to_person(self, effect: effects.SayToPerson) -> bool:
        if self.thread_is_open:
            self.thread.append(effect.text)
        return self.thread_is_open

    def _leave_talk(self, effect: effects.LeaveTalk) -> bool:
        was_open, self.thread_is_open = self.thread_is_open, False
        return was_open
