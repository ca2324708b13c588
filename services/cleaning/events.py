"""What happens to cleaners, jobs and offers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.shared_kernel.event import Event, registry


@dataclass(frozen=True, kw_only=True)
class CleanerRegistered(Event):
    """A cleaner joined, or changed. `days`: ISO weekdays, 1 is Monday; not `active`: gets no offers for now."""

    TYPE: ClassVar[str] = "ssak3.cleaning.cleaner_registered.v1"
    cleaner_id: str
    name: str
    areas: tuple[str, ...]
    days: tuple[int, ...]
    version: int
    active: bool = True

    @property
    def subject(self) -> str:
        return self.cleaner_id


@dataclass(frozen=True, kw_only=True)
class JobEvent(Event):
    """Base: `version` is the job's after the change; `visit_revision` counts the visit's moves from 1."""

    job_id: str
    reservation_id: str
    customer_id: str
    version: int
    visit_revision: int
    starts_at: datetime
    ends_at: datetime

    @property
    def subject(self) -> str:
        return self.job_id


@dataclass(frozen=True, kw_only=True)
class OfferEvent(JobEvent):
    """Base of those about one cleaner's offer."""

    offer_id: str
    cleaner_id: str


@dataclass(frozen=True, kw_only=True)
class JobOffered(OfferEvent):
    """The job was put to a cleaner until `deadline`; `moved_from` when it is the assigned cleaner's moved job;
    `pool` when it went to all who fit."""

    TYPE: ClassVar[str] = "ssak3.cleaning.offered.v1"
    deadline: datetime
    payout_krw: int
    price_krw: int
    area: str
    service: str
    size_pyeong: int
    pool: bool
    moved_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OfferAccepted(OfferEvent):
    """The cleaner took the job."""

    TYPE: ClassVar[str] = "ssak3.cleaning.accepted.v1"
    cleaner_name: str
    payout_krw: int


@dataclass(frozen=True, kw_only=True)
class OfferDeclined(OfferEvent):
    """The cleaner didn't want it."""

    TYPE: ClassVar[str] = "ssak3.cleaning.declined.v1"


@dataclass(frozen=True, kw_only=True)
class OfferExpired(OfferEvent):
    """No answer by the deadline."""

    TYPE: ClassVar[str] = "ssak3.cleaning.offer_expired.v1"


@dataclass(frozen=True, kw_only=True)
class OfferRevoked(OfferEvent):
    """The offer is void: `reason` is taken, moved, called_off, unfilled, or removed (the cleaner is none any more)."""

    TYPE: ClassVar[str] = "ssak3.cleaning.offer_revoked.v1"
    reason: str


@dataclass(frozen=True, kw_only=True)
class JobUncovered(JobEvent):
    """Still without a cleaner shortly before (24 h); the search goes on, operators help."""

    TYPE: ClassVar[str] = "ssak3.cleaning.uncovered.v1"


@dataclass(frozen=True, kw_only=True)
class JobUnfilled(JobEvent):
    """Nobody took it in time; the customer chooses another time or a full refund."""

    TYPE: ClassVar[str] = "ssak3.cleaning.unfilled.v1"


@dataclass(frozen=True, kw_only=True)
class JobWithdrawn(JobEvent):
    """The assigned cleaner can't come; another is sought."""

    TYPE: ClassVar[str] = "ssak3.cleaning.withdrawn.v1"
    cleaner_id: str


@dataclass(frozen=True, kw_only=True)
class JobEnRoute(JobEvent):
    """The cleaner is on the way."""

    TYPE: ClassVar[str] = "ssak3.cleaning.en_route.v1"
    cleaner_id: str
    cleaner_name: str
    en_route_at: datetime


@dataclass(frozen=True, kw_only=True)
class JobStarted(JobEvent):
    """The cleaner has started."""

    TYPE: ClassVar[str] = "ssak3.cleaning.started.v1"
    cleaner_id: str
    cleaner_name: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class JobCompleted(JobEvent):
    """The cleaner has finished."""

    TYPE: ClassVar[str] = "ssak3.cleaning.completed.v1"
    cleaner_id: str
    cleaner_name: str
    completed_at: datetime
    payout_krw: int


@dataclass(frozen=True, kw_only=True)
class JobCalledOff(JobEvent):
    """The reservation was cancelled; `cleaner_id` is who had the job, if anyone."""

    TYPE: ClassVar[str] = "ssak3.cleaning.called_off.v1"
    cleaner_id: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class JobNoShow(JobEvent):
    """Not started 30 minutes after the visit's time."""

    TYPE: ClassVar[str] = "ssak3.cleaning.no_show.v1"
    cleaner_id: str | None


@dataclass(frozen=True, kw_only=True)
class JobUnattended(JobEvent):
    """Whoever is at work there is no cleaner any more: operators see how it ends."""

    TYPE: ClassVar[str] = "ssak3.cleaning.unattended.v1"
    cleaner_id: str
    cleaner_name: str


ALL = registry(
    CleanerRegistered, JobOffered, OfferAccepted, OfferDeclined, OfferExpired, OfferRevoked, JobUncovered,
    JobUnfilled, JobWithdrawn, JobEnRoute, JobStarted, JobCompleted, JobCalledOff, JobNoShow,
    JobUnattended,
)  # fmt: skip
