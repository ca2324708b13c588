"""An offer: the job put to one cleaner until a deadline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from services.cleaning.cleaner import Cleaner
from services.cleaning.lifecycle import HELD, next_offer_status
from services.cleaning.refusals import NotFree, NotYourOffer, OfferLate, OfferOver, StaleVisit, TakenByAnother
from services.cleaning.values import JobStatus, OfferAction, OfferStatus

if TYPE_CHECKING:
    from services.cleaning.model import Job


@dataclass(frozen=True, kw_only=True)
class Offer:
    """For one revision of the visit; `moved_from` is the old time when the cleaner had the job before it moved."""

    id: str
    cleaner_id: str
    visit_revision: int
    deadline: datetime
    pool: bool = False
    moved_from: datetime | None = None
    status: OfferStatus = OfferStatus.PENDING

    def after(self, action: OfferAction) -> "Offer":
        """The offer once this was done to it; ValueError if it isn't open."""
        status = next_offer_status(self.status, action)
        if status is None:
            raise ValueError(f"{action} of an offer that is {self.status}")
        return replace(self, status=status)

    def is_open(self, at: datetime) -> bool:
        """Whether an answer now is in time."""
        return self.status is OfferStatus.PENDING and at < self.deadline


def after(offers: Sequence[Offer], action: OfferAction, chosen: Sequence[Offer]) -> tuple[Offer, ...]:
    """All offers, once this was done to the chosen ones."""
    return tuple(offer.after(action) if offer in chosen else offer for offer in offers)


def answerable(job: "Job", cleaner_id: str, visit_revision: int) -> Offer:
    """The cleaner's own offer of this visit, whatever became of it.

    Refusals: NotYourOffer, TakenByAnother, OfferOver, StaleVisit.
    """
    if all(offer.cleaner_id != cleaner_id for offer in job.offers):
        raise NotYourOffer(job)
    if job.status in HELD and job.cleaner_id != cleaner_id:
        raise TakenByAnother(job)
    if job.status not in (JobStatus.OFFERING, *HELD):
        raise OfferOver(job)
    offer = job.offer_to(cleaner_id)
    if visit_revision != job.visit.revision or offer is None:
        raise StaleVisit(job)
    return offer


def check_acceptable(
    job: "Job", offer: Offer, cleaner: Cleaner, clash: "Job | None", late_ok: bool, at: datetime
) -> None:
    """Whether the cleaner may take the free job now. Refusals: OfferOver, NotFree, OfferLate."""
    if offer.status in (OfferStatus.DECLINED, OfferStatus.ACCEPTED):
        raise OfferOver(job)
    if clash is not None:
        raise NotFree(job, clash)
    if offer.is_open(at):
        return
    if offer.moved_from is None and not cleaner.comes_to(job.visit.area, job.visit.starts_at):
        raise OfferOver(job)
    if not late_ok:
        raise OfferLate(job)
