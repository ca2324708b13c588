"""The facts that a job tells, put together from its state."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from services.cleaning.events import JobOffered, OfferAccepted, OfferRevoked
from services.cleaning.values import Revoked

if TYPE_CHECKING:
    from services.cleaning.model import Job
    from services.cleaning.offer import Offer


class Told(TypedDict):
    """What every event of a job says."""

    job_id: str
    reservation_id: str
    customer_id: str
    version: int
    visit_revision: int
    starts_at: datetime
    ends_at: datetime


class ByTold(TypedDict):
    """Who did it."""

    cleaner_id: str
    cleaner_name: str


class OfferTold(Told):
    """What events of one cleaner's offer say besides."""

    offer_id: str
    cleaner_id: str


def told(job: "Job") -> Told:
    """Which job, whose, and for which visit."""
    return {
        "job_id": job.id,
        "reservation_id": job.reservation_id,
        "customer_id": job.customer_id,
        "version": job.version,
        "visit_revision": job.visit.revision,
        "starts_at": job.visit.starts_at,
        "ends_at": job.visit.ends_at,
    }


def by(job: "Job") -> ByTold:
    """The cleaner who has the job."""
    assert job.cleaner_id is not None
    assert job.cleaner_name is not None
    return {"cleaner_id": job.cleaner_id, "cleaner_name": job.cleaner_name}


def offer_told(job: "Job", offer: "Offer") -> OfferTold:
    """The same, about one cleaner's offer."""
    return {**told(job), "offer_id": offer.id, "cleaner_id": offer.cleaner_id}


def offered(job: "Job", offer: "Offer") -> JobOffered:
    """That the job was put to a cleaner."""
    return JobOffered(
        **offer_told(job, offer),
        deadline=offer.deadline,
        payout_krw=job.payout_krw,
        price_krw=job.price_krw,
        area=job.visit.area,
        service=job.visit.service,
        size_pyeong=job.visit.size_pyeong,
        pool=offer.pool,
        moved_from=offer.moved_from,
    )


def accepted(job: "Job", offer: "Offer") -> OfferAccepted:
    """That the cleaner took it."""
    assert job.cleaner_name is not None
    return OfferAccepted(**offer_told(job, offer), cleaner_name=job.cleaner_name, payout_krw=job.payout_krw)


def revoked(old: "Job", new: "Job", offers: Sequence["Offer"], reason: Revoked) -> Sequence[OfferRevoked]:
    """That these offers are void, each of the visit that was offered."""
    told_of: Told = {**told(old), "version": new.version}
    return [OfferRevoked(**told_of, offer_id=offer.id, cleaner_id=offer.cleaner_id, reason=reason) for offer in offers]
